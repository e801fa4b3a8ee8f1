package latetest

import (
	"net/http"
	"time"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

func (a *api) sendBroadcast(c *call) (any, error) {
	b, err := a.named(c)
	if err != nil {
		return nil, err
	}
	if err := b.mustBe(c.now, "sent", lateapi.BroadcastStatusDraft, lateapi.BroadcastStatusScheduled); err != nil {
		return nil, err
	}
	if len(b.byPhone) == 0 {
		return nil, refuse(http.StatusBadRequest, "no_recipients", "", "The broadcast has no recipients")
	}
	t, err := a.approved(b.account, b.Template, c.now)
	if err != nil {
		return nil, err
	}
	a.send(b, t, "", c.now)
	c.until = b.ends
	end := b.seen(b.ends)
	return response{Success: end.Status == lateapi.BroadcastStatusCompleted, Result: lateapi.SendBroadcastResponse{
		Status: end.Status, Sent: end.SentCount, Failed: end.FailedCount, Total: end.RecipientCount,
	}}, nil
}

// send sends to the recipients, beginning at a time. If t is nil, each of them fails with the
// given reason.
func (a *api) send(b *broadcast, t *template, failure string, from time.Time) {
	at := from
	for _, to := range b.list() {
		at = at.Add(a.cfg.sendTime)
		if failure != "" {
			to.delivery = &delivery{sent: at, failure: failure}
			continue
		}
		to.delivery = a.deliver(b.account, b.ID, t, b.Template, lateapi.BulkRecipient{
			Phone: to.Phone, Variables: to.Variables,
		}, at)
	}
	from = from.Truncate(time.Millisecond)
	b.Status, b.StartedAt, b.UpdatedAt, b.ends = lateapi.BroadcastStatusSending, from, from, at.Truncate(time.Millisecond)
	b.changed()
}

// settle sends the scheduled broadcasts that are due, as of the time they were scheduled for.
func (a *api) settle(now time.Time) {
	for _, acc := range a.order {
		for _, b := range acc.broadcasts {
			if b.Status != lateapi.BroadcastStatusScheduled || b.ScheduledAt.After(now) {
				continue
			}
			t, err := a.approved(b.account, b.Template, b.ScheduledAt)
			failure := ""
			if err != nil {
				failure = err.Error()
			}
			a.send(b, t, failure, b.ScheduledAt)
		}
	}
}
