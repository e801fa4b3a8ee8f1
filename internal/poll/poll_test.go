package poll

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errDown, errFinal = errors.New("down"), errors.New("refused")

func TestUntil(t *testing.T) {
	t.Parallel()
	transient := func(err error) bool { return errors.Is(err, errDown) }
	down := func(n int) []error {
		errs := make([]error, n)
		for i := range errs {
			errs[i] = errDown
		}
		return errs
	}
	canceled := func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		return ctx, cancel
	}
	after := func(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
		return func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(d, cancel)
			return ctx, cancel
		}
	}
	deadline := func(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
		return func(ctx context.Context) (context.Context, context.CancelFunc) { return context.WithTimeout(ctx, d) }
	}
	tests := map[string]struct {
		opts    Options
		errs    []error // of the first polls
		done    int     // the number of the poll that is done; 0 for none
		ctx     func(context.Context) (context.Context, context.CancelFunc)
		want    error
		text    string
		last    int            // the number of the last poll without an error
		elapsed *time.Duration // if not nil
	}{
		"first poll is immediate":     {done: 1, last: 1, elapsed: new(time.Duration(0))},
		"error":                       {errs: []error{nil, errFinal}, want: errFinal, last: 1},
		"five transient, twice":       {opts: Options{Transient: transient}, errs: append(append(down(5), nil), down(5)...), done: 12, last: 12},
		"six transient":               {opts: Options{Transient: transient}, errs: append([]error{nil}, down(6)...), want: errDown, last: 1},
		"final error after transient": {opts: Options{Transient: transient}, errs: []error{nil, errDown, errFinal}, want: errFinal, last: 1},
		"nothing is transient":        {errs: []error{errDown}, want: errDown},
		"canceled before":             {ctx: canceled, want: context.Canceled},
		"canceled while waiting":      {opts: Options{First: time.Hour}, ctx: after(time.Minute), want: context.Canceled, last: 1, elapsed: new(time.Minute)},
		"deadline before next poll": {
			opts: Options{First: 3 * time.Second}, ctx: deadline(5 * time.Second), want: context.DeadlineExceeded,
			text: "not done after 2 polls; the next poll, in ", last: 2,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := t.Context(), context.CancelFunc(func() {})
				if test.ctx != nil {
					ctx, cancel = test.ctx(ctx)
				}
				defer cancel()
				began, polls := time.Now(), 0
				last, err := Until(ctx, test.opts, func(context.Context) (int, error) {
					polls++
					if polls <= len(test.errs) && test.errs[polls-1] != nil {
						return -1, test.errs[polls-1]
					}
					return polls, nil
				}, func(n int) bool { return n == test.done })
				require.ErrorIs(t, err, test.want)
				if test.text != "" {
					require.ErrorContains(t, err, test.text)
					require.NoError(t, ctx.Err(), "returns before the deadline")
				}
				require.Equal(t, test.last, last)
				if test.elapsed != nil {
					require.Equal(t, *test.elapsed, time.Since(began))
				}
			})
		})
	}
}

func TestCancelDuringPoll(t *testing.T) {
	t.Parallel()
	for _, done := range []bool{true, false} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		v, err := Until(ctx, Options{}, func(context.Context) (int, error) { cancel(); return 7, nil }, func(int) bool { return done })
		require.Equal(t, 7, v)
		require.Equal(t, done, err == nil, "a value that is done counts")
		if !done {
			require.ErrorIs(t, err, context.Canceled, "not mistaken for a deadline")
		}
	}
}

func TestDelaysGrowWithJitter(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	tests := map[string]struct {
		opts   Options
		delays []time.Duration
	}{
		"defaults":            {delays: []time.Duration{1000 * ms, 1500 * ms, 2250 * ms, 3375 * ms, 5062 * ms, 7594 * ms, 11391 * ms, 17086 * ms, 25629 * ms, 30000 * ms, 30000 * ms}},
		"first and max":       {opts: Options{First: 4 * time.Second, Max: 8 * time.Second}, delays: []time.Duration{4e9, 6e9, 8e9, 8e9}},
		"first above max":     {opts: Options{First: time.Minute, Max: 10 * time.Second}, delays: []time.Duration{10e9, 10e9}},
		"first above default": {opts: Options{First: time.Minute}, delays: []time.Duration{60e9, 60e9}},
		"max only":            {opts: Options{Max: 1200 * ms}, delays: []time.Duration{1e9, 1200e6, 1200e6}},
		"negative":            {opts: Options{First: -1, Max: -1}, delays: []time.Duration{1e9, 1500e6}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				firsts := map[time.Duration]bool{}
				for range 20 {
					var at []time.Time
					_, err := Until(t.Context(), test.opts, func(context.Context) (int, error) {
						at = append(at, time.Now())
						return len(at), nil
					}, func(n int) bool { return n > len(test.delays) })
					require.NoError(t, err)
					for i, want := range test.delays {
						require.InEpsilon(t, float64(want), float64(at[i+1].Sub(at[i])), 0.1001)
					}
					firsts[at[1].Sub(at[0])] = true
				}
				require.Greater(t, len(firsts), 10)
			})
		})
	}
}
