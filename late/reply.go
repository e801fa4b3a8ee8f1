package late

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

const (
	maxAttachment     = 25 << 20
	maxReplyButtons   = 3
	maxQuickReplies   = 13
	maxSections       = 10
	maxRows           = 10
	maxIdempotencyKey = 255
)

// ReplyRequest is a message to the customer of a conversation. It contains a text, an attachment,
// buttons, a list and so on, or, if the window has closed, a template.
type ReplyRequest struct {
	AccountID    string // the default is the account of the client
	Text         string // of the message, or the caption of an attachment
	Attachment   *ReplyAttachment
	Buttons      []ReplyButton      // at most 3, with titles of at most 20 characters
	QuickReplies []QuickReplyButton // at most 13; not together with Buttons
	List         *ReplyList         // Text is required with it
	URLButton    *ReplyURLButton    // Text is required with it
	Location     *ReplyLocation
	Contacts     []ReplyContact
	Template     *TemplateRef // needs no open window, and cannot be combined with anything else
	ReplyTo      string       // ID of the message that this one quotes
	LinkPreview  *bool        // the default is true

	// IdempotencyKey identifies the message, in at most 255 characters. It is sent as given. The
	// server does not send a second message with the same key within 24 hours after a success, but
	// forgets the key after any other response. Servers before release 0.0.640 ignore it.
	IdempotencyKey string
}

// ReplyAttachment is a file to send: either Content or URL.
type ReplyAttachment struct {
	Content     io.Reader // at most 25 MB, held in memory; it is not closed
	ContentType string    // of Content; the default is detected

	URL       string // such as one that Media.Upload returns
	Type      string // of the file at URL: image, video, audio or file
	VoiceNote bool   // the audio at URL is a voice note

	Name string // file name
}

// ReplyList is a list of rows from which the customer chooses one.
type ReplyList struct {
	Button   string             // label of the button that opens the list, at most 20 characters
	Sections []ReplyListSection // 1 to 10, with at most 10 rows in total
	Header   string             // at most 60 characters
	Footer   string             // at most 60 characters
}

// Reply sends a message to the customer. Anything but a template needs a window of 24 hours, which
// opens when the customer writes. It returns [ErrWindowClosed] if there is none; the server may
// also report that later, as an event of kind [EventMessageFailed]. Other errors worth handling
// are [ErrAddonRequired] and, if IdempotencyKey is used again for another message,
// [ErrInvalidRequest].
//
// Retried only if the request was not processed, or after 409 for an IdempotencyKey whose first
// request is still in flight. After [ErrOutcomeUnknown], call Messages to see whether it happened:
// sending again could send twice, even with the same key.
//
// POST /v1/inbox/conversations/{conversationId}/messages
func (s *ConversationsService) Reply(ctx context.Context, conversationID string, req ReplyRequest) (*SentMessage, error) {
	var err error
	if req.AccountID, err = s.client.accountFor(req.AccountID); err != nil {
		return nil, err
	}
	if err := checkPathID(OpSendInboxMessage, conversationID); err != nil {
		return nil, err
	}
	if err := checkReply(&req); err != nil {
		return nil, err
	}
	params := &lateapi.SendInboxMessageParams{IdempotencyKey: req.IdempotencyKey}
	if req.Attachment == nil || req.Attachment.Content == nil {
		return sentMessage(s.client.api.SendInboxMessage(ctx, conversationID, params, replyBody(&req)))
	}
	content, err := io.ReadAll(io.LimitReader(req.Attachment.Content, maxAttachment+1))
	if err != nil {
		return nil, &sentinel{"send reply: read attachment: " + bare(err), &notSent{err}}
	}
	if len(content) == 0 || len(content) > maxAttachment {
		return nil, invalid("attachment", fmt.Sprintf("must have from 1 to %d bytes", maxAttachment))
	}
	contentType, form, err := replyForm(&req, content)
	if err != nil {
		return nil, err
	}
	return sentMessage(s.client.api.SendInboxMessageWithBody(ctx, conversationID, params, contentType, form))
}

// notSent is an error that prevented a request.
type notSent struct{ err error }

func (e *notSent) Error() string        { return e.err.Error() }
func (e *notSent) Unwrap() error        { return e.err }
func (e *notSent) Is(target error) bool { return target == ErrNotSent }

// replyBody returns the JSON form of a reply.
func replyBody(req *ReplyRequest) lateapi.SendMessageRequest {
	body := lateapi.SendMessageRequest{
		AccountID: req.AccountID, Message: req.Text, Buttons: req.Buttons, QuickReplies: req.QuickReplies, Contacts: req.Contacts,
		ReplyTo: req.ReplyTo, LinkPreview: req.LinkPreview,
	}
	if a := req.Attachment; a != nil {
		body.AttachmentURL, body.AttachmentName, body.VoiceNote = a.URL, a.Name, a.VoiceNote
		body.AttachmentType = lateapi.SendMessageRequestAttachmentType(a.Type)
	}
	if req.Location != nil {
		body.Location = req.Location
	}
	if t := req.Template; t != nil {
		body.Template.Elements = []lateapi.ReplyTemplateElement{{Name: t.Name, Language: t.Language, Components: t.Components}}
	}
	text := lateapi.ReplyBody{Text: req.Text}
	switch l := req.List; {
	case l != nil:
		body.Message = ""
		body.Interactive = lateapi.ReplyInteractive{
			Type: lateapi.ReplyInteractiveTypeList, Body: text, Footer: lateapi.ReplyFooter{Text: l.Footer},
			Action: lateapi.ReplyAction{Button: l.Button, Sections: l.Sections},
		}
		if l.Header != "" {
			body.Interactive.Header = lateapi.ReplyHeader{Type: lateapi.ReplyHeaderTypeText, Text: l.Header}
		}
	case req.URLButton != nil:
		body.Message = ""
		body.Interactive = lateapi.ReplyInteractive{
			Type: lateapi.ReplyInteractiveTypeCtaURL, Body: text,
			Action: lateapi.ReplyAction{Name: lateapi.ReplyActionNameCtaURL, Parameters: *req.URLButton},
		}
	}
	return body
}

// replyForm returns the multipart form of a reply with a file.
func replyForm(req *ReplyRequest, content []byte) (contentType string, body *bytes.Reader, err error) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, field := range []struct {
		name, text string
		list       any
		n          int
	}{
		{name: "accountId", text: req.AccountID},
		{name: "message", text: req.Text},
		{name: "replyTo", text: req.ReplyTo},
		{name: "buttons", list: req.Buttons, n: len(req.Buttons)},
		{name: "quickReplies", list: req.QuickReplies, n: len(req.QuickReplies)},
	} {
		if field.n > 0 {
			text, err := json.Marshal(field.list)
			if err != nil {
				return "", nil, invalid(field.name, err.Error())
			}
			field.text = string(text)
		}
		if field.text != "" {
			_ = form.WriteField(field.name, field.text) // a buffer does not fail
		}
	}
	a := req.Attachment
	kind, name := a.ContentType, a.Name
	if kind == "" {
		kind = http.DetectContentType(content)
	}
	if name == "" {
		name = "attachment"
	}
	part, _ := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition("attachment", name)}, "Content-Type": {kind},
	})
	_, _ = part.Write(content)
	_ = form.Close()
	return form.FormDataContentType(), bytes.NewReader(b.Bytes()), nil
}

func checkReply(req *ReplyRequest) error {
	other := req.Attachment != nil || len(req.Buttons) > 0 || len(req.QuickReplies) > 0 || req.Location != nil || len(req.Contacts) > 0
	interactive := req.List != nil || req.URLButton != nil
	switch {
	case req.Template != nil:
		if req.Text != "" || other || interactive {
			return invalid("template", "cannot be combined with other content")
		}
		if err := checkTemplateRef(*req.Template); err != nil {
			return err
		}
	case interactive && (other || req.List != nil && req.URLButton != nil):
		return invalid("interactive", "a list or a URL button can be combined only with a text")
	case req.Text == "" && interactive:
		return invalid("message", "is required with a list or a URL button")
	case req.Text == "" && !other:
		return invalid("message", "is required without other content")
	case len(req.Buttons) > 0 && len(req.QuickReplies) > 0:
		return invalid("quickReplies", "cannot be combined with buttons")
	}
	if err := checkMost("buttons", len(req.Buttons), maxReplyButtons, "items"); err != nil {
		return err
	}
	for i, b := range req.Buttons {
		if err := checkLabel(fmt.Sprintf("buttons[%d].title", i), b.Title, 20); err != nil {
			return err
		}
	}
	if err := checkMost("quickReplies", len(req.QuickReplies), maxQuickReplies, "items"); err != nil {
		return err
	}
	for i, q := range req.QuickReplies {
		if err := checkLabel(fmt.Sprintf("quickReplies[%d].title", i), q.Title, 20); err != nil {
			return err
		}
	}
	if err := checkReplyList(req.List); err != nil {
		return err
	}
	if b := req.URLButton; b != nil {
		if err := checkLabel("interactive.action.parameters.display_text", b.DisplayText, 20); err != nil {
			return err
		}
		if err := checkRequired("interactive.action.parameters.url", b.URL); err != nil {
			return err
		}
	}
	if strings.ContainsFunc(req.IdempotencyKey, func(r rune) bool { return r < ' ' || r > '~' }) {
		return invalid("Idempotency-Key", "must be printable ASCII")
	}
	if err := checkLength("Idempotency-Key", req.IdempotencyKey, maxIdempotencyKey); err != nil {
		return err
	}
	return checkAttachment(req)
}

func checkReplyList(l *ReplyList) error {
	if l == nil {
		return nil
	}
	if err := checkLabel("interactive.action.button", l.Button, 20); err != nil {
		return err
	}
	if err := checkCount("interactive.action.sections", len(l.Sections), maxSections); err != nil {
		return err
	}
	rows := 0
	for i, section := range l.Sections {
		field := fmt.Sprintf("interactive.action.sections[%d]", i)
		if len(l.Sections) > 1 || section.Title != "" {
			if err := checkLabel(field+".title", section.Title, 24); err != nil {
				return err
			}
		}
		if err := checkCount(field+".rows", len(section.Rows), maxRows); err != nil {
			return err
		}
		for j, row := range section.Rows {
			field := fmt.Sprintf("%s.rows[%d]", field, j)
			if err := checkLabel(field+".id", row.ID, 200); err != nil {
				return err
			}
			if err := checkLabel(field+".title", row.Title, 24); err != nil {
				return err
			}
			if err := checkLength(field+".description", row.Description, 72); err != nil {
				return err
			}
		}
		rows += len(section.Rows)
	}
	if err := checkMost("interactive.action.sections", rows, maxRows, "rows"); err != nil {
		return err
	}
	if err := checkLength("interactive.header.text", l.Header, 60); err != nil {
		return err
	}
	return checkLength("interactive.footer.text", l.Footer, 60)
}

func checkAttachment(req *ReplyRequest) error {
	switch a := req.Attachment; {
	case a == nil:
		return nil
	case (a.Content == nil) == (a.URL == ""):
		return invalid("attachment", "must have either Content or URL")
	case a.Content != nil && (req.Location != nil || len(req.Contacts) > 0 || req.LinkPreview != nil || a.VoiceNote):
		return invalid("attachment", "a file can be combined only with a text, buttons and ReplyTo; use its URL")
	case a.URL != "":
		return checkRequired("attachmentType", a.Type)
	}
	return nil
}

// checkLabel requires a text of at most so many characters.
func checkLabel(field, text string, most int) error {
	if err := checkRequired(field, text); err != nil {
		return err
	}
	return checkLength(field, text, most)
}

var sentMessage = reply.Part("message ID", func(r *lateapi.SendMessageResponse) (*SentMessage, bool) {
	return &r.Data, r.Data.MessageID != ""
})
