package onpremise

import (
	"context"
	"fmt"
	"strconv"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// MessagesService sends messages and marks received ones as read.
type MessagesService service

// Send sends a message and returns its ID, which its statuses bear. A function for its kind
// builds one: [TextMessage], [ImageMessage] and so on.
//
//	id, err := client.Messages.Send(ctx, onpremise.TextMessage("16315551234", "hello"))
//
// The server has taken the message when Send returns; what becomes of it comes to the webhook.
// An answer that is a success and holds no ID is an [*Error] with the body of the answer. It
// matches [ErrOutcomeUnknown], since the message was most likely taken.
//
// It is never repeated on a doubt, because a repeat would send it twice.
//
// POST /messages
func (s *MessagesService) Send(ctx context.Context, message Message) (id string, err error) {
	if err := checkMessage(&message); err != nil {
		return "", err
	}
	resp, err := s.client.api.SendMessage(ctx, message)
	r, err := reply.JSON[onpremiseapi.SendMessageResponse](resp, err)
	if err != nil {
		return "", err
	}
	if len(r.Messages) == 0 || r.Messages[0].ID == "" {
		return "", lacking(resp, "message ID")
	}
	return r.Messages[0].ID, nil
}

// MarkRead shows the sender of a received message that it has been read.
//
// It is retried.
//
// PUT /messages/{MessageID}
func (s *MessagesService) MarkRead(ctx context.Context, id string) error {
	if err := checkID("MessageID", id); err != nil {
		return err
	}
	return reply.None(s.client.api.MarkMessageAsRead(ctx, id, onpremiseapi.MarkMessageAsReadRequest{Status: "read"}))
}

// checkMessage wants the content of the message's type, and no other.
func checkMessage(m *Message) error {
	if err := checkRequired("to", m.To); err != nil {
		return err
	}
	if m.TTL != nil && *m.TTL < 0 {
		return invalid("ttl", "cannot be negative")
	}
	kind := m.Type
	if kind == "" {
		kind = onpremiseapi.MessageTypeText // as the server takes it
	}
	found := false
	for _, content := range []struct {
		kind  MessageType
		there bool
	}{
		{onpremiseapi.MessageTypeText, m.Text != nil},
		{onpremiseapi.MessageTypeImage, m.Image != nil},
		{onpremiseapi.MessageTypeAudio, m.Audio != nil},
		{onpremiseapi.MessageTypeVideo, m.Video != nil},
		{onpremiseapi.MessageTypeDocument, m.Document != nil},
		{onpremiseapi.MessageTypeLocation, m.Location != nil},
		{onpremiseapi.MessageTypeContacts, len(m.Contacts) > 0},
		{onpremiseapi.MessageTypeHSM, m.HSM != nil},
	} {
		if content.there && content.kind != kind {
			return invalid(string(content.kind), fmt.Sprintf("does not go into a message of type %s", kind))
		}
		found = found || content.there
	}
	if !found {
		return invalid(string(kind), "is required for a message of this type")
	}
	return checkContent(m)
}

func checkContent(m *Message) error {
	switch {
	case m.Text != nil:
		return checkRequired("text.body", m.Text.Body)
	case m.Image != nil:
		return checkMedia("image", m.Image.ID, m.Image.Link, m.Image.Provider)
	case m.Audio != nil:
		return checkMedia("audio", m.Audio.ID, m.Audio.Link, m.Audio.Provider)
	case m.Video != nil:
		return checkMedia("video", m.Video.ID, m.Video.Link, m.Video.Provider)
	case m.Document != nil:
		return checkMedia("document", m.Document.ID, m.Document.Link, m.Document.Provider)
	case m.Location != nil:
		if err := checkDegrees("location.latitude", m.Location.Latitude, 90); err != nil {
			return err
		}
		return checkDegrees("location.longitude", m.Location.Longitude, 180)
	case m.HSM != nil:
		return checkTemplate(m.HSM)
	}
	for i, c := range m.Contacts {
		if err := checkRequired(fmt.Sprintf("contacts[%d].name.formatted_name", i), c.Name.FormattedName); err != nil {
			return err
		}
	}
	return nil
}

func checkMedia(kind, id, link string, provider *Provider) error {
	switch {
	case id == "" && link == "":
		return invalid(kind, "needs the ID of an upload, or a link")
	case id != "" && link != "":
		return invalid(kind, "has both an ID and a link")
	case id != "" && provider != nil:
		return invalid(kind+".provider", "goes with a link only")
	case provider != nil:
		return checkRequired(kind+".provider.name", provider.Name)
	}
	return nil
}

func checkDegrees(field, value string, most float64) error {
	degrees, err := strconv.ParseFloat(value, 64)
	if err != nil || !(degrees >= -most && degrees <= most) {
		return invalid(field, fmt.Sprintf("%q is not degrees from %g to %g", value, -most, most))
	}
	return nil
}

func checkTemplate(t *Template) error {
	if err := checkRequired("hsm.namespace", t.Namespace); err != nil {
		return err
	}
	if err := checkRequired("hsm.element_name", t.ElementName); err != nil {
		return err
	}
	if err := checkRequired("hsm.language.code", t.Language.Code); err != nil {
		return err
	}
	if p := t.Language.Policy; p != LanguageFallback && p != LanguageDeterministic {
		return invalid("hsm.language.policy", fmt.Sprintf("%q is neither fallback nor deterministic", p))
	}
	for i, p := range t.LocalizableParams {
		field := fmt.Sprintf("hsm.localizable_params[%d]", i)
		if p.Currency != nil && p.DateTime != nil {
			return invalid(field, "has both a currency and a date_time")
		}
		if p.DateTime != nil && (p.DateTime.Component == nil) == (p.DateTime.UnixEpoch == nil) {
			return invalid(field+".date_time", "needs either a component or a unix_epoch")
		}
	}
	return nil
}
