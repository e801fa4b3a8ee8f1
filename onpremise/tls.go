package onpremise

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"sync"
)

// trusting returns a client that is like client but for what it trusts. The caller's client
// and its transport stay as they are.
func trusting(client *http.Client, pool *x509.CertPool, config *tls.Config) (*http.Client, error) {
	if pool == nil && config == nil {
		return client, nil
	}
	if client == nil {
		client = http.DefaultClient
	}
	t, ok := roundTripper(client).(*http.Transport)
	if !ok {
		return nil, invalid("httpClient", "its transport is no *http.Transport, so WithRootCAs and WithTLSConfig cannot apply to it: set up TLS in the transport itself")
	}
	//lint:ignore SA1019 What is deprecated still works.
	if t.DialTLSContext != nil || t.DialTLS != nil {
		return nil, invalid("httpClient", "its transport makes TLS connections of its own, so WithRootCAs and WithTLSConfig cannot apply to it")
	}
	own := *client
	own.Transport = &trust{client: client, pool: pool, config: config}
	return &own, nil
}

func roundTripper(client *http.Client) http.RoundTripper {
	if client.Transport == nil {
		return http.DefaultTransport
	}
	return client.Transport
}

// trust calls a copy of the transport that client has at the moment.
type trust struct {
	client *http.Client
	pool   *x509.CertPool
	config *tls.Config

	mu       sync.Mutex
	original *http.Transport
	copied   *http.Transport
}

// RoundTrip sends a request. What is not an *http.Transport makes no connections that could be
// trusted or not: it was put there by a test.
func (t *trust) RoundTrip(req *http.Request) (*http.Response, error) {
	rt := roundTripper(t.client)
	if original, ok := rt.(*http.Transport); ok {
		rt = t.copyOf(original)
	}
	return rt.RoundTrip(req)
}

// CloseIdleConnections closes those of the copy, which the caller's client does not know.
func (t *trust) CloseIdleConnections() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.copied != nil {
		t.copied.CloseIdleConnections()
	}
}

func (t *trust) copyOf(original *http.Transport) *http.Transport {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.original == original {
		return t.copied
	}
	t.original, t.copied = original, original.Clone()
	// With TLS set up, a transport does not speak HTTP/2 unless told to, and the copy would
	// agree to it nevertheless.
	if _, speaks := original.TLSNextProto["h2"]; speaks {
		t.copied.ForceAttemptHTTP2 = true
	}
	switch {
	case t.config != nil:
		t.copied.TLSClientConfig = t.config.Clone()
	case t.copied.TLSClientConfig == nil:
		t.copied.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if t.pool != nil {
		t.copied.TLSClientConfig.RootCAs = t.pool
	}
	return t.copied
}
