package batch

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWithAContextThatHasEndedNothingIsRead(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	report, err := Run(ctx, func(func(int) bool) { t.Error("read") }, job(allDone), Options{Size: 10})
	require.Equal(t, &Report{}, report)
	require.EqualError(t, err, "stopped after 0 items: context canceled")
	require.ErrorIs(t, err, context.Canceled)
}

func TestTheEndOfTheContextEndsTheCallsInFlightAndStartsNoMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		var sends atomic.Int64
		began := time.Now()
		report, err := Run(ctx, upTo(1_000_000), job(func(ctx context.Context, chunk []int) ([]Result, error) {
			if sends.Add(1); sends.Load() <= 2 {
				return allDone(ctx, chunk)
			}
			select {
			case <-ctx.Done():
				return nil, errBroken
			case <-time.After(time.Hour):
				return allDone(ctx, chunk)
			}
		}), Options{Size: 10, Concurrency: 2})
		require.Equal(t, 90*time.Second, time.Since(began))
		require.EqualValues(t, 4, sends.Load())
		requireBalance(t, report)
		require.Equal(t, 20, report.Done)
		require.Equal(t, 20, report.Unknown)
		require.Equal(t, 10, report.NotSent)
		require.Equal(t, 50, report.Total)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, errBroken)
		for _, p := range report.Problems[20:] {
			require.Equal(t, context.DeadlineExceeded, p.Err)
		}
	})
}

func TestAContextThatEndsWhenAllIsDoneIsNoError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	report, err := Run(ctx, upTo(10), job(func(ctx context.Context, chunk []int) ([]Result, error) {
		cancel()
		return allDone(ctx, chunk)
	}), Options{Size: 100})
	require.NoError(t, err)
	require.Equal(t, 10, report.Done)
}

func TestWhatIsInFlightIsWaitedForWhenSomethingPanics(t *testing.T) {
	t.Parallel()
	const inSequence, inOutcome, inProgress, inKey, inCheck, exit = 0, 1, 2, 3, 4, 5
	for name, where := range map[string]int{
		"sequence": inSequence, "outcome": inOutcome, "progress": inProgress, "key": inKey, "check": inCheck, "goexit": exit,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var inFlight, sent atomic.Int64
				told, panics := 0, 0
				fail := func(at int) {
					if at == where {
						panics++
						panic("on purpose")
					}
				}
				j := job(func(ctx context.Context, chunk []int) ([]Result, error) {
					inFlight.Add(1)
					defer inFlight.Add(-1)
					sent.Add(int64(len(chunk)))
					time.Sleep(time.Duration(1+chunk[0]) * time.Second)
					if ctx.Err() != nil {
						return nil, ctx.Err()
					}
					return allDone(ctx, chunk)
				})
				j.Key = func(int) string { fail(inKey); return "" }
				j.Check = func(i int) error {
					if i == 35 {
						fail(inCheck)
					}
					return nil
				}
				done := make(chan struct{})
				go func() {
					defer close(done)
					defer func() { _ = recover() }()
					_, _ = Run(t.Context(), func(yield func(int) bool) {
						for i := range 35 {
							yield(i)
							if i == 30 {
								time.Sleep(2 * time.Second) // the first chunk is answered, others are not
							}
						}
						fail(inSequence)
						if where == exit {
							runtime.Goexit()
						}
						yield(35)
					}, j, Options{
						Size:     10,
						Outcome:  func(Outcome) { told++; fail(inOutcome) },
						Progress: func(Progress) { fail(inProgress) },
					})
				}()
				<-done
				require.Zero(t, inFlight.Load())
				switch where {
				case inSequence, exit, inCheck:
					require.EqualValues(t, 30, sent.Load())
					require.Equal(t, 30, told, "what was sent is told")
				case inOutcome, inProgress:
					require.Equal(t, 1, panics, "a callback that panicked is not called again")
				}
			})
		})
	}
}

func TestASendThatEndsItsGoroutineLeavesItsItemsUnknown(t *testing.T) {
	t.Parallel()
	j := job(func(ctx context.Context, chunk []int) ([]Result, error) {
		if chunk[0] == 10 {
			runtime.Goexit()
		}
		return allDone(ctx, chunk)
	})
	j.Classify = func(error) State { return Refused }
	report, err := Run(t.Context(), upTo(30), j, Options{Size: 10})
	require.ErrorIs(t, err, errNoAnswer)
	require.Equal(t, 20, report.Done)
	require.Equal(t, 10, report.Unknown)
}
