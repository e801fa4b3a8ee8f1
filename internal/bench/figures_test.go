package bench_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// figure is a number of BENCHMARKS.md, and the bound that it has to keep to.
type figure struct {
	row, baseline string
	unit          string // as Go's benchmarks print it, so without spaces
	relation      string // ≤, ≥ or =
	bound         float64
}

const (
	get      = "`Contacts.Get`, transport in memory"
	list     = "`Contacts.List` of 100"
	send     = "`Messages.Send` (on-premise), token in hand"
	loopback = "64 goroutines on one client, loopback"
	pages    = "`Contacts.All` over 1,000 pages, 50 ms a page, virtual time"
	limit    = "10,000 calls by 32 goroutines under 600 requests a minute, virtual time"
	million  = "`AddRecipientsMany` of 1,000,000"
	upload   = "`Media.Upload` of a file"
	stream   = "`Media.Upload` of what cannot seek"
	download = "`Media.Download`"
	webhook  = "webhook handler, 10,000 events"
	program  = "a program that makes one call, linked"

	byHand = "net/http and encoding/json by hand"
	copied = "net/http and io.Copy by hand, same kind of connection"
)

var (
	getTime      = &figure{get, byHand, "x-by-hand", "≤", 1.25}
	getAllocs    = &figure{get, byHand, "extra-allocs", "≤", 12}
	listTime     = &figure{list, "json.Unmarshal of the same bytes", "x-unmarshal", "≤", 1.10}
	listAllocs   = &figure{list, "json.Unmarshal of the same bytes", "extra-allocs", "≤", 60}
	sendTime     = &figure{send, byHand, "x-by-hand", "≤", 1.30}
	throughput   = &figure{loopback, "64 goroutines on one `*http.Client`", "x-throughput", "≥", 0.9}
	prefetchOne  = &figure{pages, "one page after the other, equally slow loop body", "x-time-prefetch-1", "≤", 0.55}
	prefetchMore = &figure{pages, "one page after the other, idle loop body", "x-time-prefetch-8", "≤", 0.15}
	refusals     = &figure{limit, "the limit itself", "429s", "=", 0}
	rateUsed     = &figure{limit, "the limit itself", "rate-used-%", "≥", 95}
	heapGrowth   = &figure{million, "the bytes of the request bodies", "heap-growth-MiB", "≤", 16}
	inFlight     = &figure{million, "the bound on calls in flight", "in-flight", "=", concurrency}
	uploadTime   = &figure{upload, copied, "x-by-hand", "≤", 1.15}
	uploadHeap   = &figure{upload, copied, "heap-growth-MiB", "≤", 32}
	streamTime   = &figure{stream, copied, "x-by-hand", "≤", 1.15}
	streamHeap   = &figure{stream, copied, "heap-growth-MiB", "≤", 32}
	downloadTime = &figure{download, copied, "x-by-hand", "≤", 1.15}
	downloadHeap = &figure{download, copied, "heap-growth-MiB", "≤", 32}
	webhookTime  = &figure{webhook, byHand, "x-by-hand", "≤", 1.25}
	programSize  = &figure{program, byHand, "extra-MB", "≤", 0.6}
	coldBuild    = &figure{program, byHand, "x-cold-build", "≤", 1.5}
)

// table is the figures in the order of BENCHMARKS.md.
var table = []*figure{
	getTime, getAllocs, listTime, listAllocs, sendTime, throughput, prefetchOne, prefetchMore, refusals, rateUsed,
	heapGrowth, inFlight, uploadTime, uploadHeap, streamTime, streamHeap, downloadTime, downloadHeap, webhookTime, programSize, coldBuild,
}

// measured is what the benchmarks of this run have found.
var measured = map[*figure]float64{}

// report prints the figure as a metric of b, in the place of the time that b itself took.
func (f *figure) report(b *testing.B, value float64) {
	measured[f] = value
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(value, f.unit)
}

// hold fails t where value does not keep to the bound.
func (f *figure) hold(t *testing.T, value float64) {
	t.Helper()
	t.Logf("%s: %.3g %s", f.row, value, f.unit)
	require.True(t, f.holds(value), "%s: %g %s, not %s %g", f.row, value, f.unit, f.relation, f.bound)
}

func (f *figure) holds(value float64) bool {
	switch f.relation {
	case "≤":
		return value <= f.bound
	case "≥":
		return value >= f.bound
	default:
		return value == f.bound
	}
}
