package transport_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// perSecond is a server that allows so many requests a second, in one of the usual ways, and
// refuses the others with nothing but a 429.
type perSecond struct {
	limit   int
	sliding bool
	latency time.Duration

	mu      sync.Mutex
	begun   []time.Time // of the allowed requests
	refused int
}

func (s *perSecond) serve(*http.Request) (*http.Response, error) {
	s.mu.Lock()
	now := time.Now()
	from := now.Add(-time.Second)
	if !s.sliding {
		from = now.Truncate(time.Second).Add(-1)
	}
	recent := 0
	for _, begun := range s.begun {
		if begun.After(from) {
			recent++
		}
	}
	allowed := recent < s.limit
	if allowed {
		s.begun = append(s.begun, now)
	} else {
		s.refused++
	}
	s.mu.Unlock()
	time.Sleep(s.latency)
	if allowed {
		return response(200, "{}"), nil
	}
	return response(429, "{}"), nil
}

// goroutines makes calls on n goroutines and returns the errors.
func goroutines(t *testing.T, tr *transport.Transport, n, calls int) []error {
	var errs []error
	var mu sync.Mutex
	var left atomic.Int64
	var wg sync.WaitGroup
	left.Store(int64(calls))
	for range n {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := finish(tr.Do(create.request(t, t.Context(), base))); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return errs
}

func TestRateIsLearnedFromRefusalsWithoutHeaders(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*perSecond{
		"fixed window":            {limit: 20},
		"fixed window, latency":   {limit: 20, latency: 80 * time.Millisecond},
		"fixed window, slow":      {limit: 20, latency: 700 * time.Millisecond},
		"sliding window":          {limit: 20, sliding: true},
		"sliding window, latency": {limit: 20, sliding: true, latency: 80 * time.Millisecond},
		"50 a second":             {limit: 50, sliding: true, latency: 5 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tr := inMemory(t, s.serve, retries(3))
				begin := time.Now()
				require.Empty(t, goroutines(t, tr, 20, 200))
				t.Logf("%d refusals, %s", s.refused, time.Since(begin))
				require.LessOrEqual(t, s.refused, 60)
				require.Less(t, time.Since(begin), 30*time.Second)
			})
		})
	}
}

// The learned rate follows a server that allows more later.
func TestLearnedRateIncreases(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &perSecond{limit: 10, latency: 10 * time.Millisecond}
		tr := inMemory(t, s.serve, retries(3))
		require.Empty(t, goroutines(t, tr, 20, 200))
		s.mu.Lock()
		s.limit = 1000
		s.mu.Unlock()
		begin := time.Now()
		require.Empty(t, goroutines(t, tr, 20, 2000))
		require.Less(t, time.Since(begin), 90*time.Second) // 200 s at the learned rate
	})
}

// A call that would have to wait longer than its deadline for its turn is not sent.
func TestLearnedRateRespectsDeadlines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &perSecond{limit: 5}
		tr := inMemory(t, s.serve, retries(0))
		_ = goroutines(t, tr, 20, 20)
		sent := len(s.begun) + s.refused
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		begin := time.Now()
		err := finish(tr.Do(create.request(t, ctx, base)))
		require.ErrorIs(t, err, transport.ErrNotSent)
		require.ErrorIs(t, err, transport.ErrRateLimited)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Zero(t, time.Since(begin))
		require.Equal(t, sent, len(s.begun)+s.refused)
	})
}

// Calls that wait for a login must not use up the window that it needs.
func TestLoginGoesFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &windows{limit: 2, length: time.Minute, dated: true, latency: between(1, 2)}
		var tr *transport.Transport
		var mu sync.Mutex
		token, expires := "", time.Time{}
		tr = inMemory(t, w.serve, retries(0), func(c *transport.Config) {
			c.Token = func(ctx context.Context, _ string) (string, error) {
				mu.Lock() // the others wait
				defer mu.Unlock()
				if time.Now().After(expires) {
					if err := finish(tr.Do(login.request(t, ctx, base))); err != nil {
						return "", err
					}
					token, expires = "token", time.Now().Add(5*time.Minute)
				}
				return token, nil
			}
		})
		require.Empty(t, goroutines(t, tr, 60, 60))
		require.Zero(t, w.refused)
	})
}
