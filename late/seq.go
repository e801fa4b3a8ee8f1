package late

import (
	"iter"
	"slices"
)

// FromSlice returns a sequence of items, which cannot fail.
func FromSlice[T any](items []T) iter.Seq2[T, error] {
	return FromSeq(slices.Values(items))
}

// FromSeq returns a sequence of the values of seq, which cannot fail. If seq is nil, the result
// is empty.
func FromSeq[T any](seq iter.Seq[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if seq == nil {
			return
		}
		for item := range seq {
			if !yield(item, nil) {
				return
			}
		}
	}
}

// Map returns a sequence of f(item) for each item of seq. It ends with the first error of seq.
// If seq is nil, the result is empty; if f is nil, the result has only a [*ValidationError].
func Map[T, R any](seq iter.Seq2[T, error], f func(T) R) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		var none R
		switch {
		case seq == nil:
			return
		case f == nil:
			yield(none, invalid("f", "must not be nil"))
			return
		}
		for item, err := range seq {
			if err != nil {
				yield(none, err)
				return
			}
			if !yield(f(item), nil) {
				return
			}
		}
	}
}
