package paging

import "math"

// cursor decides which page is taken next, and whether one that came can be
// taken where it lies.
//
// Why no row is missed: say that a page is taken of the list as it was at some
// moment, and that the run is sound if every lasting row that stood before pos
// at the moment of the last page taken has been yielded. Let the next page, at
// pos, be of another moment, later or (prefetched) earlier. Between the two,
// rows only went, or only came, so no row moved towards the front by more than
// the total fell. If it did not fall, whatever stands before pos now stood
// there before, and taking the page keeps the run sound. If it fell by d, all
// that stands before pos-d now stood before pos: the run is sound at pos-d with
// the smaller total. At the start it is sound with any total. And it ends only
// with a page that reaches the end of the list as it was at that moment.
//
// The same holds when rows both come and go, if those that come stand in front
// (newest first) and those that go have been yielded: every other row moves by
// just what the total does. It cannot hold when one row goes in front and
// another comes behind between two pages: no total tells of that.
type cursor struct {
	start int
	pos   int
	floor int // the smallest total with which a page at pos can be taken

	misses int // pages refused since the last one taken
	low    int // the smallest total that was stepped back for since the last new row
	futile int // steps back since then that found no smaller one
	stale  int // rows read again since then, and since the total last changed
}

type verdict int

const (
	take verdict = iota
	stepBack
	giveUp
)

// maxFutile is far more than a busy list needs: each one is a total that rose
// and fell again without a single new row coming into view.
const maxFutile = 16

func newCursor(start int) *cursor {
	start = max(start, 0)
	return &cursor{start: start, pos: start, low: math.MaxInt}
}

// judge says what to do with a page of so many items that came for pos. A step
// back moves pos.
func (c *cursor) judge(total, items int) verdict {
	told := total > 0 || items == 0
	if c.pos == c.start || !told || total >= c.floor {
		return take
	}
	if total < c.low {
		c.low = total
	} else if items == 0 && total == 0 {
		return take // stepped back for already: the server tells no total with an empty page
	} else if c.futile++; c.futile > maxFutile {
		return giveUp
	}
	// Rows that keep going while pages are refetched would have each page refused
	// anew, so every miss in a row goes further back than it must.
	back := (c.floor - total) << min(c.misses, 16)
	c.misses++
	c.stale = 0
	c.pos = max(c.start, c.pos-back)
	c.floor -= back
	return stepBack
}

// advance takes a page at pos.
func (c *cursor) advance(total, items int) {
	c.pos += items
	c.misses = 0
	if total > 0 {
		if total != c.floor {
			c.stale = 0 // rows that come in front push seen ones into view again
		}
		c.floor = total
	}
}

// progress notes a row that had not been seen before.
func (c *cursor) progress() {
	c.low, c.futile, c.stale = math.MaxInt, 0, 0
}
