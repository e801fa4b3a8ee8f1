package late

import (
	"context"
	"fmt"
	"iter"

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
		return "", noResult.err
	}
	recipient.Phone = r.Results[0].Phone // possibly in another form
	result := bulkResults([]BulkRecipient{recipient}, r)[0]
	if result.err != nil {
		return "", result.err
	}
	return result.id, nil
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
	complete := func(r *SendBulkResponse) bool { return len(r.Results) == len(req.Recipients) }
	return reply.Report("results", bulkSent, complete)(s.client.api.SendWhatsAppBulk(ctx, req))
}

// SendMany sends a template to any number of people, 100 per call. The report identifies each by
// their phone number and carries the IDs of the messages. A recipient without a valid phone number
// is refused and not sent. One that the sequence yields twice receives two messages.
//
// Retried only if the request was not processed. Otherwise the recipients of the call are
// ItemUnknown, and nobody receives the message twice.
//
// POST /v1/whatsapp/bulk
func (s *MessagesService) SendMany(ctx context.Context, template TemplateRef, recipients iter.Seq2[BulkRecipient, error], opts ...BatchOption) (*BatchReport, error) {
	if _, err := s.client.accountFor(""); err != nil {
		return &BatchReport{}, err
	}
	if err := checkTemplateRef(template); err != nil {
		return &BatchReport{}, err
	}
	return run(ctx, recipients, batchJob[BulkRecipient]{
		size:  maxBulk,
		key:   func(r BulkRecipient) string { return r.Phone },
		check: func(r BulkRecipient) error { return checkPhone("phone", r.Phone) },
		send: func(ctx context.Context, chunk []BulkRecipient) ([]itemResult, error) {
			resp, err := s.SendBulk(ctx, SendBulkRequest{Recipients: chunk, Template: template})
			if err != nil {
				return nil, err
			}
			return bulkResults(chunk, resp), nil
		},
	}, opts)
}

func checkTemplateRef(ref TemplateRef) error {
	if err := checkRequired("template.name", ref.Name); err != nil {
		return err
	}
	return checkRequired("template.language", ref.Language)
}

func bulkSent(r *SendBulkResponse) (*SendBulkResponse, bool) {
	return r, r.Results != nil || r.Summary != (BulkSummary{})
}
