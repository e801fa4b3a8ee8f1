package late

import (
	"fmt"
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

func pollOptions(opts []WaitOption) poll.Options {
	var o poll.Options
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// WaitError is a wait that ended before what it waited for. The value that the wait returns
// beside it is the last one seen.
type WaitError struct {
	What string // what was waited for: "broadcast 65f1…"
	Last string // its last state; empty where none was seen
	Err  error  // why the wait ended
}

func (e *WaitError) Error() string {
	last := "nothing was seen of it"
	if e.Last != "" {
		last = "it was " + e.Last
	}
	return fmt.Sprintf("late: wait for %s: %s: %v", e.What, last, e.Err)
}

// Unwrap returns why the wait ended.
func (e *WaitError) Unwrap() error { return e.Err }
