package onpremise_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

// answering returns a client of a server that always answers alike.
func answering(t *testing.T, status int, body string, header ...string) *onpremise.Client {
	t.Helper()
	return clientOn(t, &wire{answer: func(int, *http.Request) (*http.Response, error) {
		return says(status, body, header...), nil
	}}, onpremise.WithMaxRetries(0))
}

func written(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// escaped is a text as JSON may write it, too.
func escaped(text string) string {
	var b strings.Builder
	for _, c := range text {
		fmt.Fprintf(&b, `\u%04x`, c)
	}
	return b.String()
}

// texts is whatever can be read of an error.
func texts(e *onpremise.Error, err error) []string {
	held := []string{err.Error(), e.Message, e.Details, e.Href, e.ContentType, e.Body, e.RequestID, fmt.Sprintf("%+v %#v", *e, *e)}
	for cause := e.Err; cause != nil; cause = errors.Unwrap(cause) {
		held = append(held, cause.Error())
	}
	return held
}

// Whatever a server answers, the error says what came, holds no secret, and is not much larger
// than the answer. In the seeds, KEY and ESCAPED stand for the token.
func FuzzError(f *testing.F) {
	for i, body := range []string{
		`{"errors":[{"code":1009,"title":"Parameter value is not valid","details":"to","href":"https://e"},{"code":1}],"meta":{"version":"v2.39","api_status":"stable"}}`,
		`{"meta":{"version":"KEY","api_status":"ESCAPED"},"errors":[{"title":"KEY ESCAPED","details":"ESCAPED","href":"KEY"}]}`,
		`{"errors":[{"code":1024,"title":"Password change required"}]}`, `{"errors":[{}]}`, `{"errors":[null]}`, `{"errors":[]}`, `{"errors":{}}`, `{"errors":[{"code":"x"}]}`,
		`<html>Bearer KEY</html>`, `{"message":"ESCAPED"}`, `[1]`, ``, `{"messages":7}`, `{"messages":[{"id":"m"}]}`, `{"messages":[{}]}`, `{"groups":{"KEY":1}}`, "\xff\xfe",
		`{"errors":[{"title":"` + strings.Repeat("ü", 3000) + `"}]}`, strings.Repeat("€", 3000), `{"errors":[` + strings.Repeat(`{},`, 100) + `{}]}`,
	} {
		for _, status := range []int{200, 301, 400, 401, 429, 503} {
			f.Add(uint16(status), uint8(i), "application/json", "req_1", "7", body)
		}
	}
	f.Add(uint16(200), uint8(0), "text/KEY", "KEY", "-1", "<html>")
	f.Add(uint16(502), uint8(1), "text/html; charset="+strings.Repeat("x", 9000), strings.Repeat("y", 9000), "99999999999999999999", "")
	calls := []func(context.Context, *onpremise.Client) error{
		func(ctx context.Context, c *onpremise.Client) error { _, err := c.Groups.List(ctx); return err },
		func(ctx context.Context, c *onpremise.Client) error { return send(ctx, c, "hi") },
		func(ctx context.Context, c *onpremise.Client) error { return c.Media.Delete(ctx, "m") },
	}
	f.Fuzz(func(t *testing.T, status uint16, call uint8, contentType, requestID, retryAfter, body string) {
		if status < 200 || status > 999 {
			return
		}
		quote := strings.NewReplacer("KEY", testToken, "ESCAPED", escaped(testToken))
		body = quote.Replace(body)
		client := answering(t, int(status), body, "Content-Type", quote.Replace(contentType), "X-Request-Id", quote.Replace(requestID), "Retry-After", retryAfter)
		err := calls[int(call)%len(calls)](t.Context(), client)
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
		require.True(t, len(e.Errors) == 0 || e.Body == "", "%v is read, and kept as what could not be read", e.Errors)
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
