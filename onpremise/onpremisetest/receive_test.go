package onpremisetest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

// hook is a webhook that records its requests and responds as configured.
type hook struct {
	mu       sync.Mutex
	events   []onpremiseapi.WebhookEvent
	requests []*http.Request
	running  int
	most     int // number of calls at once
	status   func(n int) int
	hold     chan struct{} // if not nil, responses wait until it is closed
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var e onpremiseapi.WebhookEvent
	json.Unmarshal(body, &e)
	h.mu.Lock()
	h.running++
	h.most = max(h.most, h.running)
	h.events, h.requests = append(h.events, e), append(h.requests, r)
	status := 200
	if h.status != nil {
		status = h.status(len(h.events))
	}
	h.mu.Unlock()
	if h.hold != nil {
		select {
		case <-h.hold:
		case <-r.Context().Done():
		}
	}
	h.mu.Lock()
	h.running--
	h.mu.Unlock()
	if status == 302 {
		w.Header().Set("Location", "/elsewhere")
	}
	w.WriteHeader(status)
}

func (h *hook) seen() []onpremiseapi.WebhookEvent {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]onpremiseapi.WebhookEvent(nil), h.events...)
}

// delivered runs a test with a webhook handler and with a webhook server.
func delivered(t *testing.T, run func(t *testing.T, w *wire, h *hook)) {
	t.Helper()
	t.Run("handler", func(t *testing.T) {
		t.Parallel()
		h := &hook{}
		run(t, newWire(t, onpremisetest.InProcess(), onpremisetest.WithWebhookHandler(h)), h)
	})
	t.Run("socket", func(t *testing.T) {
		t.Parallel()
		h := &hook{}
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		run(t, newWire(t, onpremisetest.WithWebhook(server.URL+"/hook")), h)
	})
}

func TestReceivedMessageIsDelivered(t *testing.T) {
	t.Parallel()
	delivered(t, func(t *testing.T, w *wire, h *hook) {
		id := w.ReceiveText("+1 (631) 555-1234", "hello")
		require.NoError(t, w.WaitDelivered(t.Context()))
		e := h.seen()[0]
		require.Equal(t, ada, e.Contacts[0].WaID)
		require.NotEmpty(t, e.Contacts[0].Profile.Name)
		m := e.Messages[0]
		require.Equal(t, ada, m.From)
		require.Equal(t, id, m.ID)
		require.Equal(t, onpremiseapi.MessageTypeText, m.Type)
		require.Equal(t, "hello", m.Text.Body)
		require.WithinDuration(t, w.Now(), m.Timestamp.Time(), time.Minute)
		require.Equal(t, "POST", h.requests[0].Method)
		require.Equal(t, "application/json", h.requests[0].Header.Get("Content-Type"))

		d := w.Deliveries()
		require.Len(t, d, 1)
		require.True(t, d[0].Delivered)
		require.True(t, d[0].Next.IsZero())
		require.Equal(t, e, d[0].Event)
		require.Len(t, d[0].Attempts, 1)
		require.Equal(t, 200, d[0].Attempts[0].Status)
	})
}

func TestEveryKindOfEventMatchesTheContract(t *testing.T) {
	t.Parallel()
	delivered(t, func(t *testing.T, w *wire, h *hook) {
		w.ok("PATCH", settings, object{"sent_status": true})
		file := w.AddMedia("image/png", []byte(png))
		titled := file
		titled.Caption, titled.Filename = "A file", "a.png"
		for kind, m := range map[onpremiseapi.MessageType]onpremiseapi.IncomingMessage{
			"text":     {Text: onpremiseapi.WebhookText{Body: "hello"}, Context: onpremiseapi.MessageContext{ID: "x", From: ada}},
			"image":    {Image: titled},
			"audio":    {Audio: file},
			"voice":    {Voice: file},
			"video":    {Video: file},
			"document": {Document: titled, GroupID: "g"},
			"location": {Location: onpremiseapi.WebhookLocation{Latitude: 1, Name: "Here"}},
			"contacts": {Contacts: []onpremiseapi.ContactCard{{Name: onpremiseapi.ContactName{FormattedName: "Ada"}}}},
			"unknown":  {Errors: []onpremiseapi.ErrorInfo{{Code: 501, Title: "Unknown message type"}}},
		} {
			m.From = ada
			id := w.Receive(m)
			d := w.Deliveries()
			got := d[len(d)-1].Event.Messages[0]
			require.Equal(t, kind, got.Type)
			require.Equal(t, id, got.ID)
		}
		w.Receive(onpremiseapi.IncomingMessage{From: ada, ID: "mine", Type: "unknown", Timestamp: "1", Text: onpremiseapi.WebhookText{Body: "x"}})
		w.ReceiveStatus(onpremiseapi.MessageStatus{ID: "x", RecipientID: ada, Status: onpremiseapi.MessageStateDeleted})
		w.ReceiveError(onpremiseapi.ErrorInfo{Code: 1011, Title: "Service not ready"})
		w.FailPhone("16315555678", "Phone is off")
		for _, to := range []string{ada, "16315555678"} {
			w.ok("POST", "/messages", object{"to": to, "text": object{"body": "hello"}})
		}
		path, _ := w.group()
		require.NoError(t, w.JoinGroup(w.invite(path), ada))
		w.Advance(time.Minute)
		require.NoError(t, w.WaitDelivered(t.Context()))

		doc, err := loadContract()
		require.NoError(t, err)
		schema := doc.Components.Schemas["Webhook-Event"].Value
		all := w.Deliveries()
		require.Len(t, all, 10+2+3+1+1)
		for _, d := range all {
			var value any
			body := strings.Replace(string(d.Body), `"type":"system"`, `"type":"unknown"`, 1) // not in the contract
			require.NoError(t, json.Unmarshal([]byte(body), &value))
			require.NoError(t, schema.VisitJSON(value), "%s", d.Body)
		}
		require.Len(t, h.seen(), len(all))
		mine := all[9].Event.Messages[0]
		require.Equal(t, []string{"mine", "unknown", "1"}, []string{mine.ID, string(mine.Type), string(mine.Timestamp)})

		content := file.ID
		_, got := w.raw("/media/" + content)
		require.Equal(t, png, got, "received media can be downloaded")
		require.Len(t, file.SHA256, 64)
	})
}

func TestSystemAndRawEventsAreDelivered(t *testing.T) {
	t.Parallel()
	delivered(t, func(t *testing.T, w *wire, h *hook) {
		notice := onpremiseapi.WebhookSystem{
			Type: onpremiseapi.SystemTypeGroupSubjectChanged, GroupID: "g", Operator: ada, Users: []string{ada}, Body: "New",
		}
		id := w.ReceiveSystem(notice)
		w.ReceiveJSON(`{"messages":[{"type":"sticker","sticker":{"id":"1"}}]}`)
		require.NoError(t, w.WaitDelivered(t.Context()))
		all := w.Deliveries()
		got := all[0].Event.Messages[0]
		require.Equal(t, id, got.ID)
		require.Equal(t, onpremiseapi.MessageType("system"), got.Type)
		require.Equal(t, notice, got.System)
		require.Equal(t, "g", got.GroupID)
		require.JSONEq(t, `{"messages":[{"type":"sticker","sticker":{"id":"1"}}]}`, string(all[1].Body))
		require.Len(t, h.seen(), 2)
	})
}

func TestWebhookReceivesMessageStatuses(t *testing.T) {
	t.Parallel()
	delivered(t, func(t *testing.T, w *wire, h *hook) {
		hello := object{"to": ada, "text": object{"body": "hello"}}
		statuses := func() (all []string) {
			require.NoError(t, w.WaitDelivered(t.Context()))
			for _, d := range w.Deliveries() {
				for _, s := range d.Event.Statuses {
					require.Equal(t, ada, s.RecipientID)
					require.Equal(t, d.Time.Unix(), s.Timestamp.Time().Unix())
					all = append(all, string(s.Status))
				}
			}
			return all
		}
		id := at(w.ok("POST", "/messages", hello), "messages", 0, "id")
		require.Empty(t, statuses(), "the status sent is off by default")
		w.Advance(4 * time.Second)
		require.Contains(t, statuses(), "delivered")
		w.Advance(5 * time.Second)
		require.Equal(t, []string{"delivered", "read"}, statuses())
		require.Equal(t, id, h.seen()[0].Statuses[0].ID)

		w.ok("PATCH", settings, object{"sent_status": true})
		w.ok("POST", "/messages", hello)
		require.Equal(t, []string{"delivered", "read", "sent"}, statuses())
		w.Advance(time.Minute)
		require.Equal(t, []string{"delivered", "read", "sent", "delivered", "read"}, statuses())

		w.FailPhone(ada, "Phone is off")
		w.ok("POST", "/messages", hello)
		w.Advance(time.Minute)
		require.Equal(t, "failed", statuses()[5])
		require.Len(t, statuses(), 6)
		d := w.Deliveries()
		require.Equal(t, "Phone is off", d[5].Event.Statuses[0].Errors[0].Details)
	})
}
