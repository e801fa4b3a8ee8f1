package faultwire

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	home      = "api.test"
	elsewhere = "elsewhere.test"
	warmPath  = "/warm"
	// flood is how much garbage a server has to say.
	flood = 64 << 20
)

// Answer is what a server says of a request when all goes well.
type Answer struct {
	Status      int
	ContentType string
	Body        []byte
}

// Seen is a request that a server has read whole.
type Seen struct {
	*http.Request
	Payload []byte
	Acted   bool // the server has done it
}

// server reads requests from raw connections, and answers as it should but where a fault is due.
type server struct {
	answer func(*http.Request) Answer
	struck func(*http.Request) bool // which requests a fault can strike

	mu      sync.Mutex
	fault   *Fault
	left    int // strikes
	seen    []*Seen
	written int64 // of all answers
}

// strike returns the fault that is due, if it is of the kind.
func (s *server) strike(kind func(*Fault) bool) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.fault
	if s.left <= 0 || !kind(f) {
		return nil
	}
	s.left--
	if f.then != nil {
		s.fault = f.then
	}
	return f
}

func ofDial(f *Fault) bool    { return f.dial != nil }
func ofUnread(f *Fault) bool  { return f.unread }
func ofRequest(f *Fault) bool { return f.serve != nil }

// exchange is one request that a fault strikes.
type exchange struct {
	net.Conn
	*Seen
	server *server
}

func (x *exchange) Write(p []byte) (int, error) {
	n, err := x.Conn.Write(p)
	if x.URL.Path != warmPath {
		x.server.mu.Lock()
		defer x.server.mu.Unlock()
		x.server.written += int64(n)
	}
	return n, err
}

func (s *server) serve(c net.Conn) {
	defer c.Close()
	// So little is read of a request that is to be left unread.
	first := bufio.NewReaderSize(c, 16)
	r := bufio.NewReader(first)
	for {
		if _, err := first.Peek(1); err != nil || s.strike(ofUnread) != nil {
			return
		}
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		payload, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		x := &exchange{c, &Seen{Request: req, Payload: payload}, s}
		if !s.turn(x) {
			return
		}
	}
}

// turn answers one request, and tells whether the connection goes on.
func (s *server) turn(x *exchange) bool {
	if x.URL.Path == warmPath {
		return respond(200, "", "text/plain", nil)(x)
	}
	s.mu.Lock()
	s.seen = append(s.seen, x.Seen)
	s.mu.Unlock()
	if x.Host == home && s.struck(x.Request) {
		if f := s.strike(ofRequest); f != nil {
			x.Acted = f.Acts
			return f.serve(x)
		}
	}
	x.Acted = true
	a := s.answer(x.Request)
	return respond(a.Status, "", a.ContentType, a.Body)(x)
}

// serving does to one exchange what a fault does, and tells whether the connection goes on.
type serving func(*exchange) bool

func head(status int, header, contentType string, length int) string {
	if contentType != "" {
		header += "Content-Type: " + contentType + "\r\n"
	}
	return fmt.Sprintf("HTTP/1.1 %d Whatever\r\nContent-Length: %d\r\n%s\r\n", status, length, header)
}

func respond(status int, header, contentType string, body []byte) serving {
	return func(x *exchange) bool {
		_, err := x.Write(append([]byte(head(status, header, contentType, len(body))), body...))
		return err == nil
	}
}

// cut writes text and closes the connection.
func cut(text string) serving {
	return func(x *exchange) bool {
		_, _ = io.WriteString(x, text)
		return false
	}
}

// stall writes text and nothing else until the client has had enough.
func stall(text string) serving {
	return func(x *exchange) bool {
		_, _ = io.WriteString(x, text)
		_, _ = io.Copy(io.Discard, x.Conn)
		return false
	}
}

// drip writes text, and then a space every second.
func drip(text string) serving {
	return func(x *exchange) bool {
		for _, err := io.WriteString(x, text); err == nil; _, err = io.WriteString(x, " ") {
			time.Sleep(time.Second)
		}
		return false
	}
}

var rubbish = bytes.Repeat([]byte("\x00\xff<\"{garbage"), 4096)

// overflow writes text, and then more over and over.
func overflow(text string, more []byte) serving {
	return func(x *exchange) bool {
		_, err := io.WriteString(x, text)
		for n := 0; err == nil && n < flood; n += len(more) {
			_, err = x.Write(more[:min(len(more), flood-n)])
		}
		return err == nil
	}
}

// quote answers with what was asked: a server that shows what it got.
func quote(status int, header string) serving {
	return func(x *exchange) bool {
		_, password, _ := x.BasicAuth()
		text := x.Header.Get("Authorization") + "\n" + password + "\n" + string(x.Payload) + page
		return respond(status, header, "text/html", []byte(text))(x)
	}
}
