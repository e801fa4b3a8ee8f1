package dbtest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/late"
)

// While a worker pauses after a refused call, it does not renew the lease of the items it gave up:
// that would replace the delay that the server asked for.
func TestDelayOutlastsTheLease(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		c := started(t, d.store(t), campaign.Plan{}, 1)
		ctx, cancel := context.WithCancel(t.Context())
		defer time.AfterFunc(1200*time.Millisecond, cancel).Stop()
		var calls atomic.Int64
		_, err := c.Run(ctx, campaign.Sender{Send: func(context.Context, campaign.Plan, []campaign.Item) ([]campaign.Result, error) {
			calls.Add(1)
			return nil, &late.Error{StatusCode: 429, Outcome: late.OutcomeRefused, RetryAfter: time.Hour}
		}}, campaign.WithConcurrency(1), campaign.WithLease(300*time.Millisecond))

		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, int64(1), calls.Load())
	})
}

// A time that is set while items are reserved holds for them, too.
func TestStartAtHoldsForReservedItems(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		c := started(t, d.store(t), campaign.Plan{}, 1)
		_, err := c.Run(ctx, campaign.Sender{Send: func(ctx context.Context, plan campaign.Plan, items []campaign.Item) ([]campaign.Result, error) {
			assert.Fail(t, "an item is sent before its time")
			return accepts.Send(ctx, plan, items)
		}}, campaign.WithSuppress(func(context.Context, campaign.Item) (string, error) {
			assert.NoError(t, c.StartAt(t.Context(), time.Now().Add(time.Hour)))
			time.AfterFunc(200*time.Millisecond, cancel)
			return "", nil
		}))

		require.ErrorIs(t, err, context.Canceled)
		counts, err := c.Counts(t.Context())
		require.NoError(t, err)
		require.Equal(t, campaign.Counts{Pending: 1}, counts)
	})
}

// A handle of a deleted campaign does not send to the recipients of a newer one.
func TestDeletedCampaignStaysDeleted(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, store := t.Context(), d.store(t)
		old := started(t, store, campaign.Plan{}, 0)
		require.NoError(t, old.Delete(ctx))
		c := started(t, store, campaign.Plan{}, 1)

		_, err := old.Run(ctx, accepts)
		require.ErrorIs(t, err, campaign.ErrNotFound)
		counts, err := c.Counts(ctx)
		require.NoError(t, err)
		require.Equal(t, campaign.Counts{Pending: 1}, counts)
	})
}
