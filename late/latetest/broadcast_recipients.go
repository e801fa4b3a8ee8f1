package latetest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

const maxRecipients = 1000

// recipient is a recipient of a broadcast. delivery is nil until sending begins.
type recipient struct {
	lateapi.BroadcastRecipient
	delivery *delivery
	removed  bool
}

// seen returns the state of the recipient at a time.
func (r *recipient) seen(now time.Time) lateapi.RecipientDelivery {
	resp := lateapi.RecipientDelivery{
		Phone: r.Phone, Name: r.Name, Variables: r.Variables, Status: r.delivery.status(now),
	}
	switch resp.Status {
	case lateapi.DeliveryStatusFailed:
		resp.Error = r.delivery.failure
	case lateapi.DeliveryStatusRead:
		resp.ReadAt = r.delivery.read
		fallthrough
	case lateapi.DeliveryStatusDelivered:
		resp.DeliveredAt = r.delivery.delivered
		fallthrough
	case lateapi.DeliveryStatusSent:
		resp.MessageID, resp.SentAt = r.delivery.id, r.delivery.sent
	}
	return resp
}

// changed reports that recipients or their deliveries were added, removed or changed.
func (b *broadcast) changed() {
	b.counted = time.Time{}
	b.listing.changed()
}

// list returns the recipients. It removes those that were removed only now, so that a program can
// remove many of them quickly.
func (b *broadcast) list() []*recipient {
	if len(b.recipients) > len(b.byPhone) {
		b.recipients = slices.DeleteFunc(b.recipients, func(r *recipient) bool { return r.removed })
	}
	return b.recipients
}

// summary counts the recipients by delivery status. It counts again only if a status has changed
// since the last time.
func (b *broadcast) summary(now time.Time) lateapi.DeliverySummary {
	if !b.counted.IsZero() && !now.Before(b.counted) && (b.stale.IsZero() || now.Before(b.stale)) {
		return b.counts
	}
	b.changed()
	b.counts, b.counted, b.stale = b.count(now), now, time.Time{}
	for _, r := range b.list() {
		if next := r.delivery.next(now); b.stale.IsZero() || !next.IsZero() && next.Before(b.stale) {
			b.stale = next
		}
	}
	return b.counts
}

func (b *broadcast) count(now time.Time) lateapi.DeliverySummary {
	s := lateapi.DeliverySummary{Total: len(b.byPhone)}
	for _, r := range b.list() {
		switch r.delivery.status(now) {
		case lateapi.DeliveryStatusPending:
			s.Pending++
		case lateapi.DeliveryStatusSent:
			s.Sent++
		case lateapi.DeliveryStatusDelivered:
			s.Delivered++
		case lateapi.DeliveryStatusRead:
			s.Read++
		case lateapi.DeliveryStatusFailed:
			s.Failed++
		}
	}
	return s
}

// checkRecipients returns an error response if a phone number is malformed.
func checkRecipients(list []lateapi.BroadcastRecipient) error {
	for i, r := range list {
		if err := checkPhone(fmt.Sprintf("recipients[%d].phone", i), r.Phone); err != nil {
			return err
		}
	}
	return nil
}

// add adds the recipients whose phone numbers are new, and returns their number.
func (b *broadcast) add(list []lateapi.BroadcastRecipient) (added int) {
	for _, r := range list {
		if b.byPhone[r.Phone] != nil {
			continue
		}
		one := &recipient{BroadcastRecipient: r}
		one.Variables = maps.Clone(r.Variables)
		b.byPhone[r.Phone] = one
		b.recipients = append(b.recipients, one)
		added++
	}
	b.changed()
	return added
}

var deliveryStatuses = []lateapi.DeliveryStatus{
	lateapi.DeliveryStatusPending, lateapi.DeliveryStatusSent, lateapi.DeliveryStatusDelivered,
	lateapi.DeliveryStatusRead, lateapi.DeliveryStatusFailed,
}

func (a *api) listRecipients(c *call) (any, error) {
	b, err := a.named(c)
	if err != nil {
		return nil, err
	}
	w, err := a.window(c, 100)
	if err != nil {
		return nil, err
	}
	status := lateapi.DeliveryStatus(c.query.Get("status"))
	if status != "" && !slices.Contains(deliveryStatuses, status) {
		return nil, invalid("status", "status %q is unknown", status)
	}
	page := lateapi.RecipientPage{Summary: b.summary(c.now), Recipients: []lateapi.RecipientDelivery{}}
	found := b.list()
	if status != "" {
		found = b.listing.list(c, func() (rows []*recipient) {
			for _, r := range b.list() {
				if r.delivery.status(c.now) == status {
					rows = append(rows, r)
				}
			}
			return rows
		})
	}
	found, page.Pagination = cut(w, found)
	for _, r := range found {
		page.Recipients = append(page.Recipients, r.seen(c.now))
	}
	return succeeded(page), nil
}

func (a *api) addRecipients(c *call, in lateapi.AddRecipientsRequest) (any, error) {
	b, err := a.named(c)
	if err != nil {
		return nil, err
	}
	if err := b.mustBe(c.now, "changed", lateapi.BroadcastStatusDraft); err != nil {
		return nil, err
	}
	if err := count("recipients", len(in.Recipients), maxRecipients); err != nil {
		return nil, err
	}
	if err := checkRecipients(in.Recipients); err != nil {
		return nil, err
	}
	added := b.add(in.Recipients)
	b.UpdatedAt = c.now.Truncate(time.Millisecond)
	return succeeded(lateapi.AddRecipientsResponse{
		Added: added, Duplicates: len(in.Recipients) - added, TotalRecipients: len(b.byPhone),
	}), nil
}

func (a *api) removeRecipients(c *call, in lateapi.RemoveRecipientsRequest) (any, error) {
	b, err := a.named(c)
	if err != nil {
		return nil, err
	}
	if err := b.mustBe(c.now, "changed", lateapi.BroadcastStatusDraft); err != nil {
		return nil, err
	}
	if err := count("phones", len(in.Phones), 0); err != nil {
		return nil, err
	}
	before := len(b.byPhone)
	for _, phone := range in.Phones {
		if one := b.byPhone[phone]; one != nil {
			one.removed = true
			delete(b.byPhone, phone)
		}
	}
	b.changed()
	b.UpdatedAt = c.now.Truncate(time.Millisecond)
	return succeeded(lateapi.RemoveRecipientsResponse{
		Removed: before - len(b.byPhone), TotalRecipients: len(b.byPhone),
	}), nil
}
