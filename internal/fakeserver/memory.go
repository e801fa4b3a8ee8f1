package fakeserver

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// RoundTrip serves a request as the socket would, whatever its host, without a socket. Its
// connection and all goroutines belong to the caller, so that it works in a synctest bubble, also if
// the server was made outside.
func (s *Server) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, err
	}
	return s.memory.transport.RoundTrip(req)
}

// memory connects RoundTrip to the server.
type memory struct {
	server    *Server
	transport *http.Transport
}

func (m *memory) init(s *Server) {
	m.server = s
	m.transport = &http.Transport{
		DialContext: m.dial, DialTLSContext: m.dial, DisableKeepAlives: true,
		ExpectContinueTimeout: time.Second, Protocols: s.Protocols(),
	}
}

// dial returns a new connection that the server serves.
func (m *memory) dial(context.Context, string, string) (net.Conn, error) {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	if m.server.closed {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	}
	var reset atomic.Bool
	near, far := net.Pipe()
	go func() {
		l := &once{conn: &pipe{far, &reset}}
		_ = m.server.http.Serve(l)
		if l.conn != nil {
			l.conn.Close() // the server was closed first
		}
	}()
	return &pipe{near, &reset}, nil
}

// once is a listener with one connection.
type once struct{ conn net.Conn }

func (o *once) Accept() (net.Conn, error) {
	if c := o.conn; c != nil {
		o.conn = nil
		return c, nil
	}
	return nil, net.ErrClosed
}

func (*once) Close() error   { return nil }
func (*once) Addr() net.Addr { return &net.TCPAddr{} }

// pipe is an end of a connection in memory.
type pipe struct {
	net.Conn
	reset *atomic.Bool // instead of closed
}

func (p *pipe) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	if err == io.EOF && p.reset.Load() {
		err = &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	}
	return n, err
}

// RemoteAddr returns an address of the range for documentation.
func (p *pipe) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1234} }

// SetLinger makes Close reset the connection, as for a TCP connection.
func (p *pipe) SetLinger(int) error { p.reset.Store(true); return nil }
