package onpremisetest

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"time"

	"github.com/wabakit/wabakit-go/internal/fakeserver"
)

// Server is the on-premise API in memory. Its methods may be called by any number of
// goroutines.
type Server struct {
	// URL is what an SDK client takes as base URL. It is set by NewServer.
	URL string

	api   *api
	core  *fakeserver.Server
	conns *http.Transport // of HTTPClient
}

// NewServer starts a server. Close it when done.
//
// Like [net/http/httptest.NewServer] it panics if there is no port to listen on.
func NewServer(opts ...Option) *Server {
	cfg := defaults()
	for _, opt := range opts {
		opt(&cfg)
	}
	a := newAPI(cfg)
	s := &Server{api: a, core: fakeserver.New(a, a.clock)}
	scheme := "http"
	if cfg.tls {
		scheme = "https"
	}
	s.URL = scheme + "://onpremise.invalid" + basePath
	if cfg.inProcess {
		return s
	}
	s.conns = &http.Transport{MaxIdleConnsPerHost: 32}
	var serving *tls.Config
	if cfg.tls {
		serving = &tls.Config{GetCertificate: a.serving}
		s.conns.TLSClientConfig = &tls.Config{RootCAs: s.RootCAs()}
	}
	host, err := s.core.Start(serving)
	if err != nil {
		panic(fmt.Sprintf("onpremisetest: %v", err))
	}
	s.URL = host + basePath
	return s
}

// Close ends every request that is still running and every call of the webhook, and the
// server with them. What was not delivered by then never is.
func (s *Server) Close() {
	s.api.courier.stop() // a webhook that is being called may be waiting for a request
	s.core.Close()
	s.api.courier.wait()
	if s.conns != nil {
		s.conns.CloseIdleConnections()
	}
}

// HTTPClient is an HTTP client that reaches the server and trusts its certificate: through
// its socket, or in process if it has none. Each call returns a new one.
func (s *Server) HTTPClient() *http.Client {
	if s.conns == nil {
		return &http.Client{Transport: s}
	}
	return &http.Client{Transport: s.conns}
}

// Username is the name of the administrator.
func (s *Server) Username() string { return s.api.cfg.username }

// Password is the present password of the administrator.
func (s *Server) Password() string {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	return s.api.users[s.api.cfg.username].password
}

// RootCAs holds the authority that has signed the certificate of the server.
func (s *Server) RootCAs() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.api.identity().authority)
	return pool
}

// Certificate is the certificate that the server was started with, if it was [WithTLS], and
// shows to a webhook that asks for one.
func (s *Server) Certificate() *x509.Certificate { return s.api.identity().leaf.Leaf }

// RoundTrip answers a request without a socket, whatever its host. It makes the server an
// [http.RoundTripper], and a responder of httpmock:
//
//	httpmock.RegisterNoResponder(server.RoundTrip)
func (s *Server) RoundTrip(req *http.Request) (*http.Response, error) { return s.core.RoundTrip(req) }

// Now is the time on the server's clock.
func (s *Server) Now() time.Time { return s.api.clock.Now() }

// Advance moves the server's clock ahead: tokens expire, lookups of contacts end, messages are
// delivered and read, and calls of the webhook that are due go out, without anyone having to
// wait.
func (s *Server) Advance(d time.Duration) { s.api.clock.Advance(d) }

// Request is a request that the server was sent. Its fields:
//
//   - Operation: its id in the contract, empty where there is none
//   - Method, Path, Query (url.Values), Header, Body (the first MiB)
//   - Time: when it came, on the server's clock
//   - Status: of the answer; 0 as long as there is none, and where the connection was cut
//   - Acted: whether the server did what was asked, whatever the client heard of it
type Request = fakeserver.Request

// Requests returns what the server was asked so far, in the order of arrival: everything, or
// only calls of the operations (ids of the contract, such as "SendMessage").
// It panics over an id that the contract does not know.
func (s *Server) Requests(operations ...string) []Request { return s.core.Requests(operations...) }
