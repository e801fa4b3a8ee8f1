package fakeserver

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"syscall"
)

// errReset is what a client reads from a connection that the server has cut.
var errReset = &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}

type result struct {
	resp *http.Response
	err  error
}

// writer hands an answer to RoundTrip: whole when the handler returns, or, once it is flushed
// or grows long, its head at once and its body as it is read.
type writer struct {
	req     *http.Request
	closing context.Context    // ends with the server
	gone    context.CancelFunc // the client has closed the body
	header  http.Header
	ready   chan result

	status   int
	sent     http.Header // the head as it was when it was written
	declared int64       // its Content-Length, or -1
	written  int64
	buf      bytes.Buffer
	pipe     *io.PipeWriter // after the head has been handed over
	done     bool
}

// maxBuffered is about what a socket takes before its reader reads.
const maxBuffered = 64 << 10

func (w *writer) Header() http.Header { return w.header }

func (w *writer) WriteHeader(status int) {
	if w.status != 0 || status < 200 {
		return
	}
	w.status, w.sent = status, maps.Clone(w.header)
	if n, err := strconv.ParseInt(w.sent.Get("Content-Length"), 10, 64); err == nil {
		w.declared = n
	}
}

func (w *writer) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	switch {
	case w.done:
		return 0, errReset
	case w.status == http.StatusNoContent || w.status == http.StatusNotModified:
		return 0, http.ErrBodyNotAllowed
	case w.declared >= 0 && w.written+int64(len(p)) > w.declared:
		return 0, http.ErrContentLength
	}
	w.written += int64(len(p))
	if w.req.Method == http.MethodHead {
		return len(p), nil
	}
	if w.pipe != nil {
		return w.pipe.Write(p)
	}
	w.buf.Write(p)
	if w.buf.Len() > maxBuffered {
		w.Flush()
	}
	return len(p), nil
}

// Flush hands over the head, and what there is of the body when it is read.
func (w *writer) Flush() {
	if w.done || w.pipe != nil {
		return
	}
	w.WriteHeader(http.StatusOK)
	w.sniff()
	r, pipe := io.Pipe()
	w.pipe = pipe
	ctx := w.req.Context()
	ended := context.AfterFunc(ctx, func() { pipe.CloseWithError(ctx.Err()) })
	closed := context.AfterFunc(w.closing, func() { pipe.CloseWithError(errReset) })
	w.reply(w.declared, &stream{PipeReader: r, ctx: ctx, gone: w.gone, stop: func() { ended(); closed() }})
	if w.buf.Len() > 0 {
		pipe.Write(w.buf.Bytes()) // an error is told to the next write
	}
}

// sniff names the content type as net/http does.
func (w *writer) sniff() {
	if w.sent.Get("Content-Type") == "" && w.buf.Len() > 0 {
		w.sent.Set("Content-Type", http.DetectContentType(w.buf.Bytes()))
	}
}

// cut ends the connection. What has come of the head makes the difference between a
// connection that was reset and one that ended too early.
func (w *writer) cut(head string) {
	err := error(errReset)
	if head != "" {
		err = &net.OpError{Op: "read", Net: "tcp", Err: io.ErrUnexpectedEOF}
	}
	w.end(err)
}

// finish ends the answer when the handler has returned.
func (w *writer) finish() {
	if p := recover(); p != nil && p != http.ErrAbortHandler {
		w.end(fmt.Errorf("fakeserver: panic: %v\n%s", p, debug.Stack()))
		return
	} else if p != nil {
		w.end(errReset)
		return
	}
	if w.done {
		return
	}
	w.WriteHeader(http.StatusOK)
	missing := w.declared > w.written && w.req.Method != http.MethodHead
	if w.pipe != nil {
		if missing {
			w.end(io.ErrUnexpectedEOF)
			return
		}
		w.end(nil)
		return
	}
	w.sniff()
	length := w.written
	if w.declared >= 0 {
		length = w.declared
	}
	if w.status != http.StatusNoContent && w.status != http.StatusNotModified {
		w.sent.Set("Content-Length", strconv.FormatInt(length, 10))
	}
	w.reply(length, &whole{ctx: w.req.Context(), rest: w.buf.Bytes(), short: missing})
	w.done = true
}

// end tells the client err, or after the head has been sent the reader of the body.
func (w *writer) end(err error) {
	if w.done {
		return
	}
	w.done = true
	if w.pipe != nil {
		w.pipe.CloseWithError(err)
		return
	}
	w.ready <- result{err: err}
}

func (w *writer) reply(length int64, body io.ReadCloser) {
	w.ready <- result{resp: &http.Response{
		Status:     strconv.Itoa(w.status) + " " + http.StatusText(w.status),
		StatusCode: w.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent.Clone(), ContentLength: length, Body: body, Request: w.req,
	}}
}
