// Package paging turns an API's offset ("skip") pages into an iterator that
// yields every row once, although offsets shift as rows come and go.
package paging

import (
	"context"
	"fmt"
	"iter"
)

// Page is what one fetch received.
type Page[T any] struct {
	Items   []T
	Total   int // rows in the whole list; 0 or less where the server does not tell
	HasMore bool
}

// Options say where a run begins and how far it reads ahead.
type Options struct {
	// Start is the first offset. A run never goes below it.
	Start int
	// Prefetch is how many pages are fetched ahead while the loop works. With 0
	// a page is fetched when the loop asks for it, on the loop's own goroutine.
	Prefetch int
}

// All yields every row of the list that fetch reads, and each key once; rows
// with an empty key are never taken for one another. With Prefetch, fetch is
// called concurrently. An error is yielded once, with the zero T, as the last
// thing.
//
// Rows may come and go during the run, also by the loop's own doing. A row that
// is there throughout is yielded, as long as the totals tell of the change; see
// cursor for what that means.
//
// The end of ctx ends the run before the next row, even where rows are at hand;
// a list that was yielded whole ends without an error. When the loop ends, for
// whatever reason, what is in flight is cancelled and waited for. Each range
// over the sequence is a run of its own.
func All[T any](
	ctx context.Context,
	opts Options,
	fetch func(ctx context.Context, skip int) (Page[T], error),
	key func(T) string,
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		ahead := newWindow(ctx, opts.Prefetch, fetch)
		defer ahead.discard()
		if err := walk(ctx, newCursor(opts.Start), ahead, key, yield); err != nil {
			var zero T
			yield(zero, err)
		}
	}
}

// walk returns nil when the list or the loop has ended.
func walk[T any](ctx context.Context, at *cursor, ahead *window[T], key func(T) string, yield func(T, error) bool) error {
	seen := make(map[string]struct{})
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		page, err := ahead.take(at.pos)
		if err != nil {
			return err
		}
		page.Total = max(page.Total, 0)
		// Before the check for an empty page: past the end of a list that shrank
		// there is nothing, while rows that were not yielded lie further ahead.
		switch at.judge(page.Total, len(page.Items)) {
		case stepBack:
			continue
		case giveUp:
			return fmt.Errorf("paging: the total keeps changing around offset %d and nothing new comes", at.pos)
		}
		if len(page.Items) == 0 {
			return nil
		}
		at.advance(page.Total, len(page.Items))
		more := page.HasMore || at.pos < page.Total
		if more {
			ahead.fill(at.pos, len(page.Items), page.Total)
		}
		known := len(seen)
		for _, item := range page.Items {
			if err := ctx.Err(); err != nil {
				return err
			}
			if k := key(item); k != "" {
				if _, again := seen[k]; again {
					at.stale++
					continue
				}
				seen[k] = struct{}{}
			}
			at.progress()
			if !yield(item, nil) {
				return nil
			}
		}
		// Where nothing has ever told of an end, it is a page with nothing new.
		if untold := at.floor == 0 && len(seen) > known; !more && !untold {
			return nil
		}
		// A server that ignores the offset would keep the run going for ever.
		if at.stale > len(seen) {
			if page.Total > 0 && at.pos >= page.Total {
				return nil
			}
			return fmt.Errorf("paging: the list repeats itself before offset %d", at.pos)
		}
	}
}
