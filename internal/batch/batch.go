// Package batch turns a sequence of any length into bounded, concurrent chunks
// and one report of what became of every item.
package batch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
)

const defaultConcurrency = 4

// Job is what is done with the items.
type Job[T any] struct {
	// Key names an item in the report.
	Key func(T) string
	// Check, where there is one, looks at an item before it joins a chunk. One
	// that fails is Refused with the error, and is never sent.
	Check func(T) error
	// Send settles a chunk: with one Result for each item, in their order, or
	// with an error for all of them. It is called concurrently, and must not keep
	// the chunk after it returns, because the next one is built in its place.
	Send func(ctx context.Context, chunk []T) ([]Result, error)
	// Classify says what an error of Send means for the items of the chunk:
	// Refused, NotSent or Unknown. Anything else counts as Unknown, as does every
	// error where there is no Classify.
	Classify func(error) State
}

// Options are how it is done.
type Options struct {
	Size        int // items of a chunk, at least 1
	Concurrency int // chunks in flight; 4 where it is 0
	// Progress is called after each settled chunk, and at the end if items were
	// settled since. Outcome is called once for each item as it is settled. Both
	// are called on the goroutine that called Run, as Key, Check and the sequence
	// are, so that none of them needs a lock; while the sequence makes the caller
	// wait, they wait too.
	Progress func(Progress)
	Outcome  func(Outcome)
}

// Run sends the items of seq in chunks, and goes on past those that fail.
// Memory is bounded by Size, Concurrency and the number of problems, whatever
// the length of seq.
//
// When ctx ends, no more items are read and no chunk is started; what was read
// and not sent is NotSent with the error of ctx. Items that were not read are not
// in the report: who resumes takes those of Problems that may be sent again, and
// everything from index Total on. With a ctx that has ended, nothing is read.
//
// The report is always there. The error is nil if seq was read to its end and
// every item is Done or Skipped; else it wraps the distinct causes, at least one
// for each State, and the error of ctx if that cut the run short.
func Run[T any](ctx context.Context, seq iter.Seq[T], job Job[T], opts Options) (*Report, error) {
	if opts.Size < 1 {
		opts.Size = 1
	}
	if opts.Concurrency < 1 {
		opts.Concurrency = defaultConcurrency
	}
	r := &run[T]{
		ctx:      ctx,
		job:      job,
		opts:     opts,
		ledger:   newLedger(opts),
		answered: make(chan *chunk[T], opts.Concurrency),
	}
	r.all(seq)
	r.ledger.progress()
	slices.SortFunc(r.ledger.report.Problems, func(a, b Outcome) int { return a.Index - b.Index })
	return &r.ledger.report, r.ledger.err(r.ended, r.cut)
}

// chunk is a buffer that goes around: filled, sent, settled, filled again.
type chunk[T any] struct {
	items   []T
	index   []int // of each item in the sequence
	results []Result
	err     error
}

type run[T any] struct {
	ctx      context.Context
	job      Job[T]
	opts     Options
	ledger   *ledger
	filling  *chunk[T]
	spare    []*chunk[T]
	inFlight int
	answered chan *chunk[T] // holds all that can be in flight, so that no sender waits
	ended    error          // of ctx, if that held anything back
	cut      bool           // the sequence was not read to its end
}

func (r *run[T]) all(seq iter.Seq[T]) {
	// If the sequence panics, what is in flight is still waited for and told; if a
	// callback does, at least waited for.
	defer r.await()
	defer r.drain()
	if r.ended = r.ctx.Err(); r.ended != nil {
		r.cut = true
		return
	}
	for item := range seq {
		r.read(item)
		r.settleAnswered()
		if r.ended = r.ctx.Err(); r.ended != nil {
			r.cut = true
			break
		}
	}
	if r.filling != nil {
		r.dispatch()
	}
}

func (r *run[T]) read(item T) {
	index := r.ledger.read()
	if r.job.Check != nil {
		if err := r.job.Check(item); err != nil {
			r.ledger.settle(Outcome{Index: index, State: Refused, Err: err}, func() string { return r.job.Key(item) })
			return
		}
	}
	if r.filling == nil {
		r.filling = r.empty()
	}
	r.filling.items = append(r.filling.items, item)
	r.filling.index = append(r.filling.index, index)
	if len(r.filling.items) == r.opts.Size {
		r.dispatch()
	}
}

func (r *run[T]) dispatch() {
	c := r.filling
	r.filling = nil
	for r.inFlight == r.opts.Concurrency {
		r.settle(<-r.answered)
	}
	if err := r.ctx.Err(); err != nil {
		r.ended = err
		for i := range c.items {
			r.record(c, i, Result{State: NotSent, Err: err})
		}
		r.close(c)
		return
	}
	r.inFlight++
	ctx, send, answered := r.ctx, r.job.Send, r.answered
	go func() {
		defer func() { answered <- c }()
		c.results, c.err = nil, errNoAnswer
		c.results, c.err = send(ctx, c.items)
	}()
}

func (r *run[T]) settleAnswered() {
	for r.inFlight > 0 {
		select {
		case c := <-r.answered:
			r.settle(c)
		default:
			return
		}
	}
}

func (r *run[T]) drain() {
	for r.inFlight > 0 {
		r.settle(<-r.answered)
	}
}

func (r *run[T]) await() {
	for ; r.inFlight > 0; r.inFlight-- {
		<-r.answered
	}
}

func (r *run[T]) settle(c *chunk[T]) {
	r.inFlight--
	err, state := c.err, Unknown
	if err == nil && len(c.results) != len(c.items) {
		err = fmt.Errorf("%d results for %d items", len(c.results), len(c.items))
	} else if err != nil && r.job.Classify != nil && !errors.Is(err, errNoAnswer) {
		state = r.job.Classify(err)
	}
	if !state.problem() {
		state = Unknown
	}
	for i := range c.items {
		if err != nil {
			r.record(c, i, Result{State: state, Err: err})
		} else {
			r.record(c, i, c.results[i])
		}
	}
	r.close(c)
}

func (r *run[T]) record(c *chunk[T], i int, result Result) {
	r.ledger.settle(
		Outcome{Index: c.index[i], State: result.State, Err: result.Err},
		func() string { return r.job.Key(c.items[i]) },
	)
}

// close ends the round of a chunk whose items are settled.
func (r *run[T]) close(c *chunk[T]) {
	r.ledger.progress()
	clear(c.items)
	c.items, c.index, c.results, c.err = c.items[:0], c.index[:0], nil, nil
	r.spare = append(r.spare, c)
}

func (r *run[T]) empty() *chunk[T] {
	if n := len(r.spare); n > 0 {
		c := r.spare[n-1]
		r.spare = r.spare[:n-1]
		return c
	}
	return &chunk[T]{}
}
