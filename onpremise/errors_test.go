package onpremise_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

func TestErrorsMatchTheirStatus(t *testing.T) {
	t.Parallel()
	all := []error{
		onpremise.ErrInvalidRequest, onpremise.ErrUnauthorized, onpremise.ErrPaymentRequired, onpremise.ErrForbidden, onpremise.ErrNotFound,
		onpremise.ErrConflict, onpremise.ErrRateLimited, onpremise.ErrServer,
	}
	tests := []struct {
		status int
		body   string
		is     error
		text   string
	}{
		{400, `{"errors":[{"code":1009,"title":"Parameter value is not valid","details":"to"}]}`, onpremise.ErrInvalidRequest, "1009 Parameter value is not valid: to"},
		{401, `{"errors":[{"code":1005,"title":"Access denied"}]}`, onpremise.ErrUnauthorized, "1005 Access denied"},
		{402, `{"errors":[{"title":"Pay"}]}`, onpremise.ErrPaymentRequired, "Pay"},
		{403, `{"errors":[{"code":1005},{"code":2,"title":"two"}]}`, onpremise.ErrForbidden, "1005 error; 2 two"},
		{403, `{"errors":[{"code":1024,"title":"Password change required"}]}`, onpremise.ErrForbidden, "1024 Password change required: the first login must set a new password: use WithNewPassword"},
		{404, `{"errors":[{"code":1006,"title":"Resource not found"}]}`, onpremise.ErrNotFound, "1006 Resource not found"},
		{409, `{"errors":[{"code":1004,"title":"Resource already exists"}]}`, onpremise.ErrConflict, "1004 Resource already exists"},
		{422, `{"errors":[{"title":"x"}]}`, onpremise.ErrInvalidRequest, "x"},
		{429, `{"errors":[{"code":1015,"title":"Too many requests"}]}`, onpremise.ErrRateLimited, "1015 Too many requests"},
		{500, `{"errors":[{"code":1014,"title":"Internal error"}]}`, onpremise.ErrServer, "1014 Internal error"},
		{418, `{"errors":[{"title":"teapot"}]}`, nil, "teapot"},
		{400, `{"errors":[{"code":400,"title":"Bad request"}]}`, onpremise.ErrInvalidRequest, "Bad request"},
		{200, `{"errors":[{"code":1014,"title":"Internal error"}]}`, nil, "1014 Internal error"},
		{404, ``, onpremise.ErrNotFound, "Not Found"},
		{502, `<html>Bad gateway</html>`, onpremise.ErrServer, `Bad Gateway: "<html>Bad gateway</html>"`},
		{400, `{"errors":[]}`, onpremise.ErrInvalidRequest, `Bad Request: "{\"errors\":[]}"`},
		{301, ``, nil, "Moved Permanently"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.status, " ", tt.body), func(t *testing.T) {
			t.Parallel()
			client, _ := newClient(t, tt.status, tt.body, onpremise.WithMaxRetries(0))
			_, err := client.Groups.Get(t.Context(), testGroup)
			var e *onpremise.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, tt.status, e.StatusCode)
			require.Equal(t, "GetGroupInfo", e.Operation)
			require.NotEmpty(t, e.RequestID)
			require.Len(t, e.Attempts, 1)
			require.Equal(t, fmt.Sprintf("onpremise: get group: %d %s (request %s)", tt.status, tt.text, e.RequestID), err.Error())
			for _, kind := range all {
				require.Equal(t, kind == tt.is, errors.Is(err, kind), kind)
			}
			require.NotErrorIs(t, err, onpremise.ErrOutcomeUnknown)
		})
	}
}

func TestErrorHasTheServersFields(t *testing.T) {
	t.Parallel()
	w := &wire{answer: func(int, *http.Request) (*http.Response, error) {
		return says(429, `{"meta":{"version":"v2.39","api_status":"stable"},"errors":[{"code":1015,"title":"Too many requests","details":"wait","href":"https://e"},{"code":1}]}`,
			"Retry-After", "7"), nil
	}}
	_, err := clientOn(t, w, onpremise.WithMaxRetries(0)).Groups.Create(t.Context(), "x")
	var e *onpremise.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "Too many requests", e.Message)
	require.Equal(t, 1015, e.Code)
	require.Equal(t, "wait", e.Details)
	require.Equal(t, "https://e", e.Href)
	require.Len(t, e.Errors, 2)
	require.Equal(t, "v2.39", e.Meta.Version)
	require.Equal(t, 7*time.Second, e.RetryAfter)
	require.Empty(t, e.Body)
	require.NotErrorIs(t, err, onpremise.ErrOutcomeUnknown)
}

func TestRetriesFollowTheContract(t *testing.T) {
	t.Parallel()
	never := map[string]bool{
		"Users.Create": true, "Users.Logout": true, "Application.SetShards": true, "Backup.Restore": true, "Registration.RequestCode": true,
		"Registration.Register": true, "Groups.Create": true, "Groups.RevokeInvite": true, "Groups.Leave": true, "Media.Upload": true,
	}
	for _, tt := range calls {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := &wire{answer: func(n int, _ *http.Request) (*http.Response, error) {
					if n == 1 {
						return says(502, ""), nil
					}
					return says(tt.status, tt.answer), nil
				}}
				err := tt.call(t.Context(), clientOn(t, w))
				if never[tt.name] {
					require.ErrorIs(t, err, onpremise.ErrOutcomeUnknown)
					require.Equal(t, 1, w.sent())
					return
				}
				require.NoError(t, err)
				require.Equal(t, 2, w.sent())
				require.Equal(t, w.bodies[0], w.bodies[1])
			})
		})
	}
}

// parrot quotes every secret that it receives.
func parrot(status int, secrets ...string) *wire {
	return &wire{answer: func(n int, req *http.Request) (*http.Response, error) {
		quoted := req.Header.Get("Authorization") + " " + strings.ReplaceAll(strings.Join(secrets, " "), `"`, `\"`)
		switch n % 3 {
		case 0:
			return nil, errors.New("cut while sending " + req.Header.Get("Authorization") + strings.Join(secrets, " "))
		case 1:
			return says(status, `{"errors":[{"code":1,"title":"`+quoted+`","details":"`+quoted+`","href":"`+quoted+`"}]}`), nil
		default:
			return says(status, "not JSON: "+quoted+strings.Join(secrets, " ")), nil
		}
	}}
}

func TestErrorsRedactSecrets(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	check := func(t *testing.T, err error, secrets ...string) {
		t.Helper()
		require.Error(t, err)
		var e *onpremise.Error
		require.ErrorAs(t, err, &e)
		texts := []string{err.Error(), fmt.Sprintf("%v %+v %#v", err, err, err), fmt.Sprintf("%+v %#v", *e, *e)}
		for _, a := range e.Attempts {
			texts = append(texts, fmt.Sprintf("%+v %v", a, a.Err))
		}
		for cause := err; cause != nil; cause = errors.Unwrap(cause) {
			texts = append(texts, fmt.Sprintf("%v %+v", cause, cause))
		}
		for _, secret := range secrets {
			for _, text := range append(texts, logged.String()) {
				require.NotContains(t, text, secret)
				require.NotContains(t, text, strings.ReplaceAll(secret, `"`, `\"`))
			}
		}
	}
	for _, status := range []int{400, 401, 500} {
		opts := []onpremise.Option{onpremise.WithMaxRetries(0), onpremise.WithLogger(logger), onpremise.WithAttemptHook(func(_ context.Context, a onpremise.Attempt) {
			if a.Err != nil {
				require.NotContains(t, a.Err.Error(), testToken)
				require.NotContains(t, a.Err.Error(), testPassword)
			}
		})}
		w := parrot(status, testPassword, newPassword)
		client := clientWith(t, w, append(opts, onpremise.WithCredentials(testUser, testPassword), onpremise.WithNewPassword(newPassword))...)
		for range 6 {
			check(t, send(t.Context(), client, "hi"), testPassword, newPassword, "YWRtaW46", "YTph") // base64 of "admin:"
			_, err := client.Users.Login(t.Context())
			check(t, err, testPassword, newPassword, "YWRtaW46")
		}
		client = clientOn(t, parrot(status), opts...)
		for range 3 {
			check(t, send(t.Context(), client, "hi"), testToken)
		}
		const secret = `quite "secret`
		client = clientOn(t, parrot(status, secret, "654321"), opts...)
		for range 3 {
			ctx := t.Context()
			_, err := client.Users.Create(ctx, onpremise.CreateUserRequest{Username: "u", Password: secret})
			check(t, err, secret, testToken)
			_, err = client.Users.Update(ctx, "u", onpremise.UpdateUserRequest{Password: secret})
			check(t, err, secret)
			_, err = client.Backup.Create(ctx, secret)
			check(t, err, secret)
			check(t, client.Backup.Restore(ctx, onpremise.RestoreRequest{Data: "d", Password: secret}), secret)
			check(t, client.Registration.Register(ctx, "654321"), "654321")
			check(t, client.TwoStep.Enable(ctx, "654321"), "654321")
			check(t, client.Application.SetShards(ctx, onpremise.SetShardsRequest{CountryCode: "1", PhoneNumber: "2", PIN: "654321", Shards: 1}), "654321")
			check(t, providers(ctx, client, onpremise.MediaProvider{Name: "n", Auth: onpremise.BasicAuth{Username: "u", Password: secret}}), secret)
			check(t, providers(ctx, client, onpremise.MediaProvider{Name: "n", Auth: onpremise.BearerAuth{Token: secret}}), secret)
			_, err = client.Registration.RequestCode(ctx, onpremise.RequestCodeRequest{CountryCode: "1", PhoneNumber: "2", Method: "sms", Certificate: "c", PIN: "654321"})
			check(t, err, "654321")
		}
	}
	require.NotEmpty(t, logged.String())
}

func TestErrorsDoNotQuoteResponsesWithSecrets(t *testing.T) {
	t.Parallel()
	client, _ := newClient(t, 200, `{"token":"tok-secret","settings":[{"bearer":"tok-secret"}]}`)
	_, err := client.Application.MediaProviders(t.Context())
	require.Error(t, err)
	require.NotContains(t, fmt.Sprintf("%+v", err), "tok-secret")

	w := &wire{answer: func(int, *http.Request) (*http.Response, error) { return says(200, `{"token":"tok-secret"}`), nil }}
	_, err = clientWith(t, w, onpremise.WithCredentials("u", "p4ssw0rd")).Users.Login(t.Context())
	require.ErrorContains(t, err, "response has no token")
	require.NotContains(t, fmt.Sprintf("%+v", err), "tok-secret")
}

func TestPrintedValuesRedactSecrets(t *testing.T) {
	t.Parallel()
	w := &wire{answer: func(_ int, req *http.Request) (*http.Response, error) {
		if strings.HasSuffix(req.URL.Path, "login") {
			return says(200, `{"users":[{"token":"`+testToken+`"}]}`), nil
		}
		return says(200, `{"messages":[{"id":"m"}]}`), nil
	}}
	opts := []onpremise.Option{onpremise.WithCredentials(testUser, testPassword), onpremise.WithNewPassword(newPassword)}
	client := clientWith(t, w, opts...)
	require.NoError(t, send(t.Context(), client, "hi"))
	for _, v := range []any{
		client, *client, opts, *client.Users, client.Users, *client.Messages, client.API(), *client.API(), client.API().ClientInterface,
		onpremise.WithToken(testToken), onpremise.CreateUserRequest{Username: "u", Password: testPassword},
		onpremise.MediaProvider{Auth: onpremise.BearerAuth{Token: testToken}}, &onpremise.BasicAuth{Password: testPassword},
		onpremise.Session{Token: testToken}, onpremise.RestoreRequest{Password: testPassword},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			text := fmt.Sprintf(verb, v)
			for _, secret := range []string{testPassword, newPassword, testToken} {
				require.NotContains(t, text, secret)
				require.NotContains(t, text, strings.ReplaceAll(secret, `"`, `\"`))
			}
		}
	}
}

func TestCancellingTheContextEndsACall(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	w := &wire{answer: func(_ int, req *http.Request) (*http.Response, error) {
		cancel()
		<-req.Context().Done()
		return nil, req.Context().Err()
	}}
	err := send(ctx, clientOn(t, w), "hi")
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, onpremise.ErrOutcomeUnknown)
}
