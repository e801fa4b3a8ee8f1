package onpremise

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/wabakit/wabakit-go/internal/webhook"
)

// WebhookHandlers has a function for each kind of item. Items whose function is nil go to Other.
// Functions are called concurrently.
type WebhookHandlers struct {
	MessageReceived  func(context.Context, *IncomingMessage) error // a customer wrote
	ReactionReceived func(context.Context, *IncomingMessage) error // see its Reaction
	SystemReceived   func(context.Context, *IncomingMessage) error // a group or a user changed; see its System

	// What became of an outgoing message.
	MessageSent      func(context.Context, *MessageStatus) error
	MessageDelivered func(context.Context, *MessageStatus) error
	MessageRead      func(context.Context, *MessageStatus) error
	MessageFailed    func(context.Context, *MessageStatus) error // see MessageStatus.Err
	MessageDeleted   func(context.Context, *MessageStatus) error // the customer deleted their own message

	// ErrorReported receives errors of the installation itself.
	ErrorReported func(context.Context, *ErrorInfo) error

	// Other receives the items that have no function of their own, including kinds that this
	// package does not know. If it is nil, they are acknowledged.
	Other func(context.Context, *WebhookEvent) error
}

// WebhookEvent is an item of any kind.
type WebhookEvent struct {
	Kind string          // the member of the delivery: messages, statuses, errors or another
	Raw  json.RawMessage // the item as delivered
}

type webhookConfig struct {
	webhook.Config
	checks []func(*http.Request) bool
}

// NewWebhook returns a handler for the events that an installation delivers to its webhook. A
// delivery may contain many items; each is handled by itself. The handler responds 200 when the
// functions for all items have returned nil, and 500 when one returned an error or panicked: the
// installation then delivers all of them again, and those that were not handled are. Other
// responses are 503 while an item is being handled by another delivery, 401 if a check such as
// [WithQuerySecret] fails, and 4xx for requests that are not deliveries. Requests are not
// authenticated unless such an option is given.
//
// Each item is handled at least once, in no particular order. An item whose function returned nil
// is not handled again: duplicates are recognized with a [WebhookStore], messages and statuses by
// their IDs, other items by the whole delivery, so that an error that the installation reports
// twice in the same words is handled once. The same item is handled again if the process dies
// before the function has returned, or if the store has forgotten it; the default store does not
// survive a restart. An error that matches [ErrOutcomeUnknown] counts as handled and is logged,
// because handling the item again could send a message twice. If repeating the call is harmless, wrap
// its error with %v instead of %w.
//
// The context of a function is not canceled if the installation closes the connection; it is done
// after [WithHandlerTimeout].
func NewWebhook(handlers WebhookHandlers, opts ...WebhookOption) http.Handler {
	c := applyWebhookOptions(opts)
	return webhook.New(webhook.Handler{Config: c.Config, Name: "onpremise", Admit: c.admit, Split: handlers.items})
}

func (h *WebhookHandlers) items(body []byte) (items []webhook.Item) {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return nil // the handler accepts only objects
	}
	names := senderNames(members["contacts"])
	delete(members, "contacts")
	delete(members, "meta")
	kinds := make([]string, 0, len(members))
	for kind := range members {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds) // so that the index of an item is the same in each delivery
	for _, kind := range kinds {
		known := kind == "messages" || kind == "statuses" || kind == "errors"
		var list []json.RawMessage
		if !known || json.Unmarshal(members[kind], &list) != nil {
			known, list = false, []json.RawMessage{members[kind]}
		}
		for _, raw := range list {
			var item webhook.Item
			switch {
			case !known:
			case kind == "messages":
				item = h.message(raw, names)
			case kind == "statuses":
				item = h.status(raw)
			default:
				item = webhook.Item{Handle: handleEvent(h.ErrorReported, raw)}
			}
			if item.Handle == nil && h.Other != nil {
				item.Handle = func(ctx context.Context) error { return h.Other(ctx, &WebhookEvent{Kind: kind, Raw: raw}) }
			}
			items = append(items, item)
		}
	}
	return items
}

func (h *WebhookHandlers) message(raw json.RawMessage, names map[string]string) (item webhook.Item) {
	var head struct {
		ID   string      `json:"id"`
		Type MessageType `json:"type"`
	}
	webhook.Decode(raw, &head)
	if head.ID != "" {
		item.Key = webhook.Key("message", head.ID)
	}
	handle := h.MessageReceived
	switch head.Type {
	case TypeReaction:
		handle = h.ReactionReceived
	case TypeSystem:
		handle = h.SystemReceived
	}
	if handle != nil {
		item.Handle = handleEvent(func(ctx context.Context, m *IncomingMessage) error {
			m.SenderName = names[m.From]
			return handle(ctx, m)
		}, raw)
	}
	return item
}

func (h *WebhookHandlers) status(raw json.RawMessage) (item webhook.Item) {
	var head struct {
		ID          string       `json:"id"`
		RecipientID string       `json:"recipient_id"`
		Status      MessageState `json:"status"`
	}
	webhook.Decode(raw, &head)
	if head.ID != "" && head.Status != "" {
		// The recipient counts: a message to a group is read by each member.
		item.Key = webhook.Key("status", string(head.Status), head.RecipientID, head.ID)
	}
	switch head.Status {
	case StatusSent:
		item.Handle = handleEvent(h.MessageSent, raw)
	case StatusDelivered:
		item.Handle = handleEvent(h.MessageDelivered, raw)
	case StatusRead:
		item.Handle = handleEvent(h.MessageRead, raw)
	case StatusFailed:
		item.Handle = handleEvent(h.MessageFailed, raw)
	case StatusDeleted:
		item.Handle = handleEvent(h.MessageDeleted, raw)
	}
	return item
}

// senderNames returns the profile names of contacts by WhatsApp ID.
func senderNames(contacts json.RawMessage) map[string]string {
	if contacts == nil {
		return nil
	}
	var list []WebhookContact
	webhook.Decode(contacts, &list)
	names := make(map[string]string, len(list))
	for _, contact := range list {
		names[contact.WaID] = contact.Profile.Name
	}
	return names
}
