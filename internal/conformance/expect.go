package conformance

import (
	"context"
	"math"
	"net/http"
	"slices"

	"github.com/wabakit/wabakit-go/internal/transport"
)

const (
	always  = math.MaxInt
	retries = 2
)

// Unknown is a count that a fault leaves open.
const Unknown = -1

// Expectation is what a call must come to.
type Expectation struct {
	Success, Failure bool // neither means that both are right
	Whole            bool // the value is that of a call without a fault

	Attempts, Processed int // of the call; Unknown if either is left open
	MinElapsed, Elapsed int64

	Foreign  bool // the error is not the client's own
	Reported int  // attempts
	Status   int
	Is       []error
}

// Expect derives what the call must come to if f strikes so many times. A void operation returns only an error.
func (f *Fault) Expect(op Operation, void bool, times int) Expectation {
	e := Expectation{
		Attempts: 1, Processed: count(f.processed), Elapsed: Unknown,
		Foreign: f.broken && op.Stream, Status: f.Status, Is: slices.Clone(f.is),
	}
	uncertain, notSent, again := f.uncertain, f.notSent, f.retried(op)
	switch {
	case f.harmless:
		e.Success, e.Whole, e.Processed = true, true, 1
		return e
	case f.ends.inPause && again && f.ends.reason == context.Canceled:
		e.Elapsed, e.Is = int64(f.ends.after), append(e.Is, context.Canceled)
	case f.ends.inPause:
		e.Elapsed = 0 // a pause that outlasts the deadline does not begin
	case f.ends.reason != nil:
		e.Elapsed, e.Attempts = int64(f.ends.after), count(f.ends.after > 0)
	case f.strange && (op.Stream || op.File && f.bytes), f.large && op.Stream:
		e.Success = true
	case f.away && op.Read, f.near && (op.Read || op.Once || f.Status >= http.StatusTemporaryRedirect):
		e.Success, e.Whole, e.Processed = true, true, e.Processed+1
	case again && f.then != nil:
		// The first attempt may be why there is nothing to delete.
		e.Success = f.then.Status == http.StatusNotFound && op.Delete && uncertain
		e.Attempts = 2
		if f.then.retried(op) {
			e.Attempts = 1 + retries
		}
		e.Processed += (e.Attempts - 1) * count(f.then.processed)
		e.Status, e.Is = f.then.Status, slices.Clone(f.then.is)
		uncertain, notSent = uncertain || f.then.uncertain, notSent && f.then.notSent
	case again && times == 1:
		e.Success, e.Whole, e.Attempts, e.Processed = true, true, 2, e.Processed+1
	case again:
		e.Attempts, e.Processed = 1+retries, e.Processed*(1+retries)
	}
	if f.wait > 0 && !f.ends.inPause {
		e.MinElapsed = int64(f.wait) * int64(e.Attempts-1)
	}
	e.Failure, e.Reported = !e.Success, e.Attempts
	if f.strange && void && !f.page {
		e.Failure = false // only the body is wrong, and the operation may not need it
	}
	if f.resends && (op.Read || op.Lookup) { // by net/http
		e.Attempts, e.Processed, e.Reported = Unknown, Unknown, Unknown
		if !op.Repeat || times == 1 {
			e.Failure, e.Success, e.Whole = false, false, false
		}
	}
	if uncertain && !op.Read && !op.Lookup {
		e.Is = append(e.Is, transport.ErrOutcomeUnknown)
	}
	if notSent {
		e.Is = append(e.Is, transport.ErrNotSent)
	}
	return e
}

// retried reports whether the client retries the operation after the fault. A file that is being read is not retried.
func (f *Fault) retried(op Operation) bool {
	return f.transient && (!f.uncertain || op.Repeat) && !(f.broken && op.Stream)
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
