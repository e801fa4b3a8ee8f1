package latetest

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

const (
	keyLasts        = 24 * time.Hour // how long an idempotency key is kept
	maxAttachment   = 25 << 20
	maxButtons      = 3
	maxQuickReplies = 13

	codeWindowClosed  = 131047
	codeUndeliverable = 131026
)

// keyed is a reply that was sent with an idempotency key.
type keyed struct {
	request [sha256.Size]byte
	resp    any
	ready   time.Time // when the reply is sent
}

// uncoded omits the code of a 400: the contract of a reply declares only PLATFORM_LIMITATION.
func uncoded(handle handler) handler {
	return func(a *api, c *call) (any, error) {
		resp, err := handle(a, c)
		if no, ok := errors.AsType[*refusal](err); ok && no.status == http.StatusBadRequest {
			no.body.Code = ""
		}
		return resp, err
	}
}

// replyRequest is the content of a reply.
type replyRequest struct {
	AccountID, Message            string
	AttachmentURL, AttachmentType string
	AttachmentName                string
	Buttons, QuickReplies         []struct{ Title string }
	Interactive                   *struct{ Body struct{ Text string } }
	Location                      json.RawMessage
	Contacts                      []json.RawMessage
	Template                      struct {
		Elements []lateapi.ReplyTemplateElement
	}
}

// sendMessage sends a reply. If it was sent with an idempotency key, the server repeats the
// response for 24 hours. Responses that are not a success are not kept.
func (a *api) sendMessage(c *call) (any, error) {
	key := c.Header.Get("Idempotency-Key")
	if len(key) > 255 {
		return nil, invalid("Idempotency-Key", "Idempotency-Key must not be longer than 255 characters")
	}
	request := sha256.Sum256(append([]byte(c.URL.Path+"\n"), c.body...))
	if known, ok := a.keys[key]; ok && key != "" && c.now.Before(known.ready.Add(keyLasts)) {
		switch {
		case known.request != request:
			return nil, refuse(http.StatusUnprocessableEntity, "idempotency_key_reused", "Idempotency-Key", "The key was used for another request")
		case c.now.Before(known.ready):
			return nil, refuse(http.StatusConflict, "idempotency_key_in_flight", "Idempotency-Key", "A request with this key is in flight")
		}
		return known.resp, nil
	}
	in, upload, err := a.replyContent(c)
	if err != nil {
		return nil, err
	}
	conv, err := a.found(c, in.AccountID)
	if err != nil {
		return nil, err
	}
	out := Message{Text: in.Message, AttachmentURL: in.AttachmentURL, Request: bytes.Clone(c.body)}
	if in.Interactive != nil {
		out.Text = in.Interactive.Body.Text
	}
	if err := a.checkReply(conv, in, upload != nil, &out, c.now); err != nil {
		return nil, err
	}
	if upload != nil {
		name := a.id()
		a.files[name], out.AttachmentURL = upload, a.host+storagePath+name
		in.AttachmentType = attachmentType(upload.contentType)
	}
	c.until = c.now.Add(a.cfg.sendTime)
	m := a.say(conv, out, in.AttachmentType, c.now.After(conv.received.Add(windowLasts)) && out.Template == "", c.until)
	resp := object{"success": true, "data": object{
		"messageId": m.id, "conversationId": conv.id, "sentAt": m.at, "message": m.text,
	}}
	if key != "" {
		a.keys[key] = keyed{request, resp, c.until}
	}
	return resp, nil
}

// replyContent decodes a reply, in JSON or as a form with a file.
func (a *api) replyContent(c *call) (in replyRequest, upload *file, err error) {
	mediaType, params, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if mediaType != "multipart/form-data" {
		return in, nil, decode(c, &in)
	}
	form, err := multipart.NewReader(bytes.NewReader(c.body), params["boundary"]).ReadForm(maxAttachment)
	if err != nil {
		return in, nil, refuse(http.StatusBadRequest, "invalid_form", "", "The body is not a valid form")
	}
	defer form.RemoveAll()
	members := map[string]json.RawMessage{}
	for name, values := range form.Value {
		switch name {
		case "buttons", "quickReplies", "replyMarkup", "template":
			members[name] = json.RawMessage(values[0])
		default:
			members[name] = marshal(values[0])
		}
	}
	b, err := json.Marshal(members)
	if err == nil {
		err = json.Unmarshal(b, &in)
	}
	if err != nil {
		return in, nil, invalid("", "The form is invalid: %v", err)
	}
	for _, head := range form.File["attachment"] {
		if head.Size > maxAttachment {
			return in, nil, refuse(http.StatusRequestEntityTooLarge, "attachment_too_large", "attachment", "The attachment is larger than 25 MB")
		}
		opened, err := head.Open()
		if err != nil {
			return in, nil, err
		}
		defer opened.Close()
		content := new(bytes.Buffer)
		content.ReadFrom(opened)
		upload = &file{contentType: head.Header.Get("Content-Type"), content: content.Bytes(), stored: true}
	}
	return in, upload, nil
}

// checkReply checks the content and the window of a reply, and adds its template to out.
func (a *api) checkReply(conv *conversation, in replyRequest, upload bool, out *Message, now time.Time) error {
	switch {
	case len(in.Buttons) > maxButtons:
		return invalid("buttons", "At most %d buttons are allowed", maxButtons)
	case len(in.QuickReplies) > maxQuickReplies:
		return invalid("quickReplies", "At most %d quick replies are allowed", maxQuickReplies)
	case len(in.Buttons) > 0 && len(in.QuickReplies) > 0:
		return invalid("buttons", "buttons and quickReplies cannot be combined")
	case in.Message == "" && in.AttachmentURL == "" && !upload && in.Interactive == nil && in.Location == nil &&
		len(in.Contacts) == 0 && len(in.Template.Elements) == 0:
		return invalid("message", "The message is empty")
	}
	for _, button := range append(in.Buttons, in.QuickReplies...) {
		if n := utf8.RuneCountInString(button.Title); n == 0 || n > 20 {
			return invalid("buttons", "The title of a button must have 1 to 20 characters")
		}
	}
	if len(in.Template.Elements) > 0 {
		element := in.Template.Elements[0]
		ref := lateapi.TemplateRef{Name: element.Name, Language: element.Language, Components: element.Components}
		if err := checkRef(ref); err != nil {
			return err
		}
		t, err := a.approved(conv.account, ref, now)
		if err != nil {
			return err
		}
		if n := variables(t, ref); n > 0 {
			return invalid("template", "The template needs %d parameters", n)
		}
		out.Template, out.Language = ref.Name, ref.Language
		return nil
	}
	if now.After(conv.received.Add(windowLasts)) && !a.cfg.lateWindow {
		no := refuse(http.StatusBadRequest, "platform_error", "", "Re-engagement message: more than 24 hours have passed since the customer last replied")
		no.body.Type, no.body.Platform = "platform_error", "whatsapp"
		no.body.PlatformError = marshal(object{"code": codeWindowClosed, "type": "OAuthException"})
		return no
	}
	return nil
}

// startConversation sends a template to a phone number.
func (a *api) startConversation(c *call, in lateapi.StartConversationRequest) (any, error) {
	acc, err := a.account(in.AccountID)
	if err != nil {
		return nil, err
	}
	if acc.failure != "" {
		return nil, refuse(http.StatusBadRequest, "account_disconnected", "", "%s", acc.failure)
	}
	if err := checkPhone("participantId", in.ParticipantID); err != nil {
		return nil, err
	}
	if in.TemplateName == "" {
		return nil, refuse(http.StatusBadRequest, "TEMPLATE_REQUIRED", "templateName", "WhatsApp requires an approved template")
	}
	ref := lateapi.TemplateRef{Name: in.TemplateName, Language: in.TemplateLanguage}
	if err := checkRef(ref); err != nil {
		return nil, err
	}
	t, err := a.approved(acc, ref, c.now)
	if err != nil {
		return nil, err
	}
	if want := parameters(t); len(in.TemplateParams) != want {
		return nil, invalid("templateParams", "The template has %d parameters, not %d", want, len(in.TemplateParams))
	}
	out := Message{Template: ref.Name, Language: ref.Language, Variables: map[string]string{}, Request: bytes.Clone(c.body)}
	for i, value := range in.TemplateParams {
		out.Variables[strconv.Itoa(i+1)] = value
	}
	conv := a.conversation(acc, in.ParticipantID)
	m := a.say(conv, out, "", false, c.now)
	return reply{http.StatusCreated, object{"success": true, "data": object{
		"conversationId": conv.id, "messageId": m.id, "participantId": conv.participant, "participantName": conv.name,
	}}}, nil
}

// parameters counts the placeholders of a template's header, body and URL buttons.
func parameters(t *template) (n int) {
	for _, part := range t.Components {
		texts := []string{part.Text}
		for _, button := range part.Buttons {
			texts = append(texts, button.URL)
		}
		for _, text := range texts {
			found, _ := placeholders("", text)
			n += found
		}
	}
	return n
}

// say sends a message in a conversation. If closed is set, it fails later because the window is closed.
func (a *api) say(conv *conversation, out Message, attachment string, closed bool, at time.Time) *inboxMessage {
	at = at.Truncate(time.Millisecond)
	d := a.pace(conv.participant, at)
	d.failure = a.failing[conv.participant]
	if closed {
		d.failure, d.code = "Re-engagement message", codeWindowClosed
	}
	out.ID, out.AccountID, out.ConversationID = d.id, conv.account.id, conv.id
	out.Phone, out.SentAt = conv.participant, at
	if d.failure == "" {
		a.messages = append(a.messages, &out)
	}
	m := &inboxMessage{id: d.id, text: out.Text, at: at, attachments: []object{}}
	if out.Template != "" {
		m.text = "[template " + out.Template + "]"
	}
	if out.AttachmentURL != "" {
		m.attachments = append(m.attachments, object{"id": a.id(), "type": attachment, "url": out.AttachmentURL})
	}
	a.add(conv, m)
	a.emitStatus(conv, m, d)
	return m
}
