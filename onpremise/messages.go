package onpremise

import (
	"context"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// MessagesService sends messages and marks received messages as read.
type MessagesService service

// Send sends a message and returns its ID, which its statuses carry. Functions such as
// [TextMessage] and [TemplateMessage] build the message of each kind.
//
//	id, err := client.Messages.Send(ctx, onpremise.TextMessage("16315551234", "hello"))
//
// Send returns as soon as the server has accepted the message; the webhook reports its delivery.
// It returns [ErrWindowClosed] if the customer has not written in the last 24 hours, when only a
// template can be sent, and [ErrOutcomeUnknown] if the response has no ID.
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], sending again could
// send twice.
//
// POST /messages
func (s *MessagesService) Send(ctx context.Context, message Message) (id string, err error) {
	if err := checkMessage(&message); err != nil {
		return "", err
	}
	return messageID(s.client.api.SendMessage(ctx, message))
}

var messageID = reply.Part("message ID", func(r *onpremiseapi.SendMessageResponse) (string, bool) {
	id := first(r.Messages).ID
	return id, id != ""
})

// MarkRead shows the sender of a received message that it was read.
//
// Retried on any transient failure.
//
// PUT /messages/{MessageID}
func (s *MessagesService) MarkRead(ctx context.Context, id string) error {
	if err := checkID("MessageID", id); err != nil {
		return err
	}
	return reply.None(s.client.api.MarkMessageAsRead(ctx, id, onpremiseapi.MarkMessageAsReadRequest{Status: "read"}))
}
