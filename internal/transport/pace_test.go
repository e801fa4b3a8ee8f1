package transport_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// windows is a server that allows a number of requests per window. Windows begin at multiples of
// their length.
type windows struct {
	limit   int
	length  time.Duration
	skew    time.Duration // of its clock
	dated   bool
	wobble  bool // the reported end of the window varies by a second
	latency func() time.Duration

	mu      sync.Mutex
	window  int64
	count   int
	served  int
	refused int
}

func (w *windows) serve(req *http.Request) (*http.Response, error) {
	half := w.latency() / 2
	time.Sleep(half)
	w.mu.Lock()
	now := time.Now()
	if n := now.UnixNano() / int64(w.length); n != w.window {
		w.window, w.count = n, 0
	}
	code := 200
	if w.count < w.limit {
		w.count++
		w.served++
	} else {
		code = 429
		w.refused++
	}
	end := time.Unix(0, (w.window+1)*int64(w.length)).Add(w.skew)
	if w.wobble && w.served%3 == 0 {
		end = end.Add(-time.Second)
	}
	header := []string{"X-RateLimit-Limit", strconv.Itoa(w.limit), "X-RateLimit-Remaining", strconv.Itoa(w.limit - w.count),
		"X-RateLimit-Reset", strconv.FormatInt(end.Unix(), 10)}
	w.mu.Unlock()
	if w.dated {
		header = append(header, "Date", now.Add(w.skew).UTC().Format(http.TimeFormat))
	}
	time.Sleep(half)
	return response(code, `{}`, header...), nil
}

func between(lo, hi time.Duration) func() time.Duration {
	return func() time.Duration { return lo + rand.N(hi-lo) }
}

func TestServerWindowIsUsedAndNotExceeded(t *testing.T) {
	t.Parallel()
	fast, slow := between(10*time.Millisecond, 300*time.Millisecond), between(time.Second, 9*time.Second)
	for name, w := range map[string]*windows{
		"like Late":             {limit: 60, length: time.Minute, dated: true, latency: fast},
		"without a date":        {limit: 60, length: time.Minute, latency: fast},
		"clock ahead":           {limit: 60, length: time.Minute, dated: true, skew: time.Hour, latency: fast},
		"clock behind":          {limit: 60, length: time.Minute, dated: true, skew: -90 * time.Second, latency: fast},
		"600 a minute":          {limit: 600, length: time.Minute, dated: true, latency: fast},
		"fewer than goroutines": {limit: 10, length: time.Minute, dated: true, latency: fast},
		"slow":                  {limit: 60, length: time.Minute, dated: true, latency: slow},
		"varying ends":          {limit: 60, length: time.Minute, dated: true, wobble: true, latency: fast},
		"short windows":         {limit: 60, length: 10 * time.Second, dated: true, latency: fast},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(17*time.Second + 300*time.Millisecond)
				tr := inMemory(t, w.serve, retries(0))
				require.NoError(t, finish(tr.Do(read.request(t, t.Context(), base)))) // reports the limit
				// Begin with a whole window.
				time.Sleep(time.Until(time.Now().Truncate(w.length).Add(w.length + time.Second)))
				w.served = 0
				begin := time.Now()
				total := 80 * w.limit
				if w.limit > 60 {
					total = 10 * w.limit
				}
				var calls atomic.Int64
				calls.Store(int64(total))
				var wg sync.WaitGroup
				for range 32 {
					wg.Go(func() {
						for calls.Add(-1) >= 0 {
							_ = finish(tr.Do(read.request(t, t.Context(), base)))
						}
					})
				}
				wg.Wait()
				require.Zero(t, w.refused, "refused")
				require.Equal(t, total, w.served)
				allowed := (int(time.Since(begin)/w.length) + 1) * w.limit
				require.GreaterOrEqual(t, float64(w.served)/float64(allowed), 0.95)
			})
		})
	}
}

func TestSeveralClientsShareAWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &windows{limit: 60, length: time.Minute, dated: true, latency: between(10*time.Millisecond, 300*time.Millisecond)}
		begin := time.Now()
		var wg sync.WaitGroup
		for range 3 {
			tr := inMemory(t, w.serve, retries(3))
			for range 8 {
				wg.Go(func() {
					for range 100 {
						resp, err := tr.Do(read.request(t, t.Context(), base))
						require.NoError(t, finish(resp, err))
					}
				})
			}
		}
		wg.Wait()
		minutes := int(time.Since(begin)/time.Minute) + 1
		require.GreaterOrEqual(t, float64(w.served)/float64(60*minutes), 0.95)
		require.Less(t, float64(w.refused)/float64(w.served), 0.4)
		t.Log(w.served, w.refused, minutes)
	})
}

func limited(remaining int, reset time.Time) []string {
	return []string{"X-RateLimit-Limit", "60", "X-RateLimit-Remaining", strconv.Itoa(remaining), "X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10)}
}

func TestExhaustedWindowIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reset := time.Now().Add(42 * time.Second)
		rt, n := script(status(200, limited(0, reset)...), status(200))
		tr := inMemory(t, rt)
		require.Zero(t, tr.RateLimit())
		require.NoError(t, finish(tr.Do(create.request(t, t.Context(), base))))
		require.Equal(t, transport.RateLimit{Limit: 60, Remaining: 0, Reset: reset}, tr.RateLimit())

		ctx, cancel := context.WithTimeout(t.Context(), 41*time.Second)
		defer cancel()
		begin := time.Now()
		_, err := tr.Do(create.request(t, ctx, base))
		require.Zero(t, time.Since(begin), "no wait")
		require.ErrorIs(t, err, transport.ErrRateLimited)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, transport.ErrNotSent)
		require.NotErrorIs(t, err, transport.ErrOutcomeUnknown)
		require.EqualValues(t, 1, n.Load())

		resp, err := tr.Do(create.request(t, t.Context(), base))
		require.NoError(t, finish(resp, err))
		require.Equal(t, 42*time.Second, time.Since(begin))
		require.Equal(t, 42*time.Second, transport.CallOf(resp).Attempts[0].Wait)
		require.Zero(t, transport.CallOf(resp).Attempts[0].Duration)
	})
}

func TestMalformedRateLimitHeadersAreIgnored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rt, _ := script(
			status(200, "X-RateLimit-Limit", "60", "X-RateLimit-Remaining", "none", "X-RateLimit-Reset", "946684900"),
			status(200, "X-RateLimit-Remaining", "0"),
			status(200, "X-RateLimit-Limit", "60", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "Sat, 01 Jan 2000"),
			status(200),
		)
		tr := inMemory(t, rt)
		for range 4 {
			require.NoError(t, finish(tr.Do(read.request(t, t.Context(), base))))
		}
		require.Zero(t, tr.RateLimit())
		require.Equal(t, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), time.Now().UTC(), "no wait")
	})
}

// After a response with a wrong reset time, later ones still count.
func TestPacingSurvivesAWrongReset(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &windows{limit: 60, length: time.Minute, dated: true, latency: between(1, 2)}
		s := &swap{f: status(200, "X-RateLimit-Limit", "60", "X-RateLimit-Remaining", "59", "X-RateLimit-Reset", "946684800000")}
		tr := inMemory(t, s.serve, retries(0))
		require.NoError(t, finish(tr.Do(read.request(t, t.Context(), base))))
		s.set(w.serve)
		for range 600 {
			_ = finish(tr.Do(read.request(t, t.Context(), base)))
		}
		w.mu.Lock()
		w.refused = 0
		w.mu.Unlock()
		for range 600 {
			_ = finish(tr.Do(read.request(t, t.Context(), base)))
		}
		require.Zero(t, w.refused)
	})
}

// A response that arrives after the end of its window says nothing about the next one.
func TestLateResponseDoesNotUseTheNextWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &windows{limit: 60, length: time.Minute, dated: true, latency: between(1, 2)}
		var delay atomic.Int64 // of the next response
		tr := inMemory(t, func(req *http.Request) (*http.Response, error) {
			d := time.Duration(delay.Swap(0))
			resp, err := w.serve(req)
			time.Sleep(d)
			return resp, err
		}, retries(0))
		do := func() { require.NoError(t, finish(tr.Do(read.request(t, t.Context(), base)))) }
		time.Sleep(55 * time.Second)
		for range 59 {
			do()
		}
		var late sync.WaitGroup
		delay.Store(int64(10 * time.Second))
		late.Go(do)
		time.Sleep(9 * time.Second)
		delay.Store(int64(2 * time.Second))
		var first sync.WaitGroup
		first.Go(do) // in the next window; its response arrives after the late one
		late.Wait()
		begin := time.Now()
		for range 59 {
			do()
		}
		require.Less(t, time.Since(begin), time.Second)
		first.Wait()
		require.Zero(t, w.refused)
	})
}

// The server counts only requests that it has received.
func TestAttemptWithoutAResponseUsesNoSlot(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(*testing.T, *transport.Transport, *swap, *atomic.Bool){
		"canceled": func(t *testing.T, tr *transport.Transport, _ *swap, _ *atomic.Bool) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err := tr.Do(read.request(t, ctx, base))
			require.ErrorIs(t, err, context.Canceled)
		},
		"no token": func(t *testing.T, tr *transport.Transport, _ *swap, deny *atomic.Bool) {
			deny.Store(true)
			defer deny.Store(false)
			_, err := tr.Do(read.request(t, t.Context(), base))
			require.ErrorIs(t, err, errCaller)
		},
		"network down": func(t *testing.T, tr *transport.Transport, s *swap, _ *atomic.Bool) {
			s.set(broken(errCaller))
			_, err := tr.Do(read.request(t, t.Context(), base))
			require.ErrorIs(t, err, errCaller)
		},
		"panic": func(t *testing.T, tr *transport.Transport, s *swap, _ *atomic.Bool) {
			s.set(func(*http.Request) (*http.Response, error) { panic("server") })
			require.Panics(t, func() { _, _ = tr.Do(read.request(t, t.Context(), base)) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := &windows{limit: 60, length: time.Minute, dated: true, latency: between(1, 2)}
				s, deny := &swap{f: w.serve}, new(atomic.Bool)
				tr := inMemory(t, s.serve, retries(0), func(c *transport.Config) {
					c.Token = func(context.Context, string) (string, error) {
						if deny.Load() {
							return "", errCaller
						}
						return "token", nil
					}
				})
				begin := time.Now()
				require.NoError(t, finish(tr.Do(read.request(t, t.Context(), base))))
				for range 200 {
					fail(t, tr, s, deny)
				}
				s.set(w.serve)
				for range 59 {
					require.NoError(t, finish(tr.Do(read.request(t, t.Context(), base))))
				}
				require.Less(t, time.Since(begin), time.Minute)
				require.NoError(t, finish(tr.Do(read.request(t, t.Context(), base))))
				require.GreaterOrEqual(t, time.Since(begin), time.Minute)
				require.Zero(t, w.refused)
			})
		})
	}
}

func TestLongCallDelaysNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &windows{limit: 5, length: time.Minute, dated: true, latency: between(1, 2)}
		tr := inMemory(t, func(req *http.Request) (*http.Response, error) {
			resp, err := w.serve(req)
			if req.Method == "POST" {
				time.Sleep(time.Hour)
			}
			return resp, err
		}, retries(0))
		require.NoError(t, finish(tr.Do(read.request(t, t.Context(), base))))
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() { require.NoError(t, finish(tr.Do(sending.request(t, t.Context(), base)))) })
		}
		time.Sleep(5 * time.Minute)
		begin := time.Now()
		for range 50 {
			require.NoError(t, finish(tr.Do(read.request(t, t.Context(), base))))
		}
		require.Less(t, time.Since(begin), 12*time.Minute)
		wg.Wait()
		require.Zero(t, w.refused)
	})
}

func TestEachAttemptWaitsForTheLimiter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		waits := 0
		rt, n := script(status(500), status(429), status(200))
		tr := inMemory(t, rt, func(c *transport.Config) {
			c.Limiter = limiter(func(context.Context) error { waits++; return nil })
		})
		require.NoError(t, finish(tr.Do(read.request(t, t.Context(), base))))
		require.Equal(t, 3, waits)
		require.EqualValues(t, 3, n.Load())
	})
}

func TestRateLimiterOfXTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rt, n := script(status(200))
		tr := inMemory(t, rt, func(c *transport.Config) { c.Limiter = rate.NewLimiter(2, 1) })
		begin := time.Now()
		for range 11 {
			require.NoError(t, finish(tr.Do(read.request(t, t.Context(), base))))
		}
		require.Equal(t, 5*time.Second, time.Since(begin))
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := tr.Do(create.request(t, ctx, base))
		require.ErrorIs(t, err, transport.ErrNotSent)
		require.EqualValues(t, 11, n.Load())
	})
}

func TestErrorOfTheLimiter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rt, n := script(status(500))
		turn := 0
		tr := inMemory(t, rt, func(c *transport.Config) {
			c.Limiter = limiter(func(context.Context) error {
				if turn++; turn > 1 {
					return fmt.Errorf("turn %d: %w", turn, errors.ErrUnsupported)
				}
				return nil
			})
		})
		_, err := tr.Do(update.request(t, t.Context(), base))
		require.ErrorIs(t, err, errors.ErrUnsupported)
		require.ErrorIs(t, err, transport.ErrOutcomeUnknown, "of the first attempt")
		require.NotErrorIs(t, err, transport.ErrNotSent)
		require.EqualValues(t, 1, n.Load())
	})
}
