// Package poll looks at something again and again, less and less often, until
// it is as awaited.
package poll

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

const (
	defaultFirst = time.Second
	defaultMax   = 30 * time.Second
	growth       = 1.5
	jitter       = 0.1 // of a wait, in both directions: pollers that began together drift apart
)

// Options bound the waits. Zero values are the defaults: 1 s, growing to 30 s.
type Options struct {
	First time.Duration // the wait after the first look
	Max   time.Duration // the longest wait; before jitter, as First is
	// Passing, where there is one, tells the errors of get that may pass. Five looks in a row
	// may fail with one: what is waited for goes on while the way to it is down for a moment.
	Passing func(error) bool
}

const maxFailed = 5 // looks in a row

// Until calls get, the first time at once, until done says so of its value.
// An error of get that does not pass and the end of ctx end it too. A wait that would outlast the
// deadline of ctx is not begun: the error matches context.DeadlineExceeded.
// Beside an error stands the last value that get returned without one.
func Until[T any](ctx context.Context, opts Options, get func(context.Context) (T, error), done func(T) bool) (T, error) {
	var last T
	waits := newWaits(opts)
	for looks, failed := 1, 0; ; looks++ {
		if err := ctx.Err(); err != nil {
			return last, err
		}
		value, err := get(ctx)
		switch {
		case err == nil:
			if last, failed = value, 0; done(value) {
				return value, nil
			}
		case opts.Passing == nil || failed == maxFailed || ctx.Err() != nil || !opts.Passing(err):
			return last, err
		default:
			failed++
		}
		if err := sleep(ctx, waits.next(), looks); err != nil {
			return last, err
		}
	}
}

type waits struct{ wait, max time.Duration }

func newWaits(opts Options) *waits {
	first, longest := opts.First, opts.Max
	if first <= 0 {
		first = defaultFirst
	}
	if longest <= 0 {
		longest = max(first, defaultMax)
	}
	return &waits{wait: min(first, longest), max: longest}
}

func (w *waits) next() time.Duration {
	wait := float64(w.wait)
	w.wait = time.Duration(min(wait*growth, float64(w.max)))
	return time.Duration(wait * (1 - jitter + 2*jitter*rand.Float64()))
}

func sleep(ctx context.Context, wait time.Duration, looks int) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		// A cancelled context says so itself.
		if err := ctx.Err(); err != nil {
			return err
		}
		return fmt.Errorf("not there after %d looks, and the next, in %s, would come too late: %w",
			looks, wait.Round(time.Millisecond), context.DeadlineExceeded)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
