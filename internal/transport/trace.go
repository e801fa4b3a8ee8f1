package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
)

// maxResends is how often net/http may resend a request within one attempt: a read, or a write of
// which nothing was written. On a connection that the server has closed, a request is resent once
// for each such connection in the pool.
const maxResends = 3

// trace watches the connections of an attempt. Until it has one (name lookup, dialing, TLS
// handshake), nothing of the request has left. If net/http takes another connection after it
// wrote the request, it is about to resend it, which it does for some errors of HTTP/2 whatever
// the method and without end: then the attempt is canceled.
type trace struct {
	hooks  httptrace.ClientTrace
	cancel context.CancelFunc
	read   bool

	header [4]string // room for values of the attempt's header

	mu       sync.Mutex
	sending  bool // in the caller's client, as opposed to a middleware
	used     bool // net/http's own transport has the request
	carried  bool // it got a connection
	exchange int  // counts the requests of the attempt: those of redirects and of middleware, too
	conn     httptrace.GotConnInfo
	begun    bool // net/http wrote the headers, over HTTP/1.1 to a buffer
	wrote    bool // it wrote the whole request to the connection
	resends  int  // by net/http
	resent   bool // the attempt was canceled
}

// watch returns a context that reports to the trace. cancel ends the attempt.
func (tr *trace) watch(ctx context.Context, cancel context.CancelFunc, read bool) context.Context {
	tr.cancel, tr.read = cancel, read
	tr.hooks.GetConn, tr.hooks.GotConn = tr.getConn, tr.gotConn
	return tr.observe(ctx, &tr.hooks)
}

// observe returns the context of the current exchange. The hooks of a previous one may still be
// called, after its response was read.
func (tr *trace) observe(ctx context.Context, hooks *httptrace.ClientTrace) context.Context {
	n := tr.exchange
	hooks.WroteHeaders = func() { tr.written(n, false) }
	hooks.WroteRequest = func(info httptrace.WroteRequestInfo) { tr.written(n, info.Err == nil) }
	return httptrace.WithClientTrace(ctx, hooks)
}

// next returns the context of another exchange.
func (tr *trace) next(ctx context.Context) context.Context {
	tr.exchange++
	tr.begun, tr.wrote = false, false
	return tr.observe(ctx, new(httptrace.ClientTrace))
}

// enter notes that the caller's client gets the request, and returns it with the context of a new
// exchange, if it is not the first. Connections before belong to requests that a middleware made
// for itself.
func (tr *trace) enter(req *http.Request) *http.Request {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	first := !tr.sending && !tr.used
	if !tr.sending {
		tr.sending, tr.used, tr.carried = true, false, false
	}
	if first {
		return req
	}
	return req.WithContext(tr.next(req.Context()))
}

// leave notes that the caller's client has a response or an error: later connections belong to
// requests of a middleware.
func (tr *trace) leave() {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.exchange++
	tr.begun, tr.wrote = false, false
}

// redirected returns the context of a redirect's request.
func (tr *trace) redirected(ctx context.Context) context.Context {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.next(ctx)
}

func (tr *trace) getConn(string) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.used = true
}

func (tr *trace) gotConn(info httptrace.GotConnInfo) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	previous := tr.conn
	tr.conn, tr.carried = info, true
	if !tr.sending || !tr.begun {
		return
	}
	// Over HTTP/1.1, net/http resends a write only if nothing of it left the buffer.
	left := tr.wrote || isHTTP2(previous)
	tr.begun, tr.wrote = false, false
	if tr.resends++; tr.resends <= maxResends && (tr.read || !left) {
		return
	}
	tr.resent = true
	tr.cancel()
}

// isHTTP2 reports whether a request that is about to be resent was sent over HTTP/2, on this
// connection. Without TLS only a new connection tells: HTTP/1.1 resends nothing that failed on one.
func isHTTP2(on httptrace.GotConnInfo) bool {
	if conn, ok := on.Conn.(*tls.Conn); ok {
		return conn.ConnectionState().NegotiatedProtocol == "h2"
	}
	return !on.Reused
}

// written notes that net/http wrote the headers of an exchange, or the whole request.
func (tr *trace) written(exchange int, whole bool) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if exchange == tr.exchange {
		tr.begun, tr.wrote = true, tr.wrote || whole
	}
}

// explain replaces err by the reason for which the transport ended the attempt.
func (tr *trace) explain(ctx context.Context, err error) error {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	switch {
	case err == nil:
		return nil
	case tr.resent:
		return errResent
	case errors.Is(context.Cause(ctx), errAttemptTimeout):
		return errAttemptTimeout
	}
	return err
}

// notSent reports whether an attempt with this error has not left. ended is the error of the
// call's context.
func (tr *trace) notSent(err, ended error) bool {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	switch {
	case tr.carried:
		return false
	case tr.used:
		return true
	case !tr.sending && ended != nil && errors.Is(err, ended):
		return true // the context ended in a middleware
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

func (tr *trace) inNetHTTP() bool {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.used
}
