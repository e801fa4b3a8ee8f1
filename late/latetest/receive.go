package latetest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"github.com/wabakit/wabakit-go/late"
)

// Receive lets a customer write, and returns the ID of the message. It opens the 24-hour window,
// and the conversation if there is none. Missing fields are filled in: the ID, the time, and the
// first account. It panics unless Sender has a PhoneNumber in E.164 form, or a
// BusinessScopedUserID if the customer hides it.
func (s *Server) Receive(m late.IncomingMessage) (id string) {
	a := s.api
	a.mu.Lock()
	defer a.mu.Unlock()
	acc, now := s.seeded(m.Account.ID), a.clock.Now().Truncate(time.Millisecond)
	participant := cmp.Or(m.Sender.PhoneNumber, m.Sender.BusinessScopedUserID)
	if m.Sender.PhoneNumber != "" || participant == "" {
		mustPhone(m.Sender.PhoneNumber)
	}
	conv := a.conversation(acc, participant)
	conv.name = cmp.Or(m.Sender.Name, conv.name)
	conv.received = now

	in := &inboxMessage{id: cmp.Or(m.WebhookMessage.ID, a.id()), text: m.Text, incoming: true, at: now, attachments: []object{}}
	for _, file := range m.Attachments {
		in.attachments = append(in.attachments, object{"id": a.id(), "type": file.Type, "url": file.URL})
	}
	a.add(conv, in)
	m.Sender.ID = cmp.Or(m.Sender.ID, participant)
	m.Sender.Name = cmp.Or(m.Sender.Name, conv.name)
	if m.Metadata.InteractiveID != "" {
		m.Metadata.InteractiveType = cmp.Or(m.Metadata.InteractiveType, "button_reply")
	}
	message := object{
		"id": in.id, "conversationId": conv.id, "platform": acc.platform,
		"platformMessageId": cmp.Or(m.PlatformMessageID, "wamid."+in.id), "direction": "incoming", "text": m.Text,
		"attachments": in.attachments, "sender": prune(m.Sender), "sentAt": now, "isRead": false,
	}
	metadata := prune(m.Metadata)
	a.emit(now, late.EventMessageReceived, func() object {
		return object{"account": acc.json(), "conversation": conv.eventJSON(), "message": message, "metadata": metadata}
	})
	return in.id
}

// ReceiveText lets the customer with a phone number write a text, and returns the ID of the
// message.
func (s *Server) ReceiveText(from, text string) (id string) {
	return s.Receive(late.IncomingMessage{WebhookMessage: late.WebhookMessage{
		Text: text, Sender: late.WebhookSender{PhoneNumber: from},
	}})
}

// ReceiveJSON delivers a body unchanged to the webhooks that subscribe to its event.
func (s *Server) ReceiveJSON(body string) {
	a := s.api
	a.mu.Lock()
	defer a.mu.Unlock()
	var head struct{ Event late.EventKind }
	json.Unmarshal([]byte(body), &head) // the body may be malformed on purpose
	now := a.clock.Now()
	if len(a.webhooks) > 0 {
		a.at(now, func() { a.dispatch(now, head.Event, []byte(body)) })
	}
}

func mustPhone(phone string) {
	if !e164.MatchString(phone) {
		panic(fmt.Sprintf("latetest: %q is not in E.164 form, such as +16315551234", phone))
	}
}

// prune returns the JSON of v without members that say nothing, or nil.
func prune(v any) any {
	var decoded any
	json.Unmarshal(marshal(v), &decoded)
	return pruned(decoded)
}

func pruned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if value = pruned(value); value == nil {
				delete(v, name)
			} else {
				v[name] = value
			}
		}
		if len(v) == 0 {
			return nil
		}
	case string:
		if v == "" {
			return nil
		}
	}
	return v
}
