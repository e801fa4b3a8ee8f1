package bench_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func BenchmarkContactsAll(b *testing.B) {
	for _, run := range []struct {
		figure *figure
		run    func(*testing.T) float64
	}{{prefetchOne, workWhileFetching}, {prefetchMore, fetchAhead}} {
		b.Run(run.figure.unit[len("x-time-"):], func(b *testing.B) {
			for b.Loop() {
				virtually(b, func(t *testing.T) { run.figure.report(b, run.run(t)) })
			}
		})
	}
}

func BenchmarkRateLimit(b *testing.B) {
	for b.Loop() {
		virtually(b, func(t *testing.T) {
			refused, used := underLimit(t, 10_000)
			refusals.report(b, refused)
			rateUsed.report(b, used)
		})
	}
}

const (
	pageCount = 1000
	pageTime  = 50 * time.Millisecond
)

// workWhileFetching is the time of a loop that takes as long as the server, with one page
// fetched ahead, over that without.
func workWhileFetching(t *testing.T) float64 {
	return float64(allPages(t, 1, pageTime)) / float64(allPages(t, 0, pageTime))
}

// fetchAhead is the time of an idle loop with eight pages fetched ahead, over that without.
func fetchAhead(t *testing.T) float64 {
	return float64(allPages(t, 8, 0)) / float64(allPages(t, 0, 0))
}

func allPages(t *testing.T, prefetch int, work time.Duration) time.Duration {
	server := latetest.NewServer(latetest.InProcess(), latetest.WithRateLimit(1e6))
	defer server.Close()
	contacts := make([]late.CreateContactRequest, pageCount)
	for i := range contacts {
		contacts[i] = late.CreateContactRequest{Phone: fmt.Sprintf("+1631555%04d", i), Name: fmt.Sprintf("Person %04d", i)}
	}
	server.AddContacts(contacts...)
	server.Inject(latetest.Latency(pageTime))
	begin, rows := time.Now(), 0
	for _, err := range server.Client().Contacts.All(t.Context(), late.ListContactsOptions{Limit: 1}, late.WithPrefetch(prefetch)) {
		require.NoError(t, err)
		time.Sleep(work)
		rows++
	}
	require.Equal(t, pageCount, rows)
	return time.Since(begin)
}

// underLimit returns how many calls met a 429, and how much of the rate that the limit allows
// was used: 600 calls may be made at once, and as many with each minute that has passed.
func underLimit(t *testing.T, calls int) (refused, percent float64) {
	const perMinute = 600
	server := latetest.NewServer(latetest.InProcess(), latetest.WithRateLimit(perMinute))
	defer server.Close()
	server.AddContacts(late.CreateContactRequest{Phone: "+16315551234", Name: "Ada"})
	server.Inject(latetest.Latency(100 * time.Millisecond))
	var count atomic.Int64
	client := server.Client(late.WithAttemptHook(func(_ context.Context, a late.Attempt) {
		if a.Status == 429 {
			count.Add(1)
		}
	}))
	begin := time.Now()
	together(32, func() error {
		_, err := client.Contacts.List(context.Background(), late.ListContactsOptions{})
		return err
	})(calls)
	allowed := time.Duration((calls-1)/perMinute) * time.Minute
	return float64(count.Load()), 100 * float64(allowed) / float64(time.Since(begin))
}
