package late

import (
	"context"
	"fmt"
	"iter"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

const maxRecipients = 1000

// ListRecipientsOptions filters and pages a list of recipients. Zero fields are ignored.
type ListRecipientsOptions struct {
	Status DeliveryStatus
	Limit  int // recipients per page; the server's default is 100
	Skip   int // recipients before the page
}

// Recipients returns a page of the recipients of a broadcast, with the status of their messages.
//
// Retried on any transient failure.
//
// GET /v1/whatsapp/broadcasts/{broadcastId}/recipients
func (s *BroadcastsService) Recipients(ctx context.Context, id string, opts ListRecipientsOptions) (*RecipientPage, error) {
	if err := checkPathID(OpGetWhatsAppBroadcastRecipients, id); err != nil {
		return nil, err
	}
	if err := checkPage(opts.Limit, opts.Skip); err != nil {
		return nil, err
	}
	return recipientPage(s.client.api.GetWhatsAppBroadcastRecipients(ctx, id,
		&lateapi.GetWhatsAppBroadcastRecipientsParams{
			Status: optional(opts.Status), Limit: optional(opts.Limit), Skip: optional(opts.Skip),
		}))
}

// AllRecipients returns an iterator over the recipients of a broadcast that match opts. It omits
// the first Skip recipients and fetches pages of Limit. Each recipient is yielded once. An error is
// yielded last.
//
// Retried on any transient failure.
//
// GET /v1/whatsapp/broadcasts/{broadcastId}/recipients
func (s *BroadcastsService) AllRecipients(ctx context.Context, id string, opts ListRecipientsOptions, iterOpts ...IterOption) iter.Seq2[RecipientDelivery, error] {
	fetch := func(ctx context.Context, skip int) ([]RecipientDelivery, Pagination, error) {
		opts := opts
		opts.Skip = skip
		page, err := s.Recipients(ctx, id, opts)
		if err != nil {
			return nil, Pagination{}, err
		}
		return page.Recipients, page.Pagination, nil
	}
	return each(ctx, checkPage(opts.Limit, opts.Skip), opts.Skip, iterOpts, fetch, func(r RecipientDelivery) (string, string) { return r.Phone, "" })
}

// AddRecipients adds at most 1000 recipients to a draft. Phone numbers that are already on its list
// are ignored and counted as duplicates.
//
// Retried on any transient failure.
//
// PATCH /v1/whatsapp/broadcasts/{broadcastId}/recipients
func (s *BroadcastsService) AddRecipients(ctx context.Context, id string, recipients []BroadcastRecipient) (*AddRecipientsResponse, error) {
	if err := checkPathID(OpAddWhatsAppBroadcastRecipients, id); err != nil {
		return nil, err
	}
	if err := checkCount("recipients", len(recipients), maxRecipients); err != nil {
		return nil, err
	}
	if err := checkRecipients(recipients); err != nil {
		return nil, err
	}
	complete := func(r *AddRecipientsResponse) bool { return r.Added+r.Duplicates == len(recipients) }
	return reply.Report("count", recipientsAdded, complete)(s.client.api.AddWhatsAppBroadcastRecipients(ctx, id,
		lateapi.AddRecipientsRequest{Recipients: recipients}))
}

// RemoveRecipients removes recipients from a draft by their phone numbers.
//
// Retried on any transient failure.
//
// DELETE /v1/whatsapp/broadcasts/{broadcastId}/recipients
func (s *BroadcastsService) RemoveRecipients(ctx context.Context, id string, phones []string) (*RemoveRecipientsResponse, error) {
	if err := checkPathID(OpRemoveWhatsAppBroadcastRecipients, id); err != nil {
		return nil, err
	}
	if err := checkCount("phones", len(phones), 0); err != nil {
		return nil, err
	}
	for i, phone := range phones {
		if err := checkPhone(fmt.Sprintf("phones[%d]", i), phone); err != nil {
			return nil, err
		}
	}
	return recipientsRemoved(s.client.api.RemoveWhatsAppBroadcastRecipients(ctx, id,
		lateapi.RemoveRecipientsRequest{Phones: phones}))
}

// AddRecipientsMany adds any number of recipients to a draft, 1000 per call. The report identifies
// each by its phone number. A recipient without a valid phone number is refused and not sent.
//
// The server reports only how many recipients of a call were duplicates. AddRecipientsMany marks
// repeated phone numbers as ItemSkipped first, then the last ones of the call; the individual
// states are a guess, the totals are exact.
//
// Retried on any transient failure.
//
// PATCH /v1/whatsapp/broadcasts/{broadcastId}/recipients
func (s *BroadcastsService) AddRecipientsMany(ctx context.Context, id string, recipients iter.Seq2[BroadcastRecipient, error], opts ...BatchOption) (*BatchReport, error) {
	if err := checkPathID(OpAddWhatsAppBroadcastRecipients, id); err != nil {
		return &BatchReport{}, err
	}
	return run(ctx, recipients, batchJob[BroadcastRecipient]{
		size:  maxRecipients,
		key:   func(r BroadcastRecipient) string { return r.Phone },
		check: func(r BroadcastRecipient) error { return checkPhone("phone", r.Phone) },
		send: func(ctx context.Context, chunk []BroadcastRecipient) ([]itemResult, error) {
			resp, err := s.AddRecipients(ctx, id, chunk)
			if err != nil {
				return nil, err
			}
			phones := make([]string, len(chunk))
			for i, r := range chunk {
				phones[i] = r.Phone
			}
			return countedResults(phones, resp.Added, resp.Duplicates), nil
		},
	}, opts)
}

func checkRecipients(recipients []BroadcastRecipient) error {
	for i, r := range recipients {
		if err := checkPhone(fmt.Sprintf("recipients[%d].phone", i), r.Phone); err != nil {
			return err
		}
	}
	return nil
}

var (
	recipientPage     = reply.Part("recipients", func(r *RecipientPage) (*RecipientPage, bool) { return r, r.Recipients != nil })
	recipientsRemoved = reply.Part("count", func(r *struct {
		RemoveRecipientsResponse
		Removed *int `json:"removed"`
	},
	) (*RemoveRecipientsResponse, bool) {
		return &r.RemoveRecipientsResponse, count(r.Removed, &r.RemoveRecipientsResponse.Removed)
	})
)

func recipientsAdded(r *struct {
	AddRecipientsResponse
	Added *int `json:"added"`
},
) (*AddRecipientsResponse, bool) {
	return &r.AddRecipientsResponse, count(r.Added, &r.AddRecipientsResponse.Added)
}
