package bench_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/wabakit/wabakit-go/onpremise"
)

const eventCount = 10_000

func BenchmarkWebhook(b *testing.B) {
	p := webhookEvents()
	p.bench(b, "by-hand", func(b *testing.B) { webhookTime.report(b, p.ratio(b)) })
}

// webhookEvents hands over one event each time, of ten thousand different ones.
func webhookEvents() pair {
	bodies := events()
	var messages, statuses int
	status := func(context.Context, *onpremise.MessageStatus) error { statuses++; return nil }
	sdk := onpremise.NewWebhook(onpremise.WebhookHandlers{
		MessageReceived: func(context.Context, *onpremise.IncomingMessage) error { messages++; return nil },
		MessageSent:     status, MessageDelivered: status, MessageRead: status,
	})
	baseline := webhookByHand(func(_ context.Context, e *event) error {
		messages, statuses = messages+len(e.Messages), statuses+len(e.Statuses)
		return nil
	})
	deliver := func(h http.Handler) func(int) {
		next := 0
		return times(func() error {
			next++
			return post(h, bodies[next%eventCount])
		})
	}
	return pair{deliver(sdk), deliver(baseline)}
}

// event is what somebody declares who reads deliveries without the handler.
type event struct {
	Contacts []onpremise.WebhookContact  `json:"contacts"`
	Messages []onpremise.IncomingMessage `json:"messages"`
	Statuses []onpremise.MessageStatus   `json:"statuses"`
}

func webhookByHand(handle func(context.Context, *event) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			http.Error(w, "POST only", http.StatusMethodNotAllowed)
			return
		}
		var e event
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&e); err != nil {
			http.Error(w, "no event", http.StatusBadRequest)
			return
		}
		if err := handle(r.Context(), &e); err != nil {
			http.Error(w, "not handled", http.StatusInternalServerError)
		}
	})
}

// events are texts, pictures, and as many statuses, as a busy number gets them.
func events() []string {
	bodies := make([]string, eventCount)
	for i := range bodies {
		sender := fmt.Sprintf(`"contacts":[{"profile":{"name":"Ada Lovelace"},"wa_id":"1631555%04d"}]`, i)
		head := fmt.Sprintf(`"from":"1631555%04d","id":"ABGGFlA5FpafAgo6tHcNmNjXmu%04d","timestamp":"15186942%02d"`, i, i, i%100)
		switch i % 6 {
		case 0, 1:
			bodies[i] = `{` + sender + `,"messages":[{` + head + `,"type":"text","text":{"body":"When do you open on Sundays? I would come by."}}]}`
		case 2:
			bodies[i] = `{` + sender + `,"messages":[{` + head + `,"type":"image","image":{"id":"b1c68f38-8734-4ad3-b4a1-ef0c10d683","mime_type":"image/jpeg",` +
				`"sha256":"29ed500fa64eb55fc19dc4124acb300e5dcc54a0f822a301ae99944db","caption":"Is this the right part?"}}]}`
		default:
			bodies[i] = fmt.Sprintf(`{"statuses":[{"id":"gBEGkYiEB1VXAglK1ZEqA1YK%04d","recipient_id":"1631555%04d","status":%q,"timestamp":"1518694235"}]}`,
				i, i, []string{"sent", "delivered", "read"}[i%3])
		}
	}
	return bodies
}

// post delivers an event with little around it.
func post(h http.Handler, body string) error {
	req := &http.Request{
		Method: http.MethodPost, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
	var answer status
	h.ServeHTTP(&answer, req)
	if answer != 0 && answer != http.StatusOK {
		return fmt.Errorf("status %d", answer)
	}
	return nil
}

// status is an http.ResponseWriter that keeps nothing else.
type status int

func (*status) Header() http.Header            { return http.Header{} }
func (s *status) WriteHeader(code int)         { *s = status(code) }
func (*status) Write(data []byte) (int, error) { return len(data), nil }
