package conformance

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/http2"
)

const (
	home      = "api.test"
	elsewhere = "elsewhere.test"
	warmPath  = "/warm"
	movedPath = "/moved"

	jsonType = "application/json"
	page     = "<html><head><title>Bad gateway</title></head></html>"
	flood    = 64 << 20 // the length of an oversized body
	runaway  = 40       // requests that no call makes
)

// Response is what the server sends if no fault strikes.
type Response struct {
	Status      int
	ContentType string
	Body        []byte
}

// Seen is a request that reached the server.
type Seen struct {
	*http.Request
	Payload   []byte
	Struck    bool // by a fault
	Processed bool
}

type server struct {
	response func(*http.Request) Response
	struck   func(*http.Request) bool // which requests a fault can strike

	mu    sync.Mutex
	fault *Fault
	left  int // strikes
	seen  []*Seen
	warm  *serverConn
}

// strike returns the current fault if it is of the kind.
func (s *server) strike(kind func(*Fault) bool) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.fault
	if s.left <= 0 || f == nil || !kind(f) {
		return nil
	}
	s.left--
	if f.then != nil {
		s.fault = f.then
	}
	return f
}

// runaway reports whether the client sends without end.
func (s *server) runaway() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.seen) > runaway
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	conn := r.Context().Value(connKey{}).(*serverConn)
	s.mu.Lock()
	conn.requests++
	x := &exchange{ResponseWriter: w, Seen: &Seen{Request: r}, conn: conn, stream: 2*conn.requests - 1}
	s.mu.Unlock()
	w.Header()["Date"] = nil
	// net/http pools a new HTTP/2 connection after its first request has it. A request that follows a
	// response at once would now and then open another.
	time.Sleep(time.Nanosecond)
	if r.URL.Path == warmPath {
		s.warm = conn
		return
	}
	if s.runaway() {
		x.cut()
	}
	var f *Fault
	if r.Host == home && s.struck(r) {
		f = s.strike(func(f *Fault) bool { return f.serve != nil })
	}
	if f == nil || !f.early {
		payload, err := io.ReadAll(r.Body)
		if err != nil {
			x.cut()
		}
		x.Payload, r.Body = payload, io.NopCloser(bytes.NewReader(payload))
	}
	x.Struck = f != nil && !f.harmless
	x.Processed = f == nil || f.processed
	s.mu.Lock()
	s.seen = append(s.seen, x.Seen)
	s.mu.Unlock()
	if f != nil {
		f.serve(x)
		return
	}
	resp := s.response(r)
	respond(resp.Status, resp.ContentType, resp.Body)(x)
}

// exchange is a request that a fault strikes.
type exchange struct {
	http.ResponseWriter
	*Seen
	conn   *serverConn
	stream uint32
}

// cut closes the connection.
func (x *exchange) cut() {
	x.conn.Close()
	panic(http.ErrAbortHandler)
}

// framer writes frames to the connection. The server's SETTINGS have to be the first of it.
func (x *exchange) framer() *http2.Framer {
	<-x.conn.greeted
	return http2.NewFramer(x.conn, nil)
}

func (x *exchange) flush() { _ = http.NewResponseController(x).Flush() }

func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// serving handles a request in place of the API.
type serving func(*exchange)

// respond sends a response. Headers are "Name: value".
func respond(status int, contentType string, body []byte, header ...string) serving {
	return func(x *exchange) {
		head(x, status, contentType, len(body), header...)
		if status != http.StatusNoContent {
			_, _ = x.Write(body)
		}
	}
}

// head sends the head of a response, without a length if length is negative.
func head(x *exchange, status int, contentType string, length int, header ...string) {
	h := x.Header()
	h["Content-Type"] = nil
	if contentType != "" {
		h.Set("Content-Type", contentType)
	}
	if length >= 0 && status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(length))
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		h.Set(name, value)
	}
	x.WriteHeader(status)
	x.flush()
}

// before runs steps before another serving.
func before(next serving, steps ...serving) serving {
	return func(x *exchange) {
		for _, step := range steps {
			step(x)
		}
		next(x)
	}
}

// partial sends the beginning of a success.
func partial(x *exchange) {
	head(x, 200, jsonType, 1<<20)
	_, _ = io.WriteString(x, `{"success":`)
	x.flush()
}

func cut(x *exchange) { x.cut() }

// stall waits until the client gives up.
func stall(x *exchange) {
	<-x.Context().Done()
	panic(http.ErrAbortHandler)
}

// drip sends a space a second until the client gives up.
func drip(x *exchange) {
	for x.Context().Err() == nil {
		if _, err := io.WriteString(x, " "); err != nil {
			return
		}
		x.flush()
		select {
		case <-time.After(time.Second):
		case <-x.Context().Done():
		}
	}
}

// hints sends n 103 responses.
func hints(n int) serving {
	return func(x *exchange) {
		for range n {
			x.WriteHeader(http.StatusEarlyHints)
		}
	}
}

// reset sends RST_STREAM.
func reset(code http2.ErrCode) serving {
	return func(x *exchange) {
		_ = x.framer().WriteRSTStream(x.stream, code)
		panic(http.ErrAbortHandler)
	}
}

// goAway sends GOAWAY that excludes this request, or not.
func goAway(code http2.ErrCode, excluded bool) serving {
	return func(x *exchange) {
		last := x.stream
		if excluded {
			last = max(x.stream, 2) - 2
		}
		_ = x.framer().WriteGoAway(last, code, nil)
	}
}

// raw sends text as it is over HTTP/1.1 and closes the connection; %s is the Authorization header.
func raw(text string) serving {
	return func(x *exchange) {
		conn, _, err := http.NewResponseController(x).Hijack()
		if err == nil {
			_, _ = io.WriteString(conn, strings.ReplaceAll(text, "%s", x.Request.Header.Get("Authorization")))
			conn.Close()
		}
	}
}

var rubbish = bytes.Repeat([]byte("\x00\xff<\"{garbage"), 4096)

// overflow sends a flood, of a declared length or not.
func overflow(status int, contentType string, length int, header ...string) serving {
	return func(x *exchange) {
		head(x, status, contentType, length, header...)
		for n := 0; n < flood; n += len(rubbish) {
			if _, err := x.Write(rubbish[:min(len(rubbish), flood-n)]); err != nil {
				return
			}
		}
	}
}

// compressed returns text with a repeated part, compressed.
func compressed(head, part, tail string, n int) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, head)
	for block := strings.Repeat(part, 1<<10); n > 0; n -= 1 << 10 {
		_, _ = io.WriteString(z, block)
	}
	_, _ = io.WriteString(z, tail)
	_ = z.Close()
	return b.Bytes()
}

// manyBytes and manyValues are small, but large once they are decompressed or decoded.
var (
	manyBytes  = sync.OnceValue(func() []byte { return compressed(`{"x":"`, "0", `"}`, flood) })
	manyValues = sync.OnceValue(func() []byte { return compressed(`{"contacts":[`, "{},", `{}]}`, 3<<20) })
)

// quote sends the request back.
func quote(status int, header ...string) serving {
	return func(x *exchange) {
		_, password, _ := x.BasicAuth()
		text := x.Request.Header.Get("Authorization") + "\n" + password + "\n" + string(x.Payload) + page
		respond(status, "text/html", []byte(text), header...)(x)
	}
}

func refuseDial(context.Context) error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
}

func unknownHost(context.Context) error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: home, IsNotFound: true}}
}

func hang(ctx context.Context) error {
	<-ctx.Done()
	return fmt.Errorf("dial: %w", ctx.Err())
}
