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
	received              time.Time       // the customer's last message
	messages              []*inboxMessage // sorted by key
	last                  *inboxMessage   // the last that was added
}

// inboxEntry is a conversation in the list of all conversations, which is sorted by key. A
// conversation that changes gets another entry; only the one with its present key counts.
type inboxEntry struct {
	key  string
	conv *conversation
}

func (e inboxEntry) current() bool { return e.key == e.conv.key() }

// moved puts a conversation that is new or has changed in its place of the list.
func (a *api) moved(conv *conversation) {
	entry := inboxEntry{conv.key(), conv}
	i, found := slices.BinarySearchFunc(a.inbox, entry.key, func(e inboxEntry, key string) int { return strings.Compare(e.key, key) })
	if !found {
		a.inbox = slices.Insert(a.inbox, i, entry)
	}
	if len(a.inbox) > 2*len(a.conversations) {
		a.inbox = slices.DeleteFunc(a.inbox, func(e inboxEntry) bool { return !e.current() })
	}
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
		a.moved(conv)
		a.emit(conv.updated, late.EventConversationStarted, func() object {
			return object{"account": acc.json(), "conversation": conv.eventJSON()}
		})
	}
	return conv
}

// add adds a message to a conversation. Its time may be in the future.
func (a *api) add(conv *conversation, m *inboxMessage) {
	i := len(conv.messages)
	m.number, conv.last = i+1, m
	for i > 0 && conv.messages[i-1].at.After(m.at) {
		i--
	}
	conv.messages = slices.Insert(conv.messages, i, m)
	if m.at.After(conv.updated) {
		conv.updated = m.at
		a.moved(conv)
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
	if conv.last != nil {
		o["lastMessage"] = conv.last.text
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

// page returns the rows of a sorted list that a request asks for and match accepts, and the
// pagination. A cursor is the key of a row, so that rows may come and go between pages.
func page[T any](c *call, limit int, list []T, usual string, key func(T) string, match func(T) bool) (rows []T, pagination object, err error) {
	at, step := 0, 1
	if cmp.Or(c.query.Get("sortOrder"), usual) == "desc" {
		at, step = len(list)-1, -1
	}
	if cursor := c.query.Get("cursor"); cursor != "" {
		last, err := base64.RawURLEncoding.DecodeString(cursor)
		if err != nil {
			return nil, nil, invalid("cursor", "cursor is invalid")
		}
		i, found := slices.BinarySearchFunc(list, string(last), func(row T, last string) int { return strings.Compare(key(row), last) })
		switch at = i; {
		case step < 0:
			at--
		case found:
			at++
		}
	}
	for ; at >= 0 && at < len(list); at += step {
		if !match(list[at]) {
			continue
		}
		if len(rows) == limit {
			next := base64.RawURLEncoding.EncodeToString([]byte(key(rows[limit-1])))
			return rows, object{"hasMore": true, "nextCursor": next}, nil
		}
		rows = append(rows, list[at])
	}
	return rows, object{"hasMore": false, "nextCursor": nil}, nil
}

func sortKey(at time.Time, id string) string { return fmt.Sprintf("%020d %s", at.UnixNano(), id) }

func (conv *conversation) key() string { return sortKey(conv.updated, conv.id) }
func (m *inboxMessage) key() string    { return sortKey(m.at, fmt.Sprintf("%09d", m.number)) }

func (a *api) listConversations(c *call) (any, error) {
	limit, err := limited(c, 50, 100)
	for _, err := range []error{err, oneOf(c, "status", "active", "archived"), oneOf(c, "sortOrder", "asc", "desc")} {
		if err != nil {
			return nil, err
		}
	}
	if id := c.query.Get("accountId"); id != "" {
		if _, err := a.account(id); err != nil {
			return nil, err
		}
	}
	queried, failed, listed := 0, []object{}, map[*account]bool{}
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
		listed[acc] = true
	}
	status := c.query.Get("status")
	match := func(e inboxEntry) bool {
		return listed[e.conv.account] && (status == "" || status == e.conv.status) && e.current()
	}
	list, pagination, err := page(c, min(limit, a.cfg.pageCap), a.inbox, "desc", func(e inboxEntry) string { return e.key }, match)
	if err != nil {
		return nil, err
	}
	rows := []object{}
	for _, e := range list {
		row := e.conv.json()
		row["unreadCount"] = e.conv.unread
		rows = append(rows, row)
	}
	return object{"data": rows, "pagination": pagination, "meta": object{
		"accountsQueried": queried, "accountsFailed": len(failed), "failedAccounts": failed, "lastUpdated": c.now,
	}}, nil
}

func (a *api) getConversation(c *call) (any, error) {
	conv, err := a.found(c, c.query.Get("accountId"))
	if err != nil {
		return nil, err
	}
	data := conv.json()
	data["participants"] = []object{{"id": conv.participant, "name": conv.name}}
	if conv.last != nil {
		data["lastMessageAt"] = conv.last.at
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
	conv, err := a.found(c, c.query.Get("accountId"))
	if err != nil {
		return nil, err
	}
	sent := func(m *inboxMessage) bool { return !m.at.After(c.now) }
	list, pagination, err := page(c, min(limit, a.cfg.pageCap), conv.messages, "asc", (*inboxMessage).key, sent)
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
