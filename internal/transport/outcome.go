package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// outcome is what became of an attempt.
type outcome struct {
	transient bool // another attempt may succeed
	processed bool // the server may have processed it
	overload  bool // the server or the network was overloaded
	notSent   bool // no part of it has left
}

// classify returns the outcome of an attempt. If it cannot tell, the attempt may have been
// processed.
func classify(call *Call, req *http.Request, resp *http.Response, err error) outcome {
	if !call.started {
		return outcome{notSent: true}
	}
	if err != nil {
		return classifyError(call, err, call.trace)
	}
	switch status := resp.StatusCode; status {
	case http.StatusTooManyRequests:
		return outcome{transient: true, overload: true}
	case http.StatusServiceUnavailable:
		return outcome{transient: true, overload: true, processed: !deferred(resp)}
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		return outcome{transient: true, overload: true, processed: true}
	case http.StatusConflict:
		return outcome{transient: call.Operation.Keyed && req.Header.Get("Idempotency-Key") != ""}
	case http.StatusNotImplemented:
		return outcome{}
	case http.StatusSeeOther:
		return outcome{processed: true} // the result is at another URL
	default:
		return outcome{processed: status >= 500}
	}
}

// deferred reports whether the API itself sent a 503 and said when to come back. A cache in
// front of it sends the same status, and possibly the same header with a page of its own, about
// requests that the API has processed.
func deferred(resp *http.Response) bool {
	_, ok := retryAfter(resp.Header, time.Now())
	body := bytes.TrimSpace(Bytes(resp))
	return ok && bytes.HasPrefix(body, []byte{'{'}) && json.Valid(body)
}

func classifyError(ctx context.Context, err error, tr *trace) outcome {
	if _, ok := errors.AsType[*redirectError](err); ok {
		return outcome{} // a redirect says that the request was not processed
	}
	if tr.notSent(err, ctx.Err()) {
		transient := ctx.Err() == nil && !isCertificateError(err)
		return outcome{notSent: true, transient: transient, overload: transient}
	}
	permanent := isCertificateError(err) || errors.Is(err, ErrResponseTooLarge) || ctx.Err() != nil
	transient := !permanent && (tr.inNetHTTP() || isConnectionError(err))
	return outcome{processed: true, transient: transient, overload: transient}
}

func isCertificateError(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}

// isConnectionError recognizes errors of transports other than net/http's own.
func isConnectionError(err error) bool {
	_, isNet := errors.AsType[net.Error](err)
	return isNet || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}
