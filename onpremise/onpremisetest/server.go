package onpremisetest

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"time"

	"github.com/wabakit/wabakit-go/internal/fakeserver"
)

// Server is an in-process on-premise API. It is safe for concurrent use.
type Server struct {
	// URL is the base URL for SDK clients.
	URL string

	api   *api
	core  *fakeserver.Server
	conns *http.Transport // used by HTTPClient
}

// NewServer starts a server. The caller must close it. Like [net/http/httptest.NewServer], it
// panics if no port is available.
func NewServer(opts ...Option) *Server {
	cfg := defaults()
	for _, opt := range opts {
		opt(&cfg)
	}
	a := newAPI(cfg)
	s := &Server{api: a, core: fakeserver.New(a, a.clock, cfg.http2)}
	scheme := "http"
	if cfg.tls {
		scheme = "https"
	}
	s.URL = scheme + "://onpremise.invalid" + basePath
	if cfg.inProcess {
		return s
	}
	s.conns = &http.Transport{MaxIdleConnsPerHost: 32, Protocols: s.core.Protocols()}
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

// Close ends all requests and webhook calls in flight and stops the server. Undelivered events
// are dropped.
func (s *Server) Close() {
	s.api.courier.stop() // a webhook that is being called may be waiting for a request
	s.core.Close()
	s.api.courier.wait()
	if s.conns != nil {
		s.conns.CloseIdleConnections()
	}
}

// HTTPClient returns a new HTTP client that trusts the server's certificate and reaches it
// through its socket, or in process if it has none.
func (s *Server) HTTPClient() *http.Client {
	if s.conns == nil {
		return &http.Client{Transport: s}
	}
	return &http.Client{Transport: s.conns}
}

// Username returns the name of the administrator.
func (s *Server) Username() string { return s.api.cfg.username }

// Password returns the current password of the administrator.
func (s *Server) Password() string {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	return s.api.users[s.api.cfg.username].password
}

// RootCAs returns the authority that signed the server's certificate.
func (s *Server) RootCAs() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.api.identity().authority)
	return pool
}

// Certificate returns the certificate that the server was started with if [WithTLS] was given,
// and that it presents to a webhook that requests one.
func (s *Server) Certificate() *x509.Certificate { return s.api.identity().leaf.Leaf }

// RoundTrip serves a request without a socket, whatever its host. It makes the server an
// [http.RoundTripper] and a responder for httpmock:
//
//	httpmock.RegisterNoResponder(server.RoundTrip)
func (s *Server) RoundTrip(req *http.Request) (*http.Response, error) { return s.core.RoundTrip(req) }

// Now returns the time of the server's clock.
func (s *Server) Now() time.Time { return s.api.clock.Now() }

// Advance moves the server's clock forward: tokens expire, contact lookups end, messages are
// delivered and read, and due webhook calls are made, without waiting.
func (s *Server) Advance(d time.Duration) { s.api.clock.Advance(d) }

// Request is a request that the server has received. Its fields:
//
//   - Operation: the operation ID, or empty for an unknown path
//   - Method, Path, Query (url.Values), Header, Body (at most 1 MiB)
//   - Time: when it arrived, by the server's clock
//   - Status: of the response; 0 while there is none, or if the connection was closed
//   - Processed: whether the server processed it, whatever the client received
type Request = fakeserver.Request

// Requests returns the requests received so far, in order of arrival. With arguments, it returns
// only requests to these operations, such as [onpremise.OpSendMessage]; it panics if one is
// unknown.
func (s *Server) Requests(operations ...string) []Request { return s.core.Requests(operations...) }
