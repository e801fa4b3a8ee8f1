package paging

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// world is what happens to the list while it is read: by the loop after each
// row, and by others at any moment.
type world struct {
	loop   func(w *change, row string)
	others func(w *change)
}

// change is a random hand on the list, which remembers what a run must find.
type change struct {
	*rand.Rand
	list    *list
	mu      sync.Mutex
	yielded []string
	lost    map[string]bool // rows that went before they were yielded
	added   int
}

// Each world keeps to the condition under which totals tell of every change;
// see cursor.
var worlds = map[string]world{
	"nothing happens": {},
	"the loop deletes what it yields": {
		loop: func(w *change, row string) { w.delete(row) },
	},
	"the loop deletes some of what it yields": {
		loop: func(w *change, row string) {
			if w.IntN(3) == 0 {
				w.delete(row)
			}
		},
	},
	"the loop deletes late": {
		loop: func(w *change, _ string) {
			if w.IntN(10) == 0 {
				for range w.IntN(20) {
					w.deleteYielded()
				}
			}
		},
	},
	"the loop deletes anything": {
		loop: func(w *change, _ string) {
			if w.IntN(3) == 0 {
				w.delete(w.list.random(w.Rand))
			}
		},
	},
	"the loop deletes what it yields, others anything": {
		loop:   func(w *change, row string) { w.delete(row) },
		others: func(w *change) { w.delete(w.list.random(w.Rand)) },
	},
	"others delete": {
		others: func(w *change) { w.delete(w.list.random(w.Rand)) },
	},
	"the loop inserts anywhere": {
		loop: func(w *change, _ string) { w.insert(w.IntN(1000)) },
	},
	"others insert anywhere": {
		others: func(w *change) { w.insert(w.IntN(1000)) },
	},
	"new rows come in front, yielded rows go": {
		loop: func(w *change, row string) {
			if w.IntN(2) == 0 {
				w.delete(row)
			}
		},
		others: func(w *change) {
			if w.IntN(2) == 0 {
				w.insert(0)
			} else {
				w.deleteYielded()
			}
		},
	},
}

func TestWhatIsThereThroughoutComesOnceAndNothingTwice(t *testing.T) {
	t.Parallel()
	for name, w := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(100) {
				synctest.Test(t, func(t *testing.T) {
					t.Cleanup(func() {
						if t.Failed() {
							t.Logf("seed %d", seed)
						}
					})
					live(t, w, seed)
				})
			}
		})
	}
}

func FuzzWhatIsThereThroughoutComesOnceAndNothingTwice(f *testing.F) {
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
	l := newList(r.IntN(200), 1+r.IntN(30))
	l.latency = 1 + time.Duration(r.IntN(int(20*time.Millisecond)))
	l.jitter = rand.New(rand.NewPCG(seed, 2))
	switch r.IntN(3) {
	case 0:
		l.shape = func(_ int, p *Page[string]) { p.HasMore = true }
	case 1:
		l.shape = func(_ int, p *Page[string]) { p.HasMore = false }
	}
	initial := append([]string(nil), l.rows...)
	opts := Options{Prefetch: []int{0, 0, 1, 2, 8, 20}[r.IntN(6)]}
	hand := &change{Rand: r, list: l, lost: map[string]bool{}}
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

	visits := map[string]int{}
	for row, err := range All(ctx, opts, l.fetch, itself) {
		require.NoError(t, err, "seed %d", seed)
		visits[row]++
		require.Equal(t, 1, visits[row], "seed %d: row %s again", seed, row)
		hand.mu.Lock()
		hand.yielded = append(hand.yielded, row)
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
		if !hand.lost[row] {
			require.Equal(t, 1, visits[row], "seed %d: row %s of %d, %+v, pages of %d", seed, row, len(initial), opts, l.limit)
		}
	}
}

func (w *change) delete(row string) {
	if row == "" || !w.list.delete(row) {
		return
	}
	for _, y := range w.yielded {
		if y == row {
			return
		}
	}
	w.lost[row] = true
}

func (w *change) deleteYielded() {
	if len(w.yielded) > 0 {
		w.delete(w.yielded[w.IntN(len(w.yielded))])
	}
}

func (w *change) insert(at int) {
	if w.added++; w.added <= 300 { // else a loop that inserts what it is to read never ends
		w.list.insert(at, fmt.Sprintf("new %d", w.added))
	}
}
