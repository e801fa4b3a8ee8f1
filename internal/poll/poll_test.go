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

// counter is looked at: 1, 2, 3, … It remembers when.
type counter struct {
	began time.Time
	at    []time.Duration
}

func (c *counter) get(context.Context) (int, error) {
	if c.at == nil {
		c.began = time.Now()
	}
	c.at = append(c.at, time.Since(c.began))
	return len(c.at), nil
}

func reaches(n int) func(int) bool { return func(v int) bool { return v >= n } }

func never(int) bool { return false }

func TestTheFirstLookIsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var c counter
		v, err := Until(t.Context(), Options{}, c.get, reaches(1))
		require.NoError(t, err)
		require.Equal(t, 1, v)
		require.Zero(t, time.Since(began))
	})
}

func TestWaitsGrowFromTheFirstToTheLongest(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		opts  Options
		waits []time.Duration
	}{
		"defaults": {waits: []time.Duration{
			time.Second, 1500 * time.Millisecond, 2250 * time.Millisecond, 3375 * time.Millisecond, 5062500 * time.Microsecond,
			7593750 * time.Microsecond, 11390625 * time.Microsecond, 17085937500, 25628906250, 30 * time.Second, 30 * time.Second,
		}},
		"set":             {opts: Options{First: 4 * time.Second, Max: 8 * time.Second}, waits: []time.Duration{4e9, 6e9, 8e9, 8e9}},
		"first over max":  {opts: Options{First: time.Minute, Max: 10 * time.Second}, waits: []time.Duration{10e9, 10e9}},
		"first, no max":   {opts: Options{First: time.Minute}, waits: []time.Duration{60e9, 60e9}},
		"max, no first":   {opts: Options{Max: 1200 * time.Millisecond}, waits: []time.Duration{1e9, 1200e6, 1200e6}},
		"negative values": {opts: Options{First: -1, Max: -1}, waits: []time.Duration{1e9, 1500e6}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for range 20 {
					var c counter
					v, err := Until(t.Context(), test.opts, c.get, reaches(len(test.waits)+1))
					require.NoError(t, err)
					require.Equal(t, len(test.waits)+1, v)
					for i, want := range test.waits {
						require.InEpsilon(t, float64(want), float64(c.at[i+1]-c.at[i]), 0.1001)
					}
				}
			})
		})
	}
}

func TestWaitsDifferALittle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		waits := map[time.Duration]bool{}
		for range 20 {
			var c counter
			_, err := Until(t.Context(), Options{}, c.get, reaches(2))
			require.NoError(t, err)
			waits[c.at[1]] = true
		}
		require.Greater(t, len(waits), 10)
	})
}

func TestAWaitThatWouldOutlastTheDeadlineIsNotBegun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		var c counter
		v, err := Until(ctx, Options{First: 3 * time.Second}, c.get, never)
		require.Equal(t, 2, v)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "not there after 2 looks")
		require.Len(t, c.at, 2)
		require.Equal(t, c.at[1], time.Since(c.began), "it ends at once")
		require.NoError(t, ctx.Err())
	})
}

func TestTheEndOfTheContextEndsAWaitAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()
		time.AfterFunc(time.Minute, cancel)
		var c counter
		v, err := Until(ctx, Options{First: time.Hour}, c.get, never)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 1, v)
		require.Equal(t, time.Minute, time.Since(began))
	})
}

func TestACancelledContextIsNotTakenForALateOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		v, err := Until(ctx, Options{}, func(context.Context) (int, error) { cancel(); return 7, nil }, never)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 7, v)
	})
}

func TestWithAContextThatHasEndedNothingIsLookedAt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var c counter
	v, err := Until(ctx, Options{}, c.get, never)
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, v)
	require.Empty(t, c.at)
}

func TestAnErrorEndsItBesideTheLastValue(t *testing.T) {
	t.Parallel()
	errGet := errors.New("get failed")
	for _, failing := range []int{1, 2, 5} {
		synctest.Test(t, func(t *testing.T) {
			var c counter
			v, err := Until(t.Context(), Options{}, func(ctx context.Context) (int, error) {
				if n, _ := c.get(ctx); n < failing {
					return n, nil
				}
				return -1, errGet
			}, never)
			require.Equal(t, errGet, err)
			require.Equal(t, failing-1, v)
			require.Len(t, c.at, failing)
		})
	}
}

func TestAValueThatIsThereCountsThoughTheContextEnded(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	v, err := Until(ctx, Options{}, func(context.Context) (int, error) { cancel(); return 7, nil }, reaches(7))
	require.NoError(t, err)
	require.Equal(t, 7, v)
}
