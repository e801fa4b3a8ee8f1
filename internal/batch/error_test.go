package batch

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

type statusError struct{ status int }

func (e *statusError) Error() string { return fmt.Sprintf("status %d", e.status) }

func TestTheErrorCountsAndNamesTheFirstCause(t *testing.T) {
	t.Parallel()
	report, err := Run(t.Context(), upTo(10_500), job(func(ctx context.Context, chunk []int) ([]Result, error) {
		switch first := chunk[0]; {
		case first < 1_000:
			return nil, fmt.Errorf("batch: %w", errRefused)
		case first < 1_990:
			return nil, errBroken
		default:
			return allDone(ctx, chunk)
		}
	}), Options{Size: 10})
	requireBalance(t, report)
	require.EqualError(t, err, "1,990 of 10,500 items not done (1,000 refused, 990 unknown): batch: not a number")
	require.ErrorIs(t, err, errRefused)
	require.ErrorIs(t, err, errBroken)
	require.NotErrorIs(t, err, context.Canceled)
}

func TestTheErrorKeepsAFewCausesAndOneOfEachState(t *testing.T) {
	t.Parallel()
	_, err := Run(t.Context(), upTo(1000), job(func(_ context.Context, chunk []int) ([]Result, error) {
		if chunk[0] == 999 {
			return nil, errBroken
		}
		return []Result{{State: Refused, Err: &statusError{status: chunk[0]}}}, nil
	}), Options{Size: 1, Concurrency: 1})
	var status *statusError
	require.ErrorAs(t, err, &status)
	require.ErrorIs(t, err, errBroken)
	var tree interface{ Unwrap() []error }
	require.ErrorAs(t, err, &tree)
	require.Len(t, tree.Unwrap(), maxCauses+1)
}

func TestEachDistinctCauseIsKeptOnce(t *testing.T) {
	t.Parallel()
	_, err := Run(t.Context(), upTo(100), job(func(_ context.Context, chunk []int) ([]Result, error) {
		results := all(Refused, len(chunk))
		for i, item := range chunk {
			results[i].Err = &statusError{status: 400 + item%4}
		}
		return results, nil
	}), Options{Size: 10})
	var tree interface{ Unwrap() []error }
	require.ErrorAs(t, err, &tree)
	require.Len(t, tree.Unwrap(), 4)
}

func TestTheErrorTellsWhatTheContextHeldBack(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		at     int // the item whose reading ends the context
		refuse int // the item whose chunk is refused
		want   string
	}{
		"the first item":       {at: 0, refuse: -1, want: "1 of 1 item not done (1 not sent), and no more were read: context canceled"},
		"some items":           {at: 51, refuse: -1, want: "2 of 52 items not done (2 not sent), and no more were read: context canceled"},
		"not only the context": {at: 51, refuse: 0, want: "12 of 52 items not done (10 refused, 2 not sent), and no more were read: not a number"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			j := job(func(ctx context.Context, chunk []int) ([]Result, error) {
				if chunk[0] == test.refuse {
					return nil, errRefused
				}
				return allDone(ctx, chunk)
			})
			j.Check = func(i int) error {
				if i == test.at {
					cancel()
				}
				return nil
			}
			report, err := Run(ctx, upTo(100), j, Options{Size: 10})
			requireBalance(t, report)
			require.EqualError(t, err, test.want)
			require.ErrorIs(t, err, context.Canceled)
			require.Equal(t, test.refuse >= 0, errors.Is(err, errRefused))
		})
	}
}

func TestARunCutShortIsAnErrorThoughAllThatWasReadIsDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		report, err := Run(ctx, func(yield func(int) bool) {
			for i := 0; yield(i); i++ {
				time.Sleep(time.Second) // the chunk of this item is answered
			}
		}, job(allDone), Options{Size: 1, Progress: func(Progress) { cancel() }})
		require.Equal(t, &Report{Total: 2, Done: 2}, report)
		require.EqualError(t, err, "stopped after 2 items: context canceled")
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestThousandsAreGrouped(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 12345: "12,345", 1234567: "1,234,567"} {
		require.Equal(t, want, grouped(n))
	}
}
