package paging

import (
	"context"
	"errors"
)

// window holds the pages that were asked for ahead of the loop, in offset order.
// Only the goroutine of the loop uses it.
type window[T any] struct {
	parent context.Context
	fetch  func(ctx context.Context, skip int) (Page[T], error)
	depth  int

	lead   int // how far to read ahead now: up to depth, less after a wrong prediction
	queue  []*request[T]
	ctx    context.Context // of every request in the queue
	cancel context.CancelFunc
}

func newWindow[T any](ctx context.Context, depth int, fetch func(context.Context, int) (Page[T], error)) *window[T] {
	return &window[T]{parent: ctx, fetch: fetch, depth: depth, lead: depth}
}

type request[T any] struct {
	skip int
	done chan struct{}
	page Page[T]
	err  error

	panicked any // raised again by take, on the loop's goroutine
}

// errNoAnswer keeps a fetch that ends its goroutine (t.FailNow does) from
// looking like an empty page.
var errNoAnswer = errors.New("paging: fetch did not return")

// take returns the page at skip, fetching it if that was not predicted.
func (w *window[T]) take(skip int) (Page[T], error) {
	if w.depth <= 0 {
		w.open()
		return w.fetch(w.ctx, skip)
	}
	w.expect(skip)
	if len(w.queue) > 0 {
		w.lead = min(2*w.lead, w.depth)
	} else {
		w.ask(skip)
	}
	head := w.queue[0]
	select {
	case <-head.done:
		w.queue = w.queue[1:]
		if head.panicked != nil {
			panic(head.panicked)
		}
		return head.page, head.err
	case <-w.parent.Done():
		return Page[T]{}, w.parent.Err()
	}
}

// fill asks for pages from next on, size apart. Past a known total it asks for
// none but the first, which has to be taken in any case.
func (w *window[T]) fill(next, size, total int) {
	w.expect(next)
	next += len(w.queue) * size
	for len(w.queue) < w.lead && (len(w.queue) == 0 || total <= 0 || next < total) {
		w.ask(next)
		next += size
	}
}

// discard cancels what is in flight, and returns when it has ended.
func (w *window[T]) discard() {
	if w.cancel != nil {
		w.cancel()
		w.cancel = nil
	}
	for _, r := range w.queue {
		<-r.done
	}
	w.queue = nil
}

// expect discards a queue that does not begin at skip: a page was shorter than
// predicted, or refused. Until predictions hold again, pages are asked for with
// a smaller lead, because a list that keeps shifting would otherwise cost depth
// requests for each page.
func (w *window[T]) expect(skip int) {
	if len(w.queue) > 0 && w.queue[0].skip != skip {
		w.discard()
		w.lead = 1
	}
}

func (w *window[T]) ask(skip int) {
	w.open()
	ctx := w.ctx
	r := &request[T]{skip: skip, done: make(chan struct{}), err: errNoAnswer}
	w.queue = append(w.queue, r)
	go func() {
		defer func() {
			r.panicked = recover()
			close(r.done)
		}()
		r.page, r.err = w.fetch(ctx, skip)
	}()
}

// open makes the context that the next discard ends.
func (w *window[T]) open() {
	if w.cancel == nil {
		w.ctx, w.cancel = context.WithCancel(w.parent)
	}
}
