package conformance

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing/synctest"
	"time"
)

// network connects an http.Transport to a server, in memory, so that time can be virtual.
type network struct {
	server   *server
	http     *http.Server
	accepted chan net.Conn
	closed   chan struct{}

	mu    sync.Mutex
	open  map[*clientConn]bool
	read  int64 // bytes that the client has read
	dials int
}

type connKey struct{}

func newNetwork(s *server, protocol string) (*network, *http.Transport) {
	n := &network{server: s, accepted: make(chan net.Conn), closed: make(chan struct{}), open: map[*clientConn]bool{}}
	var protocols http.Protocols
	protocols.SetHTTP1(protocol == HTTP1)
	protocols.SetUnencryptedHTTP2(protocol == HTTP2)
	n.http = &http.Server{
		Handler: s, Protocols: &protocols, ErrorLog: log.New(io.Discard, "", 0),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) },
	}
	go func() { _ = n.http.Serve(n) }()
	return n, &http.Transport{DialContext: n.dial, Protocols: &protocols}
}

func (n *network) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	if f := n.server.strike(func(f *Fault) bool { return f.dial != nil }); f != nil {
		return nil, f.dial(ctx)
	}
	if n.server.runaway() {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	near, far := net.Pipe()
	c := &clientConn{near, n}
	n.mu.Lock()
	n.open[c] = true
	n.dials++
	n.mu.Unlock()
	select {
	case n.accepted <- &serverConn{Conn: far, server: n.server, greeted: make(chan struct{})}:
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// left closes idle connections and returns how many others are open.
func (n *network) left(t *http.Transport) int {
	time.Sleep(2 * time.Second)
	t.CloseIdleConnections()
	synctest.Wait()
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.open)
}

// shutDown closes the server and every connection.
func (n *network) shutDown() {
	n.http.Close()
	n.mu.Lock()
	defer n.mu.Unlock()
	for c := range n.open {
		c.Conn.Close()
	}
}

// network is the server's listener.
func (n *network) Accept() (net.Conn, error) {
	select {
	case c := <-n.accepted:
		return c, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

func (n *network) Close() error { close(n.closed); return nil }
func (*network) Addr() net.Addr { return &net.UnixAddr{Name: "memory"} }

// clientConn is the client's end of a connection.
type clientConn struct {
	net.Conn
	network *network
}

func (c *clientConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.network.mu.Lock()
	defer c.network.mu.Unlock()
	c.network.read += int64(n)
	return n, err
}

func (c *clientConn) Close() error {
	c.network.mu.Lock()
	delete(c.network.open, c)
	c.network.mu.Unlock()
	return c.Conn.Close()
}

// serverConn is the server's end of a connection.
type serverConn struct {
	net.Conn
	server   *server
	requests uint32
	greet    sync.Once
	greeted  chan struct{} // closed when the server has written to it
}

func (c *serverConn) Write(p []byte) (int, error) {
	defer c.greet.Do(func() { close(c.greeted) })
	return c.Conn.Write(p)
}

func (c *serverConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == nil && c.server.strike(func(f *Fault) bool { return f.unread }) != nil {
		c.Close()
		return 0, io.EOF
	}
	return n, err
}
