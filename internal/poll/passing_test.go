package poll_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/poll"
)

func TestLooksThatFailInPassingAreBorneFiveTimesInARow(t *testing.T) {
	t.Parallel()
	down, final := errors.New("down"), errors.New("refused")
	passing := func(err error) bool { return errors.Is(err, down) }
	tests := map[string]struct {
		passing func(error) bool
		looks   []error // what each look fails with; the last value seen is the number of the look
		want    error
		last    int
	}{
		"five, and again five":   {passing, []error{down, down, down, down, down, nil, down, down, down, down, down, nil}, nil, 12},
		"six":                    {passing, []error{nil, down, down, down, down, down, down, nil}, down, 1},
		"one that does not pass": {passing, []error{nil, down, final, nil}, final, 1},
		"nobody tells":           {nil, []error{down, nil}, down, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				look := 0
				last, err := poll.Until(t.Context(), poll.Options{Passing: tt.passing}, func(context.Context) (int, error) {
					look++
					return look, tt.looks[look-1]
				}, func(n int) bool { return n == len(tt.looks) })
				require.ErrorIs(t, err, tt.want)
				require.Equal(t, tt.last, last)
			})
		})
	}
}
