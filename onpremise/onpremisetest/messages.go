package onpremisetest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"time"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// Message is a message that was sent.
type Message struct {
	onpremiseapi.Message                           // as sent, with defaults filled in
	ID                   string                    // ID in the response
	SentAt               time.Time                 // on the server's clock
	Status               onpremiseapi.MessageState // current status
}

// message is a message and its future statuses, which are decided when it is sent and become
// visible as the clock advances.
type message struct {
	id                    string
	to                    string
	raw                   json.RawMessage
	sent, delivered, read time.Time
	failure               string
}

func (m *message) status(now time.Time) onpremiseapi.MessageState {
	switch {
	case m.failure != "":
		return onpremiseapi.MessageStateFailed
	case now.Before(m.delivered):
		return onpremiseapi.MessageStateSent
	case now.Before(m.read):
		return onpremiseapi.MessageStateDelivered
	}
	return onpremiseapi.MessageStateRead
}

func (a *api) sendMessage(c *call, in onpremiseapi.Message) (any, error) {
	if err := a.ready(); err != nil {
		return nil, err
	}
	in.Type = cmp.Or(in.Type, onpremiseapi.MessageTypeText)
	in.RecipientType = cmp.Or(in.RecipientType, onpremiseapi.RecipientTypeIndividual)
	if err := a.checkRecipient(in); err != nil {
		return nil, err
	}
	if err := a.checkContent(in); err != nil {
		return nil, err
	}
	m := &message{
		id: fmt.Sprintf("gBEGk%019d", a.next()), to: in.To, raw: slices.Clone(c.body),
		sent: c.now, failure: a.failing[in.To],
	}
	pace := fnv.New32a()
	pace.Write([]byte(in.To))
	h := pace.Sum32()
	m.delivered = m.sent.Add(time.Duration(1+h%4) * time.Second)
	m.read = m.delivered.Add(time.Duration(1+h/4%5) * time.Second)
	a.messages = append(a.messages, m)
	a.tell(m)
	return reply{a.cfg.created, onpremiseapi.SendMessageResponse{
		Meta: meta, Messages: []onpremiseapi.SentMessage{{ID: m.id}},
	}}, nil
}

// tell notifies the webhook of each status of a message when it occurs.
func (a *api) tell(m *message) {
	status := func(word onpremiseapi.MessageState, at time.Time, why ...onpremiseapi.ErrorInfo) {
		a.courier.enqueue(at, onpremiseapi.WebhookEvent{Statuses: []onpremiseapi.MessageStatus{{
			ID: m.id, RecipientID: m.to, Status: word, Timestamp: onpremiseapi.TimestampAt(at), Errors: why,
		}}})
	}
	if m.failure != "" {
		status(onpremiseapi.MessageStateFailed, m.sent, onpremiseapi.ErrorInfo{
			Code: codeGeneric, Title: titles[codeGeneric], Details: m.failure,
		})
		return
	}
	if a.settings.SentStatus {
		status(onpremiseapi.MessageStateSent, m.sent)
	}
	status(onpremiseapi.MessageStateDelivered, m.delivered)
	status(onpremiseapi.MessageStateRead, m.read)
}

func (a *api) markRead(c *call, in onpremiseapi.MarkMessageAsReadRequest) (any, error) {
	id := c.PathValue("MessageID")
	if _, ok := a.received[id]; !ok {
		return nil, missing("Message")
	}
	if in.Status != "read" {
		return nil, invalid("status", "must be read")
	}
	a.received[id] = true
	return done()
}

// Messages returns every message sent so far, in sending order. A person who was messaged twice
// appears twice.
func (s *Server) Messages() []Message {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	now := s.api.clock.Now()
	var sent []Message
	for _, m := range s.api.messages {
		one := Message{ID: m.id, SentAt: m.sent, Status: m.status(now)}
		json.Unmarshal(m.raw, &one.Message) // already read
		one.Type = cmp.Or(one.Type, onpremiseapi.MessageTypeText)
		one.RecipientType = cmp.Or(one.RecipientType, onpremiseapi.RecipientTypeIndividual)
		sent = append(sent, one)
	}
	return sent
}

// IsRead reports whether a received message has been marked as read.
func (s *Server) IsRead(id string) bool {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	return s.api.received[id]
}

// checkRecipient checks the recipient of a message.
func (a *api) checkRecipient(in onpremiseapi.Message) error {
	if in.RecipientType == onpremiseapi.RecipientTypeGroup {
		if a.group(in.To) == nil {
			return invalid("to", "is not a group of this account")
		}
		return nil
	}
	switch {
	case in.To == "":
		return invalid("to", "must not be empty")
	case !wellFormed.MatchString(in.To):
		return invalid("to", "must be a WhatsApp ID, which has only digits")
	case !a.onWhatsApp(in.To):
		return refuse(http.StatusBadRequest, codeUser, "%s is not on WhatsApp", in.To)
	}
	return nil
}
