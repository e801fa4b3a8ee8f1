package transport

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Sentinels that errors of calls match. Both clients export them.
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

// StatusError returns the sentinel of a status, or nil.
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

// Failure describes a call without a usable response. Each client converts it into its own error.
// It does not keep the response or its headers.
type Failure struct {
	Operation   *Operation
	RequestID   string
	Attempts    []Attempt
	Status      int // 0 if there was no response
	ContentType string
	Body        []byte
	RetryAfter  time.Duration
	Err         error // the cause, if the status is not the whole error
	Unknown     bool  // the server may have processed the call
	NotSent     bool  // no part of the call was sent
	Refused     bool  // the body of a 2xx response says that the server refused the call
}

// Is reports whether target is a sentinel of the failure.
func (f *Failure) Is(target error) bool {
	return target == ErrOutcomeUnknown && f.Unknown ||
		target == ErrNotSent && f.NotSent ||
		target == StatusError(f.Status) && target != nil
}

// waitError reports that the context would end before a wait for the rate limit.
type waitError struct{ until time.Time }

func (e *waitError) Error() string {
	return "rate limit exhausted until " + e.until.Format(time.TimeOnly) + ", after the deadline of the context"
}

func (e *waitError) Is(target error) bool {
	return target == ErrRateLimited || target == context.DeadlineExceeded
}

// limiterError is the error of the caller's limiter.
type limiterError struct {
	err   error
	ended bool // the context had ended, whatever the limiter says
}

func (e *limiterError) Error() string        { return "limiter: " + e.err.Error() }
func (e *limiterError) Unwrap() error        { return e.err }
func (e *limiterError) Is(target error) bool { return target == ErrRateLimited && !e.ended }
