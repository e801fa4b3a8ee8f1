package paging

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

var errFetch = errors.New("fetch failed")

// slowToEnd is a fetch that needs a moment to end after it is cancelled.
func slowToEnd(l *list) func(context.Context, int) (Page[string], error) {
	return func(ctx context.Context, skip int) (Page[string], error) {
		before, after, limit := l.begin(skip)
		defer l.end()
		if pause(ctx, before+after) != nil {
			time.Sleep(time.Second)
			return Page[string]{}, ctx.Err()
		}
		return l.read(skip, limit), nil
	}
}

func TestNothingIsLeftWhenTheLoopEnds(t *testing.T) {
	t.Parallel()
	tests := map[string]func(rows func(func(string, error) bool)){
		"break": func(rows func(func(string, error) bool)) {
			for row := range rows {
				if row == "12" {
					break
				}
			}
		},
		"panic": func(rows func(func(string, error) bool)) {
			defer func() { _ = recover() }()
			for row := range rows {
				if row == "12" {
					panic("in the loop")
				}
			}
		},
		"yield returns false": func(rows func(func(string, error) bool)) {
			n := 0
			rows(func(string, error) bool { n++; return n < 12 })
		},
		"goexit": func(rows func(func(string, error) bool)) {
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
				fetch := slowToEnd(l)
				loop(All(t.Context(), Options{Prefetch: prefetch}, func(ctx context.Context, skip int) (Page[string], error) {
					l.mu.Lock()
					contexts = append(contexts, ctx)
					l.mu.Unlock()
					return fetch(ctx, skip)
				}, itself))
				require.Zero(t, l.running())
				for _, ctx := range contexts {
					require.ErrorIs(t, ctx.Err(), context.Canceled)
				}
			})
		})
	}
}

func TestTheListsEndLeavesNothingInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newList(30, 10)
		l.latency = 50 * time.Millisecond
		l.shape = func(_ int, p *Page[string]) { p.HasMore, p.Total = len(p.Items) > 0, 0 }
		fetch := slowToEnd(l)
		rows := 0
		for _, err := range All(t.Context(), Options{Prefetch: 8}, func(ctx context.Context, skip int) (Page[string], error) {
			if skip > 50 { // far past the end, the server is slow
				defer pause(ctx, time.Hour)
			}
			return fetch(ctx, skip)
		}, itself) {
			require.NoError(t, err)
			rows++
		}
		require.Equal(t, 30, rows)
		require.Zero(t, l.running())
	})
}

func TestAnErrorComesOnceInItsTurnAndIsTheLastThing(t *testing.T) {
	t.Parallel()
	eachPrefetch(t, func(t *testing.T, prefetch int) {
		l := newList(100, 10)
		l.latency = 50 * time.Millisecond
		fetch := func(ctx context.Context, skip int) (Page[string], error) {
			if skip >= 30 {
				return Page[string]{Items: []string{"not to be seen"}}, errFetch // before the pages in front of it
			}
			return l.fetch(ctx, skip)
		}
		var rows []string
		var errs []error
		for row, err := range All(t.Context(), Options{Prefetch: prefetch}, fetch, itself) {
			rows = append(rows, row)
			if err != nil {
				errs = append(errs, err)
			}
		}
		require.Len(t, rows, 31)
		require.Empty(t, rows[30])
		require.Equal(t, []error{errFetch}, errs)
	})
}

func TestAnErrorOfADiscardedPageIsNotYielded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newList(30, 10)
		l.latency = 50 * time.Millisecond
		l.shape = func(skip int, p *Page[string]) { p.shorten(7 * b2i(skip == 10)) }
		fetch := func(ctx context.Context, skip int) (Page[string], error) {
			if skip == 20 {
				return Page[string]{}, errFetch
			}
			return l.fetch(ctx, skip)
		}
		rows := 0
		for _, err := range All(t.Context(), Options{Prefetch: 4}, fetch, itself) {
			require.NoError(t, err)
			rows++
		}
		require.Equal(t, 30, rows)
		require.Contains(t, l.offsets(), 17)
	})
}

func TestAContextThatHasEndedFetchesNothing(t *testing.T) {
	t.Parallel()
	eachPrefetch(t, func(t *testing.T, prefetch int) {
		l := newList(100, 10)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.Equal(t, []error{context.Canceled}, errorsOf(All(ctx, Options{Prefetch: prefetch}, l.fetch, itself), nil))
		require.Empty(t, l.offsets())
	})
}

func TestTheEndOfTheContextEndsTheRunBeforeTheNextRow(t *testing.T) {
	t.Parallel()
	eachPrefetch(t, func(t *testing.T, prefetch int) {
		l := newList(100, 10)
		ctx, cancel := context.WithCancel(t.Context())
		var last string
		errs := errorsOf(All(ctx, Options{Prefetch: prefetch}, l.fetch, itself), func(row string) {
			if last = row; row == "13" {
				cancel()
			}
		})
		require.Equal(t, []error{context.Canceled}, errs)
		require.Equal(t, "13", last)
	})
}

func TestTheEndOfTheContextEndsTheRunWhileAPageIsFetched(t *testing.T) {
	t.Parallel()
	eachPrefetch(t, func(t *testing.T, prefetch int) {
		l := newList(100, 10)
		l.latency = time.Hour
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Minute)
		defer cancel()
		began := time.Now()
		errs := errorsOf(All(ctx, Options{Prefetch: prefetch}, l.fetch, itself), nil)
		require.Len(t, errs, 1)
		require.ErrorIs(t, errs[0], context.DeadlineExceeded)
		require.Equal(t, 90*time.Minute, time.Since(began))
	})
}

func TestAFetchThatIsDeafToTheContextDelaysNoError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		deaf := func(context.Context, int) (Page[string], error) {
			time.Sleep(time.Hour)
			return Page[string]{}, nil
		}
		began, errs := time.Now(), 0
		for _, err := range All(ctx, Options{Prefetch: 1}, deaf, itself) {
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, time.Minute, time.Since(began))
			errs++
		}
		require.Equal(t, 1, errs)
		require.Equal(t, time.Hour, time.Since(began), "but it is waited for")
	})
}

func TestAListYieldedWholeEndsWithoutAnError(t *testing.T) {
	t.Parallel()
	eachPrefetch(t, func(t *testing.T, prefetch int) {
		l := newList(20, 10)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		errs := errorsOf(All(ctx, Options{Prefetch: prefetch}, l.fetch, itself), func(row string) {
			if row == "19" {
				cancel()
			}
		})
		require.Empty(t, errs)
	})
}

func TestEachRangeIsARunOfItsOwn(t *testing.T) {
	t.Parallel()
	eachPrefetch(t, func(t *testing.T, prefetch int) {
		l := newList(30, 10)
		seq := All(t.Context(), Options{Prefetch: prefetch}, l.fetch, itself)
		count := func() (n int) {
			for _, err := range seq {
				require.NoError(t, err)
				n++
			}
			return n
		}
		for range seq {
			require.Equal(t, 30, count()) // within another
			break
		}
		require.Equal(t, 30, count())
	})
}

func TestAFetchThatEndsItsGoroutineIsNoEndOfTheList(t *testing.T) {
	t.Parallel()
	l := newList(100, 10)
	fetch := func(ctx context.Context, skip int) (Page[string], error) {
		if skip == 20 {
			runtime.Goexit()
		}
		return l.fetch(ctx, skip)
	}
	errs := errorsOf(All(t.Context(), Options{Prefetch: 2}, fetch, itself), nil)
	require.Equal(t, []error{errNoAnswer}, errs)
}

func errorsOf(seq func(func(string, error) bool), each func(string)) (errs []error) {
	for row, err := range seq {
		if err != nil {
			errs = append(errs, err)
		} else if each != nil {
			each(row)
		}
	}
	return errs
}
