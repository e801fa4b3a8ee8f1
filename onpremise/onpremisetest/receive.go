package onpremisetest

import (
	"encoding/json"
	"fmt"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// Receive delivers a message from a person to the webhook, and returns its ID. Missing fields are
// filled in: the ID, the time, and the type according to the content. It panics if From is not a
// phone number.
func (s *Server) Receive(m onpremiseapi.IncomingMessage) (id string) {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	m.From = mustWaID(m.From)
	if s.api.whatsApp != nil {
		s.api.whatsApp[m.From] = true
	}
	return s.api.receive(m, onpremiseapi.WebhookContact{
		WaID: m.From, Profile: onpremiseapi.WebhookContactProfile{Name: "Customer " + m.From},
	})
}

// ReceiveText delivers a text message from a person, and returns its ID.
func (s *Server) ReceiveText(from, body string) (id string) {
	return s.Receive(onpremiseapi.IncomingMessage{From: from, Text: onpremiseapi.WebhookText{Body: body}})
}

// ReceiveSystem delivers a notification about a group or a person, and returns the ID of the
// message that contains it.
func (s *Server) ReceiveSystem(notice onpremiseapi.WebhookSystem) (id string) {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	return s.api.notify(notice)
}

// ReceiveStatus delivers a message status, in addition to those that the server sends by itself.
func (s *Server) ReceiveStatus(status onpremiseapi.MessageStatus) {
	now := s.api.clock.Now()
	if status.Timestamp == "" {
		status.Timestamp = onpremiseapi.TimestampAt(now)
	}
	s.api.courier.enqueue(now, onpremiseapi.WebhookEvent{Statuses: []onpremiseapi.MessageStatus{status}})
}

// ReceiveError delivers errors of the installation.
func (s *Server) ReceiveError(faults ...onpremiseapi.ErrorInfo) {
	s.api.courier.enqueue(s.api.clock.Now(), onpremiseapi.WebhookEvent{Errors: faults})
}

// ReceiveJSON delivers a body unchanged, for events that no type covers.
func (s *Server) ReceiveJSON(body string) {
	s.api.courier.enqueueRaw(s.api.clock.Now(), []byte(body))
}

// notify delivers a system notification.
func (a *api) notify(notice onpremiseapi.WebhookSystem) (id string) {
	return a.receive(onpremiseapi.IncomingMessage{
		From: a.account.waID(), GroupID: notice.GroupID, Type: "system", System: notice,
	})
}

func (a *api) receive(m onpremiseapi.IncomingMessage, from ...onpremiseapi.WebhookContact) (id string) {
	now := a.clock.Now()
	if m.ID == "" {
		m.ID = fmt.Sprintf("ABGG%020d", a.next())
	}
	if m.Timestamp == "" {
		m.Timestamp = onpremiseapi.TimestampAt(now)
	}
	if m.Type == "" {
		m.Type = kind(m)
	}
	a.received[m.ID] = false
	a.courier.enqueue(now, onpremiseapi.WebhookEvent{Contacts: from, Messages: []onpremiseapi.IncomingMessage{m}})
	return m.ID
}

func kind(m onpremiseapi.IncomingMessage) onpremiseapi.MessageType {
	for _, member := range []struct {
		kind  onpremiseapi.MessageType
		there bool
	}{
		{onpremiseapi.MessageTypeText, m.Text.Body != ""}, {onpremiseapi.MessageTypeImage, m.Image.ID != ""},
		{onpremiseapi.MessageTypeAudio, m.Audio.ID != ""}, {onpremiseapi.MessageTypeVoice, m.Voice.ID != ""},
		{onpremiseapi.MessageTypeVideo, m.Video.ID != ""}, {onpremiseapi.MessageTypeDocument, m.Document.ID != ""},
		{onpremiseapi.MessageTypeContacts, len(m.Contacts) > 0},
		{onpremiseapi.MessageTypeLocation, m.Location != (onpremiseapi.WebhookLocation{})},
	} {
		if member.there {
			return member.kind
		}
	}
	return onpremiseapi.MessageTypeUnknown
}

func encode(event onpremiseapi.WebhookEvent) []byte {
	b, err := json.Marshal(event)
	if err != nil {
		panic(fmt.Sprintf("onpremisetest: %v", err))
	}
	return b
}
