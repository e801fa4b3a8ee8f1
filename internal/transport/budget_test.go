package transport_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// swap is a server whose behavior a test changes.
type swap struct {
	mu sync.Mutex
	f  roundTrip
}

func (s *swap) set(f roundTrip) { s.mu.Lock(); s.f = f; s.mu.Unlock() }

func (s *swap) serve(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	f := s.f
	s.mu.Unlock()
	return f(req)
}

// outage makes a thousand calls that fail, and returns the number of retries.
func outage(t *testing.T, tr *transport.Transport, s *swap) int {
	t.Helper()
	rt, n := script(status(500))
	s.set(rt)
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() { _ = finish(tr.Do(read.request(t, t.Context(), base))) })
	}
	wg.Wait()
	return int(n.Load()) - 1000
}

func TestBudgetLimitsRetriesInAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := new(swap)
		tr := inMemory(t, s.serve, retries(5))
		require.Equal(t, 100, outage(t, tr, s))
		require.Zero(t, outage(t, tr, s))
		resp, err := tr.Do(read.request(t, t.Context(), base))
		require.NoError(t, err)
		require.ErrorContains(t, transport.CallOf(resp).Fail(resp, nil), "too many recent attempts")
		s.set(broken(io.ErrUnexpectedEOF))
		_, err = tr.Do(read.request(t, t.Context(), base))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.ErrorContains(t, err, "too many recent attempts")

		// After a recovery the budget is full again.
		s.set(status(200))
		for range 500 {
			require.NoError(t, finish(tr.Do(read.request(t, t.Context(), base))))
		}
		require.Equal(t, 100, outage(t, tr, s))
	})
}

func TestFailuresWithoutOverloadDoNotUseTheBudget(t *testing.T) {
	t.Parallel()
	cancelled := func(after time.Duration) func(*testing.T, *transport.Transport, *swap) {
		return func(t *testing.T, tr *transport.Transport, _ *swap) {
			ctx, cancel := context.WithCancel(t.Context())
			defer time.AfterFunc(after, cancel).Stop()
			_, err := tr.Do(read.request(t, ctx, base))
			require.ErrorIs(t, err, context.Canceled)
		}
	}
	do := func(t *testing.T, tr *transport.Transport, _ *swap) {
		_ = finish(tr.Do(read.request(t, t.Context(), base)))
	}
	steps := func(steps ...roundTrip) func(*testing.T, *transport.Transport, *swap) {
		return func(t *testing.T, tr *transport.Transport, s *swap) {
			rt, n := script(steps...)
			s.set(rt)
			do(t, tr, s)
			require.EqualValues(t, len(steps), n.Load())
		}
	}
	huge := func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(io.LimitReader(zeros{}, 32<<20+1)), ContentLength: -1}, nil
	}
	for name, c := range map[string]struct {
		server roundTrip
		call   func(*testing.T, *transport.Transport, *swap)
		times  int
	}{
		"404": {status(404), do, 200},
		"cancel": {func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		}, cancelled(time.Second), 200},
		"cancel in a pause":     {status(503, "Retry-After", "60"), cancelled(time.Second), 200},
		"retry succeeds":        {nil, steps(status(500), status(200)), 200},
		"retry refused":         {nil, steps(status(500), status(404)), 200},
		"retry too large":       {nil, steps(status(500), huge), 5},
		"retry fails otherwise": {nil, steps(status(500), broken(errCaller)), 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &swap{f: c.server}
				tr := inMemory(t, s.serve)
				for range c.times {
					c.call(t, tr, s)
				}
				require.Equal(t, 100, outage(t, tr, s))
			})
		})
	}
}
