package late

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

const (
	maxScheduleAhead = 30 * 24 * time.Hour

	// stillDraft is how long after a send of unknown outcome a draft counts as not sent.
	stillDraft = time.Minute
)

// ErrBroadcastFailed reports a broadcast that ended as failed or cancelled.
var ErrBroadcastFailed error = &sentinel{reason: "the broadcast failed or was cancelled"}

// BroadcastsService sends templates to lists of recipients. A broadcast begins as a draft, to
// which recipients are added. Then it is sent, or scheduled.
type BroadcastsService service

// ListBroadcastsOptions filters and pages a list of broadcasts. Zero fields are ignored.
type ListBroadcastsOptions struct {
	Status BroadcastStatus
	Limit  int // broadcasts per page; the server's default is 50
	Skip   int // broadcasts before the page
}

// List returns a page of broadcasts, newest first.
//
// Retried on any transient failure.
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
	return broadcastPage(s.client.api.GetWhatsAppBroadcasts(ctx, &lateapi.GetWhatsAppBroadcastsParams{
		AccountID: account, Status: optional(opts.Status), Limit: optional(opts.Limit), Skip: optional(opts.Skip),
	}))
}

// All returns an iterator over the broadcasts that match opts, newest first. It omits the first
// Skip broadcasts and fetches pages of Limit. Each broadcast is yielded once. An error is yielded
// last.
//
// Retried on any transient failure.
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
	return each(ctx, checkPage(opts.Limit, opts.Skip), opts.Skip, iterOpts, fetch, func(b Broadcast) (string, string) { return b.ID, "" })
}

// Create creates a draft of a broadcast that sends an approved template. Recipients can be given
// here or added later.
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], call List to see
// whether it happened.
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
	return broadcast(s.client.api.CreateWhatsAppBroadcast(ctx, req))
}

// Get returns a broadcast with its delivery counts. It returns [ErrNotFound] if there is none.
//
// Retried on any transient failure.
//
// GET /v1/whatsapp/broadcasts/{broadcastId}
func (s *BroadcastsService) Get(ctx context.Context, id string) (*Broadcast, error) {
	if err := checkPathID(OpGetWhatsAppBroadcast, id); err != nil {
		return nil, err
	}
	return broadcast(s.client.api.GetWhatsAppBroadcast(ctx, id))
}

// Delete deletes a draft or a cancelled broadcast.
//
// Retried on any transient failure.
//
// DELETE /v1/whatsapp/broadcasts/{broadcastId}
func (s *BroadcastsService) Delete(ctx context.Context, id string) error {
	if err := checkPathID(OpDeleteWhatsAppBroadcast, id); err != nil {
		return err
	}
	return reply.None(s.client.api.DeleteWhatsAppBroadcast(ctx, id))
}

// Send sends a draft or a scheduled broadcast now. The server responds when it has tried all
// recipients, which takes minutes for a long list. Giving up earlier, by ctx or [WithTimeout],
// does not stop it.
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], call Get to see
// whether it happened, or use [BroadcastsService.SendAndWait], which does.
//
// POST /v1/whatsapp/broadcasts/{broadcastId}/send
func (s *BroadcastsService) Send(ctx context.Context, id string) (*SendBroadcastResponse, error) {
	if err := checkPathID(OpSendWhatsAppBroadcast, id); err != nil {
		return nil, err
	}
	return broadcastSent(s.client.api.SendWhatsAppBroadcast(ctx, id))
}

// SendAndWait sends a draft and polls it until it is completed. It is safe to call again, for
// example after a crash: it gets the broadcast first, sends only a draft, and sends it once.
//
// An unknown outcome of the send is resolved by polling. If the broadcast is still a draft a
// minute later, SendAndWait returns [ErrOutcomeUnknown]. It returns [ErrConflict] if the
// broadcast is scheduled, [ErrBroadcastFailed] if it failed or was cancelled, and a [*WaitError]
// if ctx is done or polling keeps failing. The last state seen is returned along with an error.
//
// Retried only if the request was not processed.
//
// POST /v1/whatsapp/broadcasts/{broadcastId}/send
func (s *BroadcastsService) SendAndWait(ctx context.Context, id string, opts ...WaitOption) (*Broadcast, error) {
	b, err := s.Get(ctx, id)
	switch {
	case err != nil:
		return nil, waitError(ctx, id, nil, err)
	case b.Status == BroadcastScheduled:
		return b, &sentinel{"send broadcast: it is scheduled; call CancelSchedule first", ErrConflict}
	case b.Status != BroadcastDraft:
		return s.waitCompleted(ctx, id, opts, nil)
	}
	_, err = s.Send(ctx, id)
	switch {
	case err == nil || ctx.Err() == nil && errors.Is(err, ErrOutcomeUnknown):
		return s.waitCompleted(ctx, id, opts, err)
	case ctx.Err() != nil || errors.Is(err, ErrNotSent):
		return b, waitError(ctx, id, b, err)
	}
	// The refusal is final unless somebody else sent the broadcast in the meantime.
	if now, getErr := s.Get(ctx, id); getErr == nil {
		if b = now; b.Status != BroadcastDraft && b.Status != BroadcastScheduled {
			return s.waitCompleted(ctx, id, opts, nil)
		}
	}
	return b, err
}

// waitCompleted waits for the end of a broadcast. If the outcome of its send is unknown, a
// broadcast that remains a draft ends the wait with that error.
func (s *BroadcastsService) waitCompleted(ctx context.Context, id string, opts []WaitOption, unknown error) (*Broadcast, error) {
	sent := time.Now()
	b, err := s.wait(ctx, id, opts, func(b *Broadcast) bool {
		return ended(b) || unknown != nil && b.Status == BroadcastDraft && time.Since(sent) >= stillDraft
	})
	switch {
	case err != nil || b.Status == BroadcastCompleted:
		return b, err
	case b.Status == BroadcastDraft:
		return b, unknown
	}
	return b, ErrBroadcastFailed
}

// waitError returns err as a *WaitError if ctx is done.
func waitError(ctx context.Context, id string, last *Broadcast, err error) error {
	if ctx.Err() == nil {
		return err
	}
	e := &WaitError{What: "broadcast " + id, Err: err}
	if last != nil {
		e.Last = string(last.Status)
	}
	return e
}

// Schedule schedules a draft to be sent at a time at most 30 days ahead.
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], call Get to see
// whether it happened.
//
// POST /v1/whatsapp/broadcasts/{broadcastId}/schedule
func (s *BroadcastsService) Schedule(ctx context.Context, id string, at time.Time) (*Broadcast, error) {
	if err := checkPathID(OpScheduleWhatsAppBroadcast, id); err != nil {
		return nil, err
	}
	switch ahead := time.Until(at); {
	case ahead <= 0:
		return nil, invalid("scheduledAt", "has passed")
	case ahead > maxScheduleAhead:
		return nil, invalid("scheduledAt", "is more than 30 days ahead")
	}
	return broadcast(s.client.api.ScheduleWhatsAppBroadcast(ctx, id,
		lateapi.ScheduleBroadcastRequest{ScheduledAt: at.UTC()}))
}

// CancelSchedule turns a scheduled broadcast back into a draft.
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], call Get to see
// whether it happened.
//
// DELETE /v1/whatsapp/broadcasts/{broadcastId}/schedule
func (s *BroadcastsService) CancelSchedule(ctx context.Context, id string) (*Broadcast, error) {
	if err := checkPathID(OpCancelWhatsAppBroadcastSchedule, id); err != nil {
		return nil, err
	}
	return broadcast(s.client.api.CancelWhatsAppBroadcastSchedule(ctx, id))
}

// Wait polls a broadcast until it is completed, failed or cancelled, and returns it. If ctx is
// done or polling keeps failing, Wait returns a [*WaitError] along with the last state seen. Wait
// does not return early for a draft. A failed broadcast is not an error; check its Status.
//
// Retried on any transient failure.
//
// GET /v1/whatsapp/broadcasts/{broadcastId}
func (s *BroadcastsService) Wait(ctx context.Context, id string, opts ...WaitOption) (*Broadcast, error) {
	return s.wait(ctx, id, opts, ended)
}

func (s *BroadcastsService) wait(ctx context.Context, id string, opts []WaitOption, done func(*Broadcast) bool) (*Broadcast, error) {
	return wait(ctx, "broadcast "+id, opts,
		func(ctx context.Context) (*Broadcast, error) { return s.Get(ctx, id) }, done,
		func(b *Broadcast) string { return string(b.Status) })
}

func ended(b *Broadcast) bool {
	return b.Status == BroadcastCompleted || b.Status == BroadcastFailed || b.Status == BroadcastCancelled
}

var (
	broadcastPage = reply.Part("broadcasts", func(r *BroadcastPage) (*BroadcastPage, bool) { return r, r.Broadcasts != nil })
	broadcast     = reply.Part("broadcast", func(r *lateapi.BroadcastResponse) (*Broadcast, bool) {
		return &r.Broadcast, r.Broadcast.ID != ""
	})
	broadcastSent = reply.Part("status", func(r *SendBroadcastResponse) (*SendBroadcastResponse, bool) {
		return r, r.Status != ""
	})
)
