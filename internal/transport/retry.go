package transport

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	firstBackoff = 500 * time.Millisecond
	maxBackoff   = 20 * time.Second
	// maxRetryAfter is the longest wait that a server may ask for and get. A longer one is the
	// caller's to decide: the error tells it.
	maxRetryAfter = 2 * time.Minute
)

// retry repeats an attempt that failed in passing, if that can do no harm: the server did not
// act on it, or acting twice changes nothing. An attempt whose credentials have ended is
// repeated once with new ones.
func retry(next handler, maxRetries int, b *budget, renew func(*http.Request, *Credentials) bool) handler {
	return func(call *Call, req *http.Request) (*http.Response, error) {
		var resp *http.Response
		for n, again := 0, false; ; again = true {
			attempt, err := prepare(call, req, again)
			if err != nil {
				return resp, err // the answer that there was
			}
			resp, err = next(call, attempt)
			v := judge(req.Context(), resp, err, call.trace)
			b.ended(n > 0, v.overload)
			call.left = call.left || !v.unsent
			call.before = call.doubt
			call.doubt = call.doubt || v.acted

			if !replayable(req) {
				return resp, err
			}
			if resp != nil && resp.StatusCode == http.StatusUnauthorized && renew != nil && !call.renewed {
				call.renewed = true
				begin := time.Now()
				again := renew(attempt, &call.Credentials)
				call.wait = time.Since(begin)
				if again {
					continue
				}
			}
			if !v.passing || n == maxRetries || v.acted && !call.Operation.repeatable(req) {
				return resp, err
			}
			wait, ok := pause(req.Context(), n, resp)
			if !ok || !b.take() {
				return resp, err
			}
			if ctxErr := sleep(req.Context(), wait, nil); ctxErr != nil {
				b.ended(true, false)
				return resp, ctxErr
			}
			call.wait = wait
			n++
		}
	}
}

// replayable reports whether the body of req can be sent again.
func replayable(req *http.Request) bool {
	return req.Body == nil || req.Body == http.NoBody || req.GetBody != nil
}

// prepare makes the request of an attempt. The first is the caller's own; a repeat is a copy
// with a body of its own.
func prepare(call *Call, req *http.Request, again bool) (*http.Request, error) {
	if !again {
		return req, nil
	}
	call.trace = new(trace)
	attempt := req.Clone(req.Context())
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		attempt.Body = body
	}
	return attempt, nil
}

// pause tells how long to wait before the next attempt, and whether to wait at all.
func pause(ctx context.Context, n int, resp *http.Response) (time.Duration, bool) {
	backoff := min(firstBackoff<<min(n, 16), maxBackoff)
	wait := rand.N(backoff)
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

// retryAfter reads Retry-After in both of its forms.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	value := h.Get("Retry-After")
	if value != "" && strings.Trim(value, "0123456789") == "" {
		seconds, _ := strconv.ParseUint(value, 10, 32) // the most that there is, where it is more
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(serverTime(h, now)), 0), true
	}
	return 0, false
}
