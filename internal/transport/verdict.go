package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// verdict is what an attempt came to.
type verdict struct {
	passing  bool // it may go better another time
	acted    bool // the server may have acted on it
	overload bool // the server, or the way to it, could not cope
	unsent   bool // nothing of it has left
}

// judge tells what became of an attempt. Where it cannot tell, the attempt may have been
// acted on.
func judge(ctx context.Context, resp *http.Response, err error, tr *trace) verdict {
	if err != nil {
		return judgeError(ctx, err, tr)
	}
	switch status := resp.StatusCode; status {
	case http.StatusTooManyRequests:
		return verdict{passing: true, overload: true}
	case http.StatusServiceUnavailable:
		// A server that says when to come back has not begun.
		_, told := resp.Header["Retry-After"]
		return verdict{passing: true, overload: true, acted: !told}
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		return verdict{passing: true, overload: true, acted: true}
	case http.StatusSeeOther:
		// What the server did is to be seen elsewhere.
		return verdict{acted: true}
	default:
		return verdict{acted: status >= 500}
	}
}

func judgeError(ctx context.Context, err error, tr *trace) verdict {
	if e, ok := errors.AsType[*unsentError](err); ok && e != nil {
		return verdict{unsent: true}
	}
	if _, ok := errors.AsType[*redirectError](err); ok {
		return verdict{}
	}
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	lasting := untrusted || errors.Is(err, ErrResponseTooLarge) ||
		ctx.Err() != nil // the caller ended it, which says nothing of the server
	passing := !lasting && (tr.used.Load() || connectionError(err))
	unsent := tr.unsent(err)
	return verdict{unsent: unsent, acted: !unsent, passing: passing, overload: passing}
}

// connectionError reports whether err comes from a connection, for transports that are not
// net/http's own.
func connectionError(err error) bool {
	_, isNet := errors.AsType[net.Error](err)
	return isNet || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// trace sees whether an attempt got hold of a connection. Before that (name lookup, dialing,
// TLS handshake), nothing of it has left.
type trace struct {
	hooks   httptrace.ClientTrace
	used    atomic.Bool // net/http's own transport carries the attempt
	carried atomic.Bool // it got a connection
}

// watch lets the trace see what becomes of the attempt that is sent with the context.
func (tr *trace) watch(ctx context.Context) context.Context {
	tr.hooks.GetConn = func(string) { tr.used.Store(true) }
	tr.hooks.GotConn = func(httptrace.GotConnInfo) { tr.carried.Store(true) }
	return httptrace.WithClientTrace(ctx, &tr.hooks)
}

func (tr *trace) unsent(err error) bool {
	if tr.carried.Load() {
		return false
	}
	if tr.used.Load() {
		return true
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

// unsentError is a reason that kept an attempt from being sent.
type unsentError struct{ err error }

// unsent closes the body of req, as a client does that sends it.
func unsent(req *http.Request, err error) error {
	if req.Body != nil {
		req.Body.Close()
	}
	return &unsentError{err}
}

func (e *unsentError) Error() string { return e.err.Error() }
func (e *unsentError) Unwrap() error { return e.err }

// redirectError is a reason to follow no further redirect. What the server answered is that it
// did not act.
type redirectError struct{ err error }

func (e *redirectError) Error() string { return e.err.Error() }
func (e *redirectError) Unwrap() error { return e.err }
