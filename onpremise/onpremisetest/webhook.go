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

// webhookTimeout limits a call of the webhook, in real time.
const webhookTimeout = 30 * time.Second

// post calls the webhook.
func (c *courier) post(url string, body []byte) (status int, err error) {
	ctx, cancel := context.WithTimeout(c.closing, webhookTimeout)
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

// trust sets the certificate authorities for the webhook; nil means those of the system.
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

// dialLoopback keeps made-up events of a test from reaching real hosts.
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

// hooked serves a request with the handler of the webhook.
type hooked struct{ *courier }

func (hooked) Operation(*http.Request) string { return "" }
func (hooked) Operations() []string           { return nil }

func (h hooked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	(*h.handler.Load()).ServeHTTP(w, r)
}

// deliverTo sets the handler that is called instead of a socket; nil changes nothing.
func (a *api) deliverTo(h http.Handler) {
	if h != nil {
		a.courier.handler.Store(&h)
		if a.settings.Webhooks.URL == "" {
			a.settings.Webhooks.URL = "https://webhook.invalid/"
		}
	}
	a.courier.configure(a.settings)
}

// SetWebhookHandler delivers events to a handler, as [WithWebhookHandler] does, for handlers that
// need the server first. It replaces an earlier handler.
func (s *Server) SetWebhookHandler(h http.Handler) {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	s.api.deliverTo(h)
}

// Delivery is an event and its delivery so far.
type Delivery struct {
	Event     onpremiseapi.WebhookEvent
	Body      []byte    // as sent
	Time      time.Time // when the event occurred, by the server's clock
	Attempts  []Attempt
	Delivered bool      // whether the last attempt got a 200
	Next      time.Time // when the next attempt is due; zero if delivered
}

// Attempt is a call of the webhook.
type Attempt struct {
	Time   time.Time // when it began, by the server's clock
	Status int       // of the response; 0 if there was none
	Err    error     // why there was no response
}

// Deliveries returns every event that has occurred so far, in order.
func (s *Server) Deliveries() []Delivery {
	c := s.api.courier
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []Delivery
	for _, d := range c.list(c.clock.Now()) {
		one := Delivery{
			Body: bytes.Clone(d.body), Time: d.at, Attempts: append([]Attempt(nil), d.attempts...), Delivered: d.delivered,
		}
		json.Unmarshal(d.body, &one.Event) // the body may come from a test
		if !d.delivered {
			one.Next = d.due
		}
		list = append(list, one)
	}
	return list
}

// WaitDelivered waits until every event that has occurred by now is delivered. It returns an
// error if ctx ends first, or if there are events but no webhook. It waits for retries, but not
// for events in the future, which [Server.Advance] brings about.
func (s *Server) WaitDelivered(ctx context.Context) error {
	return s.api.courier.waitDelivered(ctx)
}
