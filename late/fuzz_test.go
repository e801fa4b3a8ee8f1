package late_test

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

	"github.com/wabakit/wabakit-go/late"
)

// clientOf returns a client whose server always sends the same response.
func clientOf(t *testing.T, status int, body string, header ...string) *late.Client {
	t.Helper()
	return clientOn(t, &wire{respond: func(int, *http.Request) (*http.Response, error) {
		return says(status, body, header...), nil
	}}, late.WithMaxRetries(0))
}

// The result of a purchase has all that the response says about it.
func FuzzPurchase(f *testing.F) {
	for _, body := range []string{
		`{"message":"pay","checkoutUrl":"https://pay.example/1"}`, `{"phoneNumber":{"_id":"n1","profileId":{"_id":"p"},"status":"provisioning"}}`,
		`{"checkoutUrl":"x","phoneNumber":{}}`, `{"checkoutUrl":"","phoneNumber":null}`, `{"checkoutUrl":null,"phoneNumber":{},"later":[1]}`,
		`{"checkoutUrl":{"href":"x"}}`, `{"phoneNumber":"+12125550123"}`, `{"message":"done"}`, `[]`, `null`, ``, `<html>`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		// Encode the object again, so that each name appears once.
		var members map[string]json.RawMessage
		if json.Unmarshal([]byte(body), &members) == nil {
			body = written(t, members)
		}
		purchase, err := clientOf(t, 200, body).PhoneNumbers.Purchase(t.Context(), testProfile)
		url, number := string(members["checkoutUrl"]), string(members["phoneNumber"])
		var response map[string]any
		switch p := purchase.(type) {
		case late.CheckoutRequired:
			require.NoError(t, err)
			require.NotEmpty(t, p.CheckoutURL)
			if !ambiguous(members) {
				require.JSONEq(t, url, written(t, p.CheckoutURL))
				require.Contains(t, []string{"", "null"}, number, "a page to pay for a number, and the number")
			}
			response = map[string]any{"checkoutUrl": p.CheckoutURL}
		case late.NumberProvisioned:
			require.NoError(t, err)
			if !ambiguous(members) {
				var told late.PhoneNumber
				require.NoError(t, json.Unmarshal([]byte(number), &told))
				require.Equal(t, written(t, told), written(t, p.PhoneNumber))
				require.Contains(t, []string{"", "null", `""`}, url, "a number, and a page to pay for it")
			}
			response = map[string]any{"phoneNumber": p.PhoneNumber}
		case nil:
			if e, ok := errors.AsType[*late.Error](err); ok {
				require.Equal(t, late.OutcomeRefused, e.Outcome, body) // the body has an error
				return
			}
			e, ok := errors.AsType[*late.UnexpectedPurchaseError](err)
			require.True(t, ok, "%v", err)
			require.ErrorIs(t, err, late.ErrOutcomeUnknown)
			require.Equal(t, body, e.Body)
			require.Less(t, len(err.Error()), 1<<10)
			return
		default:
			t.Fatalf("a purchase is %T", purchase)
		}
		again, err := clientOf(t, 200, written(t, response)).PhoneNumbers.Purchase(t.Context(), testProfile)
		require.NoError(t, err)
		require.IsType(t, purchase, again)
		require.Equal(t, written(t, purchase), written(t, again))
	})
}

// ambiguous reports whether a name appears in another case, which encoding/json accepts.
func ambiguous(members map[string]json.RawMessage) bool {
	for name := range members {
		for _, known := range []string{"checkoutUrl", "phoneNumber"} {
			if name != known && strings.EqualFold(name, known) {
				return true
			}
		}
	}
	return false
}

func written(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// escaped is the key as JSON may write it, too.
var escaped = func() (text string) {
	for _, c := range testKey {
		text += fmt.Sprintf(`\u%04x`, c)
	}
	return text
}()

// The error of any response quotes it, never contains the key, and is not much larger than the
// response. In the seeds, KEY and ESCAPED represent the key.
func FuzzError(f *testing.F) {
	for i, body := range []string{
		`{"error":"contact with this phone exists"}`, `{"error":"limit","type":"rate","code":131056,"param":["phone"],"docUrl":null}`,
		`{"error":"no","platform":"whatsapp","platformError":{"error":{"code":1,"token":"KEY"}},"details":["ESCAPED",12345678901234567890]}`,
		`{"error":"invalid key ESCAPED","code":"KEY"}`, `{"error":"no","details":["\u0022ESCAPED\u005cx\/ \\u0041",{"KEY":"\""}]}`, `<html>Bearer KEY</html>`, `{"message":"KEY"}`, `{"error":{}}`, `{"error":""}`, `[1]`, ``, `{"contact":7}`,
		`{"contact":{"customFields":{"KEY":1}}}`, "\xff\xfe", `{"error":"` + strings.Repeat("ü", 3000) + `"}`, strings.Repeat("€", 3000),
	} {
		for _, status := range []int{200, 301, 400, 401, 429, 503} {
			f.Add(uint16(status), uint8(i), "application/json", "req_1", "7", body)
		}
	}
	f.Add(uint16(200), uint8(0), "text/KEY", "KEY", "-1", "<html>")
	f.Add(uint16(502), uint8(1), "text/html; charset="+strings.Repeat("x", 9000), strings.Repeat("y", 9000), "99999999999999999999", "")
	calls := []func(context.Context, *late.Client) error{
		func(ctx context.Context, c *late.Client) error { _, err := c.Contacts.Get(ctx, testID); return err },
		func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.Create(ctx, late.CreateContactRequest{Phone: testPhone, Name: "Ada"})
			return err
		},
		func(ctx context.Context, c *late.Client) error { return c.Contacts.Delete(ctx, testID) },
	}
	f.Fuzz(func(t *testing.T, status uint16, call uint8, contentType, requestID, retryAfter, body string) {
		if status < 200 || status > 999 {
			return
		}
		quote := strings.NewReplacer("KEY", testKey, "ESCAPED", escaped)
		body = quote.Replace(body)
		client := clientOf(t, int(status), body, "Content-Type", quote.Replace(contentType), "X-Request-Id", quote.Replace(requestID), "Retry-After", retryAfter)
		err := calls[int(call)%len(calls)](t.Context(), client)
		if err == nil {
			require.Less(t, status, uint16(300))
			return
		}
		e, ok := errors.AsType[*late.Error](err)
		require.True(t, ok, "%v", err)
		require.EqualValues(t, status, e.StatusCode)
		require.Equal(t, status == 401, errors.Is(err, late.ErrUnauthorized))
		require.Equal(t, status == 429, errors.Is(err, late.ErrRateLimited))
		require.Equal(t, status >= 500, errors.Is(err, late.ErrServer))
		require.NotErrorIs(t, err, late.ErrNotSent)
		require.GreaterOrEqual(t, e.RetryAfter, time.Duration(0))
		require.True(t, e.Message == "" || e.Body == "", "%q is read, and kept as what could not be read", e.Message)

		held := []string{
			err.Error(), e.Message, e.Type, e.Code, e.Param, e.DocURL, e.Platform, string(e.PlatformError), string(e.Details),
			e.ContentType, e.Body, e.RequestID, fmt.Sprintf("%+v %#v", *e, *e),
		}
		for cause := e.Err; cause != nil; cause = errors.Unwrap(cause) {
			held = append(held, cause.Error())
		}
		for _, text := range held {
			require.NotContains(t, text, testKey)
		}
		// An escaped backslash before the key makes it another text.
		require.NotContains(t, strings.ReplaceAll(e.Body+string(e.PlatformError)+string(e.Details), `\\`, ""), escaped)
		require.True(t, utf8.ValidString(e.Body), "%q", e.Body)
		require.LessOrEqual(t, len(e.Body), 2<<10)
		require.LessOrEqual(t, len(e.ContentType)+len(e.RequestID), 4<<10)
		require.LessOrEqual(t, len(err.Error()), 3*len(body)+4<<10)
		for _, text := range []json.RawMessage{e.Details, e.PlatformError} {
			require.True(t, text == nil || json.Valid(text), "%s", text)
		}
	})
}
