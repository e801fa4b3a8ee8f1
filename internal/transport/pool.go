package transport

import (
	"math"
	"net/http"
	"sync"
)

// initial is the http.DefaultTransport that the program started with. If it has been replaced, a
// test or the program wants to see the requests.
var initial, _ = http.DefaultTransport.(*http.Transport)

// shared returns the connection pool of all clients without an *http.Client of their own. It copies
// the settings of http.DefaultTransport at the first call.
var shared = sync.OnceValue(func() *http.Transport { return Pooled(initial) })

// Pooled returns a copy of t that keeps as many idle connections as there were calls in flight,
// unless t sets a number. By default, net/http keeps two per host.
func Pooled(t *http.Transport) *http.Transport {
	pooled := t.Clone()
	if t.MaxIdleConnsPerHost == 0 {
		pooled.MaxIdleConnsPerHost = math.MaxInt
		if t == initial {
			pooled.MaxIdleConns = 0
		}
	}
	return pooled
}

// source chooses the *http.Client of each attempt.
type source struct {
	client *http.Client // nil is http.DefaultClient
	adapt  func(http.RoundTripper) http.RoundTripper
}

// current returns the client that the caller configures.
func (s source) current() *http.Client {
	if s.client != nil {
		return s.client
	}
	return http.DefaultClient
}

// copy returns a copy of the current client that sends through the right transport.
func (s source) copy() http.Client {
	client := *s.current()
	base := client.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	switch {
	case s.adapt != nil:
		client.Transport = s.adapt(base)
	case s.client == nil && client.Transport == nil && initial != nil && base == http.RoundTripper(initial):
		client.Transport = shared()
	}
	return client
}

// CloseIdleConnections closes the connections that no call uses.
func (t *Transport) CloseIdleConnections() {
	client := t.source.copy()
	client.CloseIdleConnections()
}
