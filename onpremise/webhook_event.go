package onpremise

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
)

// WebhookEvent is one delivery to the webhook: messages, statuses and errors, each where there
// are any.
type WebhookEvent struct {
	Contacts []WebhookContact `json:"contacts,omitempty"` // senders of the messages
	Messages []WebhookMessage `json:"messages,omitempty"` // what people sent to the business
	Statuses []WebhookStatus  `json:"statuses,omitempty"` // what became of messages that were sent
	Errors   []ErrorInfo      `json:"errors,omitempty"`   // faults of the installation itself
	// Raw is the whole delivery as it came, with what this package does not know.
	Raw json.RawMessage `json:"-"`
}

var errNoEvent = errors.New("it is not a JSON object")

// UnmarshalJSON reads any object. An item or a member of it that is not as it should be is read
// as far as it can be, and is in Raw: an event that could not be read would be delivered again
// and again, and hold up what is in it.
func (e *WebhookEvent) UnmarshalJSON(data []byte) error { return e.read(bytes.Clone(data)) }

// read keeps data.
func (e *WebhookEvent) read(data []byte) error {
	// Nearly every event is all as it should be, and reading it item by item costs several
	// times as much.
	type plain WebhookEvent
	whole := plain{Raw: data}
	if bytes.HasPrefix(data, []byte("{")) && json.Unmarshal(data, &whole) == nil {
		*e = WebhookEvent(whole)
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	if members == nil {
		return errNoEvent
	}
	*e = WebhookEvent{
		Contacts: items[WebhookContact](members["contacts"], nil),
		Messages: items(members["messages"], bareMessage),
		Statuses: items(members["statuses"], bareStatus),
		Errors:   items[ErrorInfo](members["errors"], nil),
		Raw:      data,
	}
	return nil
}

// more reports whether the event holds items of kinds that this package does not know.
func (e *WebhookEvent) more() bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(e.Raw, &members) != nil {
		return false
	}
	for name := range members {
		if !slices.Contains([]string{"contacts", "messages", "statuses", "errors", "meta"}, name) {
			return true
		}
	}
	return false
}

// items reads the items of a list, one by one. What cannot be read is left to bare, or left out.
func items[T any](data json.RawMessage, bare func(json.RawMessage) T) []T {
	var list []json.RawMessage
	if len(data) == 0 || json.Unmarshal(data, &list) != nil {
		return nil
	}
	values := make([]T, 0, len(list))
	for _, item := range list {
		var value T
		if json.Unmarshal(item, &value) != nil {
			if bare == nil {
				continue
			}
			value = bare(item)
		}
		values = append(values, value)
	}
	return values
}

// bareMessage reads what tells a message from another.
func bareMessage(data json.RawMessage) WebhookMessage {
	m := WebhookMessage{Raw: data}
	members(data, map[string]any{
		"id": &m.ID, "from": &m.From, "type": &m.Type, "timestamp": &m.Timestamp, "group_id": &m.GroupID,
		"text": &m.Text, "errors": &m.Errors, "context": &m.Context, "system": &m.System,
	})
	return m
}

func bareStatus(data json.RawMessage) WebhookStatus {
	var s WebhookStatus
	members(data, map[string]any{
		"id": &s.ID, "status": &s.Status, "recipient_id": &s.RecipientID, "timestamp": &s.Timestamp, "errors": &s.Errors,
	})
	return s
}

// members reads those members of an object that can be.
func members(data json.RawMessage, into map[string]any) {
	var all map[string]json.RawMessage
	if json.Unmarshal(data, &all) != nil {
		return
	}
	for name, value := range into {
		if raw, ok := all[name]; ok {
			_ = json.Unmarshal(raw, value) // else it stays empty, and is in Raw
		}
	}
}
