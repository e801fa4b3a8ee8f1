// Package fakeserver is what an in-process API server for tests needs and any API shares:
// serving with and without a socket, a clock that can be moved, a record of what was
// asked, and faults on demand. It knows no API.
package fakeserver

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"sync"
	"time"
)

// API is what a Server serves.
type API interface {
	http.Handler
	// Operation names the operation that a request calls; empty where there is none.
	// Faults and records go by these names.
	Operation(*http.Request) string
	// Has reports whether there is an operation of the name.
	Has(operation string) bool
}

// Server serves an API and notes what it is asked. It answers [Server.RoundTrip] from the
// start, and a socket after [Server.Start].
type Server struct {
	api    API
	clock  *Clock
	log    log
	faults faults

	closing  context.Context // ends when Close is called
	close    context.CancelFunc
	mu       sync.Mutex // orders the beginning of a request and Close
	closed   bool
	requests sync.WaitGroup

	http    *http.Server
	serving sync.WaitGroup // who accepts from the socket, and every connection
}

// New returns a server of api.
func New(api API, clock *Clock) *Server {
	s := &Server{api: api, clock: clock}
	s.closing, s.close = context.WithCancel(context.Background())
	return s
}

// Start opens a socket on the loopback interface and returns its URL, without a path. With a
// config it serves HTTPS.
func (s *Server) Start(config *tls.Config) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		if l, err = net.Listen("tcp6", "[::1]:0"); err != nil {
			return "", err
		}
	}
	s.http = &http.Server{
		Handler: s, ReadHeaderTimeout: time.Minute,
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				s.serving.Add(1)
			case http.StateClosed, http.StateHijacked:
				s.serving.Done()
			}
		},
	}
	url := "http://" + l.Addr().String()
	if config != nil {
		// A listener that is wrapped here speaks HTTP/1.1 alone, whose connections can be cut.
		l, url = tls.NewListener(l, config), "https://"+l.Addr().String()
		// A client that does not trust the certificate is what some tests are about.
		s.http.ErrorLog = stdlog.New(io.Discard, "", 0)
	}
	s.serving.Go(func() { s.http.Serve(l) }) // always ends with ErrServerClosed
	return url, nil
}

// Close ends every request, closes the socket, and returns when nothing runs any more.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.close()
	if s.http != nil {
		s.http.Close()
		s.serving.Wait()
	}
	s.requests.Wait()
}

// begin counts a request in, unless the server is closed.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.requests.Add(1)
	return true
}

// Inject lets requests meet faults, until the function that it returns is called. A request
// meets every latency that is meant for it, and then the first other fault that is.
func (s *Server) Inject(list ...Fault) (remove func()) {
	for _, f := range list {
		s.mustHave(f.operations)
	}
	return s.faults.add(list)
}

// Requests returns what the server was asked so far, in the order of arrival: everything, or
// what called one of the operations.
func (s *Server) Requests(operations ...string) []Request {
	s.mustHave(operations)
	return s.log.list(operations)
}

// mustHave panics over a name that is wrong: the test that gave it would hold nothing.
func (s *Server) mustHave(operations []string) {
	for _, operation := range operations {
		if !s.api.Has(operation) {
			panic(fmt.Sprintf("the API has no operation %q", operation))
		}
	}
}

// ServeHTTP answers a request that came through the socket or through RoundTrip.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.begin() {
		cut(w, "")
		return
	}
	defer s.requests.Done()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.closing, cancel)()
	r = r.WithContext(ctx)

	now := s.clock.Now()
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	operation := s.api.Operation(r)
	entry := s.log.begin(operation, r, now)
	if !s.faults.any(operation) {
		r.Body = &tee{ReadCloser: r.Body, entry: entry}
		s.api.ServeHTTP(&noted{ResponseWriter: w, entry: entry, acts: true}, r)
		return
	}

	// A fault may match the body, keep the API from reading it, or wait for the client to go,
	// which net/http notices only once the body has been read.
	body, err := io.ReadAll(r.Body)
	entry.read(body)
	if err != nil {
		cut(w, "")
		return
	}
	latency, fault := s.faults.pick(entry.copy())
	if !sleep(ctx, latency) {
		cut(w, "")
		return
	}
	r.Body = replay(body)
	if fault == nil {
		s.api.ServeHTTP(&noted{ResponseWriter: w, entry: entry, acts: true}, r)
		return
	}
	b := blow{ctx: ctx, w: &noted{ResponseWriter: w, entry: entry}, header: fault.header}
	if fault.acts {
		b.answer = capture(s.api, r)
		entry.answered(0, b.answer.status < 400)
	}
	fault.strike(b)
}

// sleep waits for d, and reports whether ctx lasted as long.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
