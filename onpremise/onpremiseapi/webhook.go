package onpremiseapi

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// Choice returns the ID and the title of the button or list row that the customer chose. Both are
// empty if the message is not such a choice.
func (m *IncomingMessage) Choice() (id, title string) {
	button, list := m.Interactive.ButtonReply, m.Interactive.ListReply
	return cmp.Or(button.ID, list.ID, m.Button.Payload, m.Button.Text), cmp.Or(button.Title, list.Title, m.Button.Text)
}

// Media returns the file of the message, or nil.
func (m *IncomingMessage) Media() *WebhookMedia {
	for _, file := range []*WebhookMedia{&m.Image, &m.Video, &m.Audio, &m.Voice, &m.Document, &m.Sticker} {
		if *file != (WebhookMedia{}) {
			return file
		}
	}
	return nil
}

// Err returns why the message failed, and nil if it did not. The error matches
// onpremise.ErrWindowClosed if the customer has not written in the last 24 hours.
func (s *MessageStatus) Err() error {
	if s.Status != MessageStateFailed {
		return nil
	}
	return &messageError{s.Errors}
}

// Errors for a message outside the customer service window: of this API, and of the platform.
var codesWindowClosed = []int{470, 131047}

type messageError struct{ reasons []ErrorInfo }

func (e *messageError) Error() string {
	text := "onpremise: message failed"
	for i, r := range e.reasons {
		text += fmt.Sprintf("%s %d %s", []string{":", ";"}[min(i, 1)], r.Code, r.Title)
		if r.Details != "" {
			text += ": " + r.Details
		}
	}
	return strings.TrimSpace(text)
}

func (e *messageError) Is(target error) bool {
	return target == transport.ErrWindowClosed && slices.ContainsFunc(e.reasons, func(r ErrorInfo) bool {
		return slices.Contains(codesWindowClosed, r.Code)
	})
}
