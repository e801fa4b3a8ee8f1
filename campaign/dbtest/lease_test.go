package dbtest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/late"
)

// A database that is blocked for longer than a lease costs time, not the run.
func TestRunOutlivesAnExpiredLease(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, store := t.Context(), d.store(t)
		c, err := store.Create(ctx, "slow", campaign.Plan{Template: late.TemplateRef{Name: "welcome"}})
		require.NoError(t, err)
		var recipients []campaign.Recipient
		for i := range 20 {
			recipients = append(recipients, campaign.Recipient{Phone: fmt.Sprint(i)})
		}
		_, err = c.Add(ctx, late.FromSlice(recipients))
		require.NoError(t, err)
		require.NoError(t, c.Start(ctx))

		begin, lock := "BEGIN IMMEDIATE", "SELECT 1"
		if d.dialect == campaign.Postgres {
			begin, lock = "BEGIN", "LOCK TABLE wabakit_items IN EXCLUSIVE MODE"
		}
		other, err := d.open(t).Conn(ctx)
		require.NoError(t, err)
		defer other.Close()
		var blocked sync.Once
		var released sync.WaitGroup
		report, err := c.Run(ctx, campaign.Sender{Max: 5, Send: func(_ context.Context, _ campaign.Plan, items []campaign.Item) (results []campaign.Result, err error) {
			for _, item := range items {
				results = append(results, campaign.Result{Key: item.Key})
			}
			return results, nil
		}}, campaign.WithConcurrency(1), campaign.WithLease(400*time.Millisecond), campaign.WithSuppress(func(context.Context, campaign.Item) (string, error) {
			blocked.Do(func() {
				for _, statement := range []string{begin, lock} {
					_, err := other.ExecContext(ctx, statement)
					assert.NoError(t, err)
				}
				released.Go(func() {
					time.Sleep(1200 * time.Millisecond)
					_, err := other.ExecContext(ctx, "ROLLBACK")
					assert.NoError(t, err)
				})
			})
			return "", nil
		}))
		released.Wait()

		require.NoError(t, err)
		require.Equal(t, campaign.Counts{Sent: len(recipients)}, report.Counts)
	})
}
