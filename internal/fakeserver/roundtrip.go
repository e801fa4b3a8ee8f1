package fakeserver

import (
	"cmp"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
)

// RoundTrip answers a request as the socket would, without one, whatever its host. It makes
// the server an [http.RoundTripper].
func (s *Server) RoundTrip(req *http.Request) (*http.Response, error) {
	body := req.Body
	if body == nil {
		body = http.NoBody
	}
	if err := req.Context().Err(); err != nil {
		body.Close()
		return nil, err
	}
	if req.URL == nil || !s.begin() {
		body.Close()
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	}
	ctx, cancel := context.WithCancel(req.Context())
	w := &writer{
		req: req, closing: s.closing, gone: cancel,
		header: http.Header{}, declared: -1, ready: make(chan result, 1),
	}
	go func() {
		defer s.requests.Done()
		defer body.Close()
		defer context.AfterFunc(s.closing, func() { body.Close() })() // wakes a handler that reads it
		defer cancel()
		defer w.finish()
		s.ServeHTTP(w, incoming(ctx, req, body))
	}()
	select {
	case answer := <-w.ready:
		if answer.err != nil && req.Context().Err() != nil {
			return nil, req.Context().Err() // the cut is what the end of the context did
		}
		return answer.resp, answer.err
	case <-req.Context().Done():
		body.Close() // wakes a handler that reads it
		return nil, req.Context().Err()
	}
}

// incoming is the request as a server sees it.
func incoming(ctx context.Context, req *http.Request, body io.ReadCloser) *http.Request {
	r := req.Clone(ctx)
	r.Body, r.GetBody, r.Response = body, nil, nil
	r.Host = cmp.Or(req.Host, req.URL.Host)
	r.RequestURI = req.URL.RequestURI()
	r.URL.Scheme, r.URL.Host, r.URL.User = "", "", nil
	r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.1", 1, 1
	r.RemoteAddr = "192.0.2.1:1234" // of the range for documentation
	if r.Header == nil {
		r.Header = http.Header{}
	}
	if body == http.NoBody {
		r.ContentLength = 0
	} else if r.ContentLength == 0 {
		r.ContentLength = -1 // a client's 0 beside a body means unknown
	}
	return r
}
