package batch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	errInvalid = errors.New("invalid")
	errDial    = errors.New("dial failed")
	errCut     = errors.New("connection cut")
	errEmpty   = errors.New("empty phone")
)

// world is a server that remembers what it did, behind a line that breaks.
type world struct {
	mu      sync.Mutex
	rand    *rand.Rand
	seen    map[int]int // how often an item arrived
	done    map[int]int // how often it was done
	refused map[int]bool
}

func (w *world) roll(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rand.IntN(n)
}

func (w *world) send(ctx context.Context, chunk []int) ([]Result, error) {
	if ctx.Err() != nil || w.roll(10) == 0 {
		return nil, errDial
	}
	arrives, answers := w.roll(1000), w.roll(1000)
	if wait(ctx, arrives) != nil {
		return nil, errCut // for all the caller knows, after it acted
	}
	if w.roll(10) == 0 {
		w.see(chunk, nil)
		return nil, errInvalid
	}
	results := make([]Result, len(chunk))
	w.see(chunk, results)
	if wait(ctx, answers) != nil {
		return nil, errCut
	}
	switch w.roll(12) {
	case 0:
		return nil, errCut
	case 1:
		return results[1:], nil
	case 2:
		return append(results, Result{State: Done}), nil
	}
	return results, nil
}

// see acts on the items that arrived, or refuses them all.
func (w *world) see(chunk []int, results []Result) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, item := range chunk {
		w.seen[item]++
		switch {
		case results == nil:
			w.refused[item] = true
		case item%7 == 0:
			w.refused[item] = true
			results[i] = Result{State: Refused, Err: fmt.Errorf("item %d: %w", item, errInvalid)}
		case item%5 == 0:
			results[i] = Result{State: Skipped}
		default:
			w.done[item]++
			results[i] = Result{State: Done}
		}
	}
}

func wait(ctx context.Context, ms int) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(1+ms) * time.Millisecond):
		return nil
	}
}

func classify(err error) State {
	switch {
	case errors.Is(err, errInvalid):
		return Refused
	case errors.Is(err, errDial):
		return NotSent
	default:
		return Unknown
	}
}

func TestTheReportSaysWhatTheServerDid(t *testing.T) {
	t.Parallel()
	for seed := range uint64(120) {
		synctest.Test(t, func(t *testing.T) {
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("seed %d", seed)
				}
			})
			account(t, seed)
		})
	}
}

func FuzzTheReportSaysWhatTheServerDid(f *testing.F) {
	f.Add(uint64(1_000_000))
	f.Fuzz(func(t *testing.T, seed uint64) {
		synctest.Test(t, func(t *testing.T) { account(t, seed) })
	})
}

func account(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	w := &world{rand: rand.New(rand.NewPCG(seed, 2)), seen: map[int]int{}, done: map[int]int{}, refused: map[int]bool{}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if r.IntN(2) == 0 {
		time.AfterFunc(time.Duration(r.IntN(4000))*time.Millisecond, cancel)
	}
	length, read, stopAt := r.IntN(500), 0, -1
	if r.IntN(4) == 0 {
		stopAt = r.IntN(500)
	}
	slow := r.IntN(2) == 0
	pace := rand.New(rand.NewPCG(seed, 3))
	seq := func(yield func(int) bool) {
		for i := range length {
			if slow && pace.IntN(10) == 0 {
				time.Sleep(time.Duration(pace.IntN(50)) * time.Millisecond)
			}
			if i == stopAt {
				cancel()
			}
			read++
			if !yield(i) {
				return
			}
		}
	}
	outcomes := map[int]Outcome{}
	report, err := Run(ctx, seq, Job[int]{
		Key: func(i int) string { return fmt.Sprint("key ", i) },
		Check: func(i int) error {
			if i%11 == 0 {
				return errEmpty
			}
			return nil
		},
		Send:     w.send,
		Classify: classify,
	}, Options{
		Size: 1 + r.IntN(20), Concurrency: 1 + r.IntN(6),
		Outcome: func(o Outcome) {
			require.NotContains(t, outcomes, o.Index, "seed %d", seed)
			outcomes[o.Index] = o
		},
	})

	requireBalance(t, report)
	require.Equal(t, read, report.Total, "seed %d", seed)
	require.Len(t, outcomes, report.Total, "seed %d", seed)
	if len(report.Problems) > 0 {
		require.Error(t, err, "seed %d", seed)
	} else if ctx.Err() == nil {
		require.NoError(t, err, "seed %d", seed)
	}
	if read < length {
		require.ErrorIs(t, err, context.Canceled, "seed %d", seed)
	}
	problems := map[int]Outcome{}
	for _, p := range report.Problems {
		problems[p.Index] = p
	}
	for i := range length {
		o, settled := outcomes[i]
		p, isProblem := problems[i]
		hold := func(promise bool, what string) {
			if !promise {
				t.Fatalf("seed %d: item %d, %+v, arrived %d times, done %d times: %s", seed, i, o, w.seen[i], w.done[i], what)
			}
		}
		hold(w.seen[i] <= 1, "sent twice")
		hold(settled == (i < read), "told if and only if read")
		if !settled {
			hold(w.seen[i] == 0, "sent without being read")
			continue
		}
		hold(o.Key == fmt.Sprint("key ", i), "its own key")
		hold(isProblem == (o.State != Done && o.State != Skipped), "a problem if neither done nor skipped")
		hold(!isProblem || p == o && o.Err != nil, "the problem is the outcome, with an error")
		switch o.State {
		case Done:
			hold(w.done[i] == 1, "done means done once")
		case Skipped:
			hold(w.seen[i] == 1 && w.done[i] == 0, "skipped means there already")
		case Refused:
			hold(w.refused[i] || errors.Is(o.Err, errEmpty), "refused by somebody")
			hold(w.done[i] == 0, "refused means not done")
		case NotSent:
			hold(w.seen[i] == 0, "not sent means never seen")
		}
		hold(i%11 != 0 || o.State == Refused && w.seen[i] == 0, "what fails the check is never sent")
	}
}
