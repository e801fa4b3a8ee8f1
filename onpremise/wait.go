package onpremise

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/wabakit/wabakit-go/internal/poll"
)

// WaitOption sets up a Wait.
type WaitOption func(*poll.Options)

// WithPollInterval sets how long to wait between two looks: first, then more each time, up to
// most. Without it, a second that grows to half a minute.
func WithPollInterval(first, most time.Duration) WaitOption {
	return func(o *poll.Options) { o.First, o.Max = first, most }
}

// WaitError is a wait that ended before what it waited for. The value that the wait returns
// beside it is the last one seen.
type WaitError struct {
	What string // what was waited for: "the lookup of 3 contacts"
	Last string // its last state; empty where none was seen
	Err  error  // why the wait ended
}

// Error says what was waited for, its last state, and why the wait ended.
func (e *WaitError) Error() string {
	last := "nothing was seen of it"
	if e.Last != "" {
		last = "it was " + e.Last
	}
	return fmt.Sprintf("onpremise: wait for %s: %s: %v", e.What, last, e.Err)
}

// Unwrap returns why the wait ended.
func (e *WaitError) Unwrap() error { return e.Err }

func passing(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && !errors.Is(err, ErrUnauthorized) && (e.StatusCode == 0 || e.StatusCode == http.StatusTooManyRequests || e.StatusCode >= 500)
}

// wait looks at what get returns until done says so of it. It returns the last one seen.
func wait[T any](ctx context.Context, what string, opts []WaitOption,
	get func(context.Context) (*T, error), done func(*T) bool, state func(*T) string,
) (*T, error) {
	var o poll.Options
	for _, opt := range opts {
		opt(&o)
	}
	o.Passing = passing
	last, err := poll.Until(ctx, o, get, done)
	if err != nil {
		e := &WaitError{What: what, Err: err}
		if last != nil {
			e.Last = state(last)
		}
		return last, e
	}
	return last, nil
}
