package onpremise_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

// escaped returns text as JSON may write it.
func escaped(text string) string {
	var b strings.Builder
	for _, c := range text {
		fmt.Fprintf(&b, `\u%04x`, c)
	}
	return b.String()
}

// texts returns every text of the error.
func texts(e *onpremise.Error, err error) []string {
	all := []string{err.Error(), e.Message, e.Details, e.Href, e.ContentType, e.Body, e.RequestID, fmt.Sprintf("%+v %#v", *e, *e)}
	for cause := e.Err; cause != nil; cause = errors.Unwrap(cause) {
		all = append(all, cause.Error())
	}
	return all
}

// Whatever the server sends to whichever method, the error reports it, contains no secret and is not
// much larger than the response. In the seeds, KEY and ESCAPED stand for the token.
func FuzzError(f *testing.F) {
	for i, body := range []string{
		`{"errors":[{"code":1009,"title":"Parameter value is not valid","details":"to","href":"https://e"},{"code":1}],"meta":{"version":"v2.39","api_status":"stable"}}`,
		`{"meta":{"version":"KEY","api_status":"ESCAPED"},"errors":[{"title":"KEY ESCAPED","details":"ESCAPED","href":"KEY"}]}`,
		`{"errors":[{"code":1024,"title":"Password change required"}]}`, `{"errors":[{}]}`, `{"errors":[null]}`, `{"errors":[]}`, `{"errors":{}}`, `{"errors":[{"code":"x"}]}`,
		`<html>Bearer KEY</html>`, `{"message":"ESCAPED"}`, `[1]`, ``, `{"messages":7}`, `{"messages":[{"id":"m"}]}`, `{"messages":[{}]}`, `{"groups":{"KEY":1}}`, "\xff\xfe",
		`{"groups":[],"contacts":{},"users":"x","settings":[],"health":1}`, `{"users":[null],"groups":[null],"contacts":[null],"media":[null],"settings":null}`,
		`{"errors":[{"title":"` + strings.Repeat("ü", 3000) + `"}]}`, strings.Repeat("€", 3000), `{"errors":[` + strings.Repeat(`{},`, 100) + `{}]}`,
	} {
		for j, status := range []int{200, 301, 400, 401, 429, 503} {
			f.Add(uint16(status), uint8(6*i+j), "application/json", "req_1", "7", body)
		}
	}
	f.Add(uint16(200), uint8(0), "text/KEY", "KEY", "-1", "<html>")
	f.Add(uint16(502), uint8(1), "text/html; charset="+strings.Repeat("x", 9000), strings.Repeat("y", 9000), "99999999999999999999", "")
	bearer := slices.DeleteFunc(slices.Clone(calls), func(c struct {
		op, request string
		call        call
	},
	) bool {
		return c.op == onpremise.OpLoginUser || c.op == onpremise.OpLogoutUser || c.op == onpremise.OpDownloadMedia
	})
	f.Fuzz(func(t *testing.T, status uint16, number uint8, contentType, requestID, retryAfter, body string) {
		if status < 200 || status > 999 {
			return
		}
		quote := strings.NewReplacer("KEY", testToken, "ESCAPED", escaped(testToken))
		body = quote.Replace(body)
		client := clientOn(t, &wire{respond: func(int, *http.Request) (*http.Response, error) {
			return newResponse(int(status), body, "Content-Type", quote.Replace(contentType), "X-Request-Id", quote.Replace(requestID), "Retry-After", retryAfter), nil
		}}, onpremise.WithMaxRetries(0))
		_, err := bearer[int(number)%len(bearer)].call(t.Context(), client)
		if err == nil {
			require.Less(t, status, uint16(300))
			return
		}
		e, ok := errors.AsType[*onpremise.Error](err)
		require.True(t, ok, "%v", err)
		require.EqualValues(t, status, e.StatusCode)
		require.Equal(t, status == 401, errors.Is(err, onpremise.ErrUnauthorized))
		require.Equal(t, status == 429, errors.Is(err, onpremise.ErrRateLimited))
		require.Equal(t, status >= 500, errors.Is(err, onpremise.ErrServer))
		require.NotErrorIs(t, err, onpremise.ErrNotSent)
		require.GreaterOrEqual(t, e.RetryAfter, time.Duration(0))
		require.True(t, len(e.Errors) == 0 || e.Body == "", "%v was decoded and quoted", e.Errors)
		for _, text := range texts(e, err) {
			require.NotContains(t, text, testToken)
		}
		// After an escaped backslash, it is another text.
		require.NotContains(t, strings.ReplaceAll(e.Body, `\\`, ""), escaped(testToken))
		require.True(t, utf8.ValidString(e.Body), "%q", e.Body)
		require.LessOrEqual(t, len(e.Body), 2<<10)
		require.LessOrEqual(t, len(e.ContentType)+len(e.RequestID), 4<<10)
		require.LessOrEqual(t, len(e.Errors), len(body))
		require.LessOrEqual(t, len(err.Error()), 3*len(body)+4<<10)
	})
}

// A login returns a valid token and its expiry, or an error without the token. In the seeds, TOKEN
// stands for it.
func FuzzLogin(f *testing.F) {
	const token = "tok_of_the_installation"
	for _, body := range []string{
		`{"users":[{"token":"TOKEN","expires_after":"2018-03-01 15:29:26+00:00"}],"meta":{"version":"2.21.3"}}`, `{"users":[{"token":"TOKEN","expires_after":7}]}`,
		`{"users":[{"token":"TOKEN\nTOKEN","expires_after":null}]}`, `{"users":[{"token":"TOKEN"}`, `{"users":[{"token":["TOKEN"]}]}`, `{"token":"TOKEN"}`, `{"users":[]}`, ``, `TOKEN`,
	} {
		f.Add(uint16(200), body, "Thu, 22 Feb 2018 15:29:26 GMT")
		f.Add(uint16(401), body, "")
	}
	f.Add(uint16(400), `{"errors":[{"code":1024,"title":"Password change required","details":"new_password"}]}`, "x")
	f.Fuzz(func(t *testing.T, status uint16, body, date string) {
		if status < 200 || status > 999 {
			return
		}
		body = strings.ReplaceAll(body, "TOKEN", token)
		w := &wire{respond: func(_ int, req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, "/users/login") {
				return newResponse(int(status), body, "Date", date), nil
			}
			return newResponse(200, `{"groups":[]}`), nil
		}}
		client := clientWith(t, w, onpremise.WithCredentials(testUser, testPassword), onpremise.WithMaxRetries(0))
		session, err := client.Users.Login(t.Context())
		if err != nil {
			require.Nil(t, session)
			if e, ok := errors.AsType[*onpremise.Error](err); ok && status < 300 {
				require.NotContains(t, strings.Join(texts(e, err), " "), token)
			}
			_, err = client.Groups.List(t.Context())
			require.ErrorIs(t, err, onpremise.ErrNotSent)
			return
		}
		require.Less(t, status, uint16(300))
		require.Regexp(t, "^[!-~]+$", session.Token)
		require.NotContains(t, fmt.Sprintf("%+v %v", session, *session), token)
		require.True(t, session.ExpiresAfter.IsZero() || session.ExpiresAfter.Location() == time.UTC)

		_, err = client.Groups.List(t.Context())
		require.NoError(t, err)
		last := w.requests[len(w.requests)-1]
		require.Equal(t, "Bearer "+session.Token, last.Header.Get("Authorization"))
		require.LessOrEqual(t, w.sent(), 3) // the token may have expired, and another one been fetched
	})
}
