package transport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/wabakit/wabakit-go/internal/redact"
)

var (
	errAttemptTimeout = fmt.Errorf("the attempt timed out: %w", context.DeadlineExceeded)
	errResent         = errors.New("connection lost after the request was sent")
)

// attempt makes the request of an attempt from the call's, which stays as it is, and reads the
// response within the timeout. The body of a streamed response is passed on unread. Errors are
// redacted because those of net/http quote responses that it cannot parse.
func attempt(next handler, cfg *Config) handler {
	hide := cfg.Hide
	return func(call *Call, original *http.Request) (*http.Response, error) {
		var ctx context.Context
		var cancel context.CancelFunc
		limit := cfg.Timeout
		if call.Operation.Untimed {
			limit = cfg.LongTimeout
		}
		if limit > 0 {
			ctx, cancel = context.WithDeadlineCause(call, call.begun.Add(limit), errAttemptTimeout)
		} else {
			ctx, cancel = context.WithCancel(call)
		}
		if ctx.Err() != nil { // later this could not be told from a request that has left
			cancel()
			return nil, cmp.Or(call.Err(), errAttemptTimeout)
		}
		tr := call.trace
		req := original.WithContext(tr.watch(ctx, cancel, call.Operation.harmless()))
		req.Header = call.header(original.Header, cfg.UserAgent)
		req.Body, call.body = call.body, nil
		call.started = true

		resp, err := next(call, req)
		if err != nil {
			err = tr.explain(ctx, redact.Error(err, hide))
			cancel()
			return nil, err
		}
		if resp.Body == nil {
			resp.Body = http.NoBody // the response of a middleware
		}
		if call.Operation.Stream && success(resp) {
			resp.Body = call.streamed(&stream{resp.Body, ctx, cancel, tr, hide})
			return resp, nil
		}
		defer cancel()
		data, err := readBody(resp, &call.limited)
		resp.Body = call.buffered(data)
		return resp, tr.explain(ctx, redact.Error(err, hide))
	}
}
