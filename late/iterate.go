package late

import (
	"context"
	"iter"

	"github.com/wabakit/wabakit-go/internal/paging"
)

// IterOption configures an iterator.
type IterOption func(*iterOptions)

type iterOptions struct{ paging paging.Options }

// WithPrefetch fetches up to n pages ahead, at most 100, while the loop runs. By default, and if n
// is not positive, a page is fetched when the loop needs it.
func WithPrefetch(n int) IterOption {
	return func(o *iterOptions) { o.paging.Prefetch = n }
}

// each iterates over the rows of a list, starting at offset skip. If err is not nil, the sequence
// yields only err. key returns the ID of a row and what the list is sorted by, if that can change.
func each[T any](ctx context.Context, err error, skip int, opts []IterOption,
	fetch func(ctx context.Context, skip int) ([]T, Pagination, error), key func(T) (id, place string),
) iter.Seq2[T, error] {
	o := iterOptions{paging.Options{Start: skip}}
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	rows := paging.All(ctx, o.paging, func(ctx context.Context, skip int) (paging.Page[T], error) {
		items, p, err := fetch(ctx, skip)
		if p == (Pagination{}) {
			p.Total = -1 // not in the response
		}
		return paging.Page[T]{Items: items, Total: p.Total, HasMore: p.HasMore}, err
	}, key)
	return func(yield func(T, error) bool) {
		var none T
		if err != nil {
			yield(none, err)
			return
		}
		for row, err := range rows {
			if !yield(row, prefixed(err)) {
				return
			}
		}
	}
}

// prefixed returns an error of this package that wraps err, unless err is one or is nil.
func prefixed(err error) error {
	if _, ok := err.(interface{ text() string }); ok || err == nil {
		return err
	}
	return &sentinel{err.Error(), err}
}
