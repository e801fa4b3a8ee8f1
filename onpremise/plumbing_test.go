package onpremise_test

import (
	"context"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/plumbing"
	"github.com/wabakit/wabakit-go/internal/transport"
	"github.com/wabakit/wabakit-go/onpremise"
)

const loginUser = "LoginUser"

// plumbed is the client as package plumbing takes it. It has a token, but for the login.
var plumbed = sync.OnceValues(func() (*plumbing.API, error) {
	api := &plumbing.API{
		Login: loginUser, Secrets: []string{testToken, testPassword, newPassword, "token1", testTo},
	}
	api.Open = func(t *testing.T, rt http.RoundTripper, s plumbing.Settings) plumbing.Client {
		client := clientOn(t, rt, told(s)...)
		return func(ctx context.Context, id string) (any, error) {
			if id == loginUser {
				client = clientWith(t, rt, append(told(s), onpremise.WithCredentials(testUser, testPassword))...)
			}
			return wrappers[id](ctx, client)
		}
	}
	api.Failed = func(t *testing.T, err error) plumbing.Failed {
		var e *onpremise.Error
		require.ErrorAs(t, err, &e)
		f := plumbing.Failed{Operation: e.Operation, RequestID: e.RequestID, Status: e.StatusCode, RetryAfter: e.RetryAfter}
		for _, a := range e.Attempts {
			f.Attempts = append(f.Attempts, transport.Attempt(a))
		}
		return f
	}
	if err := api.Load("../openapi/onpremise"); err != nil {
		return nil, err
	}
	api.Answer("GetProfilePhoto", 200, "image/png", png) // the contract has a link first
	return api, nil
})

func told(s plumbing.Settings) []onpremise.Option {
	opts := []onpremise.Option{onpremise.WithMaxRetries(s.MaxRetries)}
	if s.Hook != nil {
		opts = append(opts, onpremise.WithLogger(s.Logger), onpremise.WithAttemptHook(func(_ context.Context, a onpremise.Attempt) { s.Hook(transport.Attempt(a)) }))
	}
	return opts
}

func plumb(t *testing.T, run func(*plumbing.API, *testing.T)) {
	t.Helper()
	t.Parallel()
	api, err := plumbed()
	require.NoError(t, err)
	run(api, t)
}

func TestAttempts(t *testing.T) { plumb(t, (*plumbing.API).Run) }
