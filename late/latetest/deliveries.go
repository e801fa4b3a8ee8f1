package latetest

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

// Message is a message that the server has sent.
type Message struct {
	ID             string
	AccountID      string
	BroadcastID    string // empty for a message that no broadcast sent
	ConversationID string // empty for a bulk or broadcast message
	Phone          string
	Text           string // of a reply
	AttachmentURL  string // of a reply
	Request        []byte // the body of the request that sent a reply or started a conversation
	Template       string
	Language       string
	Variables      map[string]string
	SentAt         time.Time // on the server's clock
}

// delivery is the fate of one message. It is decided when sending begins, and becomes visible as
// the clock advances.
type delivery struct {
	id                    string
	sent, delivered, read time.Time
	failure               string
	code                  int // of the failure, or 0 for the usual one
}

func (d *delivery) status(now time.Time) lateapi.DeliveryStatus {
	switch {
	case d == nil || now.Before(d.sent):
		return lateapi.DeliveryStatusPending
	case d.failure != "":
		return lateapi.DeliveryStatusFailed
	case now.Before(d.delivered):
		return lateapi.DeliveryStatusSent
	case now.Before(d.read):
		return lateapi.DeliveryStatusDelivered
	}
	return lateapi.DeliveryStatusRead
}

// next returns when the status changes next, or zero if it does not.
func (d *delivery) next(now time.Time) time.Time {
	if d == nil {
		return time.Time{}
	}
	times := []time.Time{d.sent, d.delivered, d.read}
	if d.failure != "" {
		times = times[:1]
	}
	for _, t := range times {
		if t.After(now) {
			return t
		}
	}
	return time.Time{}
}

// deliver sends a template to a phone number at a time.
func (a *api) deliver(acc *account, broadcastID string, t *template, ref lateapi.TemplateRef, to lateapi.BulkRecipient, at time.Time) *delivery {
	at = at.Truncate(time.Millisecond)
	d := &delivery{sent: at}
	known := acc.byPhone[to.Phone]
	switch {
	case a.failing[to.Phone] != "":
		d.failure = a.failing[to.Phone]
	case known != nil && known.IsBlocked:
		d.failure = "Contact is blocked"
	case known != nil && !known.IsOptedIn:
		d.failure = "Contact has opted out"
	default:
		d.failure = missingVariable(to.Variables, variables(t, ref))
	}
	if d.failure != "" {
		return d
	}
	d = a.pace(to.Phone, at)
	if known != nil {
		known.MessagesSentCount++
		known.LastMessageSentAt = at
	}
	a.messages = append(a.messages, &Message{
		ID: d.id, AccountID: acc.id, BroadcastID: broadcastID, Phone: to.Phone,
		Template: ref.Name, Language: ref.Language, Variables: maps.Clone(to.Variables), SentAt: at,
	})
	if len(a.webhooks) > 0 {
		a.emitStatus(a.conversation(acc, to.Phone), &inboxMessage{id: d.id, at: at, attachments: []object{}}, d)
	}
	return d
}

// pace decides when a message to a phone is delivered and read.
func (a *api) pace(phone string, at time.Time) *delivery {
	a.sent++
	d := &delivery{id: fmt.Sprintf("wamid.%08d", a.sent), sent: at}
	pace := fnv.New32a()
	pace.Write([]byte(phone))
	h := pace.Sum32()
	d.delivered = at.Add(time.Duration(1+h%4) * time.Second)
	d.read = d.delivered.Add(time.Duration(1+h/4%5) * time.Second)
	return d
}

// missingVariable names the first of n variables that has no value.
func missingVariable(values map[string]string, n int) string {
	for i := range n {
		if name := strconv.Itoa(i + 1); values[name] == "" {
			return fmt.Sprintf("Template variable {{%s}} is missing", name)
		}
	}
	return ""
}

// Messages returns every message sent so far, in sending order. A person who was messaged twice
// appears twice.
func (s *Server) Messages() []Message {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	now := s.api.clock.Now()
	s.api.settle(now)
	var sent []Message
	for _, m := range s.api.messages {
		if !m.SentAt.After(now) {
			one := *m
			one.Variables, one.Request = maps.Clone(m.Variables), slices.Clone(m.Request)
			sent = append(sent, one)
		}
	}
	slices.SortStableFunc(sent, func(a, b Message) int { return cmp.Compare(a.SentAt.UnixNano(), b.SentAt.UnixNano()) })
	return sent
}

// FailPhone makes every message to phone fail with reason; an empty reason clears the failure. It
// panics if phone is not in E.164 form.
func (s *Server) FailPhone(phone, reason string) {
	mustPhone(phone)
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	s.api.failing[phone] = reason
}
