package late

import (
	"context"
	"fmt"
	"iter"

	"github.com/wabakit/wabakit-go/internal/batch"
	"github.com/wabakit/wabakit-go/internal/reply"
)

const maxBulk = 100

// MessagesService sends templates to people. To follow the delivery to a list of people, use
// [BroadcastsService].
type MessagesService service

// Send sends a template to one person, whose phone number must be in E.164 form. It returns the ID
// of the message, or "" if the server gave it none. If the server refused the recipient, the error
// is an [*ItemError].
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], sending again could
// send twice.
//
// POST /v1/whatsapp/bulk
func (s *MessagesService) Send(ctx context.Context, template TemplateRef, recipient BulkRecipient) (messageID string, err error) {
	r, err := s.SendBulk(ctx, SendBulkRequest{Recipients: []BulkRecipient{recipient}, Template: template})
	switch {
	case err != nil:
		return "", err
	case len(r.Results) != 1:
		return "", errNoBulkResult
	case !r.Results[0].Success:
		return "", &ItemError{Reason: r.Results[0].Error}
	}
	return r.Results[0].MessageID, nil
}

// SendBulk sends a template to at most 100 people and returns a result for each. Phone numbers must
// be in E.164 form. Refused recipients are not an error; check the results.
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], sending again could
// send twice.
//
// POST /v1/whatsapp/bulk
func (s *MessagesService) SendBulk(ctx context.Context, req SendBulkRequest) (*SendBulkResponse, error) {
	var err error
	if req.AccountID, err = s.client.accountFor(req.AccountID); err != nil {
		return nil, err
	}
	if err := checkCount("recipients", len(req.Recipients), maxBulk); err != nil {
		return nil, err
	}
	for i, r := range req.Recipients {
		if err := checkPhone(fmt.Sprintf("recipients[%d].phone", i), r.Phone); err != nil {
			return nil, err
		}
	}
	if err := checkTemplateRef(req.Template); err != nil {
		return nil, err
	}
	return bulkSent(s.client.api.SendWhatsAppBulk(ctx, req))
}

// SendMany sends a template to any number of people, 100 in a call, and accounts for each by
// phone number. A recipient without a usable phone number is refused unsent. One that the
// sequence yields twice is messaged twice.
//
// A call is never repeated on a doubt: its recipients are then ItemUnknown, and nobody is
// messaged twice.
//
// POST /v1/whatsapp/bulk
func (s *MessagesService) SendMany(ctx context.Context, template TemplateRef, recipients iter.Seq[BulkRecipient], opts ...BatchOption) (*BatchReport, error) {
	if _, err := s.client.accountFor(""); err != nil {
		return &BatchReport{}, err
	}
	if err := checkTemplateRef(template); err != nil {
		return &BatchReport{}, err
	}
	return run(ctx, "send messages in bulk", maxBulk, recipients, batch.Job[BulkRecipient]{
		Key:   func(r BulkRecipient) string { return r.Phone },
		Check: func(r BulkRecipient) error { return checkPhone("phone", r.Phone) },
		Send: func(ctx context.Context, chunk []BulkRecipient) ([]batch.Result, error) {
			resp, err := s.SendBulk(ctx, SendBulkRequest{Recipients: chunk, Template: template})
			if err != nil {
				return nil, err
			}
			return bulkResults(chunk, resp), nil
		},
	}, opts)
}

var errNoBulkResult = fmt.Errorf("late: send messages in bulk: the answer says nothing of this recipient (%w)", ErrOutcomeUnknown)

func bulkResults(chunk []BulkRecipient, resp *SendBulkResponse) []batch.Result {
	rows := matchRows(chunk, resp.Results,
		func(r BulkRecipient) string { return r.Phone }, func(r *BulkResult) string { return r.Phone })
	results := make([]batch.Result, len(chunk))
	for i, row := range rows {
		switch {
		case row == nil:
			results[i] = batch.Result{State: batch.Unknown, Err: errNoBulkResult}
		case row.Success:
			results[i] = batch.Result{State: batch.Done}
		default:
			results[i] = batch.Result{State: batch.Refused, Err: &ItemError{Reason: row.Error}}
		}
	}
	return results
}

func checkTemplateRef(ref TemplateRef) error {
	if err := checkRequired("template.name", ref.Name); err != nil {
		return err
	}
	return checkRequired("template.language", ref.Language)
}

var bulkSent = reply.Part("results", func(r *SendBulkResponse) (*SendBulkResponse, bool) {
	return r, r.Results != nil || r.Summary != (BulkSummary{})
})
