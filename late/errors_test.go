package late_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/wabakit/wabakit-go/late"
)

func TestStatusErrors(t *testing.T) {
	t.Parallel()
	all := []error{
		late.ErrInvalidRequest, late.ErrUnauthorized, late.ErrPaymentRequired, late.ErrForbidden, late.ErrNotFound,
		late.ErrConflict, late.ErrRateLimited, late.ErrServer,
	}
	tests := []struct {
		status int
		body   string
		is     error
		text   string
	}{
		{400, `{"error":"name is too long"}`, late.ErrInvalidRequest, "name is too long"},
		{401, `{"error":"no such key"}`, late.ErrUnauthorized, "no such key"},
		{402, `{"error":"a payment is due"}`, late.ErrPaymentRequired, "a payment is due"},
		{403, `{"error":"plan"}`, late.ErrForbidden, "plan"},
		{404, `{"error":"no such contact"}`, late.ErrNotFound, "no such contact"},
		{409, `{"error":"contact with this phone exists"}`, late.ErrConflict, "contact with this phone exists"},
		{422, `{"error":"unprocessable"}`, late.ErrInvalidRequest, "unprocessable"},
		{429, `{"error":"slow down"}`, late.ErrRateLimited, "slow down"},
		{500, `{"error":"oops"}`, late.ErrServer, "oops"},
		{418, `{"error":"teapot"}`, nil, "teapot"},
		{404, ``, late.ErrNotFound, "Not Found"},
		{502, `<html>Bad gateway</html>`, late.ErrServer, `Bad Gateway: "<html>Bad gateway</html>"`},
		{400, `{"message":"not of this API"}`, late.ErrInvalidRequest, `Bad Request: "{\"message\":\"not of this API\"}"`},
		{400, `[1]`, late.ErrInvalidRequest, `Bad Request: "[1]"`},
		{301, ``, nil, "Moved Permanently"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.status, " ", tt.body), func(t *testing.T) {
			t.Parallel()
			client, _ := newClient(t, tt.status, tt.body, late.WithMaxRetries(0))
			_, err := client.Contacts.Get(t.Context(), testID)
			var e *late.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, tt.status, e.StatusCode)
			require.Equal(t, "getWhatsAppContact", e.Operation)
			require.NotEmpty(t, e.RequestID)
			require.Len(t, e.Attempts, 1)
			require.Equal(t, fmt.Sprintf("late: get contact: %d %s (request %s)", tt.status, tt.text, e.RequestID), err.Error())
			for _, kind := range all {
				require.Equal(t, kind == tt.is, errors.Is(err, kind), kind)
			}
			require.NotErrorIs(t, err, late.ErrOutcomeUnknown)
		})
	}
}

func TestErrorFields(t *testing.T) {
	t.Parallel()
	w := &wire{respond: func(int, *http.Request) (*http.Response, error) {
		return says(429, `{"error":"limit","type":"rate","code":131056,"param":"phone","docUrl":"https://example.com/d","platform":"whatsapp",
			"platformError":{"error":{"code":1}},"details":["a"]}`, "Retry-After", "7", "X-Request-Id", "theirs"), nil
	}}
	client := clientOn(t, w, late.WithMaxRetries(0))
	_, err := client.Contacts.Create(t.Context(), late.CreateContactRequest{Phone: testPhone, Name: "Ada"})
	var e *late.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "limit", e.Message)
	require.Equal(t, "rate", e.Type)
	require.Equal(t, "131056", e.Code, "a number is accepted")
	require.Equal(t, "phone", e.Param)
	require.Equal(t, "https://example.com/d", e.DocURL)
	require.Equal(t, "whatsapp", e.Platform)
	require.JSONEq(t, `{"error":{"code":1}}`, string(e.PlatformError))
	require.JSONEq(t, `["a"]`, string(e.Details))
	require.Equal(t, 7*time.Second, e.RetryAfter)
	require.Equal(t, "theirs", e.RequestID, "the server's ID takes precedence")
	require.NotErrorIs(t, err, late.ErrOutcomeUnknown, "a 429 was not processed")
}

func TestMalformedResponse(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"HTML": "<html>log in</html>", "empty": "", "null": "null", "array": "[]", "truncated": `{"contact":{"id":"x`, "wrong type": `{"contact":"x"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &wire{respond: func(int, *http.Request) (*http.Response, error) {
				return says(200, body, "Content-Type", "text/html; charset=utf-8"), nil
			}}
			client := clientOn(t, w)
			_, err := client.Contacts.Get(t.Context(), testID)
			var e *late.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, 200, e.StatusCode)
			require.Equal(t, "text/html; charset=utf-8", e.ContentType)
			require.Equal(t, body, e.Body)
			require.NotErrorIs(t, err, late.ErrOutcomeUnknown, "reads have no outcome")

			_, err = client.Contacts.Create(t.Context(), late.CreateContactRequest{Phone: testPhone, Name: "Ada"})
			require.ErrorIs(t, err, late.ErrOutcomeUnknown)
			require.Equal(t, 2, w.sent(), "neither is retried")
		})
	}
}

func TestEvery2xxIsSuccess(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 201, 202, 203} {
		client, _ := newClient(t, status, `{"contact":{"id":"x","isOptedIn":false,"phone":null,"unknown":{"x":1}},"next":[]}`)
		c, err := client.Contacts.Get(t.Context(), testID)
		require.NoError(t, err)
		require.Equal(t, "x", c.ID)
		require.NoError(t, client.Contacts.Delete(t.Context(), testID))
	}
	client, _ := newClient(t, 204, ``)
	require.NoError(t, client.Templates.Delete(t.Context(), "hello"))
}

func TestUnknownEnumValuesAreKept(t *testing.T) {
	t.Parallel()
	client, _ := newClient(t, 200, `{"template":{"name":"hello","status":"PAUSED","category":"NEW"}}`)
	tmpl, err := client.Templates.Wait(t.Context(), "hello")
	require.NoError(t, err, "a paused template has been reviewed")
	require.Equal(t, late.TemplateStatus("PAUSED"), tmpl.Status)
	require.Equal(t, late.TemplateCategory("NEW"), tmpl.Category)
}

func TestAPIKeyIsNeverPrinted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		w := &wire{respond: func(n int, req *http.Request) (*http.Response, error) {
			require.Equal(t, "Bearer "+testKey, req.Header.Get("Authorization"))
			switch n % 3 {
			case 0:
				return says(500, `{"error":"invalid key `+testKey+`","details":{"key":"`+testKey+`"}}`), nil
			case 1:
				return says(502, `<html>`+req.Header.Get("Authorization")), nil
			default:
				return nil, io.ErrUnexpectedEOF
			}
		}}
		logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		client := clientOn(t, w, late.WithLogger(logger))
		var seen []error
		for range 6 {
			_, err := client.Contacts.List(t.Context(), late.ListContactsOptions{Search: "Lovelace"})
			seen = append(seen, err)
			_, err = client.Contacts.Create(t.Context(), late.CreateContactRequest{Phone: testPhone, Name: "Lovelace"})
			seen = append(seen, err)
		}
		_, err := late.NewClient(testKey + "\n")
		require.Error(t, err)
		seen = append(seen, err)
		for _, err := range seen {
			var e *late.Error
			errors.As(err, &e)
			for _, text := range []string{err.Error(), fmt.Sprintf("%+v %#v", err, err), fmt.Sprintf("%+v", e)} {
				require.NotContains(t, text, testKey)
			}
			if e != nil {
				require.NotContains(t, string(e.Details)+e.Body, testKey)
			}
		}
		require.NotContains(t, fmt.Sprintf("%+v %+v %#v", client, *client, client), testKey)
		require.NotContains(t, log.String(), testKey)
		require.NotContains(t, log.String(), "Lovelace")
		require.NotContains(t, log.String(), testPhone)
		require.Contains(t, log.String(), "create contact")
	})
}

func TestNewClientRejectsInvalidInput(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		key  string
		opts []late.Option
	}{
		"no key":              {"", nil},
		"key with line break": {"sk_1\n", nil},
		"key with a space":    {"Bearer sk_1", nil},
		"relative URL":        {"k", []late.Option{late.WithBaseURL("getlate.dev/api")}},
		"unsupported scheme":  {"k", []late.Option{late.WithBaseURL("ftp://example.com")}},
		"URL with a password": {"k", []late.Option{late.WithBaseURL("https://user:pass@example.com")}},
		"URL with a query":    {"k", []late.Option{late.WithBaseURL("https://example.com/?x=1")}},
		"malformed URL":       {"k", []late.Option{late.WithBaseURL("https://exa mple")}},
		"negative retries":    {"k", []late.Option{late.WithMaxRetries(-1)}},
		"negative timeout":    {"k", []late.Option{late.WithTimeout(-1)}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := late.NewClient(tt.key, tt.opts...)
			var invalid *late.ValidationError
			require.ErrorAs(t, err, &invalid)
			require.Nil(t, client)
			require.NotContains(t, err.Error(), "pass@")
		})
	}
	for _, base := range []string{"http://127.0.0.1:8080", "https://example.com/", "https://example.com/a/b/"} {
		_, err := late.NewClient("k", late.WithBaseURL(base), late.WithHTTPClient(nil))
		require.NoError(t, err)
	}
}

func TestOutcome(t *testing.T) {
	t.Parallel()
	w := &wire{respond: func(int, *http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }}
	client := clientOn(t, w)
	_, err := client.Broadcasts.Send(t.Context(), testID)
	require.ErrorIs(t, err, late.ErrOutcomeUnknown)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Contains(t, err.Error(), "it may or may not have happened")
	require.Equal(t, 1, w.sent())

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = client.Broadcasts.Send(ctx, testID)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, late.ErrNotSent)
	require.NotErrorIs(t, err, late.ErrOutcomeUnknown)
	require.Equal(t, 1, w.sent())
}

func TestErrorBodyIsAnExcerpt(t *testing.T) {
	t.Parallel()
	client, _ := newClient(t, 400, strings.Repeat("ü", 5000))
	_, err := client.Contacts.Get(t.Context(), testID)
	var e *late.Error
	require.ErrorAs(t, err, &e)
	require.LessOrEqual(t, len(e.Body), 2<<10)
	require.Equal(t, strings.Repeat("ü", len(e.Body)/2), e.Body)
	require.Less(t, len(err.Error()), 400)
}

// A *rate.Limiter refuses a call if the context would be done before its turn.
func TestLimiterRefusal(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 200, complete, late.WithLimiter(rate.NewLimiter(rate.Every(time.Hour), 1)))
	_, err := client.Groups.List(t.Context())
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err = client.Groups.List(ctx)
	require.ErrorIs(t, err, late.ErrRateLimited)
	require.ErrorIs(t, err, late.ErrNotSent)

	cancel()
	_, err = client.Groups.List(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, late.ErrRateLimited)
	require.Equal(t, 1, w.sent())
}

func TestErrorsBuiltByUsers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  error
		text string
		is   []error
	}{
		{&late.Error{}, "late: call failed", nil},
		{&late.Error{StatusCode: 404}, "late: 404 Not Found", []error{late.ErrNotFound}},
		{&late.Error{StatusCode: 409, Message: "phone exists", Operation: "createWhatsAppContact", RequestID: "r1"},
			"late: create contact: 409 phone exists (request r1)", []error{late.ErrConflict}},
		{&late.Error{Outcome: late.OutcomeUnknown, Err: io.EOF, Attempts: make([]late.Attempt, 2)},
			"late: EOF (outcome unknown: it may or may not have happened; 2 attempts)", []error{late.ErrOutcomeUnknown, io.EOF}},
		{&late.Error{Outcome: late.OutcomeNotSent, Err: late.ErrNoAccount},
			"late: no account: use WithAccount, ForAccount or the request's AccountID", []error{late.ErrNotSent, late.ErrNoAccount}},
		{&late.ValidationError{}, "late: request: is invalid", []error{late.ErrInvalidRequest, late.ErrNotSent}},
		{&late.ValidationError{Field: "phone", Reason: "is required"}, "late: phone: is required", nil},
	} {
		require.EqualError(t, tt.err, tt.text)
		for _, target := range tt.is {
			require.ErrorIs(t, tt.err, target)
		}
	}
	for _, target := range []error{late.ErrNotFound, late.ErrOutcomeUnknown, late.ErrNotSent, nil} {
		require.NotErrorIs(t, &late.Error{StatusCode: 400}, target)
	}
	require.Equal(t, "refused not sent unknown Outcome(7)",
		fmt.Sprint(late.OutcomeRefused, " ", late.OutcomeNotSent, " ", late.OutcomeUnknown, " ", late.Outcome(7)))
}
