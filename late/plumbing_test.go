package late_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/plumbing"
	"github.com/wabakit/wabakit-go/internal/transport"
	"github.com/wabakit/wabakit-go/late"
)

// plumbed is the client as package plumbing takes it.
var plumbed = sync.OnceValues(func() (*plumbing.API, error) {
	api := &plumbing.API{Secrets: []string{testKey, testPhone, testPhone[1:]}}
	api.Open = func(t *testing.T, rt http.RoundTripper, s plumbing.Settings) plumbing.Client {
		opts := []late.Option{late.WithMaxRetries(s.MaxRetries)}
		if s.Hook != nil {
			opts = append(opts, late.WithLogger(s.Logger), late.WithAttemptHook(func(_ context.Context, a late.Attempt) { s.Hook(transport.Attempt(a)) }))
		}
		client := clientOn(t, rt, opts...)
		return func(ctx context.Context, id string) (any, error) { return wrappers[id](ctx, client) }
	}
	api.Failed = func(t *testing.T, err error) plumbing.Failed {
		var e *late.Error
		require.ErrorAs(t, err, &e)
		f := plumbing.Failed{Operation: e.Operation, RequestID: e.RequestID, Status: e.StatusCode, RetryAfter: e.RetryAfter}
		for _, a := range e.Attempts {
			f.Attempts = append(f.Attempts, transport.Attempt(a))
		}
		return f
	}
	return api, api.Load("../openapi/late")
})

func plumb(t *testing.T, run func(*plumbing.API, *testing.T)) {
	t.Helper()
	t.Parallel()
	api, err := plumbed()
	require.NoError(t, err)
	run(api, t)
}

func TestAttempts(t *testing.T) { plumb(t, (*plumbing.API).Run) }

func TestClientsOfAccountsShareTheirRetries(t *testing.T) {
	plumb(t, func(api *plumbing.API, t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := api.Server("getWhatsAppContacts")
			client := clientOn(t, s)
			own := func(ctx context.Context, id string) (any, error) { return wrappers[id](ctx, client) }
			another := func(ctx context.Context, id string) (any, error) { return wrappers[id](ctx, client.ForAccount(testID)) }
			require.Positive(t, api.Outage(t, own, s, plumbing.Enough))
			require.Zero(t, api.Outage(t, another, s, plumbing.Enough))
		})
	})
}
