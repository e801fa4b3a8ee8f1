package batch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errSource, errSend = errors.New("source failed"), errors.New("send failed")

// upTo yields 0 to n-1, and then err if it is not nil.
func upTo(n int, err error) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
		if err != nil {
			yield(0, err)
		}
	}
}

func ok(context.Context, []int) (int, error) { return 0, nil }

// tally settles chunks and remembers what it was given.
type tally struct{ done, failed, notSent []int }

func (s *tally) settle(c Settled[int, int]) {
	switch {
	case !c.Sent:
		s.notSent = append(s.notSent, c.Items...)
	case c.Err != nil:
		s.failed = append(s.failed, c.Items...)
	default:
		s.done = append(s.done, c.Items...)
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		seq                   iter.Seq2[int, error]
		size, concurrency     int
		failing               int // the item whose chunk fails; 0 for none
		done, failed, maximum int // maximum in flight
		err                   error
	}{
		"nil":                  {},
		"empty":                {seq: upTo(0, nil), size: 10},
		"one chunk":            {seq: upTo(9, nil), size: 10, done: 9, maximum: 1},
		"full chunks":          {seq: upTo(20, nil), size: 10, done: 20, maximum: 2},
		"last chunk is short":  {seq: upTo(21, nil), size: 10, done: 21, maximum: 3},
		"default size":         {seq: upTo(2, nil), done: 2, maximum: 2},
		"default concurrency":  {seq: upTo(280, nil), size: 10, done: 280, maximum: DefaultConcurrency},
		"concurrency 1":        {seq: upTo(280, nil), size: 10, concurrency: 1, done: 280, maximum: 1},
		"concurrency 7":        {seq: upTo(280, nil), size: 10, concurrency: 7, done: 280, maximum: 7},
		"concurrency unbound":  {seq: upTo(280, nil), size: 10, concurrency: math.MaxInt, done: 280, maximum: 28},
		"a failed chunk":       {seq: upTo(100, nil), size: 10, failing: 20, done: 90, failed: 10, maximum: 4},
		"the sequence fails":   {seq: upTo(25, errSource), size: 10, done: 25, maximum: 3, err: errSource},
		"it fails immediately": {seq: upTo(0, errSource), size: 10, err: errSource},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var s tally
				var inFlight, peak atomic.Int64
				err := Run(t.Context(), test.seq, Options{Size: test.size, Concurrency: test.concurrency},
					func(_ context.Context, items []int) (int, error) {
						n := inFlight.Add(1)
						defer inFlight.Add(-1)
						for p := peak.Load(); n > p && !peak.CompareAndSwap(p, n); p = peak.Load() {
						}
						before := slices.Clone(items)
						time.Sleep(time.Duration(1+items[0]%7) * time.Second)
						if !slices.Equal(before, items) {
							return 0, errors.New("the chunk changed while it was sent")
						}
						if test.failing != 0 && items[0] == test.failing {
							return 0, errSend
						}
						return 0, nil
					}, s.settle)
				require.ErrorIs(t, err, test.err)
				require.Len(t, s.done, test.done)
				require.Len(t, s.failed, test.failed)
				require.Empty(t, s.notSent)
				require.EqualValues(t, test.maximum, peak.Load())
				slices.Sort(s.done)
				require.Len(t, slices.Compact(s.done), test.done, "no item is sent twice")
			})
		})
	}
}

func TestContextEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		var s tally
		began := time.Now()
		err := Run(ctx, upTo(1_000_000, nil), Options{Size: 10, Concurrency: 2}, func(ctx context.Context, items []int) (int, error) {
			if items[0] < 20 {
				return 0, nil
			}
			<-ctx.Done()
			return 0, ctx.Err()
		}, s.settle)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 90*time.Second, time.Since(began))
		require.Equal(t, []int{20, 20, 10}, []int{len(s.done), len(s.failed), len(s.notSent)})
	})
	ctx, cancel := context.WithCancel(t.Context())
	var s tally
	require.NoError(t, Run(ctx, upTo(10, nil), Options{Size: 100}, func(context.Context, []int) (int, error) {
		cancel()
		return 0, nil
	}, s.settle), "nothing was left unread or unsent")
	err := Run(ctx, func(func(int, error) bool) { t.Error("read") }, Options{}, ok, s.settle)
	require.ErrorIs(t, err, context.Canceled)
}

// Run waits for calls in flight, also if it panics, and a panic arrives on its own goroutine.
func TestPanics(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"sequence", "settle", "send", "goexit in the sequence"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var inFlight atomic.Int64
				var s tally
				settled := 0
				done := make(chan any)
				go func() {
					defer func() { done <- recover() }()
					_ = Run(t.Context(), func(yield func(int, error) bool) {
						for i := range 35 {
							yield(i, nil)
							if i == 30 {
								time.Sleep(2 * time.Second) // the first chunk has finished, others have not
							}
						}
						switch where {
						case "sequence":
							panic(where)
						case "goexit in the sequence":
							runtime.Goexit()
						}
					}, Options{Size: 10}, func(_ context.Context, items []int) (int, error) {
						inFlight.Add(1)
						defer inFlight.Add(-1)
						time.Sleep(time.Duration(1+items[0]) * time.Second)
						if where == "send" {
							panic(where)
						}
						return 0, nil
					}, func(c Settled[int, int]) {
						if settled++; where == "settle" {
							panic(where)
						}
						s.settle(c)
					})
				}()
				recovered := <-done
				require.Zero(t, inFlight.Load())
				if where == "goexit in the sequence" {
					require.Nil(t, recovered)
				} else {
					require.Equal(t, where, recovered)
				}
				switch where {
				case "settle":
					require.Equal(t, 1, settled)
				case "send":
					require.Len(t, s.failed, settled*10)
				default:
					require.Len(t, s.done, 30)
				}
			})
		})
	}
}

func TestGoexitInSend(t *testing.T) {
	t.Parallel()
	var s tally
	require.NoError(t, Run(t.Context(), upTo(30, nil), Options{Size: 10}, func(_ context.Context, items []int) (int, error) {
		if items[0] == 10 {
			runtime.Goexit()
		}
		return 0, nil
	}, s.settle))
	require.Equal(t, []int{20, 10}, []int{len(s.done), len(s.failed)})
}

// Not parallel: it measures the heap.
func TestMemoryIsConstant(t *testing.T) {
	type item struct {
		phone string
		_     [100]byte
	}
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before, growth, settled := heap(), int64(0), 0
	err := Run(t.Context(), func(yield func(item, error) bool) {
		for i := range 1_000_000 {
			if !yield(item{phone: fmt.Sprint(i)}, nil) {
				return
			}
		}
	}, Options{Size: 500, Concurrency: 8}, func(context.Context, []item) (int, error) { return 0, nil },
		func(c Settled[item, int]) {
			if settled += len(c.Items); settled%100_000 == 0 {
				growth = max(growth, heap()-before)
			}
		})
	require.NoError(t, err)
	require.Equal(t, 1_000_000, settled)
	require.Less(t, growth, int64(4<<20))
}
