package latetest_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// collector keeps what late's webhook handler receives.
type collector struct {
	mu       sync.Mutex
	messages []late.IncomingMessage
	statuses []late.MessageStatus
	others   []late.WebhookEvent
}

func (c *collector) handler(opts ...late.WebhookOption) http.Handler {
	status := func(_ context.Context, s *late.MessageStatus) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.statuses = append(c.statuses, *s)
		return nil
	}
	return late.NewWebhook(late.WebhookHandlers{
		MessageReceived: func(_ context.Context, m *late.IncomingMessage) error {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.messages = append(c.messages, *m)
			return nil
		},
		MessageSent: status, MessageDelivered: status, MessageRead: status, MessageFailed: status,
		Other: func(_ context.Context, e *late.WebhookEvent) error {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.others = append(c.others, *e)
			return nil
		},
	}, append(opts, late.WithWebhookSecret(latetest.WebhookSecret))...)
}

func (c *collector) kinds() []late.EventKind {
	c.mu.Lock()
	defer c.mu.Unlock()
	kinds := []late.EventKind{}
	for _, s := range c.statuses {
		kinds = append(kinds, s.Kind)
	}
	for _, e := range c.others {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func TestWebhookReceivesConversations(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		got := new(collector)
		w.SetWebhookHandler(got.handler())
		file := w.AddMedia("image/png", []byte("\x89PNG"))
		id := w.Receive(late.IncomingMessage{
			WebhookMessage: late.WebhookMessage{
				Text: "Yes", Sender: late.WebhookSender{PhoneNumber: phone(1), Name: "Ada"}, Attachments: []late.WebhookAttachment{file},
			},
			Metadata: late.MessageMetadata{InteractiveID: "yes"},
		})
		require.NoError(t, w.WaitDelivered(t.Context()))
		require.Len(t, got.messages, 1)
		m := got.messages[0]
		require.Equal(t, id, m.ID)
		choice, title := m.Choice()
		require.Equal(t, []string{"yes", "Yes"}, []string{choice, title})
		require.Equal(t, file.URL, m.Media().URL)
		require.Equal(t, w.AccountID(), m.Account.ID)
		require.Equal(t, []late.EventKind{late.EventConversationStarted}, got.kinds())

		path := inbox + "/" + m.ConversationID + "/messages"
		w.ok("POST", path, object{"accountId": w.AccountID(), "message": "hi"})
		w.Advance(10 * time.Second)
		require.NoError(t, w.WaitDelivered(t.Context()))
		require.ElementsMatch(t, []late.EventKind{
			late.EventMessageSent, late.EventMessageDelivered, late.EventMessageRead, late.EventConversationStarted,
		}, got.kinds())
		require.Equal(t, phone(1), got.statuses[0].Conversation.ParticipantID)

		got.statuses, got.others = nil, nil
		w.approve("hello")
		w.FailAccount(w.AccountID(), "Token expired")
		w.ReceiveJSON(`{"id":"x","event":"reaction.received"}`)
		require.NoError(t, w.WaitDelivered(t.Context()))
		require.ElementsMatch(t, []late.EventKind{
			late.EventTemplateStatusUpdated, late.EventAccountDisconnected, late.EventReactionReceived,
		}, got.kinds())
	}, latetest.WithReviewTime(0))
}

func TestClosedWindowAndFailedPhoneAreEvents(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		got := new(collector)
		path := w.open(1) + "/messages"
		w.SetWebhookHandler(got.handler())
		w.Advance(25 * time.Hour)
		w.ok("POST", path, object{"accountId": w.AccountID(), "message": "hi"})
		w.Advance(10 * time.Second)
		require.NoError(t, w.WaitDelivered(t.Context()))
		require.ElementsMatch(t, []late.EventKind{late.EventMessageSent, late.EventMessageFailed}, got.kinds())
		for _, s := range got.statuses {
			if s.Kind == late.EventMessageFailed {
				require.ErrorIs(t, s.Err(), late.ErrWindowClosed)
			}
		}
		require.Empty(t, w.Messages(), "a message that failed was not sent")

		got.statuses = nil
		w.FailPhone(phone(1), "Not on WhatsApp")
		w.ReceiveText(phone(1), "hello")
		w.ok("POST", path, object{"accountId": w.AccountID(), "message": "hi"})
		w.Advance(10 * time.Second)
		require.NoError(t, w.WaitDelivered(t.Context()))
		require.Len(t, got.statuses, 2)
	}, latetest.WithWindowEvents())
}

func TestBulkAndBroadcastMessagesHaveStatusEvents(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		got := new(collector)
		w.SetWebhookHandler(got.handler())
		w.approve("hello")
		reply := w.ok("POST", "/bulk", object{
			"accountId": w.AccountID(), "template": object{"name": "hello", "language": "en_US"}, "recipients": list{recipient(1)},
		})
		w.Advance(10 * time.Second)
		require.NoError(t, w.WaitDelivered(t.Context()))
		require.Len(t, got.statuses, 3)
		require.Equal(t, at(reply, "results", 0, "messageId"), got.statuses[0].WebhookMessage.ID)
		w.ok("POST", w.draft(recipient(1), recipient(2))+"/schedule", object{"scheduledAt": w.Now().Add(time.Hour)})
		w.Advance(2 * time.Hour)
		require.NoError(t, w.WaitDelivered(t.Context()))
		require.Len(t, got.statuses, 9)
	}, latetest.WithReviewTime(0))
}

func TestWebhookSettings(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		const path = "/v1/webhooks/settings"
		body := object{"name": "bot", "url": "https://example.com/hook", "secret": "s", "events": list{"message.received"}}
		created := w.ok("POST", path, body)["webhook"]
		require.Equal(t, []any{true, "s", 0.}, []any{at(created, "isActive"), at(created, "secret"), at(created, "failureCount")})
		again := w.ok("POST", path, body)["webhook"]
		require.NotEqual(t, at(created, "_id"), at(again, "_id"), "another webhook, for the same URL")
		changed := w.ok("PUT", path, object{"_id": at(created, "_id"), "isActive": false})["webhook"]
		require.Equal(t, []any{false, "bot"}, []any{at(changed, "isActive"), at(changed, "name")})
		w.ok("DELETE", path+"?id="+at(again, "_id").(string), nil)
		require.Equal(t, []any{at(created, "_id")}, each(w.ok("GET", path, nil)["webhooks"], "_id"))
		for range 9 {
			w.ok("POST", path, body)
		}
		w.call(400, "POST", path, body)
		for field, wrong := range map[string]any{"url": "example.com", "events": list{"webhook.test"}, "name": phone(1) + string(make([]byte, 50))} {
			w.call(400, "PUT", path, object{"_id": at(created, "_id"), field: wrong})
		}
		w.call(400, "POST", path, object{"url": "https://example.com"})
		w.call(400, "POST", path, object{"events": list{"message.received"}})
		w.call(404, "PUT", path, object{"_id": "unknown"})
		w.call(400, "DELETE", path, nil)
		w.call(404, "POST", "/v1/webhooks/test", object{"webhookId": "unknown"})
	})
}

func TestWebhookOverASocket(t *testing.T) {
	t.Parallel()
	var status atomic.Int32
	status.Store(200)
	bodies := make(chan string, 10)
	hook := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		if r.Header.Get("X-Late-Signature") == latetest.Sign("s", string(b)) && r.Header.Get("X-Custom") == "yes" {
			bodies <- r.Header.Get("X-Late-Event")
		}
		rw.WriteHeader(int(status.Load()))
	}))
	defer hook.Close()
	w := newWire(t)
	webhook := w.ok("POST", "/v1/webhooks/settings", object{
		"url": hook.URL, "secret": "s", "events": list{"message.received"}, "customHeaders": object{"X-Custom": "yes"},
	})["webhook"]
	test := object{"webhookId": at(webhook, "_id")}
	w.ok("POST", "/v1/webhooks/test", test)
	require.Equal(t, "webhook.test", <-bodies)
	status.Store(503)
	resp, reply := w.do(w.request("POST", "/v1/webhooks/test", test))
	require.Equal(t, 500, resp.StatusCode)
	require.Equal(t, false, reply["success"])
	status.Store(200)
	w.ReceiveText(phone(1), "hello") // also starts a conversation, which the webhook does not subscribe to
	require.NoError(t, w.WaitDelivered(t.Context()))
	require.Len(t, w.Deliveries(), 1)
	logs := w.ok("GET", "/v1/webhooks/logs", nil)["logs"]
	require.Equal(t, []any{"message.received", "webhook.test", "webhook.test"}, each(logs, "event"))
	require.Equal(t, []any{200., 503., 200.}, each(logs, "statusCode"))
	require.Len(t, w.ok("GET", "/v1/webhooks/logs?status=failed&limit=5", nil)["logs"], 1)
	w.call(400, "GET", "/v1/webhooks/logs?limit=101", nil)

	w.ok("PUT", "/v1/webhooks/settings", object{"_id": at(webhook, "_id"), "url": "https://example.invalid/"})
	_, reply = w.do(w.request("POST", "/v1/webhooks/test", test))
	require.Contains(t, reply["message"], "loopback", "a test reaches no other hosts")
}

func TestWebhookRetriesAndIsDisabled(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status, attempts int // of one event
		delivered        bool
		after            time.Duration
	}{
		"success":           {204, 1, true, 0},
		"gone":              {410, 1, false, 0},
		"redirect":          {302, 7, false, 51 * time.Hour},
		"too many requests": {429, 7, false, 51 * time.Hour},
		"server error":      {500, 7, false, 51 * time.Hour},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := latetest.NewServer(latetest.InProcess())
				defer server.Close()
				server.SetWebhookHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(test.status) }))
				server.ReceiveJSON(`{"id":"x","event":"message.received"}`)
				require.NoError(t, server.WaitDelivered(t.Context()))
				d := server.Deliveries()[0]
				require.Len(t, d.Attempts, test.attempts)
				require.Equal(t, test.delivered, d.Delivered)
				require.Equal(t, test.after, d.Attempts[len(d.Attempts)-1].Time.Sub(d.Attempts[0].Time))
				require.Zero(t, d.Next)
			})
		})
	}
	t.Run("disabled after 10 failures", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			w := newWire(t, latetest.InProcess())
			var calls, status atomic.Int32
			status.Store(500)
			w.SetWebhookHandler(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				calls.Add(1)
				rw.WriteHeader(int(status.Load()))
			}))
			for range 2 {
				w.ReceiveJSON(`{"event":"message.received"}`)
			}
			require.NoError(t, w.WaitDelivered(t.Context()))
			require.EqualValues(t, 10, calls.Load())
			webhook := at(w.ok("GET", "/v1/webhooks/settings", nil), "webhooks", 0)
			require.Equal(t, []any{false, 10.}, []any{at(webhook, "isActive"), at(webhook, "failureCount")})
			w.ReceiveJSON(`{"event":"message.received"}`)
			require.Len(t, w.Deliveries(), 2, "a disabled webhook loses new events")
			status.Store(200)
			w.ok("PUT", "/v1/webhooks/settings", object{"_id": at(webhook, "_id"), "isActive": true})
			w.ReceiveJSON(`{"event":"message.received"}`)
			require.NoError(t, w.WaitDelivered(t.Context()))
			require.True(t, w.Deliveries()[2].Delivered)
		})
	})
}

func TestWaitDeliveredEndsWithContextAndClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := latetest.NewServer(latetest.InProcess())
		server.SetWebhookHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
		server.ReceiveJSON(`{"event":"message.received"}`)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, server.WaitDelivered(ctx), context.DeadlineExceeded)
		time.AfterFunc(time.Second, server.Close)
		require.ErrorContains(t, server.WaitDelivered(t.Context()), "1 events not delivered")
	})
}
