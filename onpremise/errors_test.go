package onpremise_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
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
	w := &wire{respond: func(int, *http.Request) (*http.Response, error) {
		return newResponse(429, `{"meta":{"version":"v2.39","api_status":"stable"},"errors":[{"code":1015,"title":"Too many requests","details":"wait","href":"https://e"},{"code":1}]}`,
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

// A call that got no token has one request ID to quote, that of the login.
func TestErrorOfAFailedLoginHasOneRequestID(t *testing.T) {
	t.Parallel()
	var login string
	w := &wire{respond: func(int, *http.Request) (*http.Response, error) { return newResponse(403, ""), nil }}
	client := clientWith(t, w, onpremise.WithCredentials(testUser, testPassword), onpremise.WithAttemptHook(func(_ context.Context, a onpremise.Attempt) {
		login = a.RequestID
	}))
	err := send(t.Context(), client, "hi")
	require.EqualError(t, err, "onpremise: send message: log in: 403 Forbidden (request "+login+")")
	var e *onpremise.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, login, e.RequestID)
}

func TestErrorsDoNotQuoteResponsesWithSecrets(t *testing.T) {
	t.Parallel()
	client, _ := newClient(t, 200, `{"token":"tok-secret","settings":[{"bearer":"tok-secret"}]}`)
	_, err := client.Application.MediaProviders(t.Context())
	require.Error(t, err)
	require.NotContains(t, fmt.Sprintf("%+v", err), "tok-secret")

	w := &wire{respond: func(int, *http.Request) (*http.Response, error) {
		return newResponse(200, `{"token":"tok-secret"}`), nil
	}}
	_, err = clientWith(t, w, onpremise.WithCredentials("u", "p4ssw0rd")).Users.Login(t.Context())
	require.ErrorContains(t, err, "response has no token")
	require.NotContains(t, fmt.Sprintf("%+v", err), "tok-secret")
}

func TestPrintedValuesRedactSecrets(t *testing.T) {
	t.Parallel()
	w := &wire{respond: func(_ int, req *http.Request) (*http.Response, error) {
		if strings.HasSuffix(req.URL.Path, "login") {
			return newResponse(200, `{"users":[{"token":"`+testToken+`"}]}`), nil
		}
		return newResponse(200, `{"messages":[{"id":"m"}]}`), nil
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
