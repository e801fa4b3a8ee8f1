package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/wabakit/wabakit-go/internal/redact"
)

const (
	// maxBody is the most that is read of an answer that is kept in memory.
	maxBody = 32 << 20
	// maxErrorBody is the most that is read of a refusal. What follows says nothing more.
	maxErrorBody = 1 << 20
	// maxDrain is the most that is read only to use the connection again.
	maxDrain = 256 << 10
)

var errAttemptTimeout = fmt.Errorf("the attempt timed out: %w", context.DeadlineExceeded)

// read gives each attempt its time and reads the answer within it, so that an answer that
// breaks off is a failed attempt like any other. A streamed answer is handed on unread. net/http
// quotes what it cannot read of an answer, which may quote the credentials.
func read(next handler, timeout, long time.Duration, hide func(string) string) handler {
	if hide == nil {
		hide = func(text string) string { return text }
	}
	return func(call *Call, req *http.Request) (*http.Response, error) {
		limit := timeout
		if call.Operation.Untimed {
			limit = long
		}
		ctx, cancel := req.Context(), context.CancelFunc(func() {})
		if limit > 0 {
			ctx, cancel = context.WithTimeoutCause(ctx, limit, errAttemptTimeout)
		}
		resp, err := next(call, req.WithContext(call.trace.watch(ctx)))
		if err != nil {
			err = because(ctx, redact.Error(err, hide))
			cancel()
			return nil, err
		}
		if resp.Body == nil {
			resp.Body = http.NoBody // a middleware's answer
		}
		if call.Operation.Stream && success(resp) {
			resp.Body = call.streamed(stream{resp.Body, cancel, hide})
			return resp, nil
		}
		defer cancel()
		data, err := readBody(resp, &call.limited)
		resp.Body = call.buffered(data)
		return resp, because(ctx, redact.Error(err, hide))
	}
}

func success(resp *http.Response) bool {
	return resp.StatusCode >= 200 && resp.StatusCode <= 299
}

// readBody reads and closes the body. That of a refusal may be cut short: its status says
// enough.
func readBody(resp *http.Response, limited *io.LimitedReader) ([]byte, error) {
	defer resp.Body.Close()
	limit := int64(maxBody)
	if !success(resp) {
		limit = maxErrorBody
	}
	var buf bytes.Buffer
	if n := resp.ContentLength; n > 0 {
		buf.Grow(int(min(n, maxDrain)) + bytes.MinRead)
	}
	*limited = io.LimitedReader{R: resp.Body, N: limit}
	n, err := buf.ReadFrom(limited)
	if err == nil && n == limit {
		var rest int64
		if rest, err = io.CopyN(io.Discard, resp.Body, maxDrain); rest > 0 {
			err = ErrResponseTooLarge
		} else if err == io.EOF {
			err = nil
		}
	}
	if !success(resp) {
		err = nil
	}
	return buf.Bytes(), err
}

// because puts our own reason in the place of the context's.
func because(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), errAttemptTimeout) {
		return errAttemptTimeout
	}
	return err
}

type stream struct {
	io.ReadCloser
	cancel context.CancelFunc
	hide   func(string) string
}

func (s stream) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	return n, redact.Error(err, s.hide)
}

func (s stream) Close() error {
	defer s.cancel()
	return s.ReadCloser.Close()
}
