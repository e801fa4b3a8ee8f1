// Package paging turns the pages of a list into an iterator that yields every row once, although
// the list may change while it is read.
//
// # Offset pages
//
// Offsets shift as rows come, go and move. All therefore requests pages that overlap by one row: a
// page must begin with a row that was read before, and that has not moved since. If it does not,
// All steps back until a page does.
//
// A row that is in the list throughout and does not move is always yielded. Say that all such rows
// up to the last row of a page have been read. Rows that do not move keep their order. If the next
// page begins with one of them that was read, everything in front of that row was read too, and
// everything behind it, up to the end of the page, is in the page. To know whether a row moved, All
// compares what the list is sorted by, by a hash of 16 bits.
//
// A row that moves, as a renamed one does in a list sorted by name, may jump from the unread part to
// the part that was read. All notices that in two ways: more rows came to the part that was read than
// to the whole list, or the list has more rows in the end than were read. It then reads the list
// again from the start, and yields only new rows: up to 3 times in all, or 10 times if the total
// says that rows are still missing.
//
// Not guaranteed: a row that jumps ahead of each of these passes, or whose jump is made up for in
// both counts by other changes between two requests, is missed. Rows that are created or deleted
// meanwhile may or may not be yielded. Without totals in the responses, or in pages of one row, only
// a list that does not change is certain to be complete.
//
// # Memory
//
// All keeps a 64-bit hash of the ID and a 16-bit hash of the place of each row: 20 MiB for a million
// rows, 30 MiB while the table grows. The probability that two IDs among a million have the same
// hash, which would hide a row, is 3 in 100 million.
package paging

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"iter"
	"slices"
)

// Page is one page of a list.
type Page[T any] struct {
	Items   []T
	Total   int // rows in the whole list; negative if the response does not say
	HasMore bool
}

// Options configures All.
type Options struct {
	Start    int // the first offset
	Prefetch int // pages fetched ahead, at most 100; with 0, a page is fetched when it is needed
}

const (
	maxPasses  = 3  // if rows may be missing
	maxMissing = 10 // if the total says that rows are missing
	maxFutile  = 16 // steps back in a row without getting further
	maxAlone   = 2  // pages of one row that are requested again before the next one is trusted
)

// All iterates over the rows of the list that fetch reads. key returns the ID of a row, and its
// place: what the list is sorted by, if that can change. All yields an error once, last. If rows
// have no ID, it can read only one page.
//
// With Prefetch, fetch is called concurrently, and a panic in it is raised again on the
// goroutine of the loop. All checks ctx before each row. When the loop ends, requests in flight
// are canceled and waited for. Each range over the result reads the list anew.
func All[T any](ctx context.Context, opts Options,
	fetch func(ctx context.Context, skip int) (Page[T], error), key func(T) (id, place string),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		r := &run[T]{
			ctx: ctx, start: max(opts.Start, 0), pages: newWindow(ctx, opts.Prefetch, fetch), yield: yield,
			rows: newRows(key), previous: make(map[uint64]int),
		}
		defer r.pages.discard()
		if err := r.all(); err != nil && err != errStop {
			var none T
			yield(none, err)
		}
	}
}

// errStop reports that the loop ended.
var errStop = errors.New("the loop ended")

type run[T any] struct {
	ctx   context.Context
	start int
	pages *window[T]
	rows  rows[T]
	yield func(T, error) bool

	deleted int // rows that were read and deleted since, as far as totals tell

	// State of the current pass.
	found    int            // new rows
	previous map[uint64]int // offset of each row of the last page taken
	end      int            // offset after that page
	total    int            // total of that page
	inserted int            // rows that came to the part that was read
	suspect  bool           // unread rows may have moved to the part that was read
	first    uint64         // the row that the first page began with
	stuck    bool           // all other pages began with it, too
	reread   int            // rows read again since the last new one or the last change
}

func (r *run[T]) all() error {
	for pass := 1; ; pass++ {
		r.found, r.end, r.total, r.inserted, r.reread = 0, r.start, 0, 0, 0
		r.suspect, r.stuck, r.first = false, false, 0
		clear(r.previous)
		if err := r.pass(); err != nil {
			return err
		}
		listed := r.total - r.start
		missing := listed > r.rows.count-r.deleted+r.inserted
		switch {
		case pass > 1 && r.found == 0 && r.stuck && listed > r.rows.count:
			return fmt.Errorf("pages repeat: they had %d of %d rows", r.rows.count, listed)
		case !missing && !r.suspect,
			pass > 1 && r.found == 0,
			pass >= maxPasses && !missing,
			pass == maxMissing:
			return nil
		}
	}
}

// pass reads the list from the start to the end.
func (r *run[T]) pass() error {
	at, overlap := r.start, false
	furthest, futile := r.start, 0
	longest, alone := 0, 0 // the longest page, and pages of one row since the last longer one
	var back stepper
	for {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		page, err := r.pages.take(at)
		if err != nil {
			return err
		}
		hashes := r.rows.hash(page.Items)
		if len(hashes) == 0 {
			if page.Total > at || page.Total <= 0 && page.HasMore || page.Total < 0 && r.rows.count > 0 {
				return fmt.Errorf("empty page at offset %d of %d", at, max(page.Total, r.total))
			}
			if at == r.start {
				r.total = 0
				return nil
			}
		}
		if at > r.start && (len(hashes) == 0 || !r.follows(hashes[0], page.Total, overlap)) {
			if futile++; futile > maxFutile {
				return fmt.Errorf("list keeps changing before offset %d", at)
			}
			at, overlap = max(r.start, at-back.next(page.Total, len(r.previous))), true
			continue
		}
		r.compare(hashes, at, page.Total, overlap)
		longest = max(longest, len(hashes))
		if alone++; len(hashes) > 1 {
			alone = 0
		}
		at, overlap = r.end-1, true
		if alone > maxAlone { // there is no room for another row
			at, overlap = r.end, false
		}
		if page.HasMore || r.end < page.Total {
			r.pages.fill(at, max(1, longest-1), page.Total)
		}
		fresh, err := r.take(page.Items, hashes)
		if err != nil {
			return err
		}
		if fresh > 0 || r.end > furthest {
			furthest, futile = max(furthest, r.end), 0
		}
		switch {
		case page.Total > 0 && r.end >= page.Total && (!page.HasMore || fresh == 0),
			page.Total <= 0 && !page.HasMore && fresh == 0: // without either, only a page with nothing new is the end
			return nil
		case slices.ContainsFunc(hashes, func(h row) bool { return h.id == 0 }):
			return fmt.Errorf("rows before offset %d have no ID, so that the next page cannot be matched", r.end)
		case r.reread > 4*r.rows.count+len(hashes):
			return fmt.Errorf("pages repeat before offset %d", r.end)
		}
		back = stepper{total: page.Total}
	}
}

// follows reports whether the part that was read reaches up to the row that a page begins with. A
// page that was requested without an overlap follows if the total did not change.
func (r *run[T]) follows(first row, total int, overlap bool) bool {
	if overlap {
		return r.rows.has(first)
	}
	return total == r.total || total <= 0 || r.total == 0
}

// compare notes how the list changed between the last page and this one, which is about to be
// taken.
func (r *run[T]) compare(hashes []row, at, total int, overlap bool) {
	if len(r.previous) > 0 {
		growth := 0
		if total > 0 && r.total > 0 {
			growth = total - r.total
		}
		shift, nearest := growth+1, -1 // assume the worst if no row is in both pages
		if !overlap {
			shift = 0
		}
		for i, h := range hashes {
			if before, ok := r.previous[h.id]; ok && before > nearest {
				nearest, shift = before, at+i-before
			}
		}
		switch {
		case shift > growth:
			r.suspect = true
		case shift > 0:
			r.inserted += shift
		case shift < 0 && growth < 0:
			r.deleted += min(-shift, -growth)
		}
		if growth != 0 {
			r.reread = 0
		}
	}
	if r.first == 0 {
		r.first, r.stuck = hashes[0].id, true
	} else if hashes[0].id != r.first || at == r.start {
		r.stuck = false
	}
	clear(r.previous)
	for i, h := range hashes {
		r.previous[h.id] = at + i
	}
	r.end, r.total = at+len(hashes), max(total, 0)
}

// take yields the new rows of a page, and returns their number.
func (r *run[T]) take(items []T, hashes []row) (fresh int, err error) {
	for i, item := range items {
		if err := r.ctx.Err(); err != nil {
			return fresh, err
		}
		if !r.rows.add(hashes[i]) {
			r.reread++
			continue
		}
		fresh++
		r.found++
		r.reread = 0
		if !r.yield(item, nil) {
			return fresh, errStop
		}
	}
	return fresh, nil
}

// stepper decides how far to step back: as far as the total fell, and further with each miss.
type stepper struct{ total, misses int }

func (s *stepper) next(total, pageSize int) int {
	step := max(0, s.total-max(total, 0))
	s.total = max(total, 0)
	if s.misses > 0 {
		step += max(1, pageSize) << min(s.misses-1, 16)
	}
	s.misses++
	return max(1, step)
}

// rows is the set of the rows that were read. It is an open-addressing hash table, because a map
// takes twice the memory.
type rows[T any] struct {
	key    func(T) (id, place string)
	seed   maphash.Seed
	ids    []uint64 // a power of two of them; 0 is empty
	places []uint16 // where the row was when it was last read
	used   int
	count  int // includes rows without an ID
	page   []row
}

// row is the hash of a row. The ID is 0 if it has none.
type row struct {
	id    uint64
	place uint16
}

func newRows[T any](key func(T) (id, place string)) rows[T] {
	return rows[T]{key: key, seed: maphash.MakeSeed(), ids: make([]uint64, 64), places: make([]uint16, 64)}
}

// hash returns the hashes of items. The next call overwrites them.
func (r *rows[T]) hash(items []T) []row {
	r.page = r.page[:0]
	for _, item := range items {
		id, place := r.key(item)
		h := row{place: uint16(maphash.String(r.seed, place))}
		if id != "" {
			h.id = max(1, maphash.String(r.seed, id))
		}
		r.page = append(r.page, h)
	}
	return r.page
}

// slot returns the index of id, or the one where it belongs.
func (r *rows[T]) slot(id uint64) int {
	mask := len(r.ids) - 1
	for i := int(id) & mask; ; i = (i + 1) & mask {
		if r.ids[i] == id || r.ids[i] == 0 {
			return i
		}
	}
}

// has reports whether the row was read at its place.
func (r *rows[T]) has(h row) bool {
	i := r.slot(h.id)
	return h.id != 0 && r.ids[i] == h.id && r.places[i] == h.place
}

// add notes the row's place and reports whether the row is new. A row without an ID always is.
func (r *rows[T]) add(h row) bool {
	if h.id != 0 {
		i := r.slot(h.id)
		if r.places[i] = h.place; r.ids[i] == h.id {
			return false
		}
		r.ids[i] = h.id
		if r.used++; 4*r.used > 3*len(r.ids) {
			r.grow()
		}
	}
	r.count++
	return true
}

func (r *rows[T]) grow() {
	ids, places := r.ids, r.places
	r.ids, r.places = make([]uint64, 2*len(ids)), make([]uint16, 2*len(ids))
	for i, id := range ids {
		if id != 0 {
			at := r.slot(id)
			r.ids[at], r.places[at] = id, places[i]
		}
	}
}

// Cursor iterates over a list whose pages name the next one. It yields each row once by its key;
// rows without a key are always yielded. An error is yielded once, last.
func Cursor[T any](ctx context.Context,
	fetch func(ctx context.Context, cursor string) (items []T, next string, err error), id func(T) string,
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		r := run[T]{ctx: ctx, rows: newRows(func(item T) (string, string) { return id(item), "" }), yield: yield}
		used := map[string]bool{"": true}
		for cursor := ""; ; {
			err := ctx.Err()
			var items []T
			next := ""
			if err == nil {
				items, next, err = fetch(ctx, cursor)
			}
			if err == nil {
				_, err = r.take(items, r.rows.hash(items))
			}
			if err == nil && next != "" && used[next] {
				err = fmt.Errorf("pages repeat: cursor %q came twice", next)
			}
			if err != nil && err != errStop {
				var none T
				yield(none, err)
			}
			if err != nil || next == "" {
				return
			}
			cursor, used[next] = next, true
		}
	}
}
