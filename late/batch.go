package late

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/wabakit/wabakit-go/internal/batch"
)

// ItemState is the state of one item of a batch.
type ItemState int

// The states of an item.
const (
	ItemUnknown ItemState = iota // the server may or may not have processed it
	ItemDone                     // processed
	ItemSkipped                  // the server had nothing to do
	ItemRefused                  // refused by the server, or invalid
	ItemNotSent                  // not sent
)

// String returns "unknown", "done", "skipped", "refused" or "not sent".
func (s ItemState) String() string {
	switch s {
	case ItemDone:
		return "done"
	case ItemSkipped:
		return "skipped"
	case ItemRefused:
		return "refused"
	case ItemNotSent:
		return "not sent"
	default:
		return "unknown"
	}
}

// ItemOutcome reports what happened to one item of a batch.
type ItemOutcome struct {
	Index int    // position in the sequence, from 0
	Key   string // the item's phone number or ID
	ID    string // the contact or message ID that the server returned for it, if any
	State ItemState
	// Err is nil if State is ItemDone or ItemSkipped. Otherwise it is a [*ValidationError] for an
	// invalid item, an [*ItemError] for one that the server refused, an [*Error] if the call that
	// carried the item failed, or the error of the context.
	Err error
}

// ItemError reports that the server refused one item of a call that succeeded otherwise.
type ItemError struct {
	Reason string // the server's reason; may be empty
}

// Error returns the server's reason.
func (e *ItemError) Error() string { return "late: " + e.text() }

func (e *ItemError) text() string { return "refused: " + cmp.Or(e.Reason, "no reason given") }

// Progress counts the items of a batch so far.
type Progress struct {
	Total   int // items read from the sequence
	Done    int
	Skipped int
	Refused int
	NotSent int
	Unknown int
}

// BatchReport accounts for every item that a batch read from its sequence. The counts add up to
// Total.
//
// To resume a batch that stopped, send the problems that are worth a retry and the items of the
// sequence from index Total on. An item in state ItemNotSent is always safe to retry; ItemRefused
// if the cause was temporary ([ErrRateLimited]); ItemUnknown only if performing the operation
// twice is harmless.
//
// A report is lost if the process crashes. Package campaign sends to lists for which that matters.
type BatchReport struct {
	Total    int           // items read from the sequence
	Done     int           // processed
	Skipped  int           // the server had nothing to do
	Refused  int           // refused by the server, or invalid
	NotSent  int           // not sent
	Unknown  int           // the server may or may not have processed them
	Problems []ItemOutcome // the items that are neither done nor skipped, by Index
}

// Err returns a [*BatchError] that joins the errors of all problems, or nil if no item has a problem.
func (r *BatchReport) Err() error {
	if r == nil || len(r.Problems) == 0 {
		return nil
	}
	return &BatchError{Report: r}
}

// BatchError reports that a batch did not reach the end of its sequence, that a call failed, or
// that items were not sent or have an unknown outcome. errors.Is and errors.As find Err and the
// error of every problem.
type BatchError struct {
	Report *BatchReport
	Err    error // why the sequence was not read to its end; nil if it was
}

// Error returns the counts, the most serious problem and why the batch stopped.
func (e *BatchError) Error() string {
	r := e.Report
	if r == nil {
		r = &BatchReport{}
	}
	var parts []string
	if len(r.Problems) > 0 {
		var counts []string
		for _, c := range []struct {
			n     int
			state ItemState
		}{{r.Refused, ItemRefused}, {r.NotSent, ItemNotSent}, {r.Unknown, ItemUnknown}} {
			if c.n > 0 {
				counts = append(counts, grouped(c.n)+" "+c.state.String())
			}
		}
		text := fmt.Sprintf("%s of %s not done (%s)", grouped(len(r.Problems)), countItems(r.Total), strings.Join(counts, ", "))
		if p := slices.MinFunc(r.Problems, bySeverity); p.Err != nil && (e.Err == nil || p.State != ItemNotSent) {
			text += ": " + bare(p.Err)
		}
		parts = append(parts, text)
	}
	if e.Err != nil {
		parts = append(parts, "stopped after "+countItems(r.Total)+": "+bare(e.Err))
	}
	return "late: " + cmp.Or(strings.Join(parts, "; "), "the batch failed")
}

// bySeverity sorts failed calls before refused items.
func bySeverity(a, b ItemOutcome) int {
	rank := func(o ItemOutcome) int {
		_, isCall := errors.AsType[*Error](o.Err)
		switch {
		case isCall:
			return 0
		case o.State == ItemUnknown:
			return 1
		case o.State == ItemRefused:
			return 2
		}
		return 3
	}
	return cmp.Compare(rank(a), rank(b))
}

// Unwrap returns Err, if any, and the errors of all problems.
func (e *BatchError) Unwrap() []error {
	var errs []error
	if e.Err != nil {
		errs = append(errs, e.Err)
	}
	if e.Report != nil {
		for _, p := range e.Report.Problems {
			if p.Err != nil {
				errs = append(errs, p.Err)
			}
		}
	}
	return errs
}

// BatchOption configures a batch.
type BatchOption func(*batchOptions)

type batchOptions struct {
	concurrency int
	progress    func(Progress)
	outcome     func(ItemOutcome)
}

// WithConcurrency sets the maximum number of calls in flight. The default, also for values that
// are not positive, is 4.
func WithConcurrency(n int) BatchOption { return func(o *batchOptions) { o.concurrency = n } }

// WithProgress calls progress after each call of a batch, on the caller's goroutine.
func WithProgress(progress func(Progress)) BatchOption {
	return func(o *batchOptions) { o.progress = progress }
}

// WithOutcome calls outcome once for each item as soon as its outcome is known, on the caller's
// goroutine.
func WithOutcome(outcome func(ItemOutcome)) BatchOption {
	return func(o *batchOptions) { o.outcome = outcome }
}

// batchJob describes the calls of a batch.
type batchJob[T any] struct {
	size  int
	key   func(T) string
	check func(T) error
	// send returns a result for each item, in order, or an error for all of them.
	send func(ctx context.Context, items []T) ([]itemResult, error)
}

type itemResult struct {
	state ItemState
	id    string
	err   error
}

// indexed is a valid item with its position in the sequence.
type indexed[T any] struct {
	index int
	item  T
}

func run[T any](ctx context.Context, seq iter.Seq2[T, error], job batchJob[T], opts []BatchOption) (*BatchReport, error) {
	var l ledger
	for _, opt := range opts {
		if opt != nil {
			opt(&l.opts)
		}
	}
	valid := func(yield func(indexed[T], error) bool) {
		if seq == nil {
			return
		}
		for item, err := range seq {
			if err != nil {
				yield(indexed[T]{}, err)
				return
			}
			index := l.report.Total
			l.report.Total++
			if err := job.check(item); err != nil {
				l.settle(index, itemResult{state: ItemRefused, err: err}, func() string { return job.key(item) })
			} else if !yield(indexed[T]{index, item}, nil) {
				return
			}
			if ctx.Err() != nil {
				yield(indexed[T]{}, ctx.Err())
				return
			}
		}
	}
	err := batch.Run(ctx, valid, batch.Options{Size: job.size, Concurrency: l.opts.concurrency},
		func(ctx context.Context, chunk []indexed[T]) ([]itemResult, error) {
			items := make([]T, len(chunk))
			for i, c := range chunk {
				items[i] = c.item
			}
			results, err := job.send(ctx, items)
			if err == nil && len(results) != len(items) {
				err = &sentinel{fmt.Sprintf("%d results for %s", len(results), countItems(len(items))), ErrOutcomeUnknown}
			}
			return results, err
		},
		func(c batch.Settled[indexed[T], []itemResult]) {
			failed := itemResult{err: c.Err}
			if c.Err != nil {
				if failed.state = ItemNotSent; c.Sent {
					failed.state = stateOf(c.Err)
				}
				l.failed = true
			}
			for i, item := range c.Items {
				result := failed
				if c.Err == nil {
					result = c.Result[i]
				}
				l.settle(item.index, result, func() string { return job.key(item.item) })
			}
			l.progress()
		})
	l.progress()
	slices.SortFunc(l.report.Problems, func(a, b ItemOutcome) int { return a.Index - b.Index })
	if err != nil || l.failed || l.report.NotSent+l.report.Unknown > 0 {
		return &l.report, &BatchError{Report: &l.report, Err: err}
	}
	return &l.report, nil
}

// stateOf returns the state of the items of a call that failed with err.
func stateOf(err error) ItemState {
	_, isCall := errors.AsType[*Error](err)
	switch {
	case errors.Is(err, ErrOutcomeUnknown):
		return ItemUnknown
	case errors.Is(err, ErrNotSent):
		return ItemNotSent
	case isCall:
		return ItemRefused
	}
	return ItemUnknown
}

// ledger counts items and calls the caller's functions, all on the caller's goroutine.
type ledger struct {
	opts       batchOptions
	report     BatchReport
	failed     bool // whether a call failed
	settled    int
	reported   int  // items settled at the last call of progress
	inCallback bool // remains true after a callback has panicked
}

func (l *ledger) settle(index int, result itemResult, key func() string) {
	isProblem := false
	switch result.state {
	case ItemDone:
		l.report.Done++
	case ItemSkipped:
		l.report.Skipped++
	case ItemRefused:
		l.report.Refused++
		isProblem = true
	case ItemNotSent:
		l.report.NotSent++
		isProblem = true
	default:
		l.report.Unknown++
		isProblem = true
	}
	l.settled++
	if !isProblem && l.opts.outcome == nil {
		return
	}
	o := ItemOutcome{Index: index, Key: key(), ID: result.id, State: result.state, Err: result.err}
	if isProblem {
		l.report.Problems = append(l.report.Problems, o)
	}
	if l.opts.outcome != nil {
		l.callback(func() { l.opts.outcome(o) })
	}
}

func (l *ledger) progress() {
	if l.opts.progress == nil || l.reported == l.settled {
		return
	}
	l.reported = l.settled
	r := &l.report
	l.callback(func() {
		l.opts.progress(Progress{r.Total, r.Done, r.Skipped, r.Refused, r.NotSent, r.Unknown})
	})
}

// callback calls f, unless an earlier callback panicked and the batch is unwinding.
func (l *ledger) callback(f func()) {
	if !l.inCallback {
		l.inCallback = true
		f()
		l.inCallback = false
	}
}

func countItems(n int) string {
	if n == 1 {
		return "1 item"
	}
	return grouped(n) + " items"
}

// grouped formats 10500 as 10,500.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
