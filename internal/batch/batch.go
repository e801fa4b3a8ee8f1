// Package batch sends a sequence of any length in bounded, concurrent chunks.
package batch

import (
	"context"
	"errors"
	"iter"
)

// DefaultConcurrency is the number of chunks in flight if Options.Concurrency is not positive.
const DefaultConcurrency = 4

// errNoReturn is the error of a chunk whose send called runtime.Goexit, as t.FailNow does, or
// panicked.
var errNoReturn = errors.New("the call did not return")

// Options bounds the chunks. Values that are not positive mean the defaults.
type Options struct {
	Size        int // items of a chunk; 1 by default
	Concurrency int // chunks in flight; DefaultConcurrency by default
}

// Settled is a chunk whose outcome is known.
type Settled[T, R any] struct {
	Items  []T
	Sent   bool // whether send was called
	Result R
	Err    error // the error of send, or of the context if send was not called
}

// Run reads seq, and calls send for chunks of it on goroutines of its own. It calls settle for
// each chunk on the goroutine that called Run, in the order in which the chunks finish. Memory is
// bounded by the size and the number of chunks in flight. Neither send nor settle may keep a
// chunk's Items.
//
// Run stops reading if seq yields an error or if ctx is done. Items that were read before an error of
// seq are still sent; after the end of ctx none is. Run returns the error of seq, or that of ctx if
// it left items unread or unsent.
//
// Run waits for the calls in flight before it returns or panics. A panic of send is raised again
// on the goroutine that called Run.
func Run[T, R any](ctx context.Context, seq iter.Seq2[T, error], opts Options,
	send func(ctx context.Context, items []T) (R, error), settle func(Settled[T, R]),
) error {
	if opts.Size < 1 {
		opts.Size = 1
	}
	if opts.Concurrency < 1 {
		opts.Concurrency = DefaultConcurrency
	}
	r := &run[T, R]{ctx: ctx, opts: opts, send: send, settle: settle, finished: make(chan *chunk[T, R])}
	return r.all(seq)
}

type chunk[T, R any] struct {
	Settled[T, R]
	panicked any
}

type run[T, R any] struct {
	ctx      context.Context
	opts     Options
	send     func(context.Context, []T) (R, error)
	settle   func(Settled[T, R])
	filling  *chunk[T, R]
	spare    []*chunk[T, R]
	inFlight int
	finished chan *chunk[T, R]
	settling bool  // remains true if settle panics
	held     error // why items were left unread or unsent
}

func (r *run[T, R]) all(seq iter.Seq2[T, error]) error {
	// After a panic of seq, chunks in flight are still settled. After one of settle, they are
	// only waited for.
	defer func() {
		for ; r.inFlight > 0; r.inFlight-- {
			<-r.finished
		}
	}()
	defer func() {
		for r.inFlight > 0 {
			r.receive(<-r.finished)
		}
	}()
	if err := r.ctx.Err(); err != nil || seq == nil {
		return err
	}
	for item, err := range seq {
		if err != nil {
			r.held = err
			break
		}
		r.add(item)
		r.poll()
		if r.held = r.ctx.Err(); r.held != nil {
			break
		}
	}
	if r.filling != nil {
		r.dispatch()
	}
	return r.held
}

func (r *run[T, R]) add(item T) {
	if r.filling == nil {
		r.filling = &chunk[T, R]{}
		if n := len(r.spare); n > 0 {
			r.filling, r.spare = r.spare[n-1], r.spare[:n-1]
		}
	}
	r.filling.Items = append(r.filling.Items, item)
	if len(r.filling.Items) == r.opts.Size {
		r.dispatch()
	}
}

func (r *run[T, R]) dispatch() {
	c := r.filling
	r.filling = nil
	for r.inFlight >= r.opts.Concurrency {
		r.receive(<-r.finished)
	}
	if c.Err = r.ctx.Err(); c.Err != nil {
		r.held = c.Err
		r.finish(c)
		return
	}
	r.inFlight++
	c.Sent, c.Err = true, errNoReturn
	go func() {
		defer func() {
			c.panicked = recover()
			r.finished <- c
		}()
		c.Result, c.Err = r.send(r.ctx, c.Items)
	}()
}

// poll settles the chunks that have finished, without waiting.
func (r *run[T, R]) poll() {
	for r.inFlight > 0 {
		select {
		case c := <-r.finished:
			r.receive(c)
		default:
			return
		}
	}
}

func (r *run[T, R]) receive(c *chunk[T, R]) {
	r.inFlight--
	panicked := c.panicked
	r.finish(c)
	if panicked != nil {
		panic(panicked)
	}
}

func (r *run[T, R]) finish(c *chunk[T, R]) {
	if !r.settling { // otherwise settle panicked, and Run only waits
		r.settling = true
		r.settle(c.Settled)
		r.settling = false
	}
	clear(c.Items)
	*c = chunk[T, R]{Settled: Settled[T, R]{Items: c.Items[:0]}}
	r.spare = append(r.spare, c)
}
