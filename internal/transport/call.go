package transport

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Attempt is one HTTP request of a call.
type Attempt struct {
	Operation string        // operationId; empty for a request of no known operation
	RequestID string        // the same for all attempts of a call
	Number    int           // 1 is the first
	Status    int           // 0 if there was no response
	Err       error         // why there was no complete response
	Wait      time.Duration // before the attempt
	Duration  time.Duration
}

// Call is the state of a call, and the context of its attempts.
type Call struct {
	context.Context
	Operation *Operation
	RequestID string
	Attempts  []Attempt
	// RejectedToken is the token that got a 401, if no other one was asked for because the
	// request cannot be replayed.
	RejectedToken string

	fail     func(*Failure) error
	idle     time.Time     // since when no attempt is in flight
	body     io.ReadCloser // of the next attempt
	left     bool          // part of an attempt may have left
	unknown  bool          // the server may have processed an attempt
	previous bool          // it may have processed one before the latest
	noBudget bool          // the retry budget ended the retries
	replaced bool          // another token was asked for

	// of the latest attempt
	begun       time.Time // after its waiting
	token       string
	replacement string // the token of the next attempt
	delayed     bool   // it waited for its turn
	started     bool   // it was passed to the caller's client, or to a middleware
	trace       *trace
	response    body

	// Room for what most calls need once.
	firstAttempt [1]Attempt
	firstTrace   trace
	limited      io.LimitedReader
}

// callKey is the key of the *Call as a value of its context.
type callKey struct{}

// Value returns the call itself for its key.
func (c *Call) Value(key any) any {
	if key == (callKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// callFrom returns the call of ctx. It is nil outside a call, and if a middleware has replaced
// the context of an attempt.
func callFrom(ctx context.Context) *Call {
	call, _ := ctx.Value(callKey{}).(*Call)
	return call
}

func newCall(req *http.Request, op *Operation, fail func(*Failure) error) *Call {
	call := &Call{Context: req.Context(), Operation: op, RequestID: req.Header.Get(requestIDHeader), fail: fail, idle: time.Now(), body: req.Body}
	if call.RequestID == "" {
		call.RequestID = rand.Text()
	}
	call.Attempts = call.firstAttempt[:0]
	return call
}

// begin resets the state of the latest attempt.
func (c *Call) begin() {
	c.delayed, c.started = false, false
	c.trace = &c.firstTrace
	if len(c.Attempts) > 0 {
		c.trace = new(trace) // the hooks of a previous attempt may still be called
	}
}

// Fail returns the client's error for a call that failed: for its response resp, which is nil
// if there was none, and for err, which is nil if the status is the whole error.
func (c *Call) Fail(resp *http.Response, err error) error { return c.fail(c.failure(resp, err)) }

// Refuse returns the client's error for a 2xx response that says that the server refused the call.
func (c *Call) Refuse(resp *http.Response) error {
	f := c.failure(resp, nil)
	f.Refused, f.Unknown = true, c.unknown && !c.Operation.harmless()
	return c.fail(f)
}

func (c *Call) failure(resp *http.Response, err error) *Failure {
	if c.noBudget {
		err = joinBudget(err)
	}
	f := &Failure{
		// A clone, so that an error that is kept does not keep the call and its response.
		Operation: c.Operation, RequestID: c.RequestID, Attempts: slices.Clone(c.Attempts), Err: err,
		Unknown: c.unknown && !c.Operation.harmless(), NotSent: !c.left,
	}
	if resp == nil {
		return f
	}
	f.Status, f.ContentType, f.Body = resp.StatusCode, strings.Clone(resp.Header.Get("Content-Type")), Bytes(resp)
	f.RetryAfter, _ = retryAfter(resp.Header, time.Now())
	if id := resp.Header.Get(requestIDHeader); id != "" {
		f.RequestID = strings.Clone(id)
	}
	// The server processed a call with a success response that cannot be used.
	if resp.StatusCode < 300 && !c.Operation.harmless() {
		f.Unknown = true
	}
	return f
}

// Gone reports whether resp says that what the call deletes does not exist, and an earlier
// attempt of the call may be the reason.
func (c *Call) Gone(resp *http.Response) bool {
	return resp.StatusCode == http.StatusNotFound && c.Operation.Repeat == Delete && c.previous
}

// body is the body of every response that leaves the transport.
type body struct {
	io.ReadCloser
	call   *Call
	data   []byte // the whole body, if it was read already
	reader closableReader
}

type closableReader struct{ bytes.Reader }

func (*closableReader) Close() error { return nil }

// streamed returns the body of a response that is passed on unread.
func (c *Call) streamed(r io.ReadCloser) *body {
	c.response = body{ReadCloser: r, call: c}
	return &c.response
}

// buffered returns the body of a response that was read.
func (c *Call) buffered(data []byte) *body {
	c.response = body{call: c, data: data}
	c.response.reader.Reset(data)
	c.response.ReadCloser = &c.response.reader
	return &c.response
}

// CallOf returns the call of resp, a response of [Transport.Do].
func CallOf(resp *http.Response) *Call { return resp.Body.(*body).call }

// Bytes returns the body of resp, a response of [Transport.Do] to an operation that does not
// stream. It does not read from the body.
func Bytes(resp *http.Response) []byte { return resp.Body.(*body).data }
