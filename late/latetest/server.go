package latetest

import (
	"fmt"
	"net/http"
	"time"

	"github.com/wabakit/wabakit-go/internal/fakeserver"
	"github.com/wabakit/wabakit-go/late"
)

// Server is an in-process Late API. It is safe for concurrent use.
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
	s := &Server{URL: "http://late.invalid" + basePath, api: a, core: fakeserver.New(a, a.clock, cfg.http2)}
	a.host = "http://late.invalid"
	if !cfg.inProcess {
		host, err := s.core.Start(nil)
		if err != nil {
			panic(fmt.Sprintf("latetest: %v", err))
		}
		s.URL = host + basePath
		a.host = host
		s.conns = &http.Transport{MaxIdleConnsPerHost: 32, Protocols: s.core.Protocols()}
	}
	return s
}

// Close ends all requests and webhook calls in flight and stops the server.
func (s *Server) Close() {
	a := s.api
	a.mu.Lock()
	a.courier.close() // a webhook that is being called may be waiting for a request
	a.mu.Unlock()
	s.core.Close()
	a.courier.hook.Close()
	a.courier.work.Wait()
	a.courier.conns.CloseIdleConnections()
	if s.conns != nil {
		s.conns.CloseIdleConnections()
	}
}

// Client returns an SDK client for the server and its first account. Options are applied after
// those that connect it.
func (s *Server) Client(opts ...late.Option) *late.Client {
	client, err := late.NewClient(s.APIKey(), append([]late.Option{
		late.WithBaseURL(s.URL), late.WithAccount(s.AccountID()), late.WithHTTPClient(s.HTTPClient()),
	}, opts...)...)
	if err != nil {
		panic(fmt.Sprintf("latetest: %v", err))
	}
	return client
}

// HTTPClient returns a new HTTP client that reaches the server through its socket, or in process
// if it has none.
func (s *Server) HTTPClient() *http.Client {
	if s.conns == nil {
		return &http.Client{Transport: s}
	}
	return &http.Client{Transport: s.conns}
}

// AccountID returns the ID of the first account.
func (s *Server) AccountID() string { return s.api.cfg.accounts[0] }

// APIKey returns the API key that the server accepts.
func (s *Server) APIKey() string { return s.api.cfg.apiKey }

// RoundTrip serves a request without a socket, whatever its host. It makes the server an
// [http.RoundTripper] and a responder for httpmock:
//
//	httpmock.RegisterNoResponder(server.RoundTrip)
func (s *Server) RoundTrip(req *http.Request) (*http.Response, error) { return s.core.RoundTrip(req) }

// Now returns the time of the server's clock.
func (s *Server) Now() time.Time { return s.api.clock.Now() }

// Advance moves the server's clock forward: reviews end, scheduled broadcasts are sent, messages
// are delivered, and rate limits reset, without waiting.
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
// only requests to these operations, such as [late.OpCreateWhatsAppContact]; it panics if one is
// unknown.
func (s *Server) Requests(operations ...string) []Request { return s.core.Requests(operations...) }
