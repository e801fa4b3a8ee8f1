package onpremise

import (
	"context"
	"errors"
	"iter"
	"strings"

	"github.com/wabakit/wabakit-go/internal/batch"
)

// ItemState is what became of one item of a batch. It prints as a word: done, skipped, refused,
// not sent, unknown.
type ItemState = batch.State

// What can have become of an item.
const (
	ItemDone    = batch.Done    // the server did it
	ItemSkipped = batch.Skipped // the server had it already
	ItemRefused = batch.Refused // the server said no, or it cannot be right; Err says why
	ItemNotSent = batch.NotSent // it never left
	ItemUnknown = batch.Unknown // it may or may not have been done
)

// ItemOutcome is what became of one item of a batch. Where it is neither done nor skipped, Err
// says why: a [*ValidationError] of an item that was not sent because it cannot be right, an
// [*Error] of a call that failed with all of its items.
type ItemOutcome struct {
	Index int    // its place in the sequence, from 0
	Key   string // its phone
	State ItemState
	Err   error
}

// Progress is how far a batch has come.
type Progress struct {
	Total   int // items read from the sequence so far
	Done    int // the server did it
	Skipped int // the server had it already
	Refused int // the server said no, or it cannot be right
	NotSent int // never left
	Unknown int // may or may not have been done
}

// BatchReport accounts for every item of a batch: its counts add up to Total.
//
// To resume, send the items of Problems that are worth another try, and those of the sequence
// from index Total on: ItemNotSent can be sent again without a thought, ItemRefused where its
// Err has passed (ErrRateLimited), ItemUnknown only where doing it twice does no harm.
type BatchReport struct {
	Total    int           // items read from the sequence
	Done     int           // the server did it
	Skipped  int           // the server had it already
	Refused  int           // the server said no, or it cannot be right; Err says why
	NotSent  int           // never left
	Unknown  int           // may or may not have been done
	Problems []ItemOutcome // every item that is neither done nor skipped, by Index
}

// BatchOption sets up a batch.
type BatchOption func(*batch.Options)

// WithConcurrency sets how many calls of a batch are under way at the most: 4 without it.
func WithConcurrency(n int) BatchOption {
	return func(o *batch.Options) { o.Concurrency = n }
}

// WithProgress calls progress after every call of a batch, on the goroutine that runs it.
func WithProgress(progress func(Progress)) BatchOption {
	return func(o *batch.Options) { o.Progress = func(p batch.Progress) { progress(Progress(p)) } }
}

// WithOutcome calls outcome once for each item of a batch, as it is settled, on the goroutine
// that runs it.
func WithOutcome(outcome func(ItemOutcome)) BatchOption {
	return func(o *batch.Options) { o.Outcome = func(i batch.Outcome) { outcome(ItemOutcome(i)) } }
}

// run sends seq in chunks of size. The name stands in the error: "check contacts".
func run[T any](ctx context.Context, name string, size int, seq iter.Seq[T], job batch.Job[T], opts []BatchOption) (*BatchReport, error) {
	o := batch.Options{Size: size}
	for _, opt := range opts {
		opt(&o)
	}
	job.Classify = classify
	r, err := batch.Run(ctx, seq, job, o)
	report := &BatchReport{
		Total: r.Total, Done: r.Done, Skipped: r.Skipped, Refused: r.Refused, NotSent: r.NotSent, Unknown: r.Unknown,
	}
	for _, p := range r.Problems {
		report.Problems = append(report.Problems, ItemOutcome(p))
	}
	if err != nil {
		err = &batchError{name: name, err: err}
	}
	return report, err
}

// batchError names the batch once, although its causes name it, too.
type batchError struct {
	name string
	err  error
}

func (e *batchError) Error() string {
	prefix := "onpremise: " + e.name + ": "
	return prefix + strings.ReplaceAll(e.err.Error(), prefix, "")
}

func (e *batchError) Unwrap() error { return e.err }

// classify says what the error of a call means for the items in it.
func classify(err error) batch.State {
	switch {
	case errors.Is(err, ErrOutcomeUnknown):
		return batch.Unknown
	case errors.Is(err, ErrNotSent):
		return batch.NotSent
	}
	// What has left and leaves no doubt was refused, also where a later attempt could not leave.
	if _, ok := errors.AsType[*Error](err); ok {
		return batch.Refused
	}
	return batch.Unknown
}
