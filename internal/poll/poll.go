// Package poll calls a function with growing delays until it reports the awaited state.
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
	jitter       = 0.1 // fraction of a delay, up or down, so that concurrent pollers drift apart
	maxFailed    = 5   // transient failures in a row
)

// Options configures the delays. Values that are not positive mean the defaults, 1 and 30 s.
type Options struct {
	First time.Duration // before jitter
	Max   time.Duration // before jitter
	// Transient reports whether a later poll may succeed after this error of get. Up to five
	// polls in a row may fail that way. If Transient is nil, no error is transient.
	Transient func(error) bool
}

// Until calls get until done reports true for its value. The first call is immediate. It returns
// an error of get that is not transient, or the error of ctx, with the last value that get
// returned without an error. If the next poll would come after the deadline of ctx, Until returns
// an error that matches context.DeadlineExceeded without waiting.
func Until[T any](ctx context.Context, opts Options, get func(context.Context) (T, error), done func(T) bool) (T, error) {
	var last T
	delay, longest := delays(opts)
	for polls, failed := 1, 0; ; polls++ {
		if err := ctx.Err(); err != nil {
			return last, err
		}
		value, err := get(ctx)
		switch {
		case err == nil:
			if last, failed = value, 0; done(value) {
				return value, nil
			}
		case opts.Transient == nil || failed == maxFailed || ctx.Err() != nil || !opts.Transient(err):
			return last, err
		default:
			failed++
		}
		jittered := time.Duration(float64(delay) * (1 - jitter + 2*jitter*rand.Float64()))
		if err := sleep(ctx, jittered, polls); err != nil {
			return last, err
		}
		delay = time.Duration(min(float64(delay)*growth, float64(longest)))
	}
}

func delays(opts Options) (first, longest time.Duration) {
	first, longest = opts.First, opts.Max
	if first <= 0 {
		first = defaultFirst
	}
	if longest <= 0 {
		longest = max(first, defaultMax)
	}
	return min(first, longest), longest
}

func sleep(ctx context.Context, delay time.Duration, polls int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= delay {
		return fmt.Errorf("not done after %d polls; the next poll, in %s, is past the deadline: %w",
			polls, delay.Round(time.Millisecond), context.DeadlineExceeded)
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
