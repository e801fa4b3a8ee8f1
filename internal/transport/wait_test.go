package transport_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/transport"
)

func TestBackoffIsFullJitter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const calls, most = 300, 9
		shortest, longest := [most]time.Duration{}, [most]time.Duration{}
		rt, _ := script(status(500))
		for range calls {
			// A new transport has a full budget.
			resp, err := inMemory(t, rt, retries(most)).Do(read.request(t, t.Context(), base))
			require.NoError(t, finish(resp, err))
			attempts := transport.CallOf(resp).Attempts
			require.Len(t, attempts, most+1)
			require.Zero(t, attempts[0].Wait)
			for i, a := range attempts[1:] {
				if shortest[i] == 0 || a.Wait < shortest[i] {
					shortest[i] = a.Wait
				}
				longest[i] = max(longest[i], a.Wait)
			}
		}
		for i := range most {
			bound := min(500*time.Millisecond<<i, 20*time.Second)
			require.Less(t, longest[i], bound, "retry %d", i)
			require.Greater(t, longest[i], bound*8/10, "retry %d", i)
			require.Less(t, shortest[i], bound*2/10, "retry %d", i)
		}
	})
}

func TestRetryPastTheDeadlineIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rt, n := script(status(429, "Retry-After", "10"))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		begin := time.Now()
		resp, err := inMemory(t, rt).Do(read.request(t, ctx, base))
		require.NoError(t, finish(resp, err))
		require.Zero(t, time.Since(begin))
		require.EqualValues(t, 1, n.Load())
		f := failure(t, transport.CallOf(resp).Fail(resp, nil))
		require.Equal(t, 429, f.Status)
		require.Equal(t, 10*time.Second, f.RetryAfter)
	})
}

func TestCancelEndsAWaitAtOnce(t *testing.T) {
	t.Parallel()
	for name, rt := range map[string]roundTrip{
		"Retry-After": status(429, "Retry-After", "60"),
		"rate limit":  status(429, "X-RateLimit-Limit", "60", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "946684860", "Retry-After", "0"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(3*time.Second, cancel)
				begin := time.Now()
				_, err := inMemory(t, rt).Do(read.request(t, ctx, base))
				require.Equal(t, 3*time.Second, time.Since(begin))
				require.ErrorIs(t, err, context.Canceled)
				require.NotErrorIs(t, err, transport.ErrNotSent)
				require.Len(t, failure(t, err).Attempts, 1)
			})
		})
	}
}

// Wherever the context ends before the request is passed on, nothing was sent.
func TestContextThatEndsBeforeTheRequestIsSent(t *testing.T) {
	t.Parallel()
	wait := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	rateLimited := status(200, "X-RateLimit-Limit", "60", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "946684860")
	for name, c := range map[string]struct {
		opt   option
		first roundTrip // of a call before
	}{
		"token source": {opt: func(c *transport.Config) {
			c.Token = func(ctx context.Context, _ string) (string, error) { return "", wait(ctx) }
		}},
		"token source that ignores it": {opt: func(c *transport.Config) {
			c.Token = func(ctx context.Context, _ string) (string, error) { _ = wait(ctx); return "token", nil }
		}},
		"limiter": {opt: func(c *transport.Config) {
			c.Limiter = limiter(func(ctx context.Context) error { _ = wait(ctx); return context.Cause(ctx) })
		}},
		"limiter that ignores it": {opt: func(c *transport.Config) {
			c.Limiter = limiter(func(ctx context.Context) error { _ = wait(ctx); return nil })
		}},
		"middleware": {opt: middleware(func(_ transport.Doer, req *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("signing: %w", wait(req.Context()))
		})},
		"rate limit": {opt: func(*transport.Config) {}, first: rateLimited},
	} {
		for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
			t.Run(name+"/"+end.Error(), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					steps := []roundTrip{status(200)}
					if c.first != nil {
						steps = []roundTrip{c.first, status(200)}
					}
					rt, n := script(steps...)
					tr := inMemory(t, rt, c.opt)
					if c.first != nil {
						require.NoError(t, finish(tr.Do(read.request(t, t.Context(), base))))
					}
					sent := n.Load()
					ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errCaller)
					defer cancel()
					if end == context.Canceled {
						ctx, cancel = context.WithCancel(t.Context())
						time.AfterFunc(time.Second, cancel)
					}
					_, err := tr.Do(create.request(t, ctx, base))
					require.ErrorIs(t, err, end)
					require.ErrorIs(t, err, transport.ErrNotSent)
					require.NotErrorIs(t, err, transport.ErrOutcomeUnknown)
					require.Equal(t, sent, n.Load())
				})
			})
		}
	}
}
