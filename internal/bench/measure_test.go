package bench_test

import (
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pair is one piece of work, done by the SDK and by its baseline. Each does it n times.
type pair struct{ sdk, baseline func(n int) }

// bench runs both sides for themselves, and then one beside the other.
func (p pair) bench(b *testing.B, baseline string, compare func(b *testing.B)) {
	for _, side := range []struct {
		name string
		do   func(int)
	}{{"sdk", p.sdk}, {baseline, p.baseline}} {
		b.Run(side.name, func(b *testing.B) {
			b.ReportAllocs()
			side.do(b.N)
		})
	}
	b.Run("compared", compare)
}

// round is long enough to hold several cycles of the garbage collector.
const round = 20 * time.Millisecond

// ratio returns how many times as long as its baseline the SDK takes. A machine has fast and
// slow moments, so that two runs, one after the other, tell more of the machine than of the
// code. Here both take turns in short rounds, each of which begins with a clean heap, and what
// counts is the median of their ratios: a moment meets both sides or is an outlier.
func (p pair) ratio(b *testing.B) float64 {
	n := 1
	for min(took(p.baseline, n), took(p.baseline, n), took(p.baseline, n)) < round {
		n *= 2
	}
	var ratios []float64
	for b.Loop() {
		for range 5 {
			sdk, baseline := took(p.sdk, n), took(p.baseline, n)
			ratios = append(ratios, float64(sdk)/float64(baseline))
			baseline, sdk = took(p.baseline, n), took(p.sdk, n)
			ratios = append(ratios, float64(sdk)/float64(baseline))
		}
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}

func took(do func(int), n int) time.Duration {
	runtime.GC()
	begin := time.Now()
	do(n)
	return time.Since(begin)
}

// extraAllocs returns how many allocations more than its baseline the SDK makes.
func (p pair) extraAllocs() float64 {
	allocs := func(do func(int)) float64 { return testing.AllocsPerRun(500, func() { do(1) }) }
	return allocs(p.sdk) - allocs(p.baseline)
}

// times is f, n times over.
func times(f func() error) func(int) {
	return func(n int) {
		for range n {
			must(f())
		}
	}
}

// long reports whether to measure at length.
func long() bool { return os.Getenv("WABAKIT_LONG") != "" }

// must: what is measured cannot fail, unless the benchmark is wrong.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

const (
	liveHeap = "/gc/heap/live:bytes"                // what the last cycle of the collector found alive
	heap     = "/memory/classes/heap/objects:bytes" // that, and what it has not collected yet
)

// gauge watches a metric of the runtime grow.
type gauge struct {
	metric string
	before uint64

	mu   sync.Mutex
	most uint64
}

func newGauge(metric string) *gauge {
	runtime.GC()
	runtime.GC() // what a finalizer held is gone with the second
	g := &gauge{metric: metric}
	g.before = g.read()
	g.most = g.before
	return g
}

func (g *gauge) read() uint64 {
	sample := []metrics.Sample{{Name: g.metric}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// look takes in what the metric is at the moment.
func (g *gauge) look() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.most = max(g.most, g.read())
}

func (g *gauge) grown() float64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return mib(g.most - g.before)
}

func mib[T int64 | uint64](bytes T) float64 { return float64(bytes) / (1 << 20) }

// virtually runs f in virtual time. A bubble of testing/synctest takes a test and no benchmark,
// so the benchmark runs a test.
func virtually(b *testing.B, f func(t *testing.T)) {
	ran := false
	ok := testing.RunTests(
		func(string, string) (bool, error) { return true, nil },
		[]testing.InternalTest{{Name: b.Name(), F: func(t *testing.T) {
			ran = true
			synctest.Test(t, f)
		}}},
	)
	if !ok || !ran {
		b.Fatal("nothing was measured in virtual time")
	}
}
