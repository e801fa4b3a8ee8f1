package latetest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/wabakit/wabakit-go/late"
)

// Sign returns the signature of a webhook delivery: the value of its X-Late-Signature and
// X-Zernio-Signature headers.
func Sign(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return hex.EncodeToString(mac.Sum(nil))
}

// WebhookSecret is the secret of the webhook that [Server.SetWebhookHandler] creates.
const WebhookSecret = "whsec_latetest"

// SetWebhookHandler delivers events to a handler instead of a socket, whatever the URLs of the
// webhooks. If there is no webhook, it creates one that is signed with [WebhookSecret] and
// subscribes to every kind of event. It replaces an earlier handler.
func (s *Server) SetWebhookHandler(h http.Handler) {
	a := s.api
	a.mu.Lock()
	defer a.mu.Unlock()
	a.courier.handler.Store(&h)
	if len(a.webhooks) == 0 {
		a.webhooks = append(a.webhooks, &webhook{
			id: a.id(), name: "latetest", url: "https://webhook.invalid/", secret: WebhookSecret, active: true, all: true,
		})
	}
}

// Delivery is the delivery of an event to one webhook, so far.
type Delivery struct {
	WebhookID string
	Event     late.WebhookEvent
	Body      []byte    // as sent
	Time      time.Time // when the event occurred, by the server's clock
	Attempts  []Attempt
	Delivered bool      // whether the last attempt got a 2xx
	Next      time.Time // when the next attempt is due; zero if delivered or given up
}

// Attempt is a call of a webhook.
type Attempt struct {
	Time   time.Time // when it began, by the server's clock
	Status int       // of the response; 0 if there was none
	Err    error     // why there was no response
}

// Deliveries returns the deliveries of every event that has occurred so far, in order.
func (s *Server) Deliveries() []Delivery {
	a := s.api
	a.mu.Lock()
	defer a.mu.Unlock()
	a.runDue()
	var list []Delivery
	for _, d := range a.courier.deliveries {
		one := d.Delivery
		one.Body, one.Attempts = bytes.Clone(d.Body), append([]Attempt(nil), d.Attempts...)
		list = append(list, one)
	}
	return list
}

// WaitDelivered waits until every event that has occurred by now is delivered or given up. It
// returns an error if ctx ends first. It waits for retries, but not for events in the future,
// which [Server.Advance] brings about.
func (s *Server) WaitDelivered(ctx context.Context) error {
	a := s.api
	for {
		a.mu.Lock()
		a.runDue()
		open, changed := a.courier.open, a.courier.changed
		a.mu.Unlock()
		if open == 0 {
			return nil
		}
		select {
		case <-changed:
			continue
		case <-ctx.Done():
		case <-a.courier.closing.Done():
			ctx = a.courier.closing
		}
		return fmt.Errorf("latetest: %d events not delivered: %w", open, ctx.Err())
	}
}
