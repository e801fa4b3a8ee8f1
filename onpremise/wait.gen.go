// Code generated from late/wait.go by internal/twin. DO NOT EDIT.

package onpremise

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/wabakit/wabakit-go/internal/poll"
)

// WaitOption configures a method that polls.
type WaitOption func(*waitOptions)

type waitOptions struct{ poll poll.Options }

// WithPollInterval sets the interval between two polls. It starts at first and grows up to
// longest. The defaults, also for values that are not positive, are 1 second and 30 seconds.
func WithPollInterval(first, longest time.Duration) WaitOption {
	return func(o *waitOptions) { o.poll.First, o.poll.Max = first, longest }
}

// WaitError reports that polling ended before the awaited state was reached. The method that
// returns it also returns the last value it received, if any.
type WaitError struct {
	What string // the awaited object, such as "broadcast 65f1…"
	Last string // its last state; empty if no poll succeeded
	Err  error  // why polling ended
}

// Error returns the awaited object, its last state and why polling ended.
func (e *WaitError) Error() string {
	last := "no state received"
	if e.Last != "" {
		last = "last state " + e.Last
	}
	text := "onpremise: wait for " + e.What + ": " + last
	if e.Err != nil {
		text += ": " + bare(e.Err)
	}
	return text
}

// Unwrap returns why polling ended.
func (e *WaitError) Unwrap() error { return e.Err }

// isTransient reports whether another poll may succeed after err.
func isTransient(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && !errors.Is(err, ErrUnauthorized) &&
		(e.StatusCode == 0 || e.StatusCode == http.StatusTooManyRequests || e.StatusCode >= 500)
}

// wait polls get until done reports true, and returns the last value it received.
func wait[T any](ctx context.Context, what string, opts []WaitOption,
	get func(context.Context) (*T, error), done func(*T) bool, state func(*T) string,
) (*T, error) {
	o := waitOptions{poll: poll.Options{Transient: isTransient}}
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	last, err := poll.Until(ctx, o.poll, get, done)
	if err != nil {
		e := &WaitError{What: what, Err: err}
		if last != nil {
			e.Last = state(last)
		}
		return last, e
	}
	return last, nil
}
