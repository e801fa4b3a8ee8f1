package batch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	errRefused = errors.New("not a number")
	errBroken  = errors.New("connection broke")
)

func upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func all(state State, n int) []Result {
	return slices.Repeat([]Result{{State: state}}, n)
}

func allDone(_ context.Context, chunk []int) ([]Result, error) { return all(Done, len(chunk)), nil }

func job(send func(context.Context, []int) ([]Result, error)) Job[int] {
	return Job[int]{Key: strconv.Itoa, Send: send, Classify: func(err error) State {
		switch {
		case errors.Is(err, errRefused):
			return Refused
		case errors.Is(err, context.Canceled):
			return NotSent
		default:
			return Unknown
		}
	}}
}

func requireBalance(t *testing.T, r *Report) {
	t.Helper()
	require.Equal(t, r.Total, r.Done+r.Skipped+r.Refused+r.NotSent+r.Unknown)
	require.Len(t, r.Problems, r.Refused+r.NotSent+r.Unknown)
	require.True(t, slices.IsSortedFunc(r.Problems, func(a, b Outcome) int { return a.Index - b.Index }))
}

func TestTheSequenceIsCutAtTheSize(t *testing.T) {
	t.Parallel()
	tests := []struct {
		items, size int
		chunks      []int
	}{
		{items: 0, size: 10},
		{items: 9, size: 10, chunks: []int{9}},
		{items: 10, size: 10, chunks: []int{10}},
		{items: 21, size: 10, chunks: []int{1, 10, 10}},
		{items: 2, size: 0, chunks: []int{1, 1}},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%d by %d", test.items, test.size), func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var chunks, sent []int
			report, err := Run(t.Context(), upTo(test.items), job(func(ctx context.Context, chunk []int) ([]Result, error) {
				mu.Lock()
				defer mu.Unlock()
				chunks = append(chunks, len(chunk))
				sent = append(sent, chunk...)
				return allDone(ctx, chunk)
			}), Options{Size: test.size})
			require.NoError(t, err)
			require.Equal(t, &Report{Total: test.items, Done: test.items}, report)
			slices.Sort(chunks)
			require.Equal(t, test.chunks, chunks)
			slices.Sort(sent)
			require.Equal(t, slices.Collect(upTo(test.items)), sent)
		})
	}
}

func TestCallsInFlightAreBounded(t *testing.T) {
	t.Parallel()
	for set, want := range map[int]int{0: 4, 1: 1, 7: 7} {
		t.Run(strconv.Itoa(set), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var inFlight, peak atomic.Int64
				began := time.Now()
				_, err := Run(t.Context(), upTo(280), job(func(ctx context.Context, chunk []int) ([]Result, error) {
					n := inFlight.Add(1)
					defer inFlight.Add(-1)
					for p := peak.Load(); n > p && !peak.CompareAndSwap(p, n); p = peak.Load() {
					}
					time.Sleep(time.Second)
					return allDone(ctx, chunk)
				}), Options{Size: 10, Concurrency: set})
				require.NoError(t, err)
				require.EqualValues(t, want, peak.Load())
				require.Equal(t, time.Duration(28/want)*time.Second, time.Since(began))
			})
		})
	}
}

// Not parallel: it looks at the heap.
func TestAMillionItemsNeedNoMoreMemoryThanAFew(t *testing.T) {
	const items, size, concurrency = 1_000_000, 500, 8
	type recipient struct {
		phone string
		_     [100]byte
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var inFlight, peak atomic.Int64
	var growth int64
	before := heap()
	seq := func(yield func(recipient) bool) {
		for i := range items {
			if !yield(recipient{phone: strconv.Itoa(i)}) {
				return
			}
		}
	}
	outcomes := 0
	report, err := Run(t.Context(), seq, Job[recipient]{
		Key: func(r recipient) string { return r.phone },
		Send: func(_ context.Context, chunk []recipient) ([]Result, error) {
			n := inFlight.Add(1)
			defer inFlight.Add(-1)
			for p := peak.Load(); n > p && !peak.CompareAndSwap(p, n); p = peak.Load() {
			}
			runtime.Gosched()
			return all(Done, len(chunk)), nil
		},
	}, Options{
		Size: size, Concurrency: concurrency,
		Outcome: func(Outcome) { outcomes++ },
		Progress: func(p Progress) {
			if p.Done%100_000 == 0 {
				growth = max(growth, int64(heap())-int64(before))
			}
		},
	})
	require.NoError(t, err)
	require.Equal(t, &Report{Total: items, Done: items}, report)
	require.Equal(t, items, outcomes)
	require.LessOrEqual(t, peak.Load(), int64(concurrency))
	require.LessOrEqual(t, growth, int64(16<<20))
	t.Logf("%d KiB, %d in flight", growth>>10, peak.Load())
}

func TestAChunkIsNotTouchedWhileItIsSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, err := Run(t.Context(), upTo(1000), job(func(ctx context.Context, chunk []int) ([]Result, error) {
			before := slices.Clone(chunk)
			time.Sleep(time.Duration(1+chunk[0]%7) * time.Second)
			if !slices.Equal(before, chunk) {
				return nil, errors.New("the chunk changed")
			}
			return allDone(ctx, chunk)
		}), Options{Size: 9, Concurrency: 5})
		require.NoError(t, err)
	})
}

func TestAnItemThatFailsTheCheckIsRefusedAndNeverSent(t *testing.T) {
	t.Parallel()
	j := job(func(ctx context.Context, chunk []int) ([]Result, error) {
		if slices.ContainsFunc(chunk, func(i int) bool { return i%3 == 0 }) || len(chunk) != 5 {
			return nil, fmt.Errorf("sent %v", chunk)
		}
		return allDone(ctx, chunk)
	})
	j.Check = func(i int) error {
		if i%3 == 0 {
			return errRefused
		}
		return nil
	}
	report, err := Run(t.Context(), upTo(15), j, Options{Size: 5})
	require.ErrorIs(t, err, errRefused)
	require.EqualError(t, err, "5 of 15 items not done (5 refused): not a number")
	require.Equal(t, &Report{Total: 15, Done: 10, Refused: 5, Problems: []Outcome{
		{Index: 0, Key: "0", State: Refused, Err: errRefused},
		{Index: 3, Key: "3", State: Refused, Err: errRefused},
		{Index: 6, Key: "6", State: Refused, Err: errRefused},
		{Index: 9, Key: "9", State: Refused, Err: errRefused},
		{Index: 12, Key: "12", State: Refused, Err: errRefused},
	}}, report)
}

func TestAFailedChunkStopsNothing(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		results  []Result
		err      error
		classify State // -1: as in job
		want     State
		text     string
	}{
		"refused":            {err: errRefused, classify: -1, want: Refused, text: "not a number"},
		"unknown":            {err: errBroken, classify: -1, want: Unknown, text: "connection broke"},
		"not sent":           {err: errBroken, classify: NotSent, want: NotSent, text: "connection broke"},
		"an error is done":   {err: errBroken, classify: Done, want: Unknown, text: "connection broke"},
		"an error is no use": {err: errBroken, classify: 77, want: Unknown, text: "connection broke"},
		"error and results":  {results: all(Done, 10), err: errBroken, classify: -1, want: Unknown, text: "connection broke"},
		"too few results":    {results: all(Done, 9), classify: -1, want: Unknown, text: "9 results for 10 items"},
		"too many results":   {results: all(Done, 11), classify: -1, want: Unknown, text: "11 results for 10 items"},
		"no results":         {classify: -1, want: Unknown, text: "0 results for 10 items"},
		"empty results":      {results: make([]Result, 10), classify: -1, want: Unknown, text: "no reason given"},
		"a state beyond":     {results: all(42, 10), classify: -1, want: Unknown, text: "no reason given"},
		"refused, unsaid":    {results: all(Refused, 10), classify: -1, want: Refused, text: "no reason given"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := job(func(ctx context.Context, chunk []int) ([]Result, error) {
				if chunk[0] == 20 {
					return test.results, test.err
				}
				return allDone(ctx, chunk)
			})
			if test.classify >= 0 {
				j.Classify = func(error) State { return test.classify }
			}
			report, err := Run(t.Context(), upTo(100), j, Options{Size: 10})
			requireBalance(t, report)
			require.Equal(t, 90, report.Done)
			require.Len(t, report.Problems, 10)
			for i, p := range report.Problems {
				require.Equal(t, 20+i, p.Index)
				require.Equal(t, strconv.Itoa(20+i), p.Key)
				require.Equal(t, test.want, p.State)
				require.EqualError(t, p.Err, test.text)
			}
			require.EqualError(t, err, fmt.Sprintf("10 of 100 items not done (10 %s): %s", test.want, test.text))
		})
	}
}

func TestWithoutClassifyAnErrorLeavesItsItemsUnknown(t *testing.T) {
	t.Parallel()
	j := job(func(context.Context, []int) ([]Result, error) { return nil, errRefused })
	j.Classify = nil
	report, err := Run(t.Context(), upTo(3), j, Options{Size: 5})
	require.ErrorIs(t, err, errRefused)
	require.Equal(t, 3, report.Unknown)
}

func TestOutcomeOnceForEachItemAndProgressAfterEachChunk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		seen := map[int]Outcome{} // without a lock: the race detector watches
		var last Progress
		calls, settled := 0, 0
		j := job(func(_ context.Context, chunk []int) ([]Result, error) {
			time.Sleep(time.Duration(chunk[0]%3) * time.Second)
			results := all(Done, len(chunk))
			for i, item := range chunk {
				switch item % 5 {
				case 0:
					results[i] = Result{State: Skipped}
				case 1:
					results[i] = Result{State: Refused, Err: errRefused}
				}
			}
			return results, nil
		})
		report, err := Run(t.Context(), func(yield func(int) bool) {
			for i := range 105 {
				require.LessOrEqual(t, len(seen), i)
				if !yield(i) {
					return
				}
			}
		}, j, Options{
			Size: 10,
			Outcome: func(o Outcome) {
				require.NotContains(t, seen, o.Index)
				require.Equal(t, strconv.Itoa(o.Index), o.Key)
				seen[o.Index] = o
			},
			Progress: func(p Progress) {
				calls++
				n := p.Done + p.Skipped + p.Refused + p.NotSent + p.Unknown
				require.Equal(t, n, len(seen))
				require.Greater(t, n, settled)
				require.LessOrEqual(t, n, p.Total)
				settled, last = n, p
			},
		})
		require.ErrorIs(t, err, errRefused)
		requireBalance(t, report)
		require.Len(t, seen, 105)
		require.Equal(t, 11, calls)
		require.Equal(t, Progress{Total: 105, Done: 63, Skipped: 21, Refused: 21}, last)
		for _, p := range report.Problems {
			require.Equal(t, seen[p.Index], p)
		}
	})
}

func TestProgressIsToldWhileTheSequenceIsRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told []int
		_, err := Run(t.Context(), func(yield func(int) bool) {
			for i := range 10 {
				time.Sleep(time.Second)
				if i > 1 {
					require.NotEmpty(t, told)
				}
				if !yield(i) {
					return
				}
			}
		}, job(allDone), Options{Size: 1, Progress: func(p Progress) { told = append(told, p.Done) }})
		require.NoError(t, err)
		require.Equal(t, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, told)
	})
}

func TestTheLastProgressCountsWhatWasRefusedUnsent(t *testing.T) {
	t.Parallel()
	j := job(allDone)
	j.Check = func(int) error { return errRefused }
	var told []Progress
	_, err := Run(t.Context(), upTo(7), j, Options{Progress: func(p Progress) { told = append(told, p) }})
	require.Error(t, err)
	require.Equal(t, []Progress{{Total: 7, Refused: 7}}, told)
}

func TestStates(t *testing.T) {
	t.Parallel()
	for state, want := range map[State]string{
		Done: "done", Skipped: "skipped", Refused: "refused", NotSent: "not sent", Unknown: "unknown", 99: "unknown",
	} {
		require.Equal(t, want, state.String())
	}
	var zero State
	require.Equal(t, Unknown, zero)
}
