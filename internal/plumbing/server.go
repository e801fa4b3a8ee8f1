package plumbing

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	head = 70 * time.Millisecond // from a request to the head of its answer
	tail = 30 * time.Millisecond // and from there to the answer's end
)

// Server is a server in memory, whose attempts meet faults one after the other before it
// answers.
type Server struct {
	// Instant has an attempt take no time.
	Instant bool

	mu     sync.Mutex
	faults []Fault
	answer answer
	seen   []*Seen
}

// Seen is an attempt as the server saw it.
type Seen struct {
	Method, URL string
	Header      http.Header
	Body        []byte
	Again       []byte // what GetBody gives
	Length      int64  // as it was told
	Fault       Fault  // its Name is empty where there is none
	Status      int
	Begin, End  time.Time
	Open        int // earlier answers that were open when it began

	read, closed bool // its answer, to the end
}

// Answer puts another answer in the place of the one that there is.
func (s *Server) Answer(status int, contentType string, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer{status, contentType, body}
}

// Set puts other faults in the place of those that are left, and forgets what was seen.
func (s *Server) Set(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.seen = faults, nil
}

// Seen lists the attempts that came in.
func (s *Server) Seen() []*Seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

// RoundTrip serves an attempt.
func (s *Server) RoundTrip(req *http.Request) (*http.Response, error) {
	seen, err := s.begin(req)
	if err != nil {
		return nil, err
	}
	f := seen.Fault
	if err := s.sleep(req.Context(), head); err != nil {
		seen.End = time.Now()
		if f.Err == dial { // as net says it
			err = &net.OpError{Op: "dial", Net: "tcp", Err: err}
		}
		return nil, err
	}
	seen.End = time.Now()
	if f.Err != nil && f.Status == 0 {
		return nil, f.Err
	}
	s.mu.Lock()
	a, header := s.answer, http.Header{}
	s.mu.Unlock()
	if f.Name != "" {
		a, header = answer{status: f.Status, body: []byte(f.Body)}, f.header()
	} else if a.contentType != "" {
		header.Set("Content-Type", a.contentType)
	}
	seen.Status = a.status
	return &http.Response{
		StatusCode: a.status, Header: header, ContentLength: -1, Request: req, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: &content{bytes.NewReader(a.body), req.Context(), s, seen},
	}, nil
}

// begin takes a request in.
func (s *Server) begin(req *http.Request) (*Seen, error) {
	seen := &Seen{Method: req.Method, URL: req.URL.String(), Header: req.Header.Clone(), Length: req.ContentLength, Begin: time.Now()}
	var err error
	if req.Body != nil {
		if seen.Body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req.Body.Close()
	}
	if req.GetBody != nil {
		again, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		defer again.Close()
		if seen.Again, err = io.ReadAll(again); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) > 0 {
		if seen.Fault = s.faults[0]; !seen.Fault.Lasts {
			s.faults = s.faults[1:]
		}
	}
	for _, earlier := range s.seen {
		if earlier.Status != 0 && !earlier.closed {
			seen.Open++
		}
	}
	s.seen = append(s.seen, seen)
	return seen, nil
}

func (s *Server) sleep(ctx context.Context, d time.Duration) error {
	if s.Instant {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// content is the body of an answer, which notes what becomes of it.
type content struct {
	io.Reader
	ctx    context.Context
	server *Server
	seen   *Seen
}

func (c *content) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if err == nil || c.seen.read {
		return n, err
	}
	if err := c.server.sleep(c.ctx, tail); err != nil {
		return n, err
	}
	c.seen.read = true
	if c.seen.Fault.Err != nil {
		err = c.seen.Fault.Err
	}
	return n, err
}

func (c *content) Close() error {
	if !c.seen.closed {
		c.seen.closed, c.seen.End = true, time.Now()
	}
	return nil
}
