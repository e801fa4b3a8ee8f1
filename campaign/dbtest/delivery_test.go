package dbtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
	"github.com/wabakit/wabakit-go/onpremise"
)

// started returns a started campaign with n recipients, whose keys are "0", "1" and so on.
func started(t *testing.T, s *campaign.Store, plan campaign.Plan, n int) *campaign.Campaign {
	t.Helper()
	recipients := make([]campaign.Recipient, n)
	for i := range recipients {
		recipients[i] = campaign.Recipient{Key: fmt.Sprint(i), Phone: fmt.Sprintf("+1631555%04d", i)}
	}
	c, err := s.Create(t.Context(), t.Name(), plan)
	require.NoError(t, err)
	_, err = c.Add(t.Context(), late.FromSlice(recipients))
	require.NoError(t, err)
	require.NoError(t, c.Start(t.Context()))
	return c
}

// accepts sends to everybody. The ID of a message is "m" and the key of the item.
var accepts = campaign.Sender{Max: 10, Send: func(_ context.Context, _ campaign.Plan, items []campaign.Item) (results []campaign.Result, err error) {
	for _, item := range items {
		results = append(results, campaign.Result{Key: item.Key, MessageID: "m" + item.Key})
	}
	return results, nil
}}

func itemsOf(t *testing.T, c *campaign.Campaign) (items []campaign.Item) {
	t.Helper()
	for item, err := range c.Items(t.Context()) {
		require.NoError(t, err)
		items = append(items, item)
	}
	return items
}

func lateStatus(kind late.EventKind, id string) *late.MessageStatus {
	s := &late.MessageStatus{}
	s.Kind, s.ID = kind, id
	if kind == late.EventMessageFailed {
		s.Error = &late.MessageError{Code: 131026, Title: "Message undeliverable"}
	}
	return s
}

// The order of arrival does not matter.
func TestStatusesOfAMessage(t *testing.T) {
	t.Parallel()
	const sent, delivered, read, failed = late.EventMessageSent, late.EventMessageDelivered, late.EventMessageRead, late.EventMessageFailed
	tests := []struct {
		kinds []late.EventKind
		want  campaign.Delivery
	}{
		{nil, ""},
		{[]late.EventKind{sent}, ""},
		{[]late.EventKind{late.EventMessageReceived}, ""},
		{[]late.EventKind{sent, delivered}, campaign.Delivered},
		{[]late.EventKind{delivered, sent}, campaign.Delivered},
		{[]late.EventKind{delivered, read}, campaign.Read},
		{[]late.EventKind{read, delivered, sent}, campaign.Read},
		{[]late.EventKind{sent, failed}, campaign.Failed},
		{[]late.EventKind{failed, failed}, campaign.Failed},
		{[]late.EventKind{failed, delivered}, campaign.Delivered},
		{[]late.EventKind{delivered, failed}, campaign.Delivered},
		{[]late.EventKind{failed, read, failed, delivered}, campaign.Read},
	}
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, s := t.Context(), d.store(t)
		c := started(t, s, campaign.Plan{}, len(tests))
		// The ID is known after the first half of the statuses.
		record := func(early bool) {
			for i, tt := range tests {
				for j, kind := range tt.kinds {
					if (j < len(tt.kinds)/2) == early {
						require.NoError(t, s.RecordLate(ctx, lateStatus(kind, fmt.Sprintf("m%d", i))))
					}
				}
			}
		}
		record(true)
		_, err := c.Run(ctx, accepts)
		require.NoError(t, err)
		record(false)

		var want campaign.Counts
		items := itemsOf(t, c)
		for i, tt := range tests {
			require.Equal(t, tt.want, items[i].Delivery, "%v", tt.kinds)
			require.Equal(t, campaign.Sent, items[i].State)
			want.Sent++
			switch tt.want {
			case campaign.Delivered:
				want.Delivered++
			case campaign.Read:
				want.Read++
			case campaign.Failed:
				want.Failed++
				require.Contains(t, items[i].Reason, "131026 Message undeliverable")
				continue
			}
			require.Empty(t, items[i].Reason)
		}
		counts, err := c.Counts(ctx)
		require.NoError(t, err)
		require.Equal(t, want, counts)

		// A repetition changes nothing.
		record(true)
		record(false)
		require.Equal(t, items, itemsOf(t, c))
	})
}

func TestStatusFindsItsMessage(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, s := t.Context(), d.store(t)
		c := started(t, s, campaign.Plan{}, 4)
		_, err := c.Run(ctx, accepts)
		require.NoError(t, err)
		byPlatform := lateStatus(late.EventMessageDelivered, "unknown here")
		byPlatform.PlatformMessageID = "m1"
		require.NoError(t, s.RecordLate(ctx, byPlatform))
		require.NoError(t, s.RecordOnPremise(ctx, &onpremise.MessageStatus{ID: "m2", Status: onpremise.StatusRead}))
		require.NoError(t, s.RecordOnPremise(ctx, &onpremise.MessageStatus{
			ID: "m3", Status: onpremise.StatusFailed, Errors: []onpremise.ErrorInfo{{Code: 480, Title: "user changed"}},
		}))
		for _, ignored := range []error{
			s.RecordLate(ctx, nil), s.RecordOnPremise(ctx, nil), s.RecordLate(ctx, lateStatus(late.EventMessageRead, "")),
			s.RecordOnPremise(ctx, &onpremise.MessageStatus{ID: "m0", Status: onpremise.StatusDeleted}),
			s.RecordLate(ctx, lateStatus(late.EventMessageRead, "of no campaign\x00\xff")),
		} {
			require.NoError(t, ignored)
		}

		items := itemsOf(t, c)
		require.Equal(t, []campaign.Delivery{"", campaign.Delivered, campaign.Read, campaign.Failed},
			[]campaign.Delivery{items[0].Delivery, items[1].Delivery, items[2].Delivery, items[3].Delivery})
		require.Contains(t, items[3].Reason, "user changed")
	})
}

// Statuses and the results that contain the IDs of the messages arrive at the same time, in
// different processes.
func TestStatusesAndResultsAtOnce(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		const n = 100
		ctx := t.Context()
		c := started(t, d.store(t), campaign.Plan{}, n)
		db := d.open(t)
		db.SetMaxOpenConns(8)
		webhook, err := campaign.Open(ctx, db, d.dialect)
		require.NoError(t, err)
		var statuses sync.WaitGroup
		var mu sync.Mutex
		var failed error
		sender := campaign.Sender{Max: 4, Send: func(ctx context.Context, plan campaign.Plan, items []campaign.Item) ([]campaign.Result, error) {
			for _, item := range items {
				for _, kind := range []late.EventKind{late.EventMessageFailed, late.EventMessageDelivered, late.EventMessageRead} {
					statuses.Go(func() {
						time.Sleep(rand.N(4 * time.Millisecond)) // any order is right
						err := webhook.RecordLate(context.WithoutCancel(ctx), lateStatus(kind, "m"+item.Key))
						mu.Lock()
						defer mu.Unlock()
						failed = errors.Join(failed, err)
					})
				}
			}
			time.Sleep(rand.N(4 * time.Millisecond))
			return accepts.Send(ctx, plan, items)
		}}
		_, err = c.Run(ctx, sender)
		require.NoError(t, err)
		statuses.Wait()
		require.NoError(t, failed)

		counts, err := c.Counts(ctx)
		require.NoError(t, err)
		require.Equal(t, campaign.Counts{Sent: n, Read: n}, counts)
		var kept int
		require.NoError(t, db.QueryRowContext(ctx, "SELECT count(*) FROM wabakit_statuses").Scan(&kept))
		require.Zero(t, kept)
	})
}

func TestEarlyStatusIsAppliedWithTheResult(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		s := d.store(t)
		c := started(t, s, campaign.Plan{}, 2)
		var first campaign.Delivery // of the first item, while the second one is sent
		_, err := c.Run(t.Context(), campaign.Sender{Send: func(ctx context.Context, plan campaign.Plan, items []campaign.Item) ([]campaign.Result, error) {
			if items[0].Key == "1" {
				first = itemsOf(t, c)[0].Delivery
			} else if err := s.RecordLate(ctx, lateStatus(late.EventMessageDelivered, "m0")); err != nil {
				return nil, err
			}
			return accepts.Send(ctx, plan, items)
		}}, campaign.WithConcurrency(1))
		require.NoError(t, err)
		require.Equal(t, campaign.Delivered, first)
	})
}

// A worker that ends between storing the ID of a message and looking for its statuses leaves that to
// the next run.
func TestKeptStatusIsAppliedByTheNextRun(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, s := t.Context(), d.store(t)
		c := started(t, s, campaign.Plan{}, 1)
		_, err := c.Run(ctx, accepts)
		require.NoError(t, err)
		_, err = d.open(t).ExecContext(ctx, "INSERT INTO wabakit_statuses (message_id, delivery, reason, received) VALUES ('m0', 'read', '', 0)")
		require.NoError(t, err)
		report, err := c.Run(ctx, accepts)
		require.NoError(t, err)
		require.Equal(t, campaign.Counts{Sent: 1, Read: 1}, report.Counts)
	})
}

func TestResolvedItemTakesUpItsStatus(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, s := t.Context(), d.store(t)
		c := started(t, s, campaign.Plan{}, 1)
		_, err := c.Run(ctx, campaign.Sender{Send: func(_ context.Context, _ campaign.Plan, items []campaign.Item) ([]campaign.Result, error) {
			return []campaign.Result{{Key: items[0].Key, MessageID: "m0", Err: errors.New("no result")}}, nil
		}})
		require.ErrorIs(t, err, campaign.ErrUnresolved)
		require.NoError(t, s.RecordLate(ctx, lateStatus(late.EventMessageDelivered, "m0")))
		require.Equal(t, campaign.Unknown, itemsOf(t, c)[0].State, "only a person decides")
		require.Empty(t, itemsOf(t, c)[0].Delivery)

		require.NoError(t, c.Resolve(ctx, "0", campaign.Sent))
		require.Equal(t, campaign.Delivered, itemsOf(t, c)[0].Delivery)
	})
}

func TestStatusOfNoCampaignIsKeptForAWeek(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, db := t.Context(), d.open(t)
		for id, age := range map[string]time.Duration{"old": 7 * 24 * time.Hour, "recent": 6 * 24 * time.Hour} {
			require.NoError(t, d.store(t).RecordLate(ctx, lateStatus(late.EventMessageRead, id)))
			_, err := db.ExecContext(ctx, fmt.Sprintf("UPDATE wabakit_statuses SET received = received - %d WHERE message_id = '%s'", age.Milliseconds(), id))
			require.NoError(t, err)
		}
		// Another process deletes old rows with its first status.
		require.NoError(t, d.store(t).RecordLate(ctx, lateStatus(late.EventMessageRead, "new")))
		var ids []string
		rows, err := db.QueryContext(ctx, "SELECT message_id FROM wabakit_statuses")
		require.NoError(t, err)
		defer rows.Close()
		for rows.Next() {
			var id string
			require.NoError(t, rows.Scan(&id))
			ids = append(ids, id)
		}
		require.NoError(t, rows.Err())
		slices.Sort(ids)
		require.Equal(t, []string{"new", "recent"}, ids)
	})
}

func TestDeliveryFromTheWebhook(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, s := t.Context(), d.store(t)
		server := newLate(t)
		server.SetWebhookHandler(late.NewWebhook(late.WebhookHandlers{
			MessageDelivered: s.RecordLate, MessageRead: s.RecordLate, MessageFailed: s.RecordLate,
		}, late.WithWebhookSecret(latetest.WebhookSecret), late.WithWebhookStore(s.Deduplication("deliveries"))))
		c := started(t, s, welcome, 20)
		_, err := c.Run(ctx, campaign.LateMessages(server.Client()))
		require.NoError(t, err)
		server.Advance(time.Minute)
		require.NoError(t, server.WaitDelivered(ctx))
		counts, err := c.Counts(ctx)
		require.NoError(t, err)
		require.Equal(t, campaign.Counts{Sent: 20, Read: 20}, counts)
	})
}

// welcome is the plan that newLate has a template for.
var welcome = campaign.Plan{Template: late.TemplateRef{Name: "welcome", Language: "en_US"}}

func newLate(t *testing.T) *latetest.Server {
	t.Helper()
	server := latetest.NewServer(latetest.InProcess())
	t.Cleanup(server.Close)
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "welcome", Language: "en_US", Category: late.TemplateUtility, Components: []late.TemplateComponent{late.Body("Welcome!")},
	})
	return server
}
