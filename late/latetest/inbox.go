package latetest

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/late"
)

// windowLasts is how long a message of the customer allows replies.
const windowLasts = 24 * time.Hour

// conversation is a conversation with a person.
type conversation struct {
	id, participant, name string
	account               *account
	status                string
	unread                int
	updated               time.Time
	received              time.Time // the customer's last message
	messages              []*inboxMessage
}

// inboxMessage is a message of a conversation.
type inboxMessage struct {
	number      int // in its conversation
	id, text    string
	incoming    bool
	at          time.Time
	attachments []object
}

// conversation returns the conversation with a person, and opens it if there is none.
func (a *api) conversation(acc *account, participant string) *conversation {
	conv := acc.conversations[participant]
	if conv == nil {
		conv = &conversation{id: a.id(), account: acc, participant: participant, name: participant, status: "active", updated: a.clock.Now()}
		if known := acc.byPhone[participant]; known != nil {
			conv.name = known.Name
		}
		acc.conversations[participant] = conv
		a.conversations[conv.id] = conv
		a.emit(conv.updated, late.EventConversationStarted, func() object {
			return object{"account": acc.json(), "conversation": conv.eventJSON()}
		})
	}
	return conv
}

// add adds a message. Its time may be in the future.
func (conv *conversation) add(m *inboxMessage) {
	conv.messages = append(conv.messages, m)
	m.number = len(conv.messages)
	if m.at.After(conv.updated) {
		conv.updated = m.at
	}
	conv.status, conv.unread = "active", conv.unread+1
	if !m.incoming {
		conv.unread = 0
	}
}

func (acc *account) json() object {
	return object{
		"id": acc.id, "accountId": acc.id, "profileId": acc.profileID, "platform": acc.platform,
		"username": acc.username, "displayName": acc.displayName,
	}
}

// eventJSON is the conversation in an event.
func (conv *conversation) eventJSON() object {
	return object{
		"id": conv.id, "platformConversationId": conv.participant, "status": conv.status,
		"participantId": conv.participant, "participantName": conv.name,
	}
}

// json is the conversation in a response.
func (conv *conversation) json() object {
	o := object{
		"id": conv.id, "accountId": conv.account.id, "accountUsername": conv.account.username, "platform": conv.account.platform,
		"participantId": conv.participant, "participantName": conv.name, "status": conv.status, "updatedTime": conv.updated,
	}
	if n := len(conv.messages); n > 0 {
		o["lastMessage"] = conv.messages[n-1].text
	}
	return o
}

// inbox returns an error response if the plan has no inbox.
func inbox(handle handler) handler {
	return func(a *api, c *call) (any, error) {
		if a.cfg.noInbox {
			return nil, refuse(http.StatusForbidden, "inbox_addon_required", "", "The plan does not include the inbox add-on")
		}
		return handle(a, c)
	}
}

// found returns the conversation in the path. It must belong to the account.
func (a *api) found(c *call, accountID string) (*conversation, error) {
	acc, err := a.account(accountID)
	if err != nil {
		return nil, err
	}
	conv := a.conversations[c.PathValue("conversationId")]
	switch {
	case conv == nil || conv.account != acc:
		return nil, missing("Conversation")
	case acc.failure != "":
		return nil, refuse(http.StatusBadRequest, "account_disconnected", "", "%s", acc.failure)
	}
	return conv, nil
}

// page sorts a list by key and returns the part that a request asks for, and its pagination. A
// cursor is a key, so that rows may come and go between pages.
func page[T any](c *call, limit int, list []T, usual string, key func(T) string) ([]T, object, error) {
	descending := cmp.Or(c.URL.Query().Get("sortOrder"), usual) == "desc"
	slices.SortFunc(list, func(x, y T) int { return strings.Compare(key(x), key(y)) })
	if descending {
		slices.Reverse(list)
	}
	if cursor := c.URL.Query().Get("cursor"); cursor != "" {
		after, err := base64.RawURLEncoding.DecodeString(cursor)
		if err != nil {
			return nil, nil, invalid("cursor", "cursor is invalid")
		}
		list = slices.DeleteFunc(list, func(row T) bool {
			return key(row) == string(after) || (key(row) > string(after)) == descending
		})
	}
	if len(list) <= limit {
		return list, object{"hasMore": false, "nextCursor": nil}, nil
	}
	list = list[:limit]
	return list, object{
		"hasMore": true, "nextCursor": base64.RawURLEncoding.EncodeToString([]byte(key(list[limit-1]))),
	}, nil
}

func sortKey(at time.Time, id string) string { return fmt.Sprintf("%020d %s", at.UnixNano(), id) }

func (conv *conversation) key() string { return sortKey(conv.updated, conv.id) }
func (m *inboxMessage) key() string    { return sortKey(m.at, fmt.Sprintf("%06d", m.number)) }

func (a *api) listConversations(c *call) (any, error) {
	limit, err := limited(c, 50, 100)
	for _, err := range []error{err, oneOf(c, "status", "active", "archived"), oneOf(c, "sortOrder", "asc", "desc")} {
		if err != nil {
			return nil, err
		}
	}
	if id := c.URL.Query().Get("accountId"); id != "" {
		if _, err := a.account(id); err != nil {
			return nil, err
		}
	}
	queried, failed, list := 0, []object{}, []*conversation{}
	for _, acc := range a.order {
		row := object{"accountId": acc.id, "profileId": acc.profileID, "platform": acc.platform}
		if !row.matches(c, "accountId", "profileId", "platform") {
			continue
		}
		queried++
		if acc.failure != "" {
			failed = append(failed, object{
				"accountId": acc.id, "accountUsername": acc.username, "platform": acc.platform, "error": acc.failure,
			})
			continue
		}
		for _, conv := range acc.conversations {
			if (object{"status": conv.status}).matches(c, "status") {
				list = append(list, conv)
			}
		}
	}
	list, pagination, err := page(c, min(limit, a.cfg.pageCap), list, "desc", (*conversation).key)
	if err != nil {
		return nil, err
	}
	rows := []object{}
	for _, conv := range list {
		row := conv.json()
		row["unreadCount"] = conv.unread
		rows = append(rows, row)
	}
	return object{"data": rows, "pagination": pagination, "meta": object{
		"accountsQueried": queried, "accountsFailed": len(failed), "failedAccounts": failed, "lastUpdated": c.now,
	}}, nil
}

func (a *api) getConversation(c *call) (any, error) {
	conv, err := a.found(c, c.URL.Query().Get("accountId"))
	if err != nil {
		return nil, err
	}
	data := conv.json()
	data["participants"] = []object{{"id": conv.participant, "name": conv.name}}
	if n := len(conv.messages); n > 0 {
		data["lastMessageAt"] = conv.messages[n-1].at
	}
	return object{"data": data}, nil
}

func (a *api) updateConversation(c *call, in struct{ AccountID, Status string }) (any, error) {
	if in.Status != "active" && in.Status != "archived" {
		return nil, invalid("status", "status must be active or archived")
	}
	conv, err := a.found(c, in.AccountID)
	if err != nil {
		return nil, err
	}
	conv.status = in.Status
	return object{"success": true, "data": object{
		"id": conv.id, "accountId": conv.account.id, "platform": conv.account.platform, "status": conv.status, "updatedAt": c.now,
	}}, nil
}

func (a *api) listMessages(c *call) (any, error) {
	limit, err := limited(c, 100, 100)
	if err := cmp.Or(err, oneOf(c, "sortOrder", "asc", "desc")); err != nil {
		return nil, err
	}
	conv, err := a.found(c, c.URL.Query().Get("accountId"))
	if err != nil {
		return nil, err
	}
	list := []*inboxMessage{}
	for _, m := range conv.messages {
		if !m.at.After(c.now) {
			list = append(list, m)
		}
	}
	list, pagination, err := page(c, min(limit, a.cfg.pageCap), list, "asc", (*inboxMessage).key)
	if err != nil {
		return nil, err
	}
	rows := []object{}
	for _, m := range list {
		row := object{
			"id": m.id, "conversationId": conv.id, "accountId": conv.account.id, "platform": conv.account.platform,
			"message": m.text, "senderId": conv.account.id, "senderName": conv.account.displayName,
			"direction": "outgoing", "createdAt": m.at, "attachments": m.attachments,
		}
		if m.incoming {
			row["direction"], row["senderId"], row["senderName"] = "incoming", conv.participant, conv.name
		}
		rows = append(rows, row)
	}
	return object{"status": "success", "messages": rows, "lastUpdated": c.now, "pagination": pagination}, nil
}

// emitStatus delivers what becomes of an outgoing message.
func (a *api) emitStatus(conv *conversation, m *inboxMessage, d *delivery) {
	emit := func(at time.Time, kind late.EventKind, more func(object)) {
		a.emit(at, kind, func() object {
			body := object{"account": conv.account.json(), "conversation": conv.eventJSON(), "message": object{
				"id": m.id, "conversationId": conv.id, "platform": conv.account.platform, "platformMessageId": d.id,
				"direction": "outgoing", "text": m.text, "attachments": m.attachments, "sentAt": m.at, "isRead": kind == late.EventMessageRead,
				"sender": object{"id": conv.account.id, "name": conv.account.displayName},
			}}
			if kind != late.EventMessageSent {
				body["statusAt"] = at
			}
			if more != nil {
				more(body)
			}
			return body
		})
	}
	emit(d.sent, late.EventMessageSent, nil)
	if d.failure != "" {
		emit(d.delivered, late.EventMessageFailed, func(body object) {
			body["error"] = object{"code": cmp.Or(d.code, codeUndeliverable), "title": d.failure, "message": d.failure}
		})
		return
	}
	emit(d.delivered, late.EventMessageDelivered, nil)
	emit(d.read, late.EventMessageRead, nil)
}
