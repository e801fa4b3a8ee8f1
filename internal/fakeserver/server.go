// Package fakeserver is what in-process API servers for tests share: serving with and without a
// socket, over HTTP/1.1 and HTTP/2, a clock that can be moved, a record of all requests, and faults.
// It knows no API.
package fakeserver

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// API is what a Server serves.
type API interface {
	http.Handler
	// Operation returns the ID of the operation that a request calls, or "".
	Operation(*http.Request) string
	// Operations lists the IDs of all operations.
	Operations() []string
}

// Server serves an API and records its requests. [Server.RoundTrip] works at once, a socket after
// [Server.Start].
type Server struct {
	api    API
	clock  *Clock
	log    log
	faults faults
	memory memory

	closing  context.Context // done when Close is called
	close    context.CancelFunc
	mu       sync.Mutex // orders the start of a request and Close
	closed   bool
	requests sync.WaitGroup

	http  *http.Server
	http2 bool
	conns sync.WaitGroup // the accepting goroutine and every connection of the socket
}

// New returns a server of api. With http2 it speaks HTTP/2, also unencrypted, beside HTTP/1.1.
func New(api API, clock *Clock, http2 bool) *Server {
	s := &Server{api: api, clock: clock, http2: http2}
	s.closing, s.close = context.WithCancel(context.Background())
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(http2)
	protocols.SetUnencryptedHTTP2(http2)
	s.http = &http.Server{
		Handler: s, ReadHeaderTimeout: time.Minute, Protocols: &protocols,
		ErrorLog: stdlog.New(io.Discard, "", 0), // tests use untrusted certificates on purpose
	}
	s.memory.init(s)
	return s
}

// Protocols returns the protocols for a client of the server.
func (s *Server) Protocols() *http.Protocols {
	var protocols http.Protocols
	protocols.SetHTTP1(!s.http2)
	protocols.SetHTTP2(s.http2)
	protocols.SetUnencryptedHTTP2(s.http2)
	return &protocols
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
	s.http.ConnState = func(c net.Conn, state http.ConnState) {
		if _, inMemory := c.(*pipe); inMemory {
			return
		}
		switch state {
		case http.StateNew:
			s.conns.Add(1)
		case http.StateClosed, http.StateHijacked:
			s.conns.Done()
		}
	}
	if config == nil {
		s.conns.Go(func() { _ = s.http.Serve(l) })
		return "http://" + l.Addr().String(), nil
	}
	s.http.TLSConfig = config
	s.conns.Go(func() { _ = s.http.ServeTLS(l, "", "") })
	return "https://" + l.Addr().String(), nil
}

// Close ends every request, closes the socket, and returns when no goroutine of the server is
// left.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.close()
	s.http.Close()
	s.conns.Wait()
	s.requests.Wait()
}

// begin counts a request, unless the server is closed.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.requests.Add(1)
	return true
}

// Inject adds faults until the returned function is called. A request meets every latency that
// matches it, then the first other fault that does.
func (s *Server) Inject(list ...Fault) (remove func()) {
	for _, f := range list {
		s.mustHave(f.operations)
	}
	return s.faults.add(list)
}

// Requests returns the requests so far in order of arrival, or only those of some operations.
func (s *Server) Requests(operations ...string) []Request {
	s.mustHave(operations)
	return s.log.list(operations)
}

// mustHave panics if an operation does not exist, since the test that named it would test nothing.
func (s *Server) mustHave(operations []string) {
	for _, operation := range operations {
		if all := s.api.Operations(); !slices.Contains(all, operation) {
			panic(fmt.Sprintf("no operation %q; the operations are %s", operation, strings.Join(all, ", ")))
		}
	}
}

// ServeHTTP serves a request of the socket or of RoundTrip.
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
		s.api.ServeHTTP(&recorder{ResponseWriter: w, entry: entry, processed: true}, r)
		return
	}

	// A fault may match the body, hide it from the API, or wait until the client disconnects, which
	// net/http notices only after the body has been read.
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
		s.api.ServeHTTP(&recorder{ResponseWriter: w, entry: entry, processed: true}, r)
		return
	}
	x := exchange{ResponseWriter: &recorder{ResponseWriter: w, entry: entry}, ctx: ctx, extra: fault.header}
	if fault.processed {
		x.response = capture(s.api, r)
		entry.responded(0, x.response.status < 400)
	}
	fault.serve(x)
}

// sleep waits for d and reports whether ctx was not done before.
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
