package transport

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"time"
)

// Attempt is one try at a call.
type Attempt struct {
	Operation string        // operationId; empty where the contract does not know the request
	RequestID string        // the same for all attempts of a call
	Number    int           // 1 is the first
	Status    int           // 0 where nothing was answered
	Err       error         // why there was no whole answer
	Wait      time.Duration // before the attempt
	Duration  time.Duration
}

// Call is what is known of a call while it goes on, and after.
type Call struct {
	Operation   *Operation
	RequestID   string
	Attempts    []Attempt
	Credentials Credentials

	fail    func(*Failure) error
	trace   *trace           // of the attempt
	first   [1]Attempt       // room for Attempts
	ids     [1]string        // room for the header of RequestID
	traced  trace            // room for the trace of the first attempt
	limited io.LimitedReader // reads the answer
	answer  body             // of the attempt that was answered last
	wait    time.Duration    // before the next attempt
	paced   time.Time        // when its turn came
	left    bool             // an attempt has left, or may have
	doubt   bool             // an attempt may have been acted on
	renewed bool             // new credentials were asked for
	before  bool             // the doubt is older than the last attempt
}

// Fail makes the client's error of what became of the call: of its answer resp, which is nil
// where there was none, and of err, which is nil where the status says it all.
func (c *Call) Fail(resp *http.Response, err error) error { return c.fail(c.failure(resp, err)) }

// Refuse makes the client's error of a 2xx response that says that the server refused the call.
func (c *Call) Refuse(resp *http.Response) error {
	f := c.failure(resp, nil)
	f.Refused, f.Unknown = true, c.doubt && !c.Operation.safe()
	return c.fail(f)
}

func (c *Call) failure(resp *http.Response, err error) *Failure {
	f := &Failure{
		// A clone, since an error that is kept must not keep the call and its answer.
		Operation: c.Operation, RequestID: c.RequestID, Attempts: slices.Clone(c.Attempts), Err: err,
		Unknown: c.doubt && !c.Operation.safe(), NotSent: !c.left,
	}
	if resp == nil {
		return f
	}
	f.Status, f.Header, f.Body = resp.StatusCode, resp.Header, Bytes(resp)
	f.RetryAfter, _ = retryAfter(resp.Header, time.Now())
	if id := resp.Header.Get(requestIDHeader); id != "" {
		f.RequestID = id
	}
	// A success that cannot be read is no refusal: the server has acted.
	if resp.StatusCode < 300 && !c.Operation.safe() {
		f.Unknown = true
	}
	return f
}

// Gone reports whether resp says that what the call deletes is not there, and an earlier
// attempt of the call may be why.
func (c *Call) Gone(resp *http.Response) bool {
	return resp.StatusCode == http.StatusNotFound && c.Operation.Repeat == Delete && c.before
}

// body is the body of every response that leaves the transport. One attempt's takes the place
// of the last one's, which nobody has seen.
type body struct {
	io.ReadCloser
	call *Call
	data []byte // the whole body, where it was read already
	held memory // reads data
}

type memory struct{ bytes.Reader }

func (*memory) Close() error { return nil }

// streamed is the body of an answer that is handed on unread.
func (c *Call) streamed(r io.ReadCloser) *body {
	c.answer = body{ReadCloser: r, call: c}
	return &c.answer
}

// buffered is the body of an answer that was read.
func (c *Call) buffered(data []byte) *body {
	c.answer = body{call: c, data: data}
	c.answer.held.Reset(data)
	c.answer.ReadCloser = &c.answer.held
	return &c.answer
}

// CallOf returns the call that brought resp, a response of [Transport.Do].
func CallOf(resp *http.Response) *Call {
	return resp.Body.(*body).call
}

// Bytes returns the body of resp, a response of [Transport.Do] to an operation that does not
// stream. It does not read from the body.
func Bytes(resp *http.Response) []byte {
	return resp.Body.(*body).data
}
