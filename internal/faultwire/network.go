package faultwire

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing/synctest"
	"time"
)

// window is how much one end can write before the other one reads.
const window = 64 << 10

// network connects net/http's own transport to a server. In memory it has no socket, so that
// time can be virtual; its connections break as those of TCP do.
type network struct {
	listener net.Listener // nil in memory
	server   *server
	wg       sync.WaitGroup

	mu   sync.Mutex
	open map[net.Conn]bool // what the client has not closed
}

func newNetwork(t fataler, s *server, loopback bool) *network {
	n := &network{server: s, open: map[net.Conn]bool{}}
	if !loopback {
		return n
	}
	var err error
	if n.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	n.wg.Go(func() {
		for {
			c, err := n.listener.Accept()
			if err != nil {
				return
			}
			n.wg.Go(func() { s.serve(c) })
		}
	})
	return n
}

// client is a client of the network, whose connections are its own.
func (n *network) client() (*http.Client, *http.Transport) {
	t := &http.Transport{DialContext: n.connect}
	return &http.Client{Transport: t}, t
}

func (n *network) connect(ctx context.Context, _, _ string) (net.Conn, error) {
	if f := n.server.strike(ofDial); f != nil {
		return nil, f.dial(ctx, n.listener != nil)
	}
	var c net.Conn
	if n.listener != nil {
		var d net.Dialer
		var err error
		if c, err = d.DialContext(ctx, "tcp", n.listener.Addr().String()); err != nil {
			return nil, err
		}
	} else {
		var far net.Conn
		c, far = pipe()
		n.wg.Go(func() { n.server.serve(far) })
	}
	c = &counted{Conn: c, network: n}
	n.mu.Lock()
	n.open[c] = true
	n.mu.Unlock()
	return c, nil
}

// left is how many connections the client has not closed.
func (n *network) left() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.open)
}

// idle closes the client's idle connections, and returns when all that goes on has come to rest.
func (n *network) idle(t *http.Transport) {
	if n.listener == nil {
		synctest.Wait()
		t.CloseIdleConnections()
		synctest.Wait()
		return
	}
	for begin := time.Now(); n.left() > 0 && time.Since(begin) < 5*time.Second; time.Sleep(time.Millisecond) {
		t.CloseIdleConnections()
	}
}

// close ends whatever is left, and waits for the server.
func (n *network) close() {
	if n.listener != nil {
		n.listener.Close()
	}
	n.mu.Lock()
	var open []net.Conn
	for c := range n.open {
		open = append(open, c)
	}
	n.mu.Unlock()
	for _, c := range open {
		c.Close()
	}
	n.wg.Wait()
}

// counted is the client's end of a connection.
type counted struct {
	net.Conn
	network *network
}

func (c *counted) Close() error {
	c.network.mu.Lock()
	delete(c.network.open, c)
	c.network.mu.Unlock()
	return c.Conn.Close()
}

// link is what both ends of a connection in memory share.
type link struct {
	mu     sync.Mutex
	change sync.Cond
	ends   [2]struct {
		in     bytes.Buffer // what this end has yet to read
		closed bool
		reset  bool // the other end has closed without reading all
	}
}

type end struct {
	*link
	me int
}

func pipe() (net.Conn, net.Conn) {
	l := new(link)
	l.change.L = &l.mu
	return &end{l, 0}, &end{l, 1}
}

func broken(op string, err error) error { return &net.OpError{Op: op, Net: "tcp", Err: err} }

func (e *end) Read(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	own, other := &e.ends[e.me], &e.ends[1-e.me]
	for {
		switch {
		case own.closed:
			return 0, broken("read", net.ErrClosed)
		case own.reset:
			return 0, broken("read", syscall.ECONNRESET)
		case own.in.Len() > 0:
			e.change.Broadcast()
			return own.in.Read(p)
		case other.closed:
			return 0, io.EOF
		}
		e.change.Wait()
	}
}

func (e *end) Write(p []byte) (n int, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	own, other := &e.ends[e.me], &e.ends[1-e.me]
	for {
		switch room := window - other.in.Len(); {
		case own.closed:
			return n, broken("write", net.ErrClosed)
		case other.closed:
			return n, broken("write", syscall.EPIPE)
		case len(p) == 0:
			return n, nil
		case room > 0:
			m, _ := other.in.Write(p[:min(room, len(p))])
			n, p = n+m, p[m:]
			e.change.Broadcast()
			continue
		}
		e.change.Wait()
	}
}

func (e *end) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	own, other := &e.ends[e.me], &e.ends[1-e.me]
	if !own.closed {
		own.closed, other.reset = true, own.in.Len() > 0
		e.change.Broadcast()
	}
	return nil
}

func (*end) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (*end) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (*end) SetDeadline(time.Time) error      { return nil }
func (*end) SetReadDeadline(time.Time) error  { return nil }
func (*end) SetWriteDeadline(time.Time) error { return nil }
