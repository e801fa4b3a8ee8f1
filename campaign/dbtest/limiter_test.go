package dbtest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
