package transport

import (
	"context"
	"errors"
	"net"
	"net/http/httptrace"
	"sync"
)

// maxReadResends is how often net/http may resend a read within one attempt. A read on a
// connection that the server has closed is resent once for each such connection in the pool.
const maxReadResends = 3

// trace watches the connections of an attempt. Until it has one (name lookup, dialing, TLS
// handshake), nothing of the request has left. If net/http takes another connection after it
// wrote the request, it is about to resend it, which it does for some errors of HTTP/2 whatever
// the method and without end: then the attempt is canceled.
type trace struct {
	hooks   httptrace.ClientTrace
	cancel  context.CancelFunc
	resends int // how many net/http may still make

	authorization [1]string // room for the header of the attempt

	mu      sync.Mutex
	sending bool // in the caller's client, as opposed to a middleware
	used    bool // net/http's own transport has the request
	carried bool // it got a connection
	wrote   bool // it wrote the request to the connection
	resent  bool // the attempt was canceled
}

// watch returns a context that reports to the trace. cancel ends the attempt.
func (tr *trace) watch(ctx context.Context, cancel context.CancelFunc, read bool) context.Context {
	tr.cancel = cancel
	if read {
		tr.resends = maxReadResends
	}
	tr.hooks.GetConn, tr.hooks.GotConn, tr.hooks.WroteRequest = tr.getConn, tr.gotConn, tr.wroteRequest
	return httptrace.WithClientTrace(ctx, &tr.hooks)
}

// enter notes that the caller's client gets the request. Connections before belong to requests
// that a middleware made for itself.
func (tr *trace) enter() {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if !tr.sending {
		tr.sending, tr.used, tr.carried = true, false, false
	}
	tr.wrote = false
}

// redirected notes that the next connection is for another request.
func (tr *trace) redirected() {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.wrote = false
}

func (tr *trace) getConn(string) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.used = true
}

func (tr *trace) gotConn(httptrace.GotConnInfo) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.carried = true
	if !tr.sending || !tr.wrote {
		return
	}
	if tr.wrote = false; tr.resends > 0 {
		tr.resends--
		return
	}
	tr.resent = true
	tr.cancel()
}

func (tr *trace) wroteRequest(info httptrace.WroteRequestInfo) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.wrote = tr.wrote || info.Err == nil
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
