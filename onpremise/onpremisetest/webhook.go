package onpremisetest

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// answerTime is how long the webhook may take, which is not on the server's clock.
const answerTime = 30 * time.Second

// post calls the webhook.
func (c *courier) post(url string, body []byte) (status int, err error) {
	ctx, cancel := context.WithTimeout(c.closing, answerTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "onpremisetest")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if c.handler.Load() != nil {
		client.Transport = c.hook
	} else {
		c.mu.Lock()
		client.Transport = c.calls
		c.mu.Unlock()
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, nil
}

// trust sets the authorities of the webhook; nil is those of the system.
func (c *courier) trust(authorities *x509.CertPool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls != nil {
		c.calls.CloseIdleConnections()
	}
	c.calls = &http.Transport{
		MaxIdleConnsPerHost: 24, DialContext: dialLoopback,
		TLSClientConfig: &tls.Config{
			RootCAs: authorities,
			GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				id := c.identity()
				return &id.leaf, nil
			},
		},
	}
}

// dialLoopback keeps events that a test has made up from the hosts of others.
func dialLoopback(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if !loopback(host) {
		return nil, fmt.Errorf("onpremisetest: the webhook %s is not on the loopback interface", host)
	}
	var d net.Dialer
	return d.DialContext(ctx, network, address)
}

// hooked serves the handler of the webhook.
type hooked struct{ *courier }

func (hooked) Operation(*http.Request) string { return "" }
func (hooked) Has(string) bool                { return false }

func (h hooked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	(*h.handler.Load()).ServeHTTP(w, r)
}

// deliverTo lets a handler take the place of a socket; nil changes nothing.
func (a *api) deliverTo(h http.Handler) {
	if h != nil {
		a.courier.handler.Store(&h)
		if a.settings.Webhooks.URL == "" {
			a.settings.Webhooks.URL = "https://webhook.invalid/"
		}
	}
	a.courier.configure(a.settings)
}

// SetWebhookHandler delivers events to a handler, as [WithWebhookHandler] does, for one that
// needs the server to be made. It may replace another one.
func (s *Server) SetWebhookHandler(h http.Handler) {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	s.api.deliverTo(h)
}

// Delivery is an event and what came of it so far.
type Delivery struct {
	Event     onpremiseapi.WebhookEvent
	Body      []byte    // as it is sent
	Time      time.Time // when the event came about, on the server's clock
	Attempts  []Attempt
	Delivered bool      // whether the last attempt was answered 200
	Next      time.Time // when the next one is due, zero if it was delivered
}

// Attempt is a call of the webhook.
type Attempt struct {
	Time   time.Time // when it began, on the server's clock
	Status int       // of the answer; 0 if there was none
	Err    error     // why there was none
}

// Deliveries returns every event that has come about so far, in the order of their coming.
func (s *Server) Deliveries() []Delivery {
	c := s.api.courier
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []Delivery
	for _, d := range c.list(c.clock.Now()) {
		one := Delivery{
			Body: bytes.Clone(d.body), Time: d.at, Attempts: append([]Attempt(nil), d.attempts...), Delivered: d.delivered,
		}
		json.Unmarshal(d.body, &one.Event) // a test may have made it up
		if !d.delivered {
			one.Next = d.due
		}
		list = append(list, one)
	}
	return list
}

// WaitDelivered returns when every event that has come about by then was delivered, or with an
// error if ctx ends before, or if there are events and no webhook is set. What is due later
// than the server's clock shows, [Server.Advance] brings about: a message that is still to be
// read is not waited for, a delivery that is still to be repeated is.
func (s *Server) WaitDelivered(ctx context.Context) error {
	return s.api.courier.waitDelivered(ctx)
}
