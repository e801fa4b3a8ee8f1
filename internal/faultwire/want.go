package faultwire

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// Want is what a call has to come to.
type Want struct {
	Success bool
	Whole   bool // the value is that of a call without a fault

	// How many attempts there are, and how often the server acts, all in all; -1 is not told.
	Attempts int
	Acted    int
	Elapsed  time.Duration

	// Of the error.
	Foreign    bool // it is not the client's own
	Reported   int  // attempts
	Status     int
	RetryAfter time.Duration
	Is         []error // of the sentinels these and no others, and what else there is
}

// Want says what a call has to come to while the fault strikes Once or Always. A void operation
// returns only an error.
func (f Fault) Want(op Operation, void bool, times int) Want {
	w := Want{
		Attempts: 1, Acted: count(f.Acts), Elapsed: -1,
		Foreign: f.Broken && op.Stream, Status: f.Status, RetryAfter: f.Wait, Is: slices.Clone(f.Is),
	}
	doubt, unsent, again := f.Doubt, f.Unsent, f.again(op)
	switch {
	case f.ends.pause && again && f.ends.cancel:
		w.Elapsed, w.Is = f.ends.after, append(w.Is, context.Canceled)
	case f.ends.pause:
		w.Elapsed = 0 // a wait that outlasts the deadline is not begun
	case f.ends.reason() != nil:
		w.Elapsed, w.Attempts = f.ends.after, count(f.ends.after > 0)
	case f.Strange && (void && !f.Page || op.Stream || op.File && f.Octets), f.Large && op.Stream:
		w.Success = true
	case f.Away && op.Read, f.Near && (op.Read || f.Status >= http.StatusTemporaryRedirect):
		w.Success, w.Whole, w.Acted = true, true, w.Acted+1
	case again && f.then != nil:
		// Gone is gone, and the first attempt may be why.
		w.Success = f.then.Status == http.StatusNotFound && op.Delete && doubt
		w.Attempts = 2
		if f.then.again(op) {
			w.Attempts = 1 + retries
		}
		w.Acted += (w.Attempts - 1) * count(f.then.Acts)
		w.Status, w.RetryAfter, w.Is = f.then.Status, f.then.Wait, slices.Clone(f.then.Is)
		doubt, unsent = doubt || f.then.Doubt, unsent && f.then.Unsent
	case again && times == Once:
		w.Success, w.Whole, w.Attempts, w.Acted = true, true, 2, w.Acted+1
	case again:
		w.Attempts, w.Acted = 1+retries, w.Acted*(1+retries)
	}
	if f.Wait > 0 && !f.ends.pause {
		w.Elapsed = time.Duration(w.Attempts-1) * f.Wait
	}
	if doubt && !op.Read && !op.ReadOnly {
		w.Is = append(w.Is, transport.ErrOutcomeUnknown)
	}
	if unsent {
		w.Is = append(w.Is, transport.ErrNotSent)
	}
	w.Reported = w.Attempts
	return w
}

// again reports whether the operation is repeated after the fault. A file that has begun to come
// in is not.
func (f Fault) again(op Operation) bool {
	return f.Passing && (!f.Doubt || op.Repeat) && !(f.Broken && op.Stream)
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
