package late_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"
)

// row is an item of a batch: its place in the sequence, which it carries along, and what
// names it to the API.
type row struct {
	index int
	key   string
}

// deed is what the server did with an item.
type deed int

const (
	made   deed = iota // it was done
	had                // it was so already
	denied             // it alone was refused
)

// entry is what the server knows of an item.
type entry struct {
	seen    int   // how often it arrived
	made    int   // how often it was done
	refused int   // how often the server said no to it
	call    *call // that it was to go in
	calls   int
}

// ledger is the API as far as a batch has to do with it. What is so already it does not do
// again, but for messages. It keeps account of all that it sees and does.
type ledger struct {
	work      *work
	seed      uint64
	bad, slow int  // of a hundred attempts, how many go wrong, and how many take long
	traced    bool // the transport tells of its connections, as net/http's does
	form      int  // of an answer that has several
	perMinute int  // requests that are let in; 0 is any number
	picky     bool // single items are refused
	settled   bool // some of it was so before

	mu      sync.Mutex
	items   map[int]*entry
	calls   map[string]*call
	so      map[string]bool // keys of what was done
	used    int             // of perMinute
	window  time.Time       // its end
	breach  string          // what must never come
	serving sync.WaitGroup
}

func newLedger(w *work, seed uint64, r *rand.Rand) *ledger {
	l := &ledger{work: w, seed: seed, items: map[int]*entry{}, calls: map[string]*call{}, so: map[string]bool{}}
	l.bad, l.slow = []int{0, 20, 50, 90}[r.IntN(4)], []int{0, 0, 10, 30}[r.IntN(4)]
	l.traced, l.picky, l.settled = r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(2) == 0
	l.form = r.IntN(3)
	if r.IntN(4) == 0 {
		l.perMinute = 1 + r.IntN(8)
	}
	return l
}

// dice fall alike for the same things, in whichever order goroutines throw them.
func dice(seed uint64, things ...int) *rand.Rand {
	for _, n := range things {
		seed = (seed ^ uint64(n)) * 0x9e3779b97f4a7c15
	}
	return rand.New(rand.NewPCG(seed, 2))
}

// number is the index at the end of what an item carries.
func number(mark string) (int, error) { return strconv.Atoi(mark[max(len(mark)-6, 0):]) }

// read takes the items out of a body.
func (l *ledger) read(body []byte) (rows []row, ok bool) {
	var in struct {
		Recipients []struct {
			Phone     string
			Variables map[string]string
		}
		Contacts   []struct{ Phone, Name string }
		ContactIDs []string
	}
	failed := json.Unmarshal(body, &in)
	add := func(mark, key string) {
		n, err := number(mark)
		if err != nil {
			failed = err
		}
		rows = append(rows, row{n, key})
	}
	for _, one := range in.Recipients {
		add(one.Variables["1"], one.Phone)
	}
	for _, one := range in.Contacts {
		add(one.Name, one.Phone)
	}
	for _, id := range in.ContactIDs {
		add(id, id)
	}
	if failed != nil || len(rows) == 0 || len(rows) > l.work.size {
		l.forbid(fmt.Sprintf("a call of %d items: %v", len(rows), failed))
		return nil, false
	}
	return rows, true
}

func (l *ledger) forbid(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.breach = what
}

// see notes that the items of a call have arrived, and tells whether it is one too many.
func (l *ledger) see(rows []row) (tooMany bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range rows {
		l.entry(r.index).seen++
	}
	if now := time.Now(); !now.Before(l.window) {
		l.used, l.window = 0, now.Add(time.Minute)
	}
	l.used++
	return l.perMinute > 0 && l.used > l.perMinute
}

func (l *ledger) entry(index int) *entry {
	e := l.items[index]
	if e == nil {
		e = new(entry)
		l.items[index] = e
	}
	return e
}

// act does what arrived.
func (l *ledger) act(rows []row) []deed {
	l.mu.Lock()
	defer l.mu.Unlock()
	deeds := make([]deed, len(rows))
	for i, r := range rows {
		e := l.entry(r.index)
		n, _ := number(r.key)
		so := !l.work.repeats && (l.so[r.key] || l.settled && dice(l.seed, 1, n).IntN(4) == 0)
		switch {
		case l.work.single && l.picky && dice(l.seed, 2, n).IntN(6) == 0, so && l.work.strict:
			deeds[i] = denied
			e.refused++
		case so:
			deeds[i] = had
		default:
			l.so[r.key] = true
			e.made++
		}
	}
	return deeds
}

// refuse says no to all that arrived.
func (l *ledger) refuse(rows []row) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range rows {
		l.entry(r.index).refused++
	}
}
