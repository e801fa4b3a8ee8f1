package late_test

import (
	"context"
	"errors"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
)

// What a report says of an item is what the server did with it, whatever happens on the way.
// WABAKIT_SEED names one run; as pauses between attempts are random, it may take several.
func TestTheReportSaysWhatTheServerDid(t *testing.T) {
	t.Parallel()
	for _, w := range works {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			var seed uint64
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("again: WABAKIT_SEED=%d go test -run '%s' -count 20 ./late", seed, t.Name())
				}
			})
			for seed = range seeds(t, 200, 1500) {
				synctest.Test(t, func(t *testing.T) { account(t, w, seed) })
			}
		})
	}
}

func seeds(t *testing.T, short, long uint64) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		if text := os.Getenv("WABAKIT_SEED"); text != "" {
			seed, err := strconv.ParseUint(text, 10, 64)
			require.NoError(t, err)
			yield(seed)
			return
		}
		n := short
		if os.Getenv("WABAKIT_LONG") != "" {
			n = long
		}
		for seed := uint64(0); seed < n && yield(seed); seed++ {
		}
	}
}

// account runs a batch and holds what it says of each item against what the server did.
func account(t *testing.T, w *work, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	l := newLedger(w, seed, r)
	client := clientOn(t, l, late.WithMaxRetries(r.IntN(5)), late.WithTimeout(pick(r, 5*time.Second, time.Minute)))
	ctx, cancel := caller(t.Context(), r)
	defer cancel()
	s := newSequence(w, seed, r)
	told := make([]*late.ItemOutcome, len(s.rows))
	var last late.Progress
	opts := []late.BatchOption{
		late.WithConcurrency(1 + r.IntN(8)),
		late.WithOutcome(func(o late.ItemOutcome) {
			if told[o.Index] != nil {
				t.Fatalf("settled twice: %+v and %+v", *told[o.Index], o)
			}
			told[o.Index] = &o
		}),
		late.WithProgress(func(p late.Progress) { last = p }),
	}
	report, err := func() (_ *late.BatchReport, err error) {
		defer func() {
			if p := recover(); p == errSequence {
				err = errSequence
			} else if p != nil {
				panic(p)
			}
		}()
		return w.run(ctx, client, s.all(seed, r, cancel), opts...)
	}()
	l.serving.Wait()
	require.Empty(t, l.breach)
	l.hold(t, s, told)
	if report == nil {
		require.Equal(t, errSequence, err)
		return
	}
	requireReport(t, s, told, report, err)
	require.Equal(t, late.Progress{
		Total: report.Total, Done: report.Done, Skipped: report.Skipped, Refused: report.Refused, NotSent: report.NotSent, Unknown: report.Unknown,
	}, last)
}

// caller ends its context early, or not.
func caller(ctx context.Context, r *rand.Rand) (context.Context, context.CancelFunc) {
	end := time.Duration(math.Pow(10, 1+4.5*r.Float64())) * time.Millisecond
	switch r.IntN(4) {
	case 0:
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(end, cancel)
		return ctx, cancel
	case 1:
		return context.WithTimeout(ctx, end)
	}
	return context.WithCancel(ctx)
}

var errSequence = errors.New("the sequence panics")

// sequence is what a batch reads, with all that may happen to its reader.
type sequence struct {
	rows    []row
	invalid map[int]bool
	read    int
	whole   bool
}

func newSequence(w *work, seed uint64, r *rand.Rand) *sequence {
	s := &sequence{invalid: map[int]bool{}}
	wrong, again := r.IntN(3) == 0, r.IntN(3) == 0 && !w.ids
	for i := range r.IntN(pick(r, 8, 8, 8, w.size, 1000, 3000)) {
		item := row{i, phone(i)}
		if w.ids {
			item.key = id(i)
		}
		switch d := dice(seed, 4, i); {
		case wrong && d.IntN(20) == 0:
			s.invalid[i] = true
			item.key = pick(d, "", ".")
		case again && i > 0 && d.IntN(10) == 0:
			item.key = phone(d.IntN(i))
		}
		s.rows = append(s.rows, item)
	}
	return s
}

func (s *sequence) all(seed uint64, r *rand.Rand, cancel func()) iter.Seq[row] {
	cancels, blocks, panics, slow := -1, -1, -1, r.IntN(3) == 0
	*pick(r, new(int), new(int), new(int), &cancels, &blocks, &panics) = r.IntN(len(s.rows) + 1)
	return func(yield func(row) bool) {
		for i, item := range s.rows {
			switch {
			case i == cancels:
				cancel()
			case i == blocks:
				time.Sleep(time.Minute)
			case i == panics:
				panic(errSequence)
			case slow && dice(seed, 5, i).IntN(50) == 0:
				time.Sleep(time.Duration(i%200) * time.Millisecond)
			}
			s.read++
			if !yield(item) {
				return
			}
		}
		s.whole = true
	}
}
