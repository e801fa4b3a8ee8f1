package latetest

import (
	"net/http"
	"slices"
	"time"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

// maxAhead is the longest time ahead that a broadcast can be scheduled.
const maxAhead = 30 * 24 * time.Hour

// broadcast is a broadcast with its recipients. Its counts and its progress follow from the
// deliveries.
type broadcast struct {
	lateapi.Broadcast
	account    *account
	recipients []*recipient // see list
	byPhone    map[string]*recipient
	ends       time.Time // when sending ends

	listing listing[*recipient]
	counts  lateapi.DeliverySummary
	counted time.Time // when counts is from, or zero
	stale   time.Time // when a recipient's status changes next, or zero
}

// seen returns the state of the broadcast at a time.
func (b *broadcast) seen(now time.Time) lateapi.Broadcast {
	resp, s := b.Broadcast, b.summary(now)
	resp.RecipientCount, resp.FailedCount = s.Total, s.Failed
	resp.SentCount = s.Sent + s.Delivered + s.Read
	resp.DeliveredCount, resp.ReadCount = s.Delivered+s.Read, s.Read
	if resp.Status = b.status(now); resp.Status != b.Status {
		resp.CompletedAt, resp.UpdatedAt = b.ends, b.ends
	}
	return resp
}

func (b *broadcast) status(now time.Time) lateapi.BroadcastStatus {
	if b.Status != lateapi.BroadcastStatusSending || now.Before(b.ends) {
		return b.Status
	}
	if s := b.summary(now); s.Failed == s.Total {
		return lateapi.BroadcastStatusFailed
	}
	return lateapi.BroadcastStatusCompleted
}

func (b *broadcast) resp(now time.Time, message string) lateapi.BroadcastResponse {
	return lateapi.BroadcastResponse{Success: true, Broadcast: b.seen(now), Message: message}
}

// named returns the broadcast in the path.
func (a *api) named(c *call) (*broadcast, error) {
	b := a.sends[c.PathValue("broadcastId")]
	if b == nil {
		return nil, missing("Broadcast")
	}
	return b, nil
}

// mustBe returns an error response if the broadcast has none of the allowed statuses.
func (b *broadcast) mustBe(now time.Time, what string, allowed ...lateapi.BroadcastStatus) error {
	if status := b.status(now); !slices.Contains(allowed, status) {
		return refuse(http.StatusBadRequest, "invalid_status", "", "A broadcast with status %s cannot be %s", status, what)
	}
	return nil
}

func (a *api) listBroadcasts(c *call) (any, error) {
	acc, err := a.queried(c)
	if err != nil {
		return nil, err
	}
	w, err := a.window(c, 50)
	if err != nil {
		return nil, err
	}
	status := lateapi.BroadcastStatus(c.query.Get("status"))
	if status != "" && !slices.Contains(broadcastStatuses, status) {
		return nil, invalid("status", "status %q is unknown", status)
	}
	found := []*broadcast{}
	for _, b := range slices.Backward(acc.broadcasts) {
		if status == "" || b.status(c.now) == status {
			found = append(found, b)
		}
	}
	page := lateapi.BroadcastPage{Broadcasts: []lateapi.Broadcast{}}
	found, page.Pagination = cut(w, found)
	for _, b := range found {
		page.Broadcasts = append(page.Broadcasts, b.seen(c.now))
	}
	return succeeded(page), nil
}

var broadcastStatuses = []lateapi.BroadcastStatus{
	lateapi.BroadcastStatusDraft, lateapi.BroadcastStatusScheduled, lateapi.BroadcastStatusSending,
	lateapi.BroadcastStatusCompleted, lateapi.BroadcastStatusFailed, lateapi.BroadcastStatusCancelled,
}

// createBroadcast does not look up the template, which must be approved only when the broadcast
// is sent.
func (a *api) createBroadcast(c *call, in lateapi.CreateBroadcastRequest) (any, error) {
	acc, err := a.account(in.AccountID)
	if err != nil {
		return nil, err
	}
	if in.Name == "" {
		return nil, invalid("name", "name is required")
	}
	if err := checkRef(in.Template); err != nil {
		return nil, err
	}
	if err := checkRecipients(in.Recipients); err != nil {
		return nil, err
	}
	now := c.now.Truncate(time.Millisecond)
	b := &broadcast{account: acc, byPhone: map[string]*recipient{}, Broadcast: lateapi.Broadcast{
		ID: a.id(), Name: in.Name, Description: in.Description, Template: in.Template,
		Status: lateapi.BroadcastStatusDraft, CreatedAt: now, UpdatedAt: now,
	}}
	b.add(in.Recipients)
	acc.broadcasts = append(acc.broadcasts, b)
	a.sends[b.ID] = b
	return b.resp(c.now, "Broadcast created"), nil
}

func (a *api) getBroadcast(c *call) (any, error) {
	b, err := a.named(c)
	if err != nil {
		return nil, err
	}
	return b.resp(c.now, ""), nil
}

func (a *api) deleteBroadcast(c *call) (any, error) {
	b, err := a.named(c)
	if err != nil {
		return nil, err
	}
	if err := b.mustBe(c.now, "deleted", lateapi.BroadcastStatusDraft, lateapi.BroadcastStatusCancelled); err != nil {
		return nil, err
	}
	delete(a.sends, b.ID)
	b.account.broadcasts = slices.DeleteFunc(b.account.broadcasts, func(other *broadcast) bool { return other == b })
	return lateapi.MessageResponse{Success: true, Message: "Broadcast deleted"}, nil
}

func (a *api) scheduleBroadcast(c *call, in lateapi.ScheduleBroadcastRequest) (any, error) {
	b, err := a.named(c)
	if err != nil {
		return nil, err
	}
	if err := b.mustBe(c.now, "scheduled", lateapi.BroadcastStatusDraft); err != nil {
		return nil, err
	}
	switch {
	case in.ScheduledAt.IsZero():
		return nil, invalid("scheduledAt", "scheduledAt is required")
	case !in.ScheduledAt.After(c.now):
		return nil, invalid("scheduledAt", "scheduledAt must be in the future")
	case in.ScheduledAt.After(c.now.Add(maxAhead)):
		return nil, invalid("scheduledAt", "scheduledAt must not be more than 30 days ahead")
	case len(b.byPhone) == 0:
		return nil, refuse(http.StatusBadRequest, "no_recipients", "", "The broadcast has no recipients")
	}
	b.Status, b.ScheduledAt = lateapi.BroadcastStatusScheduled, in.ScheduledAt.UTC()
	b.UpdatedAt = c.now.Truncate(time.Millisecond)
	return b.resp(c.now, "Broadcast scheduled"), nil
}

func (a *api) cancelSchedule(c *call) (any, error) {
	b, err := a.named(c)
	if err != nil {
		return nil, err
	}
	if err := b.mustBe(c.now, "unscheduled", lateapi.BroadcastStatusScheduled); err != nil {
		return nil, err
	}
	b.Status, b.ScheduledAt = lateapi.BroadcastStatusDraft, time.Time{}
	b.UpdatedAt = c.now.Truncate(time.Millisecond)
	return b.resp(c.now, "Schedule cancelled"), nil
}
