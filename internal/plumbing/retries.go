package plumbing

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/contract"
)

const maxRetries = 3

// retries has each fault befall each operation, for a time and for good: what may be repeated
// is, alike in all but the time, and every attempt is told of.
func (api *API) retries(t *testing.T) {
	times := []int{2, maxRetries + 1}
	if api.long {
		times = []int{1, 2, 3, maxRetries + 1}
	}
	for _, op := range api.Operations {
		for _, f := range Faults {
			if op.Stream && f.Status == 200 {
				continue // a stream that breaks off is its reader's to see
			}
			var all [][]Fault
			for _, n := range times {
				all = append(all, slices.Repeat([]Fault{f}, n))
			}
			t.Run(op.ID+"/"+f.Name, func(t *testing.T) { api.retried(t, op, maxRetries, all...) })
		}
		t.Run(op.ID+"/one after the other", func(t *testing.T) {
			api.retried(t, op, maxRetries, []Fault{fault("dial"), fault("503 with a date"), fault("429")})
		})
		t.Run(op.ID+"/without retries", func(t *testing.T) { api.retried(t, op, 0, []Fault{fault("429")}) })
	}
}

// retried has each of several rows of faults befall a call.
func (api *API) retried(t *testing.T, op contract.Operation, maxRetries int, rows ...[]Fault) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := api.Server(op.ID)
		client, w := api.watched(t, s, maxRetries)
		for _, faults := range rows {
			s.Set(faults...)
			w.Forget()
			value, err := client(t.Context(), op.ID)
			attempts := min(len(faults), maxRetries) + 1
			if op.Repeat == "never" && slices.ContainsFunc(faults, func(f Fault) bool { return f.Doubt }) {
				attempts = 1
			}
			require.Len(t, s.Seen(), attempts)
			if attempts > len(faults) {
				require.NoError(t, err)
				Finish(t, value, err)
			} else {
				require.Error(t, err)
				failed := api.Failed(t, err)
				require.Equal(t, w.Told(op.ID), failed.Attempts)
				require.Equal(t, op.ID, failed.Operation)
				require.Equal(t, s.Seen()[0].Header.Get("X-Request-Id"), failed.RequestID)
			}
			api.Check(t, w, op.ID, s)
		}
	})
}

// backoff has operations fail more often than a client has patience by default: pauses grow to
// their bound and not beyond it, at random.
func (api *API) backoff(t *testing.T) {
	const most = 9
	waits := make([][]time.Duration, most)
	for _, op := range api.Operations {
		synctest.Test(t, func(t *testing.T) {
			s := api.Server(op.ID, slices.Repeat([]Fault{fault("429")}, most)...)
			client, w := api.watched(t, s, most)
			value, err := client(t.Context(), op.ID)
			require.NoError(t, err)
			Finish(t, value, err)
			api.Check(t, w, op.ID, s)
			for i, a := range w.Told(op.ID)[1:] {
				waits[i] = append(waits[i], a.Wait)
			}
		})
	}
	for i, waits := range waits {
		_, bound := fault("429").pause(i)
		require.Less(t, slices.Min(waits), bound/2)
		require.Greater(t, slices.Max(waits), bound/2)
	}
}

// levels has each fault befall an operation: the log warns of it, and of nothing else.
func (api *API) levels(t *testing.T) {
	op := api.Operations[slices.IndexFunc(api.Operations, func(op contract.Operation) bool { return op.Repeat == "always" })]
	for _, f := range Faults {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, w := api.watched(t, api.Server(op.ID, f), maxRetries)
				_, err := client(t.Context(), op.ID)
				require.NoError(t, err)
				lines := w.lines(t, op.ID)
				require.Len(t, lines, 2)
				require.Equal(t, slog.LevelWarn, lines[0].Level)
				require.Equal(t, slog.LevelDebug, lines[1].Level)
			})
		})
	}
}

// left has the caller leave at each point of a call: it returns in that moment.
func (api *API) left(t *testing.T) {
	long := Fault{Name: "429 with a minute", Status: 429, After: "60"}
	for _, op := range api.Operations {
		if op.ID == api.Login {
			continue // it goes on for the next call
		}
		for _, at := range []struct {
			name     string
			after    time.Duration
			faults   []Fault
			attempts int
		}{
			{"in an attempt", head / 2, nil, 1},
			{"in an answer", head + tail/2, nil, 1},
			{"in a refusal", head + tail/2, []Fault{long}, 1},
			{"while dialing", head / 2, []Fault{fault("dial")}, 1},
			{"in a wait", time.Second, []Fault{long}, 1},
			{"in a repeat", head + tail + asked + head/2, []Fault{fault("429 with seconds")}, 2},
		} {
			if op.Stream && at.name == "in an answer" {
				continue // the reader's
			}
			t.Run(op.ID+"/"+at.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := api.Server(op.ID, at.faults...)
					client, w := api.watched(t, s, maxRetries)
					ctx, cancel := context.WithCancel(t.Context())
					time.AfterFunc(at.after, cancel)
					begin := time.Now()
					_, err := client(ctx, op.ID)
					require.Equal(t, at.after, time.Since(begin))
					require.ErrorIs(t, err, context.Canceled)
					require.Len(t, w.Told(op.ID), at.attempts)
					require.Equal(t, w.Told(op.ID), api.Failed(t, err).Attempts)
					require.Len(t, s.Seen(), at.attempts)
				})
			})
		}
	}
}

// outlasted has the server ask for more time than there is: the call ends with what it asked
// for, and waits for nothing.
func (api *API) outlasted(t *testing.T) {
	for _, op := range api.Operations {
		if op.ID == api.Login {
			continue // it goes on for the next call
		}
		for _, limit := range []struct {
			name  string
			after string
			asked time.Duration
			left  time.Duration
		}{
			{"two minutes", "120", 2 * time.Minute, time.Hour},
			{"more than a client waits", "121", 121 * time.Second, time.Hour},
			{"more than the caller has", "10", 10 * time.Second, 10 * time.Second},
		} {
			t.Run(op.ID+"/"+limit.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := api.Server(op.ID, Fault{Name: limit.name, Status: 503, Body: refusal, After: limit.after})
					client, _ := api.watched(t, s, maxRetries)
					ctx, cancel := context.WithTimeout(t.Context(), limit.left)
					defer cancel()
					begin := time.Now()
					value, err := client(ctx, op.ID)
					if limit.asked == 2*time.Minute {
						require.NoError(t, err)
						Finish(t, value, err)
						require.Equal(t, limit.asked, s.Seen()[1].Begin.Sub(s.Seen()[0].End))
						return
					}
					require.Equal(t, head+tail, time.Since(begin))
					failed := api.Failed(t, err)
					require.Equal(t, 503, failed.Status)
					require.Equal(t, limit.asked, failed.RetryAfter)
					require.Len(t, failed.Attempts, 1)
				})
			})
		}
	}
}
