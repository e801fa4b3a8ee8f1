package dbtest

import (
	"context"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/onpremise"
)

var (
	_ = late.WithLimiter((*campaign.Limiter)(nil))
	_ = onpremise.WithLimiter((*campaign.Limiter)(nil))
)

func TestLimiterIsShared(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		const waiters, waits, rate = 4, 10, 100
		var group sync.WaitGroup
		began := time.Now()
		for range waiters {
			limiter := d.store(t).NewLimiter("shared", rate)
			group.Go(func() {
				for range waits {
					assert.NoError(t, limiter.Wait(t.Context()))
				}
			})
		}
		group.Wait()
		require.GreaterOrEqual(t, time.Since(began), (waiters*waits-1)*time.Second/rate-10*time.Millisecond)
	})
}

// A worker that ends while it waits, and another that takes its place and ends too, must not use up
// the rate without sending anything.
func TestAbandonedWaitsDoNotUseTheRate(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		limiter := d.store(t).NewLimiter("slow", 1)
		require.NoError(t, limiter.Wait(t.Context()))
		for range 20 {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			require.ErrorIs(t, limiter.Wait(ctx), context.DeadlineExceeded)
			cancel()
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		require.NoError(t, limiter.Wait(ctx))
	})
}

func TestRunCountsItemsForTheLimiter(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		s := d.store(t)
		c := started(t, s, campaign.Plan{}, 40)
		began := time.Now()
		_, err := c.Run(t.Context(), accepts, campaign.WithLimiter(s.NewLimiter("number", 100)))
		require.NoError(t, err)
		require.GreaterOrEqual(t, time.Since(began), 290*time.Millisecond, "the last call of 10 items waits for the others")
	})
}

func TestLimiterOfAClient(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		server := newLate(t)
		client := server.Client(late.WithLimiter(d.store(t).NewLimiter("calls", 0.001)))
		_, err := client.Templates.List(t.Context())
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		_, err = client.Templates.List(ctx)
		require.ErrorIs(t, err, late.ErrNotSent)
		require.Len(t, server.Requests(), 1)
	})
}

func TestLimiterNeedsARate(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, rate := range []float64{0, -1, math.NaN(), math.Inf(1), math.Inf(-1), 1e-300} {
		require.ErrorContains(t, s.NewLimiter("number", rate).Wait(t.Context()), "rate", "%v", rate)
	}
	report, err := started(t, s, campaign.Plan{}, 2).Run(t.Context(), accepts, campaign.WithLimiter(s.NewLimiter("number", 0)))
	require.ErrorContains(t, err, "rate")
	require.Equal(t, campaign.Counts{Pending: 2}, report.Counts)
}
