package paging

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// list is the list of a server.
type list struct {
	limit   int
	latency time.Duration // of each request, half of it before the rows are read
	shape   func(skip int, p *Page[string])
	jitter  *rand.Rand // varies the latency and the length of pages

	mu       sync.Mutex
	rows     []string
	asked    []int
	inFlight int
	peak     int
}

func newList(rows, limit int) *list {
	l := &list{limit: limit}
	for i := range rows {
		l.rows = append(l.rows, strconv.Itoa(i))
	}
	return l
}

func (l *list) fetch(ctx context.Context, skip int) (Page[string], error) {
	before, after, limit := l.begin(skip)
	defer l.with(func() { l.inFlight-- })
	if err := pause(ctx, before); err != nil {
		return Page[string]{}, err
	}
	page := l.read(skip, limit)
	return page, pause(ctx, after)
}

func (l *list) begin(skip int) (before, after time.Duration, limit int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, skip)
	l.inFlight++
	l.peak = max(l.peak, l.inFlight)
	before, after, limit = l.latency/2, l.latency/2, l.limit
	if l.jitter != nil {
		before = time.Duration(l.jitter.Int64N(int64(l.latency)))
		after = time.Duration(l.jitter.Int64N(int64(l.latency)))
		if l.jitter.IntN(3) == 0 {
			limit = 1 + l.jitter.IntN(l.limit)
		}
	}
	return before, after, limit
}

func (l *list) read(skip, limit int) Page[string] {
	l.mu.Lock()
	defer l.mu.Unlock()
	from := min(skip, len(l.rows))
	to := min(from+limit, len(l.rows))
	p := Page[string]{Items: slices.Clone(l.rows[from:to]), Total: len(l.rows), HasMore: to < len(l.rows)}
	if l.shape != nil {
		l.shape(skip, &p)
	}
	return p
}

func (l *list) with(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

func (l *list) offsets() (asked []int) {
	l.with(func() { asked = slices.Clone(l.asked) })
	return asked
}

func (l *list) delete(row string) (found bool) {
	l.with(func() {
		i := l.index(row)
		if found = i >= 0; found {
			l.rows = slices.Delete(l.rows, i, i+1)
		}
	})
	return found
}

func (l *list) index(row string) int {
	return slices.IndexFunc(l.rows, func(r string) bool { return id(r) == id(row) })
}

func (l *list) insert(at int, row string) {
	l.with(func() { l.rows = slices.Insert(l.rows, min(at, len(l.rows)), row) })
}

func (l *list) move(row string, to int) {
	l.with(func() {
		if i := l.index(row); i >= 0 {
			row = l.rows[i] + "'"
			l.rows = slices.Delete(l.rows, i, i+1)
			l.rows = slices.Insert(l.rows, min(to, len(l.rows)), row)
		}
	})
}

// random returns one of the rows, or "".
func (l *list) random(r *rand.Rand) (row string) {
	l.with(func() {
		if len(l.rows) > 0 {
			row = l.rows[r.IntN(len(l.rows))]
		}
	})
	return row
}

func pause(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A row that moves gets a quotation mark, so that its key is known to be at another place.
func itself(row string) (id, place string) { return strings.TrimRight(row, "'"), row }

func id(row string) string { return strings.TrimRight(row, "'") }

// drain returns the rows and the errors of seq. If each is not nil, it is called for each row.
func drain(seq iter.Seq2[string, error], each func(string)) (rows []string, errs []error) {
	for row, err := range seq {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		rows = append(rows, row)
		if each != nil {
			each(row)
		}
	}
	return rows, errs
}

// eachPrefetch runs a test with and without prefetching, in virtual time.
func eachPrefetch(t *testing.T, test func(t *testing.T, prefetch int)) {
	for _, prefetch := range []int{0, 1, 8} {
		t.Run(fmt.Sprintf("prefetch %d", prefetch), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, prefetch) })
		})
	}
}

// shorten cuts a page to n rows if n is positive.
func (p *Page[T]) shorten(n int) {
	if n > 0 && n < len(p.Items) {
		p.Items, p.HasMore = p.Items[:n], true
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestEveryRowComesOnceInOrder(t *testing.T) {
	t.Parallel()
	type shape = func(skip int, p *Page[string])
	tests := map[string]struct {
		rows, limit, start int
		shape              shape
	}{
		"no rows":                      {limit: 10},
		"one page":                     {rows: 7, limit: 10},
		"a full last page":             {rows: 30, limit: 10},
		"a short last page":            {rows: 31, limit: 10},
		"pages of one row":             {rows: 31, limit: 1},
		"pages of two rows":            {rows: 31, limit: 2},
		"a later start":                {rows: 31, limit: 10, start: 13},
		"a start past the end":         {rows: 5, limit: 10, start: 9},
		"a negative start":             {rows: 5, limit: 10, start: -3},
		"no total":                     {rows: 95, limit: 10, shape: func(_ int, p *Page[string]) { p.Total = 0 }},
		"neither total nor hasMore":    {rows: 95, limit: 10, shape: func(_ int, p *Page[string]) { p.HasMore, p.Total = false, 0 }},
		"hasMore never set":            {rows: 95, limit: 10, shape: func(_ int, p *Page[string]) { p.HasMore = false }},
		"hasMore always set":           {rows: 95, limit: 10, shape: func(_ int, p *Page[string]) { p.HasMore = true }},
		"a total that is too small":    {rows: 95, limit: 10, shape: func(_ int, p *Page[string]) { p.Total = 20 }},
		"a negative total":             {rows: 95, limit: 10, shape: func(_ int, p *Page[string]) { p.Total = -1 }},
		"a total on the first page":    {rows: 95, limit: 10, shape: func(skip int, p *Page[string]) { p.Total *= b2i(skip == 0) }},
		"later pages are shorter":      {rows: 95, limit: 10, shape: func(skip int, p *Page[string]) { p.shorten(3 * b2i(skip > 20)) }},
		"one short page":               {rows: 95, limit: 10, shape: func(skip int, p *Page[string]) { p.shorten(3 * b2i(skip == 36)) }},
		"a short first page":           {rows: 95, limit: 10, shape: func(skip int, p *Page[string]) { p.shorten(3 * b2i(skip == 0)) }},
		"all pages shorter, no total":  {rows: 95, limit: 10, shape: func(skip int, p *Page[string]) { p.shorten(1 + skip%7); p.Total = 0 }},
		"the last page without a row…": {rows: 1, limit: 10, shape: func(_ int, p *Page[string]) { p.HasMore = false; p.Total = 0 }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPrefetch(t, func(t *testing.T, prefetch int) {
				l := newList(test.rows, test.limit)
				l.latency = 10 * time.Millisecond
				l.shape = test.shape
				got, errs := drain(All(t.Context(), Options{Prefetch: prefetch, Start: test.start}, l.fetch, itself), nil)
				require.Empty(t, errs)
				want := l.rows[min(max(test.start, 0), len(l.rows)):]
				require.True(t, slices.Equal(want, got), "%v", got)
				require.Less(t, len(l.offsets()), 200)
			})
		})
	}
}

// A response that cannot be right ends the loop with an error, soon and without losing silently.
func TestBrokenPages(t *testing.T) {
	t.Parallel()
	empty := func(p Page[string]) func(int, *Page[string]) {
		return func(skip int, page *Page[string]) {
			if skip > 0 {
				*page = p
			}
		}
	}
	same := func(p Page[string]) func(int, *Page[string]) {
		return func(_ int, page *Page[string]) { *page = p }
	}
	two := []string{"a", "b"}
	tests := map[string]struct {
		shape func(skip int, p *Page[string])
		key   func(string) (string, string)
		want  string // of the error; empty for none
		rows  int
	}{
		"empty page with a total":               {shape: empty(Page[string]{Total: 150}), want: "empty page at offset 49 of 150", rows: 50},
		"empty page that announces more":        {shape: empty(Page[string]{HasMore: true}), want: "empty page at offset 49 of 150", rows: 50},
		"empty page without a total":            {shape: empty(Page[string]{Total: -1}), want: "empty page at offset 49 of 150", rows: 50},
		"empty pages that disagree":             {shape: empty(Page[string]{}), want: "pages repeat before offset 50", rows: 50},
		"hasMore always set, no total":          {shape: func(_ int, p *Page[string]) { p.HasMore, p.Total = true, 0 }, want: "empty page at offset 150", rows: 150},
		"a total that is too large":             {shape: func(_ int, p *Page[string]) { p.Total = 200 }, want: "empty page at offset 150 of 200", rows: 150},
		"offset ignored":                        {shape: same(Page[string]{Items: two, Total: 50, HasMore: true}), want: "pages repeat", rows: 2},
		"offset ignored, no total":              {shape: same(Page[string]{Items: two, HasMore: true}), want: "pages repeat", rows: 2},
		"offset ignored, total right":           {shape: same(Page[string]{Items: two, Total: 2, HasMore: true}), rows: 2},
		"offset ignored, nothing else":          {shape: same(Page[string]{Items: two}), rows: 2},
		"no keys":                               {key: func(string) (string, string) { return "", "" }, want: "rows before offset 50 have no ID", rows: 50},
		"no keys, hasMore always set":           {key: func(string) (string, string) { return "", "" }, shape: same(Page[string]{Items: two, HasMore: true}), want: "rows before offset 2 have no ID", rows: 2},
		"no keys on one page":                   {key: func(string) (string, string) { return "", "" }, shape: same(Page[string]{Items: two, Total: 2}), rows: 2},
		"a total that alternates between pages": {shape: func(skip int, p *Page[string]) { p.Total -= 100 * (skip % 2) }, rows: 150},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPrefetch(t, func(t *testing.T, prefetch int) {
				l := newList(150, 50)
				l.shape = test.shape
				key := test.key
				if key == nil {
					key = itself
				}
				rows, errs := drain(All(t.Context(), Options{Prefetch: prefetch}, l.fetch, key), nil)
				require.Len(t, rows, test.rows)
				if test.want == "" {
					require.Empty(t, errs)
				} else {
					require.Len(t, errs, 1)
					require.ErrorContains(t, errs[0], test.want)
				}
				require.Less(t, len(l.offsets()), 80)
			})
		})
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	deleteFirst := func(rows ...string) func(*list, string) {
		return func(l *list, row string) {
			if row == rows[0] {
				for _, row := range rows[1:] {
					l.delete(row)
				}
			}
		}
	}
	tests := map[string]struct {
		rows, limit, start int
		shape              func(int, *Page[string])
		loop               func(l *list, row string)
		want               []int
	}{
		"pages overlap by one row":  {rows: 25, limit: 10, want: []int{0, 9, 18}},
		"a short page":              {rows: 25, limit: 10, shape: func(skip int, p *Page[string]) { p.shorten(4 * b2i(skip == 9)) }, want: []int{0, 9, 12, 21}},
		"a step back for deletions": {rows: 40, limit: 10, start: 5, loop: deleteFirst("20", "16", "17", "18"), want: []int{5, 14, 23, 20, 29}},
		"rows in front": {rows: 25, limit: 10, loop: func(l *list, row string) {
			if row == "5" {
				l.insert(0, "new")
			}
		}, want: []int{0, 9, 18}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newList(test.rows, test.limit)
			l.shape = test.shape
			_, errs := drain(All(t.Context(), Options{Start: test.start}, l.fetch, itself), func(row string) {
				if test.loop != nil {
					test.loop(l, row)
				}
			})
			require.Empty(t, errs)
			require.Equal(t, test.want, l.offsets()[:len(test.want)])
		})
	}
}

func TestPrefetch(t *testing.T) {
	t.Parallel()
	t.Run("is bounded and ends with the list", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			l := newList(91, 10)
			l.latency = 50 * time.Millisecond
			_, errs := drain(All(t.Context(), Options{Prefetch: 3}, l.fetch, itself), func(row string) {
				if row == "0" {
					time.Sleep(time.Second)
					require.ElementsMatch(t, []int{0, 9, 18, 27}, l.offsets())
				}
			})
			require.Empty(t, errs)
			require.Equal(t, 3, l.peak)
			require.Len(t, l.offsets(), 10)
		})
	})
	t.Run("has a maximum", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			l := newList(10_000, 10)
			l.latency = 50 * time.Millisecond
			for range All(t.Context(), Options{Prefetch: math.MaxInt}, l.fetch, itself) {
				time.Sleep(time.Second)
				break
			}
			require.Len(t, l.offsets(), 1+maxPrefetch)
		})
	})
	for _, test := range []struct {
		prefetch int
		work     time.Duration // of the loop, for each page
		short    int           // offset of a short page
		most     float64       // of the time without prefetching
	}{
		{prefetch: 8, most: 0.15}, {prefetch: 8, short: 200, most: 0.17}, {prefetch: 1, work: 50 * time.Millisecond, most: 0.55},
	} {
		t.Run(fmt.Sprintf("saves time with %+v", test), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				took := func(prefetch int) time.Duration {
					l := newList(2000, 3)
					l.latency = 50 * time.Millisecond
					l.shape = func(skip int, p *Page[string]) { p.shorten(2 * b2i(test.short > 0 && skip == test.short)) }
					began := time.Now()
					rows, errs := drain(All(t.Context(), Options{Prefetch: prefetch}, l.fetch, itself), func(string) { time.Sleep(test.work / 2) })
					require.Empty(t, errs)
					require.Len(t, rows, 2000)
					require.Less(t, len(l.offsets()), 1020)
					return time.Since(began)
				}
				require.LessOrEqual(t, float64(took(test.prefetch))/float64(took(0)), test.most)
			})
		})
	}
}

// world changes the list while it is read: the loop after each row, others at any time.
type world struct {
	loop   func(w *change, row string)
	others func(w *change)
}

// change is a random hand on the list that remembers what must be found.
type change struct {
	*rand.Rand
	list    *list
	mu      sync.Mutex
	yielded map[string]bool
	order   []string
	lost    map[string]bool // deleted before they were yielded
	moved   map[string]bool
	added   int
}

func (w *change) delete(row string) {
	if row != "" && w.list.delete(row) && !w.yielded[id(row)] {
		w.lost[id(row)] = true
	}
}

func (w *change) deleteYielded() {
	if len(w.order) > 0 {
		w.delete(w.order[w.IntN(len(w.order))])
	}
}

func (w *change) insert(at int) {
	if w.added++; w.added <= 300 { // otherwise a loop that inserts rows to read never ends
		w.list.insert(at, fmt.Sprintf("new %d", w.added))
	}
}

// moveOnce moves a row that has not been moved.
func (w *change) moveOnce(row string) {
	if row != "" && !w.moved[id(row)] {
		w.moved[id(row)] = true
		w.list.move(row, w.IntN(1000)%(1+len(w.list.rows)))
	}
}

var worlds = map[string]world{
	"nothing happens":                 {},
	"the loop deletes what it yields": {loop: func(w *change, row string) { w.delete(row) }},
	"the loop deletes a third": {loop: func(w *change, row string) {
		if w.IntN(3) == 0 {
			w.delete(row)
		}
	}},
	"the loop deletes later": {loop: func(w *change, _ string) {
		if w.IntN(10) == 0 {
			for range w.IntN(20) {
				w.deleteYielded()
			}
		}
	}},
	"the loop deletes anything": {loop: func(w *change, _ string) {
		if w.IntN(3) == 0 {
			w.delete(w.list.random(w.Rand))
		}
	}},
	"the loop deletes, others create": {
		loop:   func(w *change, row string) { w.delete(row) },
		others: func(w *change) { w.insert(w.IntN(1000)) },
	},
	"the loop deletes one and creates one": {loop: func(w *change, row string) { w.delete(row); w.insert(0) }},
	"the loop and others delete": {
		loop:   func(w *change, row string) { w.delete(row) },
		others: func(w *change) { w.delete(w.list.random(w.Rand)) },
	},
	"others delete":    {others: func(w *change) { w.delete(w.list.random(w.Rand)) }},
	"the loop creates": {loop: func(w *change, _ string) { w.insert(w.IntN(1000)) }},
	"others create":    {others: func(w *change) { w.insert(w.IntN(1000)) }},
	"others create and delete": {others: func(w *change) {
		if w.IntN(2) == 0 {
			w.insert(w.IntN(1000))
		} else {
			w.delete(w.list.random(w.Rand))
		}
	}},
	"the loop moves to the end":   {loop: func(w *change, row string) { w.list.move(row, 1000) }},
	"the loop moves to the front": {loop: func(w *change, row string) { w.list.move(row, 0) }},
	"the loop moves":              {loop: func(w *change, row string) { w.moveOnce(row) }},
	"the loop moves and deletes": {loop: func(w *change, row string) {
		if w.IntN(2) == 0 {
			w.moveOnce(row)
		} else {
			w.delete(row)
		}
	}},
	"the loop moves, others create and delete": {
		loop: func(w *change, row string) { w.moveOnce(row) },
		others: func(w *change) {
			if w.IntN(2) == 0 {
				w.insert(w.IntN(1000))
			} else {
				w.delete(w.list.random(w.Rand))
			}
		},
	},
	"others move": {others: func(w *change) { w.moveOnce(w.list.random(w.Rand)) }},
	"the loop deletes, others move": {
		loop:   func(w *change, row string) { w.delete(row) },
		others: func(w *change) { w.moveOnce(w.list.random(w.Rand)) },
	},
}

func TestRowsThatStayAreYieldedOnce(t *testing.T) {
	t.Parallel()
	for name, w := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(40) {
				synctest.Test(t, func(t *testing.T) { live(t, w, seed) })
			}
		})
	}
}

func FuzzRowsThatStayAreYieldedOnce(f *testing.F) {
	f.Add(uint64(1_000_000))
	f.Fuzz(func(t *testing.T, seed uint64) {
		for name, w := range worlds {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { live(t, w, seed) })
			})
		}
	})
}

func live(t *testing.T, w world, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	l := newList(r.IntN(200), 2+r.IntN(30))
	l.latency = 1 + time.Duration(r.IntN(int(20*time.Millisecond)))
	l.jitter = rand.New(rand.NewPCG(seed, 2))
	if r.IntN(3) == 0 {
		l.shape = func(_ int, p *Page[string]) { p.HasMore = false }
	}
	initial := slices.Clone(l.rows)
	opts := Options{Prefetch: []int{0, 0, 1, 3, 8, 20}[r.IntN(6)]}
	hand := &change{Rand: r, list: l, yielded: map[string]bool{}, lost: map[string]bool{}, moved: map[string]bool{}}
	rest := 1 + time.Duration(r.IntN(int(20*time.Millisecond)))
	ctx, stop := context.WithCancel(t.Context())
	var others sync.WaitGroup
	defer others.Wait()
	defer stop()
	if w.others != nil {
		others.Go(func() {
			for n := 0; n < 300 && pause(ctx, rest) == nil; n++ {
				hand.mu.Lock()
				w.others(hand)
				hand.mu.Unlock()
			}
		})
	}
	for row, err := range All(ctx, opts, l.fetch, itself) {
		require.NoError(t, err, "seed %d", seed)
		hand.mu.Lock()
		require.False(t, hand.yielded[id(row)], "seed %d: row %s again", seed, row)
		hand.yielded[id(row)] = true
		hand.order = append(hand.order, row)
		if w.loop != nil {
			w.loop(hand, row)
		}
		think := time.Duration(r.IntN(3)) * time.Duration(r.IntN(int(2*time.Millisecond)))
		hand.mu.Unlock()
		time.Sleep(think)
	}
	hand.mu.Lock()
	defer hand.mu.Unlock()
	for _, row := range initial {
		if !hand.lost[row] && !hand.yielded[row] {
			t.Fatalf("seed %d: row %s of %d, moved %t, %+v, pages of %d", seed, row, len(initial), hand.moved[row], opts, l.limit)
		}
	}
}

func TestLoopEnds(t *testing.T) {
	t.Parallel()
	tests := map[string]func(rows iter.Seq2[string, error]){
		"break": func(rows iter.Seq2[string, error]) {
			for row := range rows {
				if row == "12" {
					break
				}
			}
		},
		"panic": func(rows iter.Seq2[string, error]) {
			defer func() { _ = recover() }()
			for row := range rows {
				if row == "12" {
					panic("in the loop")
				}
			}
		},
		"goexit": func(rows iter.Seq2[string, error]) {
			done := make(chan struct{})
			go func() {
				defer close(done)
				for range rows {
					runtime.Goexit()
				}
			}()
			<-done
		},
	}
	for name, loop := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPrefetch(t, func(t *testing.T, prefetch int) {
				l := newList(100, 10)
				l.latency = 50 * time.Millisecond
				var contexts []context.Context
				loop(All(t.Context(), Options{Prefetch: prefetch}, func(ctx context.Context, skip int) (Page[string], error) {
					l.with(func() { contexts = append(contexts, ctx) })
					page, err := l.fetch(ctx, skip)
					if err != nil {
						time.Sleep(time.Second) // slow to return after it is canceled
					}
					return page, err
				}, itself))
				l.with(func() { require.Zero(t, l.inFlight) })
				for _, ctx := range contexts {
					require.ErrorIs(t, ctx.Err(), context.Canceled)
				}
			})
		})
	}
}

var errFetch = errors.New("fetch failed")

func TestErrors(t *testing.T) {
	t.Parallel()
	at := func(failing int, f func() (Page[string], error)) func(*list) func(context.Context, int) (Page[string], error) {
		return func(l *list) func(context.Context, int) (Page[string], error) {
			return func(ctx context.Context, skip int) (Page[string], error) {
				if skip >= failing {
					return f()
				}
				return l.fetch(ctx, skip)
			}
		}
	}
	fails := func() (Page[string], error) { return Page[string]{Items: []string{"ignored"}}, errFetch }
	eachPrefetch(t, func(t *testing.T, prefetch int) {
		l := newList(100, 10)
		l.latency = 50 * time.Millisecond
		rows, errs := drain(All(t.Context(), Options{Prefetch: prefetch}, at(27, fails)(l), itself), nil)
		require.Len(t, rows, 28)
		require.Equal(t, []error{errFetch}, errs)

		panics := func() (Page[string], error) { panic("in fetch") }
		require.PanicsWithValue(t, "in fetch", func() {
			_, _ = drain(All(t.Context(), Options{Prefetch: prefetch}, at(27, panics)(l), itself), nil)
		})
		if prefetch > 0 {
			exits := func() (Page[string], error) { runtime.Goexit(); return Page[string]{}, nil }
			_, errs = drain(All(t.Context(), Options{Prefetch: prefetch}, at(27, exits)(l), itself), nil)
			require.Equal(t, []error{errNoReturn}, errs)
		}

		// A page that is discarded, because the one in front of it was short, does not matter.
		short := newList(30, 10)
		short.shape = func(skip int, p *Page[string]) { p.shorten(7 * b2i(skip == 9)) }
		rows, errs = drain(All(t.Context(), Options{Prefetch: prefetch}, func(ctx context.Context, skip int) (Page[string], error) {
			if skip == 18 {
				return fails()
			}
			return short.fetch(ctx, skip)
		}, itself), nil)
		require.Len(t, rows, 30)
		require.Empty(t, errs)
	})
}

func TestContext(t *testing.T) {
	t.Parallel()
	eachPrefetch(t, func(t *testing.T, prefetch int) {
		all := func(ctx context.Context, l *list, each func(string)) ([]string, []error) {
			return drain(All(ctx, Options{Prefetch: prefetch}, l.fetch, itself), each)
		}
		cancelAt := func(l *list, last string) ([]string, []error) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			return all(ctx, l, func(row string) {
				if row == last {
					cancel()
				}
			})
		}
		rows, errs := cancelAt(newList(100, 10), "13")
		require.Len(t, rows, 14, "no row after the cancellation")
		require.Equal(t, []error{context.Canceled}, errs)
		rows, errs = cancelAt(newList(20, 10), "19")
		require.Len(t, rows, 20)
		require.Empty(t, errs, "the list was complete")

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		l := newList(100, 10)
		_, errs = all(ctx, l, nil)
		require.Equal(t, []error{context.Canceled}, errs)
		require.Empty(t, l.offsets())

		l.latency = time.Hour
		ctx, cancel = context.WithTimeout(t.Context(), 90*time.Minute)
		defer cancel()
		began := time.Now()
		_, errs = all(ctx, l, nil)
		require.Equal(t, []error{context.DeadlineExceeded}, errs)
		require.Equal(t, 90*time.Minute, time.Since(began))
	})
}

func TestEachRangeReadsTheListAnew(t *testing.T) {
	t.Parallel()
	eachPrefetch(t, func(t *testing.T, prefetch int) {
		l := newList(30, 10)
		seq := All(t.Context(), Options{Prefetch: prefetch}, l.fetch, itself)
		for range seq {
			rows, _ := drain(seq, nil)
			require.Len(t, rows, 30)
			break
		}
		rows, _ := drain(seq, nil)
		require.Len(t, rows, 30)
	})
}

func TestCursor(t *testing.T) {
	t.Parallel()
	pages := map[string]struct {
		items []string
		next  string
	}{
		"": {[]string{"a", "b"}, "1"}, "1": {[]string{"b", "c"}, "2"}, "2": {nil, "3"}, "3": {[]string{"d", ""}, ""},
		"loop": {[]string{"x"}, "again"}, "again": {[]string{"y"}, "loop"},
	}
	read := func(start string, each func(string)) ([]string, []error) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		return drain(Cursor(ctx, func(_ context.Context, cursor string) ([]string, string, error) {
			if cursor == "" {
				cursor = start
			}
			if cursor == "error" {
				return nil, "", errFetch
			}
			return pages[cursor].items, pages[cursor].next, nil
		}, id), func(row string) {
			if each == nil && row == "c" {
				cancel()
			}
		})
	}
	none := func(string) {}
	rows, errs := read("", none)
	require.Equal(t, []string{"a", "b", "c", "d", ""}, rows)
	require.Empty(t, errs)
	rows, errs = read("loop", none)
	require.Equal(t, []string{"x", "y"}, rows)
	require.ErrorContains(t, errors.Join(errs...), `cursor "again" came twice`)
	rows, errs = read("error", none)
	require.Empty(t, rows)
	require.Equal(t, []error{errFetch}, errs)
	rows, errs = read("", nil)
	require.Equal(t, []string{"a", "b", "c"}, rows)
	require.Equal(t, []error{context.Canceled}, errs)
}

// Not parallel: it measures the heap.
func TestMemory(t *testing.T) {
	const total, size = 1_000_000, 100
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before, growth, n := heap(), int64(0), 0
	for _, err := range All(t.Context(), Options{}, func(_ context.Context, skip int) (Page[int], error) {
		p := Page[int]{Total: total}
		for i := skip; i < min(skip+size, total); i++ {
			p.Items = append(p.Items, i)
		}
		return p, nil
	}, func(i int) (string, string) { return fmt.Sprintf("65f1a2b3c4d5e6f7%08x", i), fmt.Sprint("Person ", i) }) {
		require.NoError(t, err)
		if n++; n%50_000 == 0 {
			growth = max(growth, heap()-before)
		}
	}
	require.Equal(t, total, n)
	t.Logf("%d KiB", growth>>10)
	require.Less(t, growth, int64(32<<20))
}
