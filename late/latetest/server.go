package latetest

import (
	"fmt"
	"net/http"
	"time"

	"github.com/wabakit/wabakit-go/internal/fakeserver"
	"github.com/wabakit/wabakit-go/late"
)

// Server is the Late API in memory. Its methods may be called by any number of goroutines.
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
	s := &Server{URL: "http://late.invalid" + basePath, api: a, core: fakeserver.New(a, a.clock)}
	if !cfg.inProcess {
		host, err := s.core.Start(nil)
		if err != nil {
			panic(fmt.Sprintf("latetest: %v", err))
		}
		s.URL = host + basePath
		s.conns = &http.Transport{MaxIdleConnsPerHost: 32}
	}
	return s
}

// Close ends every request that is still running, and the server with it.
func (s *Server) Close() {
	s.core.Close()
	if s.conns != nil {
		s.conns.CloseIdleConnections()
	}
}

// Client is an SDK client of the server and its first account. Options are added to those
// that make it so.
func (s *Server) Client(opts ...late.Option) *late.Client {
	client, err := late.NewClient(s.APIKey(), append([]late.Option{
		late.WithBaseURL(s.URL), late.WithAccount(s.AccountID()), late.WithHTTPClient(s.HTTPClient()),
	}, opts...)...)
	if err != nil {
		panic(fmt.Sprintf("latetest: %v", err))
	}
	return client
}

// HTTPClient is an HTTP client that reaches the server: through its socket, or in process if
// it has none. Each call returns a new one.
func (s *Server) HTTPClient() *http.Client {
	if s.conns == nil {
		return &http.Client{Transport: s}
	}
	return &http.Client{Transport: s.conns}
}

// AccountID is the id of the first account.
func (s *Server) AccountID() string { return s.api.cfg.accounts[0] }

// APIKey is the key that the server accepts.
func (s *Server) APIKey() string { return s.api.cfg.apiKey }

// RoundTrip answers a request without a socket, whatever its host. It makes the server an
// [http.RoundTripper], and a responder of httpmock:
//
//	httpmock.RegisterNoResponder(server.RoundTrip)
func (s *Server) RoundTrip(req *http.Request) (*http.Response, error) { return s.core.RoundTrip(req) }

// Now is the time on the server's clock.
func (s *Server) Now() time.Time { return s.api.clock.Now() }

// Advance moves the server's clock ahead: reviews end, scheduled broadcasts are sent,
// messages are delivered, and rate limits are lifted, without anyone having to wait.
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
// only calls of the operations (ids of the contract, such as "createWhatsAppContact").
// It panics over an id that the contract does not know.
func (s *Server) Requests(operations ...string) []Request { return s.core.Requests(operations...) }
