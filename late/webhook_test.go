package late_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// postEvent delivers an event and returns the status.
func postEvent(h http.Handler, body string, header ...string) int {
	r := httptest.NewRequest("POST", "/webhook", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func TestWebhookChecksTheSignature(t *testing.T) {
	t.Parallel()
	const body = `{"event":"webhook.test","message":"hi"}`
	secret := late.WithWebhookSecret("s1")
	for name, tt := range map[string]struct {
		opts   []late.WebhookOption
		header []string
		status int
	}{
		"signed":                 {[]late.WebhookOption{secret}, []string{"X-Late-Signature", latetest.Sign("s1", body)}, 200},
		"newer header":           {[]late.WebhookOption{secret}, []string{"X-Zernio-Signature", latetest.Sign("s1", body)}, 200},
		"one header overwritten": {[]late.WebhookOption{secret}, []string{"X-Late-Signature", "x", "X-Zernio-Signature", latetest.Sign("s1", body)}, 200},
		"a second secret":        {[]late.WebhookOption{secret, late.WithWebhookSecret("s2")}, []string{"X-Late-Signature", latetest.Sign("s2", body)}, 200},
		"missing":                {[]late.WebhookOption{secret}, nil, 401},
		"empty":                  {[]late.WebhookOption{secret}, []string{"X-Late-Signature", ""}, 401},
		"another secret":         {[]late.WebhookOption{secret}, []string{"X-Late-Signature", latetest.Sign("s2", body)}, 401},
		"another body":           {[]late.WebhookOption{secret}, []string{"X-Late-Signature", latetest.Sign("s1", body+" ")}, 401},
		"no secret":              {nil, []string{"X-Late-Signature", latetest.Sign("", body)}, 500},
		"an empty secret":        {[]late.WebhookOption{late.WithWebhookSecret("")}, []string{"X-Late-Signature", latetest.Sign("", body)}, 500},
		"unsigned by choice":     {[]late.WebhookOption{late.WithUnsignedWebhooks()}, nil, 200},
		"a secret wins":          {[]late.WebhookOption{secret, late.WithUnsignedWebhooks()}, nil, 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log strings.Builder
			calls := 0
			h := late.NewWebhook(late.WebhookHandlers{Test: func(context.Context, *late.WebhookEvent) error { calls++; return nil }},
				append(tt.opts, late.WithWebhookLogger(slog.New(slog.NewTextHandler(&log, nil))))...)
			require.Equal(t, tt.status, postEvent(h, body, tt.header...))
			require.Equal(t, tt.status == 200, calls == 1)
			require.Equal(t, tt.status == 500, strings.Contains(log.String(), "no secret: use WithWebhookSecret"))
		})
	}
}

const incomingJSON = `{"id":"e1","event":"message.received","timestamp":"2026-08-22T10:00:00Z","account":{"id":"a1","platform":"whatsapp"},
	"conversation":{"id":"c1","participantId":"p1","participantName":"Ada"},"message":{"id":"m1","conversationId":"c1","direction":"incoming",
	"text":"Menu","attachments":[{"type":"image","url":"https://zernio.com/api/v1/whatsapp/media/1"}],"sender":{"id":"s1","phoneNumber":"+16315551234"},
	"sentAt":"2026-08-22T09:59:59Z"},"metadata":{"interactiveType":"list_reply","interactiveId":"row1","later":{}}}`

func TestWebhookDecodesAMessage(t *testing.T) {
	t.Parallel()
	var got *late.IncomingMessage
	h := late.NewWebhook(late.WebhookHandlers{
		MessageReceived: func(_ context.Context, m *late.IncomingMessage) error { got = m; return nil },
	}, late.WithUnsignedWebhooks())
	require.Equal(t, 200, postEvent(h, incomingJSON))
	require.Equal(t, []string{"e1", "m1", "a1", "c1", "Ada", "Menu", "+16315551234"}, []string{
		got.EventID, got.ID, got.Account.ID, got.Conversation.ID, got.Conversation.ParticipantName, got.Text, got.Sender.PhoneNumber,
	})
	require.Equal(t, time.Date(2026, 8, 22, 9, 59, 59, 0, time.UTC), got.SentAt)
	id, title := got.Choice()
	require.Equal(t, []string{"row1", "Menu"}, []string{id, title})
	require.Equal(t, "image", got.Media().Type)
	require.Equal(t, incomingJSON, string(got.Raw))

	got = nil
	require.Equal(t, 200, postEvent(h, `{"event":"message.received","timestamp":"yesterday","account":[],"message":{"id":"m2","text":null,"sentAt":3}}`))
	require.Equal(t, "m2", got.ID)
	id, title = got.Choice()
	require.Empty(t, id+title)
	require.Nil(t, got.Media())
}

func TestWebhookDispatchesByKind(t *testing.T) {
	t.Parallel()
	var called []string
	note := func(name string, e late.WebhookEvent) error {
		called = append(called, fmt.Sprint(name, " ", e.Account.ID))
		return nil
	}
	event := func(name string) func(context.Context, *late.WebhookEvent) error {
		return func(_ context.Context, e *late.WebhookEvent) error { return note(name, *e) }
	}
	status := func(name string) func(context.Context, *late.MessageStatus) error {
		return func(_ context.Context, s *late.MessageStatus) error { return note(name, s.WebhookEvent) }
	}
	handlers := late.WebhookHandlers{
		MessageReceived: func(_ context.Context, m *late.IncomingMessage) error { return note("received", m.WebhookEvent) },
		MessageSent:     status("sent"), MessageDelivered: status("delivered"), MessageRead: status("read"), MessageFailed: status("failed"),
		ReactionReceived: func(_ context.Context, r *late.IncomingReaction) error {
			return note("reaction"+r.Reaction.Emoji, r.WebhookEvent)
		},
		ConversationStarted: event("started"),
		TemplateStatusUpdated: func(_ context.Context, u *late.TemplateStatusUpdate) error {
			return note("template "+u.Template.Status, u.WebhookEvent)
		},
		AccountConnected: event("connected"), AccountDisconnected: event("disconnected"), Test: event("test"), Other: event("other"),
	}
	h := late.NewWebhook(handlers, late.WithUnsignedWebhooks())
	other := late.NewWebhook(late.WebhookHandlers{Other: event("other")}, late.WithUnsignedWebhooks())
	none := late.NewWebhook(late.WebhookHandlers{}, late.WithUnsignedWebhooks())
	for kind, want := range map[string]string{
		"message.received": "received a", "message.sent": "sent a", "message.delivered": "delivered a", "message.read": "read a",
		"message.failed": "failed a", "reaction.received": "reaction👍 a", "conversation.started": "started a",
		"whatsapp.template.status_updated": "template APPROVED a", "account.connected": "connected a", "account.disconnected": "disconnected a",
		"webhook.test": "test a", "call.ended": "other a", "": "other a",
	} {
		body := fmt.Sprintf(`{"event":%q,"account":{"accountId":"a"},"message":{"id":"m"},"reaction":{"emoji":"👍"},"template":{"status":"APPROVED"}}`, kind)
		called = nil
		for range 2 {
			require.Equal(t, 200, postEvent(h, body))
			require.Equal(t, 200, postEvent(other, body))
			require.Equal(t, 200, postEvent(none, body))
		}
		require.Equal(t, []string{want, "other a"}, called, kind)
	}
}

// Releases before 0.0.87 send no event ID; later ones keep it when they deliver an event again.
func TestWebhookRecognizesDuplicates(t *testing.T) {
	t.Parallel()
	calls := 0
	h := late.NewWebhook(late.WebhookHandlers{Other: func(context.Context, *late.WebhookEvent) error { calls++; return nil }}, late.WithUnsignedWebhooks())
	for _, tt := range []struct {
		body string
		new  bool
	}{
		{`{"event":"message.received","account":{"id":"a"},"message":{"id":"m"}}`, true},
		{`{"event":"message.received","account":{"id":"a"},"message":{"id":"m"},"id":"later"}`, false},
		{`{"event":"message.received","account":{"id":"b"},"message":{"id":"m"}}`, true},
		{`{"event":"message.read","account":{"id":"a"},"message":{"id":"m"}}`, true},
		{`{"event":"message.read","account":{"id":"a"},"message":{"id":"m"},"conversation":{"participantId":"p"}}`, true},
		{`{"event":"message.read","account":{"id":"a"},"message":{"id":"m"},"conversation":{"participantId":"p"},"x":1}`, false},
		{`{"event":"reaction.received","id":"e","message":{"id":"m"}}`, true},
		{`{"event":"reaction.received","id":"e"}`, false},
		{`{"event":"reaction.received","id":"f"}`, true},
		{`{"event":"account.connected"}`, true},
		{`{"event":"account.connected"}`, false},
		{`{"event":"account.connected","timestamp":"2026-01-01T00:00:00Z"}`, true},
	} {
		before := calls
		require.Equal(t, 200, postEvent(h, tt.body))
		require.Equal(t, tt.new, calls > before, tt.body)
	}
}

func TestMessageStatusErr(t *testing.T) {
	t.Parallel()
	for body, tt := range map[string]struct {
		text   string
		closed bool
	}{
		`{"event":"message.delivered"}`:            {"", false},
		`{"event":"message.failed"}`:               {"late: message failed", false},
		`{"event":"message.failed","error":"odd"}`: {"late: message failed", false},
		`{"event":"message.failed","error":{"code":131047,"title":"Re-engagement message","message":"Re-engagement message","explanation":"too late"}}`: {"late: message failed: 131047 Re-engagement message: too late", true},
		`{"event":"message.failed","error":{"code":131026,"title":"Undeliverable","message":"Message undeliverable"}}`:                                  {"late: message failed: 131026 Undeliverable: Message undeliverable", false},
	} {
		var err error
		status := func(_ context.Context, s *late.MessageStatus) error { err = s.Err(); return nil }
		h := late.NewWebhook(late.WebhookHandlers{MessageDelivered: status, MessageFailed: status}, late.WithUnsignedWebhooks())
		require.Equal(t, 200, postEvent(h, body))
		if tt.text == "" {
			require.NoError(t, err)
			continue
		}
		require.EqualError(t, err, tt.text)
		require.Equal(t, tt.closed, errors.Is(err, late.ErrWindowClosed))
	}
}

// Each JSON object reaches one function once, with its raw form; nothing else does.
func FuzzWebhook(f *testing.F) {
	for _, body := range []string{
		incomingJSON, `{}`, `[]`, `null`, `{"event":"message.failed","error":{"code":"x"},"message":{"id":7}}`, `{"event":{},"account":7}`,
		`{"event":"reaction.received","reaction":{"sender":[]}}`, `{"event":"webhook.test","message":"hi"}`,
		`{"event":"whatsapp.template.status_updated","template":[]}`, `{"event":"account.disconnected","account":{"accountId":1}}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var raws []string
		status := func(_ context.Context, s *late.MessageStatus) error {
			_ = s.Err()
			raws = append(raws, string(s.Raw))
			return nil
		}
		h := late.NewWebhook(late.WebhookHandlers{
			MessageReceived: func(_ context.Context, m *late.IncomingMessage) error {
				m.Choice()
				m.Media()
				raws = append(raws, string(m.Raw))
				return nil
			},
			MessageDelivered: status, MessageFailed: status,
			Other: func(_ context.Context, e *late.WebhookEvent) error { raws = append(raws, string(e.Raw)); return nil },
		}, late.WithUnsignedWebhooks(), late.WithWebhookLogger(slog.New(slog.DiscardHandler)))
		var members map[string]json.RawMessage
		if json.Unmarshal(body, &members) != nil || members == nil {
			require.Contains(t, []int{400, 413}, postEvent(h, string(body)))
			require.Empty(t, raws)
			return
		}
		if postEvent(h, string(body)) == 413 {
			return
		}
		require.Equal(t, 200, postEvent(h, string(body)))
		require.Equal(t, []string{string(body)}, raws)
	})
}
