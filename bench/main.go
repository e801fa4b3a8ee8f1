// Bench compares the SDK with net/http by hand, with the generated client, and with other SDKs, and
// prints the tables of BENCHMARKS.md. It is a module of its own, so that users of the SDK never
// download the others.
//
//	cd bench && go run .
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	rounds = flag.Int("rounds", 60, "paired rounds per table")
	only   = flag.String("run", "", "print only the tables whose title matches this `regexp`")
)

func main() {
	flag.Parse()
	pattern := regexp.MustCompile(*only)
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Printf("%s, %d cores, load average before the run %.4s\n", runtime.Version(), runtime.NumCPU(), load)
	for _, table := range []struct {
		title string
		print func()
	}{
		{"Get a contact with 17 fields", getContact},
		{"List 100 contacts", func() { listContacts(false) }},
		{"List 100 contacts with custom fields", func() { listContacts(true) }},
		{"Get a tiny object", getTiny},
		{"Get a tiny object, other SDKs", getTinyPeers},
		{"A webhook event, signed", signedWebhookEvent},
		{"A webhook event, on-premise", webhookEvent},
		{"Many goroutines over loopback", manyGoroutines},
		{"Live heap", liveHeap},
		{"200,000 contacts of a test server", testServer},
		{"A campaign's ledger, items per second", ledgerSpeed},
		{"A campaign beside sends without a ledger", ledgerCost},
		{"A campaign with a million recipients", millionRecipients},
		{"A program that makes one call", programSize},
	} {
		if pattern.MatchString(table.title) {
			fmt.Printf("\n## %s\n\n", table.title)
			table.print()
		}
	}
}

// side is one way to do the work. The first side of a table is its baseline.
type side struct {
	name string
	do   func()
}

// compare prints the time of each side relative to the first, and its allocations. A machine has
// fast and slow moments, so the sides take turns in short rounds, in changing order and each with a
// clean heap, and the result is the median of the rounds' ratios.
func compare(sides ...side) {
	n := 1
	for took(sides[0].do, n) < 20*time.Millisecond {
		n *= 2
	}
	ratios := make([][]float64, len(sides))
	for round := range *rounds {
		times := make([]time.Duration, len(sides))
		for i := range sides {
			i = (i + round) % len(sides)
			times[i] = took(sides[i].do, n)
		}
		for i := range sides {
			ratios[i] = append(ratios[i], float64(times[i])/float64(times[0]))
		}
	}
	fmt.Println("| | time | allocations |\n|---|---:|---:|")
	for i, s := range sides {
		fmt.Printf("| %s | %.2f | %.0f |\n", s.name, median(ratios[i]), testing.AllocsPerRun(100, s.do))
	}
}

func took(do func(), n int) time.Duration {
	runtime.GC()
	begin := time.Now()
	for range n {
		do()
	}
	return time.Since(begin)
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func row(cells ...any) {
	text := make([]string, len(cells))
	for i, cell := range cells {
		text[i] = fmt.Sprint(cell)
	}
	fmt.Println("| " + strings.Join(text, " | ") + " |")
}
