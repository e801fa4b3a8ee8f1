package late

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/internal/webhook"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// EventKind is the kind of a webhook event. Kinds without a constant may arrive too.
type EventKind = lateapi.EventKind

// Kinds of webhook events.
const (
	EventMessageReceived       EventKind = "message.received"
	EventMessageSent           EventKind = "message.sent"
	EventMessageDelivered      EventKind = "message.delivered"
	EventMessageRead           EventKind = "message.read"
	EventMessageFailed         EventKind = "message.failed"
	EventReactionReceived      EventKind = "reaction.received"
	EventConversationStarted   EventKind = "conversation.started"
	EventTemplateStatusUpdated EventKind = "whatsapp.template.status_updated"
	EventAccountConnected      EventKind = "account.connected"
	EventAccountDisconnected   EventKind = "account.disconnected"
	EventTest                  EventKind = "webhook.test"
)

// WebhookEvent is the part that all events have. Fields that the event lacks are zero.
type WebhookEvent struct {
	EventID      string              `json:"id"` // the same in each delivery of the event; empty in old releases
	Kind         EventKind           `json:"event"`
	Timestamp    time.Time           `json:"timestamp"`
	Account      WebhookAccount      `json:"account"`
	Conversation WebhookConversation `json:"conversation"`
	Raw          json.RawMessage     `json:"-"` // the event as delivered, with members unknown to this package
}

// WebhookAccount is the connected account that an event is about.
type WebhookAccount struct {
	ID          string `json:"id"`
	ProfileID   string `json:"profileId"`
	Platform    string `json:"platform"`
	Username    string `json:"username"`
	DisplayName string `json:"displayName"`

	// Set if the account was disconnected.
	DisconnectionType string `json:"disconnectionType"` // intentional or unintentional
	Reason            string `json:"reason"`
}

// UnmarshalJSON decodes an account, whose ID has two names.
func (a *WebhookAccount) UnmarshalJSON(data []byte) error {
	type Plain WebhookAccount // exported, so that Decode reads it, too, if a member has another type
	var both struct {
		Plain
		AccountID string `json:"accountId"`
	}
	webhook.Decode(data, &both)
	*a = WebhookAccount(both.Plain)
	a.ID = cmp.Or(a.ID, both.AccountID)
	return nil
}

// WebhookConversation is the conversation that an event is about.
type WebhookConversation struct {
	ID                     string `json:"id"`
	PlatformConversationID string `json:"platformConversationId"`
	Status                 string `json:"status"` // active or archived
	ContactID              string `json:"contactId"`
	ParticipantID          string `json:"participantId"`
	ParticipantName        string `json:"participantName"`
	ParticipantUsername    string `json:"participantUsername"`
	ParticipantPicture     string `json:"participantPicture"`
}

// WebhookMessage is the message that an event is about.
type WebhookMessage struct {
	ID                string              `json:"id"`
	ConversationID    string              `json:"conversationId"`
	Platform          string              `json:"platform"`
	PlatformMessageID string              `json:"platformMessageId"`
	Direction         string              `json:"direction"` // incoming or outgoing
	Source            string              `json:"source"`    // whatsapp_business_app or cloud_api, of a sent message
	Text              string              `json:"text"`
	Attachments       []WebhookAttachment `json:"attachments"`
	Sender            WebhookSender       `json:"sender"`
	SentAt            time.Time           `json:"sentAt"`
	IsRead            bool                `json:"isRead"`
}

// WebhookSender is the sender of a message or a reaction.
type WebhookSender struct {
	ID          string `json:"id"`
	ContactID   string `json:"contactId"`
	PhoneNumber string `json:"phoneNumber"` // empty if the customer hides it
	Name        string `json:"name"`
	Username    string `json:"username"`
	Picture     string `json:"picture"`

	// Identify a WhatsApp user within the business, with or without a phone number.
	BusinessScopedUserID       string `json:"businessScopedUserId"`
	ParentBusinessScopedUserID string `json:"parentBusinessScopedUserId"`
	WhatsAppUsername           string `json:"whatsappUsername"`
}

// WebhookAttachment is a file of a message. The URL of a WhatsApp attachment needs the API key.
type WebhookAttachment struct {
	Type    string          `json:"type"`
	URL     string          `json:"url"`
	Payload json.RawMessage `json:"payload"`
}

// IncomingMessage is a message from a customer, with the event that reports it.
type IncomingMessage struct {
	WebhookEvent
	WebhookMessage `json:"message"`
	Metadata       MessageMetadata `json:"metadata"`
}

// MessageMetadata is further content of an incoming message.
type MessageMetadata struct {
	InteractiveType   string             `json:"interactiveType"` // button_reply, list_reply or nfm_reply
	InteractiveID     string             `json:"interactiveId"`
	ButtonPayload     string             `json:"buttonPayload"` // of a template's button
	QuickReplyPayload string             `json:"quickReplyPayload"`
	PostbackPayload   string             `json:"postbackPayload"`
	PostbackTitle     string             `json:"postbackTitle"`
	CallbackData      string             `json:"callbackData"`
	QuotedMessageID   string             `json:"quotedMessageId"`
	FlowResponseData  json.RawMessage    `json:"flowResponseData"`
	Contacts          []json.RawMessage  `json:"contacts"`
	Order             *IncomingOrder     `json:"order"`
	Referral          *IncomingReferral  `json:"referral"`
	ReferredProduct   *OrderItem         `json:"referredProduct"`
	Unsupported       *UnsupportedReason `json:"unsupported"`
}

// IncomingOrder is an order from a catalog.
type IncomingOrder struct {
	CatalogID string      `json:"catalog_id"`
	Text      string      `json:"text"`
	Items     []OrderItem `json:"product_items"`
}

// OrderItem is a product of an order.
type OrderItem struct {
	CatalogID         string  `json:"catalog_id"` // only of a product that a message refers to
	ProductRetailerID string  `json:"product_retailer_id"`
	Quantity          int     `json:"quantity"`
	ItemPrice         float64 `json:"item_price"`
	Currency          string  `json:"currency"`
}

// IncomingReferral is the advertisement or post that led the customer to write.
type IncomingReferral struct {
	SourceURL    string `json:"source_url"`
	SourceType   string `json:"source_type"`
	SourceID     string `json:"source_id"`
	Headline     string `json:"headline"`
	Body         string `json:"body"`
	MediaType    string `json:"media_type"`
	ImageURL     string `json:"image_url"`
	VideoURL     string `json:"video_url"`
	ThumbnailURL string `json:"thumbnail_url"`
	CTWAClickID  string `json:"ctwa_clid"`
}

// UnsupportedReason says why WhatsApp passed on no content.
type UnsupportedReason struct {
	Code    int    `json:"code"`
	Title   string `json:"title"`
	Details string `json:"details"`
}

// Choice returns the ID and the title of the button or list row that the customer chose. Both are
// empty if the message is not such a choice.
func (m *IncomingMessage) Choice() (id, title string) {
	d := &m.Metadata
	id = cmp.Or(d.InteractiveID, d.ButtonPayload, d.QuickReplyPayload, d.PostbackPayload, d.CallbackData)
	if id == "" {
		return "", ""
	}
	return id, cmp.Or(d.PostbackTitle, m.Text)
}

// Media returns the first attachment, or nil. A WhatsApp message has at most one.
func (m *IncomingMessage) Media() *WebhookAttachment {
	if len(m.Attachments) == 0 {
		return nil
	}
	return &m.Attachments[0]
}

// MessageStatus reports what became of an outgoing message; Kind is the new status.
type MessageStatus struct {
	WebhookEvent
	WebhookMessage `json:"message"`
	StatusAt       time.Time     `json:"statusAt"`
	Error          *MessageError `json:"error"`
}

// Err returns why the message failed, and nil if it did not. The error matches [ErrWindowClosed]
// if the customer has not written in the last 24 hours.
func (s *MessageStatus) Err() error {
	switch {
	case s.Kind != EventMessageFailed:
		return nil
	case s.Error == nil:
		return &MessageError{}
	}
	return s.Error
}

// codeWindowClosed is the platform's error for a message outside the customer service window.
const codeWindowClosed = 131047

// MessageError is the platform's reason why a message failed.
type MessageError struct {
	Code        int    `json:"code"`
	Title       string `json:"title"`
	Message     string `json:"message"`
	Explanation string `json:"explanation"`
}

// Error returns the code and the platform's words.
func (e *MessageError) Error() string {
	text := "late: message failed"
	if e.Code != 0 {
		text += fmt.Sprintf(": %d %s", e.Code, e.Title)
	}
	if details := cmp.Or(e.Explanation, e.Message); details != "" && details != e.Title {
		text += ": " + details
	}
	return strings.TrimSpace(text)
}

// Is reports whether target is the sentinel for e's code.
func (e *MessageError) Is(target error) bool {
	return target == ErrWindowClosed && e.Code == codeWindowClosed
}

// IncomingReaction reports that a customer added or removed a reaction.
type IncomingReaction struct {
	WebhookEvent
	Reaction struct {
		Action            string        `json:"action"` // added or removed
		Emoji             string        `json:"emoji"`
		MessageID         string        `json:"messageId"`
		PlatformMessageID string        `json:"platformMessageId"`
		Sender            WebhookSender `json:"sender"`
		ReactedAt         time.Time     `json:"reactedAt"`
	} `json:"reaction"`
}

// TemplateStatusUpdate reports the result of a template's review.
type TemplateStatusUpdate struct {
	WebhookEvent
	Template struct {
		ID       string `json:"templateId"`
		Name     string `json:"name"`
		Language string `json:"language"`
		Status   string `json:"status"` // APPROVED, REJECTED and so on
		Reason   string `json:"reason"`
	} `json:"template"`
}
