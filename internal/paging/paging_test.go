package paging

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// list is a server's list in the order it is paged in.
type list struct {
	limit   int
	latency time.Duration // of each fetch, half of it before the rows are read
	shape   func(skip int, p *Page[string])
	jitter  *rand.Rand // makes latency and page length random

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
	defer l.end()
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

func (l *list) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inFlight--
}

func (l *list) offsets() []int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.asked)
}

func (l *list) running() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.inFlight
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

func (l *list) delete(row string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.Index(l.rows, row)
	if i < 0 {
		return false
	}
	l.rows = slices.Delete(l.rows, i, i+1)
	return true
}

func (l *list) insert(at int, row string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows = slices.Insert(l.rows, min(at, len(l.rows)), row)
}

// random returns a row that is there, or "".
func (l *list) random(r *rand.Rand) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.rows) == 0 {
		return ""
	}
	return l.rows[r.IntN(len(l.rows))]
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

func itself(row string) string { return row }

func collect(t *testing.T, l *list, opts Options) []string {
	t.Helper()
	var got []string
	for row, err := range All(t.Context(), opts, l.fetch, itself) {
		require.NoError(t, err)
		got = append(got, row)
	}
	return got
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

func TestEveryRowComesOnceInOrder(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		rows, limit, start int
		shape              func(skip int, p *Page[string])
	}{
		"no rows":                    {rows: 0, limit: 10},
		"one page":                   {rows: 7, limit: 10},
		"a full last page":           {rows: 30, limit: 10},
		"a short last page":          {rows: 31, limit: 10},
		"a later start":              {rows: 31, limit: 10, start: 13},
		"a start past the end":       {rows: 5, limit: 10, start: 9},
		"a negative start":           {rows: 5, limit: 10, start: -3},
		"no total":                   {rows: 95, limit: 10, shape: func(_ int, p *Page[string]) { p.Total = 0 }},
		"neither total nor more":     {rows: 95, limit: 10, shape: func(_ int, p *Page[string]) { p.HasMore, p.Total = false, 0 }},
		"no word of more":            {rows: 95, limit: 10, shape: func(_ int, p *Page[string]) { p.HasMore = false }},
		"always more":                {rows: 95, limit: 10, shape: func(_ int, p *Page[string]) { p.HasMore = true }},
		"always more and no total":   {rows: 95, limit: 10, shape: func(_ int, p *Page[string]) { p.HasMore, p.Total = true, 0 }},
		"a total that is too small":  {rows: 95, limit: 10, shape: func(_ int, p *Page[string]) { p.Total = 20 }},
		"a total that is too large":  {rows: 95, limit: 10, shape: func(_ int, p *Page[string]) { p.Total = 200 }},
		"a negative total":           {rows: 95, limit: 10, shape: func(_ int, p *Page[string]) { p.Total = -1 }},
		"a total on the first page":  {rows: 95, limit: 10, shape: func(skip int, p *Page[string]) { p.Total *= b2i(skip == 0) }},
		"no total on an empty page":  {rows: 95, limit: 10, shape: func(_ int, p *Page[string]) { p.HasMore = true; p.Total *= b2i(len(p.Items) > 0) }},
		"pages shorter than the 1st": {rows: 95, limit: 10, shape: func(skip int, p *Page[string]) { p.shorten(3 * b2i(skip > 20)) }},
		"one short page":             {rows: 95, limit: 10, shape: func(skip int, p *Page[string]) { p.shorten(3 * b2i(skip == 40)) }},
		"a short first page":         {rows: 95, limit: 10, shape: func(skip int, p *Page[string]) { p.shorten(3 * b2i(skip == 0)) }},
		"every page shorter, no total": {rows: 95, limit: 10, shape: func(skip int, p *Page[string]) {
			p.shorten(1 + skip%7)
			p.Total = 0
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPrefetch(t, func(t *testing.T, prefetch int) {
				l := newList(test.rows, test.limit)
				l.latency = 10 * time.Millisecond
				l.shape = test.shape
				want := slices.Clone(l.rows[min(max(test.start, 0), len(l.rows)):])
				got := collect(t, l, Options{Prefetch: prefetch, Start: test.start})
				require.Equal(t, len(want), len(got))
				require.ElementsMatch(t, want, got)
				require.True(t, slices.Equal(want, got), "order: %v", got)
				require.Less(t, len(l.offsets()), 200)
			})
		})
	}
}

// shorten cuts a page to n items, where n is not 0.
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

func TestAnEmptyPageIsTheEndWhateverElseItSays(t *testing.T) {
	t.Parallel()
	eachPrefetch(t, func(t *testing.T, prefetch int) {
		l := newList(20, 10)
		l.shape = func(_ int, p *Page[string]) { p.HasMore, p.Total = true, 1000 }
		require.Len(t, collect(t, l, Options{Prefetch: prefetch}), 20)
	})
}

func TestAPageIsFetchedWhenTheLoopAsksForIt(t *testing.T) {
	t.Parallel()
	l := newList(25, 10)
	for row, err := range All(t.Context(), Options{}, l.fetch, itself) {
		require.NoError(t, err)
		n, _ := strconv.Atoi(row)
		require.Len(t, l.offsets(), n/10+1)
	}
	require.Equal(t, []int{0, 10, 20}, l.offsets())
}

func TestTheNextOffsetIsToldByWhatWasReceived(t *testing.T) {
	t.Parallel()
	l := newList(25, 10)
	l.shape = func(skip int, p *Page[string]) { p.shorten(4 * b2i(skip == 10)) }
	require.Len(t, collect(t, l, Options{}), 25)
	require.Equal(t, []int{0, 10, 14, 24}, l.offsets())
}

func TestPrefetchingIsBoundedAndStopsAtTheKnownEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newList(100, 10)
		l.latency = 50 * time.Millisecond
		first := true
		for _, err := range All(t.Context(), Options{Prefetch: 3}, l.fetch, itself) {
			require.NoError(t, err)
			if first {
				time.Sleep(time.Second)
				require.ElementsMatch(t, []int{0, 10, 20, 30}, l.offsets())
			}
			first = false
		}
		require.Equal(t, 3, l.peak)
		require.Len(t, l.offsets(), 10)
	})
}

func TestTheFirstPageIsFetchedAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newList(100, 10)
		l.latency = 50 * time.Millisecond
		ctx, cancel := context.WithTimeout(t.Context(), 40*time.Millisecond)
		defer cancel()
		for _, err := range All(ctx, Options{Prefetch: 8}, l.fetch, itself) {
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}
		require.Equal(t, []int{0}, l.offsets())
	})
}

func TestPrefetchingSavesTime(t *testing.T) {
	t.Parallel()
	const pages, latency = 1000, 50 * time.Millisecond
	tests := []struct {
		prefetch int
		work     time.Duration // of the loop, for each page
		atMost   float64       // of the time without prefetching
	}{
		{prefetch: 8, work: 0, atMost: 0.15},
		{prefetch: 1, work: latency, atMost: 0.55},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("prefetch %d", test.prefetch), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				took := func(prefetch int) time.Duration {
					l := newList(pages*2, 2)
					l.latency = latency
					began, rows := time.Now(), 0
					for _, err := range All(t.Context(), Options{Prefetch: prefetch}, l.fetch, itself) {
						require.NoError(t, err)
						time.Sleep(test.work / 2)
						rows++
					}
					require.Equal(t, pages*2, rows)
					return time.Since(began)
				}
				sequential := took(0)
				require.Equal(t, pages*(latency+test.work), sequential)
				ratio := float64(took(test.prefetch)) / float64(sequential)
				t.Logf("%.3f of the sequential time", ratio)
				require.LessOrEqual(t, ratio, test.atMost)
			})
		})
	}
}

func TestOneShortPageCostsLittleOfTheTimeSaved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newList(2000, 2)
		l.latency = 50 * time.Millisecond
		l.shape = func(skip int, p *Page[string]) { p.shorten(b2i(skip == 200)) }
		began := time.Now()
		require.Len(t, collect(t, l, Options{Prefetch: 8}), 2000)
		require.Less(t, time.Since(began), 8*time.Second)
		require.Less(t, len(l.offsets()), 1020)
	})
}

func TestALoopThatDeletesWhatItYieldsSeesEveryRow(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{1, 50, 100, 1050, 2000} {
		t.Run(fmt.Sprintf("pages of %d", limit), func(t *testing.T) {
			t.Parallel()
			eachPrefetch(t, func(t *testing.T, prefetch int) {
				l := newList(1050, limit)
				l.latency = 5 * time.Millisecond
				want := slices.Clone(l.rows)
				var got []string
				for row, err := range All(t.Context(), Options{Prefetch: prefetch}, l.fetch, itself) {
					require.NoError(t, err)
					require.True(t, l.delete(row))
					time.Sleep(time.Millisecond)
					got = append(got, row)
				}
				require.True(t, slices.Equal(want, got), "%d visits", len(got))
				require.Empty(t, l.rows)
				t.Logf("%d fetches", len(l.offsets()))
			})
		})
	}
}

func TestALoopThatDeletesSeesEveryRowThoughEmptyPagesTellNoTotal(t *testing.T) {
	t.Parallel()
	eachPrefetch(t, func(t *testing.T, prefetch int) {
		l := newList(150, 100)
		l.shape = func(_ int, p *Page[string]) { p.Total *= b2i(len(p.Items) > 0) }
		rows := 0
		for row, err := range All(t.Context(), Options{Prefetch: prefetch}, l.fetch, itself) {
			require.NoError(t, err)
			l.delete(row)
			rows++
		}
		require.Equal(t, 150, rows)
	})
}

func TestAStepBackIsAsLongAsTheShrink(t *testing.T) {
	t.Parallel()
	l := newList(40, 10)
	for row, err := range All(t.Context(), Options{Start: 5}, l.fetch, itself) {
		require.NoError(t, err)
		switch row {
		case "16", "17", "18": // on the second page
			require.True(t, l.delete(row))
		}
	}
	require.Equal(t, []int{5, 15, 25, 22, 32}, l.offsets())
}

func TestAStepBackNeverGoesBelowTheStart(t *testing.T) {
	t.Parallel()
	l := newList(40, 10)
	for row, err := range All(t.Context(), Options{Start: 5}, l.fetch, itself) {
		require.NoError(t, err)
		if row == "14" {
			for range 20 {
				l.delete(l.rows[len(l.rows)-1])
			}
		}
	}
	require.Equal(t, []int{5, 15, 5, 15}, l.offsets())
}

func TestRowsWithoutAKeyAreNeverDropped(t *testing.T) {
	t.Parallel()
	eachPrefetch(t, func(t *testing.T, prefetch int) {
		l := newList(30, 10)
		n := 0
		for _, err := range All(t.Context(), Options{Prefetch: prefetch}, l.fetch, func(string) string { return "" }) {
			require.NoError(t, err)
			n++
		}
		require.Equal(t, 30, n)
	})
}

func TestAListThatRepeatsItselfEnds(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		page  Page[string]
		fails bool
	}{
		"nothing told":   {page: Page[string]{Items: []string{"a", "b"}}},
		"all told":       {page: Page[string]{Items: []string{"a", "b"}, Total: 2, HasMore: true}},
		"more announced": {page: Page[string]{Items: []string{"a", "b"}, Total: 50, HasMore: true}, fails: true},
		"no total":       {page: Page[string]{Items: []string{"a", "b"}, HasMore: true}, fails: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPrefetch(t, func(t *testing.T, prefetch int) {
				var rows []string
				var last error
				fetch := func(context.Context, int) (Page[string], error) { return test.page, nil }
				for row, err := range All(t.Context(), Options{Prefetch: prefetch}, fetch, itself) {
					if last = err; err == nil {
						rows = append(rows, row)
					}
				}
				require.Equal(t, test.page.Items, rows)
				require.Equal(t, test.fails, last != nil, "%v", last)
			})
		})
	}
}

func TestRowsThatComeInFrontAreNoRepetition(t *testing.T) {
	t.Parallel()
	eachPrefetch(t, func(t *testing.T, prefetch int) {
		l := newList(20, 1)
		l.shape = func(skip int, _ *Page[string]) {
			if n := len(l.asked); skip > 0 && n < 30 { // as fast as pages are read
				l.rows = slices.Insert(l.rows, 0, fmt.Sprint("new ", n))
			}
		}
		want := slices.Clone(l.rows)
		got := slices.DeleteFunc(collect(t, l, Options{Prefetch: prefetch}), func(row string) bool { return !slices.Contains(want, row) })
		require.Equal(t, want, got)
	})
}

func TestATotalThatFlapsEndsTheRun(t *testing.T) {
	t.Parallel()
	for _, drop := range []int{1, 2, 3, 50, 99} {
		t.Run(fmt.Sprintf("by %d", drop), func(t *testing.T) {
			t.Parallel()
			eachPrefetch(t, func(t *testing.T, prefetch int) {
				l := newList(100, 3)
				var calls atomic.Int64
				l.shape = func(_ int, p *Page[string]) { p.Total -= drop * int(calls.Add(1)%2) }
				var rows []string
				var last error
				for row, err := range All(t.Context(), Options{Prefetch: prefetch}, l.fetch, itself) {
					if last = err; err == nil {
						rows = append(rows, row)
					}
				}
				if last == nil {
					require.Len(t, rows, 100)
				}
				if drop == 1 && prefetch == 0 {
					require.NoError(t, last, "each refetch brings new rows")
				}
				if drop == 99 && prefetch == 0 {
					require.ErrorContains(t, last, "total keeps changing")
				}
				require.Less(t, len(l.offsets()), 2000)
			})
		})
	}
}

func TestTheRunEndsWhileOthersDelete(t *testing.T) {
	t.Parallel()
	eachPrefetch(t, func(t *testing.T, prefetch int) {
		l := newList(5000, 10)
		l.latency = 10 * time.Millisecond
		r := rand.New(rand.NewPCG(1, 1))
		ctx, stop := context.WithCancel(t.Context())
		var others sync.WaitGroup
		others.Go(func() {
			for pause(ctx, time.Millisecond) == nil {
				for range 2 { // more than a page while one is fetched
					l.delete(l.random(r))
				}
			}
		})
		seen := map[string]bool{}
		for row, err := range All(ctx, Options{Prefetch: prefetch}, l.fetch, itself) {
			require.NoError(t, err)
			require.False(t, seen[row])
			seen[row] = true
		}
		stop()
		others.Wait()
		for _, row := range l.rows {
			require.True(t, seen[row])
		}
		t.Logf("%d fetches, %d rows left", len(l.offsets()), len(l.rows))
	})
}
