package paging

import (
	"context"
	"errors"
)

// maxPrefetch bounds the pages that are fetched ahead.
const maxPrefetch = 100

// errNoReturn is the error of a fetch that called runtime.Goexit, as t.FailNow does.
var errNoReturn = errors.New("fetch did not return")

// window holds the requests that were made ahead of the loop, in the order of their offsets. Only
// the goroutine of the loop uses it.
type window[T any] struct {
	parent context.Context
	fetch  func(ctx context.Context, skip int) (Page[T], error)
	depth  int

	lead   int // how far to read ahead: depth, or less after a wrong prediction
	queue  []*request[T]
	ctx    context.Context // of the requests in the queue
	cancel context.CancelFunc
}

type request[T any] struct {
	skip     int
	done     chan struct{}
	page     Page[T]
	err      error
	panicked any
}

func newWindow[T any](ctx context.Context, depth int, fetch func(context.Context, int) (Page[T], error)) *window[T] {
	depth = min(depth, maxPrefetch)
	return &window[T]{parent: ctx, fetch: fetch, depth: depth, lead: depth}
}

// take returns the page at skip, which it fetches if that was not predicted.
func (w *window[T]) take(skip int) (Page[T], error) {
	if w.depth <= 0 {
		w.open()
		return w.fetch(w.ctx, skip)
	}
	w.expect(skip)
	if len(w.queue) > 0 {
		w.lead = min(2*w.lead, w.depth)
	} else {
		w.request(skip)
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

// fill requests pages from next on, size apart. Past a known total it requests only the first,
// which is needed in any case.
func (w *window[T]) fill(next, size, total int) {
	w.expect(next)
	next += len(w.queue) * size
	for len(w.queue) < w.lead && (len(w.queue) == 0 || total <= 0 || next+1 < total) {
		w.request(next)
		next += size
	}
}

// discard cancels the requests in flight and waits for them.
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

// expect discards a queue that does not begin at skip, because a page was shorter than predicted or
// did not match. It also reduces the lead until predictions are right again: a list that keeps
// changing would otherwise cost depth requests for each page.
func (w *window[T]) expect(skip int) {
	if len(w.queue) > 0 && w.queue[0].skip != skip {
		w.discard()
		w.lead = 1
	}
}

func (w *window[T]) request(skip int) {
	w.open()
	ctx := w.ctx
	r := &request[T]{skip: skip, done: make(chan struct{}), err: errNoReturn}
	w.queue = append(w.queue, r)
	go func() {
		defer func() {
			r.panicked = recover()
			close(r.done)
		}()
		r.page, r.err = w.fetch(ctx, skip)
	}()
}

// open makes the context that the next discard cancels.
func (w *window[T]) open() {
	if w.cancel == nil {
		w.ctx, w.cancel = context.WithCancel(w.parent)
	}
}
