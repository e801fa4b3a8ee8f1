package late

import (
	"context"
	"iter"

	"github.com/wabakit/wabakit-go/internal/paging"
)

// IterOption sets up an iterator.
type IterOption func(*paging.Options)

// WithPrefetch fetches up to n pages ahead while the loop works. Without it, a page is fetched
// when the loop asks for it.
func WithPrefetch(n int) IterOption {
	return func(o *paging.Options) { o.Prefetch = max(n, 0) }
}

// each iterates over the rows of a list, from the skip-th on. What is known to be wrong, err,
// is the first and last thing.
func each[T any](ctx context.Context, err error, skip int, opts []IterOption,
	fetch func(ctx context.Context, skip int) ([]T, Pagination, error), key func(T) string,
) iter.Seq2[T, error] {
	if err != nil {
		return func(yield func(T, error) bool) {
			var zero T
			yield(zero, err)
		}
	}
	o := paging.Options{Start: skip}
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	return paging.All(ctx, o, func(ctx context.Context, skip int) (paging.Page[T], error) {
		items, p, err := fetch(ctx, skip)
		return paging.Page[T]{Items: items, Total: p.Total, HasMore: p.HasMore}, err
	}, key)
}
