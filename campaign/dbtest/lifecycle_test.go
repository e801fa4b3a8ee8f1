package dbtest

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/late"
)

// startCampaign returns a started campaign with n recipients.
func startCampaign(t *testing.T, store *campaign.Store, n int) *campaign.Campaign {
	t.Helper()
	c, err := store.Create(t.Context(), "welcome", campaign.Plan{})
	require.NoError(t, err)
	_, err = c.Add(t.Context(), late.FromSlice(recipients(n)))
	require.NoError(t, err)
	require.NoError(t, c.Start(t.Context()))
	return c
}

// accept returns a sender that calls during for each item, and then accepts it unless its context has
// ended. sent counts its items.
func accept(during func(context.Context)) (sender campaign.Sender, sent *atomic.Int64) {
	sent = new(atomic.Int64)
	return campaign.Sender{Send: func(ctx context.Context, _ campaign.Plan, items []campaign.Item) ([]campaign.Result, error) {
		sent.Add(int64(len(items)))
		if during != nil {
			during(ctx)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return []campaign.Result{{Key: items[0].Key}}, nil
	}}, sent
}

func counts(t *testing.T, c *campaign.Campaign) campaign.Counts {
	t.Helper()
	counts, err := c.Counts(t.Context())
	require.NoError(t, err)
	return counts
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		grace time.Duration
		want  campaign.Counts
	}{
		"calls in flight finish":           {time.Minute, campaign.Counts{Sent: 2, Pending: 8}},
		"calls in flight last beyond that": {time.Millisecond, campaign.Counts{Unknown: 2, Pending: 8}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachDatabase(t, func(t *testing.T, d database) {
				c := startCampaign(t, d.store(t), 10)
				ctx, cancel := context.WithCancel(t.Context())
				var inFlight sync.WaitGroup
				inFlight.Add(2)
				sender, sent := accept(func(ctx context.Context) {
					inFlight.Done()
					inFlight.Wait()
					cancel()
					if tt.grace < time.Second {
						<-ctx.Done()
					}
				})
				report, err := c.Run(ctx, sender, campaign.WithConcurrency(2), campaign.WithGrace(tt.grace))
				require.ErrorIs(t, err, context.Canceled)
				require.Equal(t, tt.want, report.Counts)
				require.EqualValues(t, 2, sent.Load())
			})
		})
	}
}

func TestNothingIsSentBeforeItsTime(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, c := t.Context(), startCampaign(t, d.store(t), 3)
		sender, sent := accept(nil)
		idle := func() {
			t.Helper()
			limited, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
			defer cancel()
			_, err := c.Run(limited, sender)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Zero(t, sent.Load())
		}
		require.NoError(t, c.StartAt(ctx, time.Now().Add(time.Hour)))
		idle()
		require.NoError(t, c.StartAt(ctx, time.Now().Add(-time.Hour)))
		require.NoError(t, c.Pause(ctx))
		idle()
		require.NoError(t, c.Resume(ctx))
		_, err := c.Run(ctx, sender)
		require.NoError(t, err)
		require.EqualValues(t, 3, sent.Load())
	})
}

func TestPauseAndCancelEndSending(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, c := t.Context(), startCampaign(t, d.store(t), 10)
		var once sync.Once
		sender, sent := accept(func(ctx context.Context) {
			once.Do(func() {
				assert.NoError(t, c.Pause(ctx)) // nothing is marked once it returns
				assert.NoError(t, c.Cancel(ctx))
			})
		})
		report, err := c.Run(ctx, sender, campaign.WithConcurrency(1))
		require.ErrorIs(t, err, campaign.ErrCanceled)
		require.Equal(t, campaign.Counts{Sent: 1, Pending: 9}, report.Counts)
		require.EqualValues(t, 1, sent.Load())

		require.ErrorIs(t, c.Start(ctx), campaign.ErrConflict)
		require.ErrorIs(t, c.Resume(ctx), campaign.ErrConflict)
		_, err = c.Run(ctx, sender)
		require.ErrorIs(t, err, campaign.ErrCanceled)
	})
}

func TestPlanIsFrozen(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, store := t.Context(), d.store(t)
		plan := campaign.Plan{Account: "a1", Template: late.TemplateRef{Name: "welcome", Language: "en_US"}}
		first, err := store.Create(ctx, "welcome", plan)
		require.NoError(t, err)
		_, err = store.Create(ctx, "welcome", plan)
		require.NoError(t, err)
		again, err := store.Campaign(ctx, "welcome")
		require.NoError(t, err)
		require.Equal(t, first.Plan(), again.Plan())

		plan.Template.Language = "es"
		_, err = store.Create(ctx, "welcome", plan)
		require.ErrorIs(t, err, campaign.ErrConflict)
		_, err = store.Campaign(ctx, "another")
		require.ErrorIs(t, err, campaign.ErrNotFound)

		sender, _ := accept(nil)
		_, err = first.Run(ctx, sender)
		require.ErrorIs(t, err, campaign.ErrDraft)
	})
}

func TestConsentThatCannotBeCheckedSendsNothing(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		c := startCampaign(t, d.store(t), 5)
		sender, sent := accept(nil)
		down := errors.New("the consent service is down")
		_, err := c.Run(t.Context(), sender, campaign.WithSuppress(func(context.Context, campaign.Item) (string, error) { return "", down }))
		require.ErrorIs(t, err, down)
		require.Zero(t, sent.Load())
		require.Equal(t, campaign.Counts{Pending: 5}, counts(t, c))
	})
}

// Items holds no connection while the body of its loop runs.
func TestItemsAreResolvedInTheLoop(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, db := t.Context(), d.open(t)
		db.SetMaxOpenConns(1)
		store, err := campaign.Open(ctx, db, d.dialect)
		require.NoError(t, err)
		c := startCampaign(t, store, 3)
		lost := campaign.Sender{Send: func(context.Context, campaign.Plan, []campaign.Item) ([]campaign.Result, error) {
			return nil, late.ErrOutcomeUnknown
		}}
		_, err = c.Run(ctx, lost)
		require.ErrorIs(t, err, campaign.ErrUnresolved)

		state := campaign.Sent
		for item, err := range c.Items(ctx, campaign.Unknown) {
			require.NoError(t, err)
			require.NoError(t, c.Resolve(ctx, item.Key, state))
			require.ErrorIs(t, c.Resolve(ctx, item.Key, campaign.Refused), campaign.ErrConflict)
			state = campaign.Pending
		}
		require.Equal(t, campaign.Counts{Sent: 1, Pending: 2}, counts(t, c))
		require.ErrorIs(t, c.Resolve(ctx, recipients(1)[0].Key, campaign.Pending), campaign.ErrConflict)
		require.ErrorIs(t, c.Resolve(ctx, "nobody", campaign.Sent), campaign.ErrNotFound)
	})
}

func TestPersonalDataIsDeleted(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, store := t.Context(), d.store(t)
		c := startCampaign(t, store, 3)
		require.ErrorIs(t, c.Strip(ctx), campaign.ErrConflict)
		require.ErrorIs(t, c.Delete(ctx), campaign.ErrConflict)
		sender, _ := accept(nil)
		_, err := c.Run(ctx, sender)
		require.NoError(t, err)

		require.NoError(t, c.Strip(ctx))
		require.Equal(t, campaign.Counts{Sent: 3}, counts(t, c))
		for range c.Items(ctx) {
			t.Fatal("an item is left")
		}
		_, err = c.Add(ctx, late.FromSlice(recipients(3)))
		require.ErrorIs(t, err, campaign.ErrConflict)
		_, err = c.Run(ctx, sender)
		require.ErrorIs(t, err, campaign.ErrConflict)

		require.NoError(t, c.Delete(ctx))
		_, err = store.Campaign(ctx, c.Name())
		require.ErrorIs(t, err, campaign.ErrNotFound)
		draft, err := store.Create(ctx, "draft", campaign.Plan{})
		require.NoError(t, err)
		require.NoError(t, draft.Delete(ctx))
	})
}

// Programs with the driver's defaults write at the same time.
func TestManyProgramsWrite(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx := t.Context()
		var programs sync.WaitGroup
		for i := range 20 {
			db := d.open(t)
			programs.Go(func() {
				store, err := campaign.Open(ctx, db, d.dialect)
				if !assert.NoError(t, err) {
					return
				}
				c, err := store.Create(ctx, "welcome", campaign.Plan{})
				assert.NoError(t, err)
				for n := range 20 {
					_, err = c.Add(ctx, late.FromSlice([]campaign.Recipient{{Phone: phone(20*i + n)}}))
					assert.NoError(t, err)
				}
			})
		}
		programs.Wait()
		c, err := d.store(t).Campaign(ctx, "welcome")
		require.NoError(t, err)
		require.Equal(t, campaign.Counts{Pending: 400}, counts(t, c))
	})
}

// The only worker of a run stores a result while the database is down for good.
func TestRunEndsIfResultsCannotBeStored(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		startCampaign(t, d.store(t), 3)
		var down atomic.Bool
		db := d.openHooked(t, func(s statement, p point) error {
			if p == before && down.Load() && !strings.HasPrefix(s.text, "PRAGMA") {
				return driver.ErrBadConn
			}
			return nil
		})
		store, err := campaign.Open(t.Context(), db, d.dialect)
		require.NoError(t, err)
		worker, err := store.Campaign(t.Context(), "welcome")
		require.NoError(t, err)
		sender, sent := accept(func(context.Context) { down.Store(true) })
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errors.New("the run did not end by itself"))
		defer cancel()
		_, err = worker.Run(ctx, sender, campaign.WithConcurrency(1), campaign.WithLease(200*time.Millisecond), campaign.WithGrace(time.Millisecond))
		require.ErrorIs(t, err, driver.ErrBadConn)
		require.NoError(t, context.Cause(ctx))
		require.EqualValues(t, 1, sent.Load())
	})
}

// An item that is pending again behind a worker does not have to wait for the end of a long campaign.
func TestItemThatIsPendingAgainIsSentSoon(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		s := d.store(t)
		c := started(t, s, campaign.Plan{}, 4)
		var sent []string
		sender := campaign.Sender{Max: 1, Send: func(ctx context.Context, _ campaign.Plan, items []campaign.Item) ([]campaign.Result, error) {
			key := items[0].Key
			sent = append(sent, key)
			switch len(sent) {
			case 1:
				return []campaign.Result{{Key: key, Err: campaign.ErrRefused}}, nil
			case 2:
				time.Sleep(shortLease) // its renewal keeps the item
				if err := c.Resolve(ctx, sent[0], campaign.Pending); err != nil {
					return nil, err
				}
			}
			return []campaign.Result{{Key: key, MessageID: "m" + key}}, nil
		}}
		_, err := c.Run(t.Context(), sender, campaign.WithConcurrency(1), campaign.WithLease(shortLease))
		require.NoError(t, err)
		require.Equal(t, []string{"0", "1", "0", "2", "3"}, sent)
	})
}
