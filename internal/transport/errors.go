package transport

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// The values that errors.Is finds in an error of a call. Both clients export them.
var (
	ErrInvalidRequest   = errors.New("invalid request")
	ErrUnauthorized     = errors.New("unauthorized")
	ErrPaymentRequired  = errors.New("payment required")
	ErrForbidden        = errors.New("forbidden")
	ErrNotFound         = errors.New("not found")
	ErrConflict         = errors.New("conflict")
	ErrRateLimited      = errors.New("rate limited")
	ErrServer           = errors.New("server error")
	ErrOutcomeUnknown   = errors.New("outcome unknown: it may or may not have happened")
	ErrResponseTooLarge = errors.New("response too large")
	ErrNotSent          = errors.New("not sent")
	ErrWindowClosed     = errors.New("the 24-hour customer service window is closed")
)

// StatusError is the value that stands for a status, or nil.
func StatusError(status int) error {
	switch {
	case status == http.StatusBadRequest, status == http.StatusUnprocessableEntity:
		return ErrInvalidRequest
	case status == http.StatusUnauthorized:
		return ErrUnauthorized
	case status == http.StatusPaymentRequired:
		return ErrPaymentRequired
	case status == http.StatusForbidden:
		return ErrForbidden
	case status == http.StatusNotFound:
		return ErrNotFound
	case status == http.StatusConflict:
		return ErrConflict
	case status == http.StatusTooManyRequests:
		return ErrRateLimited
	case status >= 500:
		return ErrServer
	}
	return nil
}

// Failure is a call that brought no usable answer. Each client makes its own error of it.
type Failure struct {
	Operation  *Operation
	RequestID  string
	Attempts   []Attempt
	Status     int // 0 where nothing was answered
	Header     http.Header
	Body       []byte
	RetryAfter time.Duration
	Err        error // what went wrong, where it is not the status
	// Unknown: the server may have acted on the call.
	Unknown bool
	// Refused reports that the body of a 2xx response says that the server refused the call.
	Refused bool
	// NotSent: nothing of the call has left.
	NotSent bool
}

// Is reports whether target stands for the failure.
func (f *Failure) Is(target error) bool {
	return target == ErrOutcomeUnknown && f.Unknown ||
		target == ErrNotSent && f.NotSent ||
		target == StatusError(f.Status) && target != nil
}

// waitError says that a wait was not begun because the context would end first.
type waitError struct{ until time.Time }

func (e *waitError) Error() string {
	return "the rate limit is used up until " + e.until.Format(time.TimeOnly) + ", and the context ends before"
}

func (e *waitError) Is(target error) bool {
	return target == ErrRateLimited || target == context.DeadlineExceeded
}

// limiterError says that the caller's limiter did not let an attempt go.
type limiterError struct {
	err   error
	ended bool // the context had ended, whatever the limiter says
}

func (e *limiterError) Error() string        { return "limiter: " + e.err.Error() }
func (e *limiterError) Unwrap() error        { return e.err }
func (e *limiterError) Is(target error) bool { return target == ErrRateLimited && !e.ended }
