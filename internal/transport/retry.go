package transport

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	firstBackoff = 500 * time.Millisecond
	maxBackoff   = 20 * time.Second
	// maxRetryAfter is the longest Retry-After that is waited for. A longer one is left to the
	// caller, who finds it in the error.
	maxRetryAfter = 2 * time.Minute
)

// retry retries an attempt that failed transiently, if that is safe: the server did not process
// it, or processing it twice changes nothing. If a token was rejected, there is one more
// attempt with another token.
func retry(next handler, maxRetries int, b *budget, token TokenFunc) handler {
	return func(call *Call, req *http.Request) (*http.Response, error) {
		for n := 0; ; {
			call.begin()
			resp, err := next(call, req)
			o := classify(call, req, resp, err)
			b.ended(n > 0, o.overload)
			call.left = call.left || !o.notSent
			call.previous = call.unknown
			call.unknown = call.unknown || o.processed

			unauthorized := resp != nil && resp.StatusCode == http.StatusUnauthorized
			switch {
			case !replayable(req):
				if unauthorized {
					call.RejectedToken = call.token
				}
				return resp, err
			case unauthorized:
				again, tokenErr := replaceToken(call, token)
				if tokenErr != nil {
					return nil, tokenErr
				}
				if !again {
					return resp, err
				}
			case !o.transient || n == maxRetries || o.processed && !call.Operation.repeatable(req):
				return resp, err
			default:
				wait, ok := pause(call, n, resp)
				if !ok {
					return resp, err
				}
				if !b.take() {
					call.noBudget = true
					return resp, err
				}
				if ended := sleep(call, wait); ended != nil {
					b.ended(true, false)
					return resp, ended
				}
				n++
			}
			if req.GetBody != nil && call.body == nil {
				if call.body, err = req.GetBody(); err != nil {
					call.body = nil
					return resp, err
				}
			}
		}
	}
}

// replayable reports whether the body of req can be sent again.
func replayable(req *http.Request) bool {
	return req.Body == nil || req.Body == http.NoBody || req.GetBody != nil
}

// pause returns how long to wait before the retry after n others, and whether to make it.
func pause(ctx context.Context, n int, resp *http.Response) (time.Duration, bool) {
	wait := rand.N(min(firstBackoff<<min(n, 16), maxBackoff))
	if resp != nil {
		if asked, ok := retryAfter(resp.Header, time.Now()); ok {
			wait = asked
		}
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		return 0, false
	}
	return wait, wait <= maxRetryAfter
}

// retryAfter parses both forms of Retry-After.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	value := h.Get("Retry-After")
	if value != "" && strings.Trim(value, "0123456789") == "" {
		seconds, _ := strconv.ParseUint(value, 10, 32) // the maximum if out of range
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(serverTime(h, now)), 0), true
	}
	return 0, false
}

// serverTime is the time of a response by the server's clock, to which its other times refer.
func serverTime(h http.Header, now time.Time) time.Time {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		return date
	}
	return now
}

// sleep waits for d, or returns the error of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

var errRetryBudget = errors.New("not retried: too many recent attempts of this client failed")

// joinBudget adds to err that the retry budget ended the retries.
func joinBudget(err error) error {
	if err == nil {
		return errRetryBudget
	}
	return fmt.Errorf("%w (%w)", err, errRetryBudget)
}
