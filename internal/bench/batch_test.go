package bench_test

import (
	"fmt"
	"iter"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
)

const concurrency = 8

func BenchmarkAddRecipientsMany(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		virtually(b, func(t *testing.T) {
			s := addRecipients(t, 1_000_000)
			heapGrowth.report(b, s.live.grown())
			inFlight.report(b, float64(s.most))
			b.ReportMetric(mib(s.bytes), "bodies-MiB")
		})
	}
}

// addRecipients adds n recipients, and returns the server that took them in.
func addRecipients(t *testing.T, n int) *sink {
	s := &sink{answer: answering(late.AddRecipientsResponse{Success: true, Added: 1000}).limited()}
	client := lateClient("https://late.invalid/api", &http.Client{Transport: s})
	s.live = newGauge(liveHeap)
	report, err := client.Broadcasts.AddRecipientsMany(t.Context(), "65f1a2b3c4d5e6f708192a3c", recipients(n), late.WithConcurrency(concurrency))
	require.NoError(t, err)
	require.Equal(t, n, report.Done)
	return s
}

func recipients(n int) iter.Seq[late.BroadcastRecipient] {
	return func(yield func(late.BroadcastRecipient) bool) {
		for i := range n {
			if !yield(late.BroadcastRecipient{
				Phone: fmt.Sprintf("+1631%07d", i), Name: fmt.Sprint("Ada Lovelace ", i), Variables: map[string]string{"1": "Ada"},
			}) {
				return
			}
		}
	}
}

// sink takes recipients in, a thousand with each call, and holds none of them.
type sink struct {
	answer *memory
	live   *gauge

	mu       sync.Mutex
	calls    int
	bytes    int64
	inFlight int
	most     int
}

func (s *sink) RoundTrip(req *http.Request) (*http.Response, error) {
	s.begin(req.ContentLength)
	defer s.end()
	time.Sleep(50 * time.Millisecond)
	return s.answer.RoundTrip(req)
}

// begin has what is alive counted now and then, while all calls are under way.
func (s *sink) begin(bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	s.bytes += bytes
	s.inFlight++
	s.most = max(s.most, s.inFlight)
	if s.inFlight == concurrency && s.calls%100 < concurrency {
		runtime.GC()
	}
	s.live.look()
}

func (s *sink) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inFlight--
}
