package late

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/wabakit/wabakit-go/internal/webhook"
)

// WebhookHandlers has a function for each kind of event. Events whose function is nil go to
// Other. Functions are called concurrently.
type WebhookHandlers struct {
	MessageReceived func(context.Context, *IncomingMessage) error // a customer wrote

	// What became of an outgoing message.
	MessageSent      func(context.Context, *MessageStatus) error
	MessageDelivered func(context.Context, *MessageStatus) error
	MessageRead      func(context.Context, *MessageStatus) error
	MessageFailed    func(context.Context, *MessageStatus) error // see MessageStatus.Err

	ReactionReceived      func(context.Context, *IncomingReaction) error
	ConversationStarted   func(context.Context, *WebhookEvent) error
	TemplateStatusUpdated func(context.Context, *TemplateStatusUpdate) error
	AccountConnected      func(context.Context, *WebhookEvent) error
	AccountDisconnected   func(context.Context, *WebhookEvent) error // see Account.Reason
	Test                  func(context.Context, *WebhookEvent) error // sent by the test of a webhook

	// Other receives the events that have no function of their own, including kinds that this
	// package does not know. If it is nil, they are acknowledged.
	Other func(context.Context, *WebhookEvent) error
}

type webhookConfig struct {
	webhook.Config
	secrets  []string
	unsigned bool
}

// WithWebhookSecret accepts deliveries that are signed with secret. It may be given several
// times, so that a secret can be replaced without losing events.
func WithWebhookSecret(secret string) WebhookOption {
	return func(c *webhookConfig) {
		if secret != "" { // anybody can sign with an empty one
			c.secrets = append(c.secrets, secret)
		}
	}
}

// WithUnsignedWebhooks accepts unsigned deliveries if no secret is given. Anybody who can reach
// the handler can then send events to it.
func WithUnsignedWebhooks() WebhookOption {
	return func(c *webhookConfig) { c.unsigned = true }
}

// NewWebhook returns a handler for the events that Late delivers to a webhook. It responds 200
// when the function for an event has returned nil, and 500 when it returned an error or panicked:
// Late then delivers the event again. Other responses are 401 if the signature is wrong or
// missing, 503 while the event is being handled, 500 if neither [WithWebhookSecret] nor
// [WithUnsignedWebhooks] is given, and 4xx for requests that are not deliveries. Late does not
// repeat a delivery after a 4xx response.
//
// Each event is handled at least once, in no particular order. An event whose function returned
// nil is not handled again: duplicates are recognized with a [WebhookStore], messages by their ID,
// other events by the event ID or the body. The same event is handled again if the process dies
// before the function has returned, or if the store has forgotten it; the default store does not
// survive a restart. An error that matches [ErrOutcomeUnknown] counts as handled and is logged,
// because handling the event again could send a message twice. If repeating the call is harmless, wrap
// its error with %v instead of %w.
//
// The context of a function is not canceled if Late closes the connection; it is done after
// [WithHandlerTimeout]. Late counts a delivery that takes more than 5 seconds as failed and
// repeats it later. The repeated delivery gets 503 while the function still runs and 200 once
// it has returned nil, but many such failures make Late disable the webhook. A function that may
// take longer should store the event and return.
func NewWebhook(handlers WebhookHandlers, opts ...WebhookOption) http.Handler {
	c := applyWebhookOptions(opts)
	return webhook.New(webhook.Handler{
		Config: c.Config, Name: "late", Verify: c.verify,
		Split: func(body []byte) []webhook.Item { return []webhook.Item{handlers.item(body)} },
	})
}

// verify checks the signature of a body. X-Zernio-Signature is the newer name of the header.
func (c *webhookConfig) verify(h http.Header, body []byte) *webhook.Refusal {
	if len(c.secrets) == 0 {
		if c.unsigned {
			return nil
		}
		return &webhook.Refusal{
			Status: http.StatusInternalServerError, Reason: "no secret: use WithWebhookSecret or WithUnsignedWebhooks",
		}
	}
	for _, secret := range c.secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		want := hex.AppendEncode(nil, mac.Sum(nil))
		for _, name := range []string{"X-Late-Signature", "X-Zernio-Signature"} {
			if hmac.Equal([]byte(h.Get(name)), want) {
				return nil
			}
		}
	}
	return &webhook.Refusal{Status: http.StatusUnauthorized, Reason: "the signature is wrong or missing"}
}

func (h *WebhookHandlers) item(body []byte) webhook.Item {
	var head eventHead
	webhook.Decode(body, &head)
	item := webhook.Item{Key: head.key()}
	switch head.Kind {
	case EventMessageReceived:
		item.Handle = handleEvent(h.MessageReceived, body)
	case EventMessageSent:
		item.Handle = handleEvent(h.MessageSent, body)
	case EventMessageDelivered:
		item.Handle = handleEvent(h.MessageDelivered, body)
	case EventMessageRead:
		item.Handle = handleEvent(h.MessageRead, body)
	case EventMessageFailed:
		item.Handle = handleEvent(h.MessageFailed, body)
	case EventReactionReceived:
		item.Handle = handleEvent(h.ReactionReceived, body)
	case EventConversationStarted:
		item.Handle = handleEvent(h.ConversationStarted, body)
	case EventTemplateStatusUpdated:
		item.Handle = handleEvent(h.TemplateStatusUpdated, body)
	case EventAccountConnected:
		item.Handle = handleEvent(h.AccountConnected, body)
	case EventAccountDisconnected:
		item.Handle = handleEvent(h.AccountDisconnected, body)
	case EventTest:
		item.Handle = handleEvent(h.Test, body)
	}
	if item.Handle == nil {
		item.Handle = handleEvent(h.Other, body)
	}
	return item
}

// eventHead is what decides who handles an event, and whether it was handled before.
type eventHead struct {
	EventID string    `json:"id"`
	Kind    EventKind `json:"event"`
	Account struct {
		ID        string `json:"id"`
		AccountID string `json:"accountId"`
	} `json:"account"`
	Conversation struct {
		ParticipantID string `json:"participantId"`
	} `json:"conversation"`
	Message struct {
		ID string `json:"id"`
	} `json:"message"`
}

// key returns the key of the item, or "" if the event has no ID.
func (e *eventHead) key() string {
	account := cmp.Or(e.Account.ID, e.Account.AccountID)
	if e.Message.ID != "" {
		switch e.Kind {
		case EventMessageReceived:
			return webhook.Key(string(e.Kind), account, e.Message.ID)
		case EventMessageSent, EventMessageDelivered, EventMessageRead, EventMessageFailed:
			return webhook.Key(string(e.Kind), account, e.Message.ID, e.Conversation.ParticipantID)
		}
	}
	if e.EventID == "" {
		return ""
	}
	return webhook.Key("event", e.EventID)
}
