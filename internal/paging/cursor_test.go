package paging

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCursor(t *testing.T) {
	t.Parallel()
	type page struct{ total, items int }
	tests := map[string]struct {
		start int
		pages []page
		at    []int // the offset after each page
	}{
		"a steady list": {
			pages: []page{{100, 10}, {100, 10}, {100, 7}}, at: []int{10, 20, 27},
		},
		"a list that grows": {
			pages: []page{{100, 10}, {105, 10}, {900, 10}}, at: []int{10, 20, 30},
		},
		"a shrink is stepped back for": {
			pages: []page{{100, 10}, {100, 10}, {97, 10}, {97, 10}}, at: []int{10, 20, 17, 27},
		},
		"never below the start": {
			start: 8, pages: []page{{100, 10}, {50, 10}, {50, 10}}, at: []int{18, 8, 18},
		},
		"at the start, any total will do": {
			pages: []page{{100, 10}, {80, 10}, {60, 10}, {60, 10}}, at: []int{10, 0, 10, 20},
		},
		"a page that had room to shrink further is taken": {
			pages: []page{{100, 50}, {90, 10}, {85, 10}, {80, 10}, {80, 10}}, at: []int{50, 40, 30, 40, 50},
		},
		"misses in a row go back further": {
			pages: []page{{1000, 500}, {999, 10}, {998, 10}, {996, 10}, {995, 10}}, at: []int{500, 499, 497, 493, 503},
		},
		"a page taken ends the row of misses": {
			pages: []page{{1000, 500}, {999, 10}, {999, 10}, {998, 10}}, at: []int{500, 499, 509, 508},
		},
		"a total that is not told changes nothing": {
			pages: []page{{100, 10}, {0, 10}, {99, 10}, {0, 10}, {99, 10}}, at: []int{10, 20, 19, 29, 39},
		},
		"an empty page tells of an empty list": {
			pages: []page{{100, 60}, {0, 0}, {0, 0}}, at: []int{60, 0, 0},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCursor(test.start)
			for i, p := range test.pages {
				if c.judge(p.total, p.items) == take {
					c.advance(p.total, p.items)
				}
				require.Equal(t, test.at[i], c.pos, "page %d", i)
			}
		})
	}
}

func TestCursorGivesUpOnlyIfNothingNewComes(t *testing.T) {
	t.Parallel()
	flap := func(c *cursor) verdict {
		c.pos, c.floor = 50, 100
		return c.judge(90, 10)
	}
	c := newCursor(0)
	for range 1 + maxFutile {
		require.Equal(t, stepBack, flap(c))
	}
	c.progress()
	for range 1 + maxFutile {
		require.Equal(t, stepBack, flap(c))
	}
	require.Equal(t, giveUp, flap(c))

	c = newCursor(0)
	for total := 1000; total > 0; total-- { // ever fewer rows are no flapping
		c.pos, c.floor = 50, total+1
		require.Equal(t, stepBack, c.judge(total, 10))
	}
}
