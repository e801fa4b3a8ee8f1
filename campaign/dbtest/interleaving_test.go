package dbtest

import (
	"context"
	"fmt"
	"runtime"
	"strings"
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
		defer cancel()
		var calls atomic.Int64
		_, err := c.Run(ctx, campaign.Sender{Send: func(context.Context, campaign.Plan, []campaign.Item) ([]campaign.Result, error) {
			if calls.Add(1) == 1 {
				time.AfterFunc(time.Second, cancel)
			}
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

// One failing statement does not end a run, whichever it is.
func TestRunOutlivesOneFailure(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]struct {
		text string
		nth  int64
	}{
		"status":  {"SELECT status FROM", 2}, // the first is at the beginning of the run
		"limiter": {"SELECT next", 2},
		"take":    {"INSERT INTO wabakit_limiters", 2},
		"end":     {"FROM wabakit_statuses AS s WHERE (SELECT", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachDatabase(t, func(t *testing.T, d database) {
				started(t, d.store(t), campaign.Plan{}, 2)
				var seen atomic.Int64
				store, err := campaign.Open(t.Context(), d.openHooked(t, func(s statement, p point) error {
					if p == before && strings.Contains(s.text, fails.text) && seen.Add(1) == fails.nth {
						return errDatabase
					}
					return nil
				}), d.dialect)
				require.NoError(t, err)
				c, err := store.Campaign(t.Context(), t.Name())
				require.NoError(t, err)
				report, err := c.Run(t.Context(), campaign.Sender{Send: accepts.Send}, campaign.WithConcurrency(1),
					campaign.WithLimiter(store.NewLimiter("all", 1000)))
				require.NoError(t, err)
				require.Equal(t, campaign.Counts{Sent: 2}, report.Counts)
				require.GreaterOrEqual(t, seen.Load(), fails.nth)
			})
		})
	}
}

// An ID that no index can hold does not keep a result from being stored.
func TestLongMessageID(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		c := started(t, d.store(t), campaign.Plan{}, 1)
		report, err := c.Run(ctx, campaign.Sender{Send: func(_ context.Context, _ campaign.Plan, items []campaign.Item) ([]campaign.Result, error) {
			return []campaign.Result{{Key: items[0].Key, MessageID: incompressible(10000)}}, nil
		}}, campaign.WithGrace(time.Millisecond))
		require.NoError(t, err)
		require.Equal(t, campaign.Counts{Sent: 1}, report.Counts)
	})
}

func TestAddRefusesLongKeys(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		c, err := d.store(t).Create(t.Context(), "long", campaign.Plan{})
		require.NoError(t, err)
		added, err := c.Add(t.Context(), late.FromSlice([]campaign.Recipient{
			{Phone: "+16315550001", Key: incompressible(1000)}, {Phone: "+16315550002", Key: incompressible(1001)},
		}))
		require.ErrorContains(t, err, "recipient 1")
		require.Zero(t, added)
	})
}

// incompressible returns text of n bytes.
func incompressible(n int) string {
	var b strings.Builder
	for i := uint64(1); b.Len() < n; i++ {
		fmt.Fprintf(&b, "%x", i*i*0x9e3779b97f4a7c15)
	}
	return b.String()[:n]
}

// A lease is never so short that a run cannot keep it.
func TestTinyLease(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		c := started(t, d.store(t), campaign.Plan{}, 10)
		report, err := c.Run(t.Context(), accepts, campaign.WithLease(1))
		require.NoError(t, err)
		require.Equal(t, campaign.Counts{Sent: 10}, report.Counts)
	})
}

// A sender that panics, or ends its goroutine as FailNow of a test does, ends the run with an error.
func TestSenderThatDoesNotReturn(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(){
		"panicked":            func() { panic("no such field") },
		"ended its goroutine": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachDatabase(t, func(t *testing.T, d database) {
				c := started(t, d.store(t), campaign.Plan{}, 3)
				report, err := c.Run(t.Context(), campaign.Sender{Send: func(context.Context, campaign.Plan, []campaign.Item) ([]campaign.Result, error) {
					end()
					return nil, nil
				}}, campaign.WithConcurrency(1))
				require.ErrorContains(t, err, "the sender "+name)
				require.Equal(t, campaign.Counts{Unknown: 1, Pending: 2}, report.Counts)
			})
		})
	}
}

// Somebody who asks for counts does not wait for a worker that is storing its results.
func TestCountsDoNotWaitForWorkers(t *testing.T) {
	t.Parallel()
	d := database{campaign.Postgres, "pgx", newDatabase(t)}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	c, db := started(t, d.store(t), campaign.Plan{}, 3), d.open(t)
	_, err := db.Exec("UPDATE wabakit_items SET state = 'sending', claim = 'late' WHERE key <> '0'") // their lease has expired
	require.NoError(t, err)
	tx, err := db.Begin()
	require.NoError(t, err)
	defer tx.Rollback()
	_, err = tx.Exec("UPDATE wabakit_items SET state = 'sent' WHERE key = '1'")
	require.NoError(t, err)

	counts, err := c.Counts(ctx)
	require.NoError(t, err)
	require.Equal(t, campaign.Counts{Pending: 1, Sending: 1, Unknown: 1}, counts)
}

// A reason that PostgreSQL cannot store does not keep a run from going on.
func TestReasonWithNUL(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		c := started(t, d.store(t), campaign.Plan{}, 1)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		report, err := c.Run(ctx, accepts, campaign.WithSuppress(func(context.Context, campaign.Item) (string, error) {
			return "opted\x00 out", nil
		}), campaign.WithLease(time.Second), campaign.WithGrace(time.Millisecond))
		require.NoError(t, err)
		require.Equal(t, campaign.Counts{Suppressed: 1}, report.Counts)
	})
}

// An item that is sent again does not keep the ID of the message before.
func TestResolveAsPendingForgetsTheMessage(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, c := t.Context(), started(t, d.store(t), campaign.Plan{}, 1)
		_, err := c.Run(ctx, campaign.Sender{Send: func(_ context.Context, _ campaign.Plan, items []campaign.Item) ([]campaign.Result, error) {
			return []campaign.Result{{Key: items[0].Key, MessageID: "m1", Err: campaign.ErrRefused}}, nil
		}})
		require.NoError(t, err)
		require.NoError(t, c.Resolve(ctx, "0", campaign.Pending))
		for item, err := range c.Items(ctx) {
			require.NoError(t, err)
			require.Empty(t, item.MessageID)
		}
	})
}

// A mark waits for a pause that has not been committed yet.
func TestMarkWaitsForAPause(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		c := started(t, d.store(t), campaign.Plan{}, 1)
		other, err := d.open(t).Conn(t.Context())
		require.NoError(t, err)
		defer other.Close()
		exec := func(statement string) {
			_, err := other.ExecContext(t.Context(), statement)
			assert.NoError(t, err)
		}
		committed := make(chan struct{})
		_, err = c.Run(ctx, campaign.Sender{Send: func(ctx context.Context, plan campaign.Plan, items []campaign.Item) ([]campaign.Result, error) {
			assert.Fail(t, "an item is sent after the pause")
			return accepts.Send(ctx, plan, items)
		}}, campaign.WithConcurrency(1), campaign.WithSuppress(func(context.Context, campaign.Item) (string, error) {
			exec("BEGIN")
			exec("UPDATE wabakit_campaigns SET status = 'paused'")
			time.AfterFunc(200*time.Millisecond, func() {
				defer close(committed)
				exec("COMMIT")
				time.AfterFunc(200*time.Millisecond, cancel)
			})
			return "", nil
		}))
		<-committed

		require.ErrorIs(t, err, context.Canceled)
		counts, err := c.Counts(t.Context())
		require.NoError(t, err)
		require.Equal(t, campaign.Counts{Pending: 1}, counts)
	})
}
