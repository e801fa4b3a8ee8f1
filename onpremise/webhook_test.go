package onpremise_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

// deliver posts a delivery and returns the status.
func deliver(h http.Handler, body string, change ...func(*http.Request)) int {
	r := httptest.NewRequest("POST", "/webhook", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

// handedOver has the items that a webhook handed over.
type handedOver struct {
	calls    []string
	messages []*onpremise.IncomingMessage
	statuses []*onpremise.MessageStatus
	others   []*onpremise.WebhookEvent
}

// recording returns a webhook that records every item.
func recording(opts ...onpremise.WebhookOption) (http.Handler, *handedOver) {
	var got handedOver
	message := func(name string) func(context.Context, *onpremise.IncomingMessage) error {
		return func(_ context.Context, m *onpremise.IncomingMessage) error {
			m.Choice()
			m.Media()
			got.calls, got.messages = append(got.calls, name+" "+m.ID), append(got.messages, m)
			return nil
		}
	}
	status := func(name string) func(context.Context, *onpremise.MessageStatus) error {
		return func(_ context.Context, s *onpremise.MessageStatus) error {
			_ = s.Err()
			got.calls, got.statuses = append(got.calls, name+" "+s.ID), append(got.statuses, s)
			return nil
		}
	}
	return onpremise.NewWebhook(onpremise.WebhookHandlers{
		MessageReceived: message("received"), ReactionReceived: message("reaction"), SystemReceived: message("system"),
		MessageSent: status("sent"), MessageDelivered: status("delivered"), MessageRead: status("read"),
		MessageFailed: status("failed"), MessageDeleted: status("deleted"),
		ErrorReported: func(_ context.Context, e *onpremise.ErrorInfo) error {
			got.calls = append(got.calls, fmt.Sprint("error ", e.Code))
			return nil
		},
		Other: func(_ context.Context, e *onpremise.WebhookEvent) error {
			got.calls, got.others = append(got.calls, "other "+e.Kind), append(got.others, e)
			return nil
		},
	}, append(opts, onpremise.WithWebhookLogger(slog.New(slog.DiscardHandler)))...), &got
}

const event = `{"contacts":[{"profile":{"name":"Ada"},"wa_id":"16315551234"}],
	"messages":[{"from":"16315551234","id":"m1","timestamp":"1518694235","type":"text","text":{"body":"hi"}},
		{"from":"1","id":"m2","timestamp":1518694236,"type":"system","system":{"type":"group_user_joined","group_id":"g","operator":"o","users":["u"],"body":"b"}},
		{"from":"1","id":"m3","type":"reaction","reaction":{"message_id":"m0","emoji":"x"}},
		{"id":"m4","from":"1","type":"location","location":{"latitude":"north"}}],
	"statuses":[{"id":"s1","recipient_id":"1","status":"delivered","timestamp":"1518694237","later":1,
			"conversation":{"id":"c","expiration_timestamp":1518694300,"origin":{"type":"user_initiated"}},"pricing":{"billable":true,"pricing_model":"CBP","category":"service"}},
		{"id":"s2","status":"deleted","errors":7},{"id":"s3","status":"warning"}],
	"errors":[{"code":1014,"title":"Internal error"}],"calls":[{"id":"call"}],"meta":{}}`

func TestWebhookHandsOverEachItem(t *testing.T) {
	t.Parallel()
	h, got := recording()
	require.Equal(t, 200, deliver(h, event))
	require.Equal(t, []string{
		"other calls", "error 1014", "received m1", "system m2", "reaction m3", "received m4", "delivered s1", "deleted s2", "other statuses",
	}, got.calls)
	m := got.messages
	require.Equal(t, "Ada", m[0].SenderName)
	require.Equal(t, "hi", m[0].Text.Body)
	require.EqualValues(t, 1518694235, m[0].Timestamp.Time().Unix())
	require.Equal(t, onpremise.WebhookSystem{Type: "group_user_joined", GroupID: "g", Operator: "o", Users: []string{"u"}, Body: "b"}, m[1].System)
	require.Equal(t, onpremise.WebhookReaction{MessageID: "m0", Emoji: "x"}, m[2].Reaction)
	require.JSONEq(t, `{"id":"m4","from":"1","type":"location","location":{"latitude":"north"}}`, string(m[3].Raw))
	s := got.statuses[0]
	require.Equal(t, "c", s.Conversation.ID)
	require.EqualValues(t, 1518694300, s.Conversation.ExpirationTimestamp.Time().Unix())
	require.Equal(t, onpremise.WebhookPricing{Billable: true, PricingModel: "CBP", Category: "service"}, s.Pricing)
	require.Contains(t, string(s.Raw), `"later":1`)
	require.JSONEq(t, `[{"id":"call"}]`, string(got.others[0].Raw))

	require.Equal(t, 200, deliver(h, event))
	require.Len(t, got.calls, 9, "a second delivery brings nothing new")

	require.Equal(t, 200, deliver(onpremise.NewWebhook(onpremise.WebhookHandlers{}), event))
}

func TestWebhookRecognizesDuplicatesItemByItem(t *testing.T) {
	t.Parallel()
	h, got := recording()
	for _, tt := range []struct {
		body string
		want []string
	}{
		{`{"messages":[{"id":"1"},{"id":"2"},{"id":"1"}]}`, []string{"received 1", "received 2"}},
		{`{"messages":[{"id":"2"},{"id":"3"}]}`, []string{"received 3"}},
		{`{"statuses":[{"id":"1","status":"sent"},{"id":"1","status":"read","recipient_id":"a"}]}`, []string{"sent 1", "read 1"}},
		{`{"statuses":[{"id":"1","status":"read","recipient_id":"b"},{"id":"1","status":"read","recipient_id":"a"}]}`, []string{"read 1"}},
		{`{"errors":[{"code":1},{"code":1}]}`, []string{"error 1", "error 1"}},
		{`{"errors":[{"code":1},{"code":1}]}`, nil},
		{`{"errors":[{"code":1}],"meta":{}}`, []string{"error 1"}},
		{`{"errors":{},"messages":["odd"]}`, []string{"other errors", "received "}},
	} {
		got.calls = nil
		require.Equal(t, 200, deliver(h, tt.body))
		require.Equal(t, tt.want, got.calls, tt.body)
	}
}

// A message that fails does not keep the others of its delivery from being handled once.
func TestWebhookRepeatsOnlyWhatFailed(t *testing.T) {
	t.Parallel()
	var calls []string
	h := onpremise.NewWebhook(onpremise.WebhookHandlers{
		MessageReceived: func(_ context.Context, m *onpremise.IncomingMessage) error {
			calls = append(calls, m.ID)
			if m.ID == "2" && len(calls) <= 3 {
				return errors.New("not now")
			}
			return nil
		},
	}, onpremise.WithWebhookLogger(slog.New(slog.DiscardHandler)))
	const body = `{"messages":[{"id":"1"},{"id":"2"},{"id":"3"}]}`
	require.Equal(t, 500, deliver(h, body))
	require.Equal(t, 200, deliver(h, body))
	require.Equal(t, 200, deliver(h, body))
	require.Equal(t, []string{"1", "2", "3", "2"}, calls)
}

func TestWebhookChecksTheCaller(t *testing.T) {
	t.Parallel()
	const secret = "sésame/ouvre?toi"
	header := func(value string) func(*http.Request) { return func(r *http.Request) { r.Header.Set("X-Key", value) } }
	target := func(path, query string) func(*http.Request) {
		return func(r *http.Request) { r.URL.Path, r.URL.RawQuery = path, query }
	}
	cert := &x509.Certificate{}
	certified := func(state *tls.ConnectionState) func(*http.Request) { return func(r *http.Request) { r.TLS = state } }
	chain := &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{cert}}}
	accept := func(ok bool) func(*x509.Certificate) bool {
		return func(c *x509.Certificate) bool { return ok && c == cert }
	}
	type opts = []onpremise.WebhookOption
	for name, tt := range map[string]struct {
		opts   opts
		call   func(*http.Request)
		status int
	}{
		"header":                 {opts{onpremise.WithHeaderSecret("X-Key", secret)}, header(secret), 200},
		"no header":              {opts{onpremise.WithHeaderSecret("X-Key", secret)}, header(""), 401},
		"part of it":             {opts{onpremise.WithHeaderSecret("X-Key", secret)}, header(secret[:3]), 401},
		"empty secret":           {opts{onpremise.WithHeaderSecret("X-Key", "")}, header(""), 401},
		"query":                  {opts{onpremise.WithQuerySecret("key", "s3")}, target("/webhook", "key=s3"), 200},
		"another query":          {opts{onpremise.WithQuerySecret("key", "s3")}, target("/webhook", "key=s4"), 401},
		"path":                   {opts{onpremise.WithPathSecret("s3")}, target("/webhook/s3", ""), 200},
		"another path":           {opts{onpremise.WithPathSecret("s3")}, target("/webhook/as3", ""), 401},
		"certificate":            {opts{onpremise.WithClientCertificate(nil)}, certified(chain), 200},
		"accepted certificate":   {opts{onpremise.WithClientCertificate(accept(true))}, certified(chain), 200},
		"another certificate":    {opts{onpremise.WithClientCertificate(accept(false))}, certified(chain), 401},
		"unverified certificate": {opts{onpremise.WithClientCertificate(nil)}, certified(&tls.ConnectionState{PeerCertificates: []*x509.Certificate{cert}}), 401},
		"no TLS":                 {opts{onpremise.WithClientCertificate(nil)}, certified(nil), 401},
		"one of two":             {opts{onpremise.WithHeaderSecret("X-Key", secret), onpremise.WithClientCertificate(nil)}, header(secret), 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, got := recording(tt.opts...)
			require.Equal(t, tt.status, deliver(h, event, tt.call))
			require.Equal(t, tt.status == 200, len(got.calls) > 0)
		})
	}
}

func TestChoiceMediaAndErr(t *testing.T) {
	t.Parallel()
	h, got := recording()
	for body, want := range map[string][]string{
		`{"type":"button","button":{"payload":"p","text":"Yes"}}`:                                                                       {"p", "Yes", ""},
		`{"type":"button","button":{"text":"Yes"}}`:                                                                                     {"Yes", "Yes", ""},
		`{"type":"interactive","interactive":{"type":"button_reply","button_reply":{"id":"b","title":"Stop"}}}`:                         {"b", "Stop", ""},
		`{"type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"r","title":"Row","description":"long"}}}`:         {"r", "Row", ""},
		`{"type":"sticker","sticker":{"id":"f"}}`:                                                                                       {"", "", "f"},
		`{"type":"voice","voice":{"id":"v"}}`:                                                                                           {"", "", "v"},
		`{"type":"order","order":{"product_items":[{"quantity":2,"item_price":"9.5"}]},"referral":{"source_id":"ad"},"from_bsuid":"x"}`: {"", "", ""},
	} {
		*got = handedOver{}
		require.Equal(t, 200, deliver(h, `{"messages":[`+body+`]}`))
		id, title := got.messages[0].Choice()
		media := ""
		if m := got.messages[0].Media(); m != nil {
			media = m.ID
		}
		require.Equal(t, want, []string{id, title, media}, body)
		if m := got.messages[0]; m.Type == onpremise.TypeOrder {
			require.Equal(t, []any{"2", "9.5", "ad", "x"}, []any{
				m.Order.ProductItems[0].Quantity.String(), m.Order.ProductItems[0].ItemPrice.String(), m.Referral.SourceID, m.FromBSUID,
			})
		}
	}

	require.NoError(t, (&onpremise.MessageStatus{Status: onpremise.StatusRead}).Err())
	closed := &onpremise.MessageStatus{Status: onpremise.StatusFailed, Errors: []onpremise.ErrorInfo{{Code: 470, Title: "Too late", Details: "24 hours"}, {Code: 1, Title: "More"}}}
	require.EqualError(t, closed.Err(), "onpremise: message failed: 470 Too late: 24 hours; 1 More")
	require.ErrorIs(t, closed.Err(), onpremise.ErrWindowClosed)
	failed := &onpremise.MessageStatus{Status: onpremise.StatusFailed}
	require.EqualError(t, failed.Err(), "onpremise: message failed")
	require.NotErrorIs(t, failed.Err(), onpremise.ErrWindowClosed)
}

// Each item of a JSON object reaches one function once; nothing else does.
func FuzzWebhook(f *testing.F) {
	for _, body := range []string{
		event, `{}`, `[]`, `null`, `{"messages":[{"id":1}]}`, `{"messages":[null],"statuses":[[]],"errors":"x","contacts":{}}`, `{"Messages":[{"ID":"x"}]}`,
		`{"messages":[{"id":"m","type":"location","timestamp":1e3,"location":{"latitude":"north"}}],"meta":{"version":"2.39"}}`,
		`{"messages":[{"id":"m"},{"id":"m"}],"statuses":[{"id":"s","status":"read"},{"id":"s","status":"read"}]}`,
		`{"messages":[{"type":"interactive","interactive":{"list_reply":[]}}],"statuses":[{"id":"s","status":"failed","errors":[{"code":470,"href":"h"}]}]}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		h, got := recording()
		status := deliver(h, string(body))
		var members map[string]json.RawMessage
		if json.Unmarshal(body, &members) != nil || members == nil {
			require.Contains(t, []int{400, 413}, status)
			require.Empty(t, got.calls)
			return
		}
		if status == 413 {
			return
		}
		require.Equal(t, 200, status)
		var messages []json.RawMessage
		json.Unmarshal(members["messages"], &messages)
		ids := map[string]bool{}
		for _, m := range got.messages {
			require.False(t, m.ID != "" && ids[m.ID], "message %s came twice", m.ID)
			ids[m.ID] = true
			require.True(t, json.Valid(m.Raw))
		}
		for _, raw := range messages {
			var m struct{ ID string }
			if json.Unmarshal(raw, &m) == nil {
				require.True(t, ids[m.ID], "message %q was lost", m.ID)
			}
		}
		before := len(got.calls)
		require.Equal(t, 200, deliver(h, string(body)))
		require.Len(t, got.calls, before)
	})
}
