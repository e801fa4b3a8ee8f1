package late

import (
	"context"
	"iter"
	"time"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

const maxScheduleAhead = 30 * 24 * time.Hour

// BroadcastsService sends templates to lists of recipients. A broadcast begins as a draft, to
// which recipients are added; then it is sent, or scheduled to be sent.
type BroadcastsService service

// ListBroadcastsOptions chooses broadcasts. What is not set does not choose.
type ListBroadcastsOptions struct {
	Status BroadcastStatus
	Limit  int // broadcasts a page; the server's default is 50
	Skip   int // broadcasts to pass over
}

// List returns one page of broadcasts, newest first.
//
// It is retried.
//
// GET /v1/whatsapp/broadcasts
func (s *BroadcastsService) List(ctx context.Context, opts ListBroadcastsOptions) (*BroadcastPage, error) {
	account, err := s.client.accountFor("")
	if err != nil {
		return nil, err
	}
	if err := checkPage(opts.Limit, opts.Skip); err != nil {
		return nil, err
	}
	return reply.JSON[BroadcastPage](s.client.api.GetWhatsAppBroadcasts(ctx, &lateapi.GetWhatsAppBroadcastsParams{
		AccountID: account, Status: optional(opts.Status), Limit: optional(opts.Limit), Skip: optional(opts.Skip),
	}))
}

// All iterates over the broadcasts that opts chooses, newest first, from the Skip-th on, in
// pages of Limit. Each is yielded once. An error is the last thing it yields.
//
// It is retried.
//
// GET /v1/whatsapp/broadcasts
func (s *BroadcastsService) All(ctx context.Context, opts ListBroadcastsOptions, iterOpts ...IterOption) iter.Seq2[Broadcast, error] {
	fetch := func(ctx context.Context, skip int) ([]Broadcast, Pagination, error) {
		opts := opts
		opts.Skip = skip
		page, err := s.List(ctx, opts)
		if err != nil {
			return nil, Pagination{}, err
		}
		return page.Broadcasts, page.Pagination, nil
	}
	return each(ctx, checkPage(opts.Limit, opts.Skip), opts.Skip, iterOpts, fetch, func(b Broadcast) string { return b.ID })
}

// Create drafts a broadcast of an approved template. Recipients can be named here or added
// later.
//
// It is never repeated on a doubt, because the repeat would make a second draft.
//
// POST /v1/whatsapp/broadcasts
func (s *BroadcastsService) Create(ctx context.Context, req CreateBroadcastRequest) (*Broadcast, error) {
	var err error
	if req.AccountID, err = s.client.accountFor(req.AccountID); err != nil {
		return nil, err
	}
	if err := checkRequired("name", req.Name); err != nil {
		return nil, err
	}
	if err := checkTemplateRef(req.Template); err != nil {
		return nil, err
	}
	if err := checkRecipients(req.Recipients); err != nil {
		return nil, err
	}
	return broadcast(reply.JSON[lateapi.BroadcastResponse](s.client.api.CreateWhatsAppBroadcast(ctx, req)))
}

// Get returns one broadcast with its delivery counts, or [ErrNotFound].
//
// It is retried.
//
// GET /v1/whatsapp/broadcasts/{broadcastId}
func (s *BroadcastsService) Get(ctx context.Context, id string) (*Broadcast, error) {
	if err := checkID("broadcastId", id); err != nil {
		return nil, err
	}
	return broadcast(reply.JSON[lateapi.BroadcastResponse](s.client.api.GetWhatsAppBroadcast(ctx, id)))
}

// Delete deletes a broadcast that is a draft or cancelled.
//
// It is retried; a repeat that finds nothing is success.
//
// DELETE /v1/whatsapp/broadcasts/{broadcastId}
func (s *BroadcastsService) Delete(ctx context.Context, id string) error {
	if err := checkID("broadcastId", id); err != nil {
		return err
	}
	return reply.None(s.client.api.DeleteWhatsAppBroadcast(ctx, id))
}

// Send sends a draft or scheduled broadcast that has recipients, now. The server answers when
// it has tried them all, which takes minutes for a long list; giving up earlier, by the context
// or [WithTimeout], does not stop it.
//
// It is never repeated on a doubt. After one ([ErrOutcomeUnknown]), [BroadcastsService.Wait] under
// a deadline tells what became of it: a broadcast that is still a draft was not sent.
//
// POST /v1/whatsapp/broadcasts/{broadcastId}/send
func (s *BroadcastsService) Send(ctx context.Context, id string) (*SendBroadcastResponse, error) {
	if err := checkID("broadcastId", id); err != nil {
		return nil, err
	}
	return reply.JSON[SendBroadcastResponse](s.client.api.SendWhatsAppBroadcast(ctx, id))
}

// Schedule has the server send a draft that has recipients at a time up to 30 days ahead.
//
// It is never repeated on a doubt, because the repeat would be refused for the status that the
// first set.
//
// POST /v1/whatsapp/broadcasts/{broadcastId}/schedule
func (s *BroadcastsService) Schedule(ctx context.Context, id string, at time.Time) (*Broadcast, error) {
	if err := checkID("broadcastId", id); err != nil {
		return nil, err
	}
	switch ahead := time.Until(at); {
	case ahead <= 0:
		return nil, invalid("scheduledAt", "has passed")
	case ahead > maxScheduleAhead:
		return nil, invalid("scheduledAt", "is more than 30 days ahead")
	}
	return broadcast(reply.JSON[lateapi.BroadcastResponse](s.client.api.ScheduleWhatsAppBroadcast(ctx, id,
		lateapi.ScheduleBroadcastRequest{ScheduledAt: at.UTC()})))
}

// CancelSchedule makes a scheduled broadcast a draft again.
//
// It is never repeated on a doubt, because the repeat would be refused for the status that the
// first set.
//
// DELETE /v1/whatsapp/broadcasts/{broadcastId}/schedule
func (s *BroadcastsService) CancelSchedule(ctx context.Context, id string) (*Broadcast, error) {
	if err := checkID("broadcastId", id); err != nil {
		return nil, err
	}
	return broadcast(reply.JSON[lateapi.BroadcastResponse](s.client.api.CancelWhatsAppBroadcastSchedule(ctx, id)))
}

// Wait looks at a broadcast until it is completed, failed or cancelled, and returns it. Where
// the context ends, or looks keep failing, the error is a [*WaitError] and the broadcast the last one
// seen. A draft that nobody sends is waited for until the context ends. A broadcast that failed is
// no error: look at its Status.
//
// It is retried.
//
// GET /v1/whatsapp/broadcasts/{broadcastId}
func (s *BroadcastsService) Wait(ctx context.Context, id string, opts ...WaitOption) (*Broadcast, error) {
	return wait(ctx, "broadcast "+id, opts,
		func(ctx context.Context) (*Broadcast, error) { return s.Get(ctx, id) },
		func(b *Broadcast) bool {
			return b.Status == BroadcastCompleted || b.Status == BroadcastFailed || b.Status == BroadcastCancelled
		},
		func(b *Broadcast) string { return string(b.Status) })
}

func broadcast(r *lateapi.BroadcastResponse, err error) (*Broadcast, error) {
	if err != nil {
		return nil, err
	}
	return &r.Broadcast, nil
}
