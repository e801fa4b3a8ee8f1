package onpremisetest_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func TestDeliveryIsRetriedUntil200(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		statuses := []int{500, 404, 204, 302, 199, 200}
		h := &hook{status: func(n int) int { return statuses[n-1] }}
		w := newWire(t, onpremisetest.InProcess(), onpremisetest.WithWebhookHandler(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if len(h.seen()) == 4 { // and one call without a response
				h.mu.Lock()
				h.events = append(h.events, onpremiseapi.WebhookEvent{})
				h.mu.Unlock()
				panic(http.ErrAbortHandler)
			}
			h.ServeHTTP(rw, r)
		})))
		w.ok("PATCH", settings, object{"callback_backoff_delay_ms": "3000", "max_callback_backoff_delay_ms": "10000"})
		begin := time.Now()
		w.ReceiveText(ada, "hello")
		require.NoError(t, w.WaitDelivered(t.Context()))
		require.Equal(t, (3+6+9+10+10)*time.Second, time.Since(begin))
		d := w.Deliveries()[0]
		require.True(t, d.Delivered)
		got := []int{}
		for _, a := range d.Attempts {
			got = append(got, a.Status)
			require.Equal(t, a.Status == 0, a.Err != nil)
		}
		require.Equal(t, []int{500, 404, 204, 302, 0, 200}, got)
		w.Close() // within the bubble
	})
}

func TestAdvanceTriggersDeliveries(t *testing.T) {
	t.Parallel()
	delivered(t, func(t *testing.T, w *wire, h *hook) {
		h.status = func(n int) int { return map[bool]int{true: 500, false: 200}[n < 4] }
		w.ReceiveText(ada, "hello")
		settled := make(chan error, 1)
		go func() { settled <- w.WaitDelivered(t.Context()) }()
		for attempt := 1; attempt < 4; attempt++ {
			require.Eventually(t, func() bool { return len(w.Deliveries()[0].Attempts) == attempt }, 10*time.Second, time.Millisecond)
			d := w.Deliveries()[0]
			require.False(t, d.Delivered)
			require.InDelta(t, float64(attempt*3), d.Next.Sub(w.Now()).Seconds(), 2)
			w.Advance(time.Duration(attempt) * 3 * time.Second)
		}
		require.NoError(t, <-settled)
		require.Len(t, h.seen(), 4)
	})
}

func TestDueEventsGoFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &hook{}
		w := newWire(t, onpremisetest.InProcess(), onpremisetest.WithWebhookHandler(h))
		w.ok("POST", "/messages", object{"to": ada, "text": object{"body": "hello"}}) // to be delivered and read later
		synctest.Wait()
		begin := time.Now()
		w.ReceiveText(ada, "hello")
		require.NoError(t, w.WaitDelivered(t.Context()))
		require.Zero(t, time.Since(begin))
		require.Len(t, h.seen(), 1)
		w.Close()
	})
}

func TestConcurrentDeliveriesAreLimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &hook{hold: make(chan struct{})}
		w := newWire(t, onpremisetest.InProcess(), onpremisetest.WithWebhookHandler(h))
		for n := range 40 {
			w.ReceiveText(ada, fmt.Sprint(n))
		}
		for _, most := range []int{6, 12, 18, 24} {
			w.ok("PATCH", settings, object{"webhooks": object{"max_concurrent_requests": most}})
			synctest.Wait()
			require.Equal(t, most, h.most)
		}
		close(h.hold)
		require.NoError(t, w.WaitDelivered(t.Context()))
		require.Len(t, h.seen(), 40)
		require.Equal(t, 24, h.most)
		w.Close()
	})
}

func TestManyEventsAreAllDelivered(t *testing.T) {
	t.Parallel()
	delivered(t, func(t *testing.T, w *wire, h *hook) {
		const events = 3000
		h.status = func(n int) int { return map[bool]int{true: 500, false: 200}[n%7 == 0] }
		w.ok("PATCH", settings, object{"callback_backoff_delay_ms": "1", "webhooks": object{"max_concurrent_requests": 24}})
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				for n := range events / 10 {
					w.ReceiveText(ada, fmt.Sprint(n))
				}
			})
		}
		all.Wait()
		require.NoError(t, w.WaitDelivered(t.Context()))
		for _, d := range w.Deliveries() {
			require.True(t, d.Delivered)
		}
		ids := map[string]bool{}
		for _, e := range h.seen() {
			ids[e.Messages[0].ID] = true
		}
		require.Len(t, ids, events)
		require.Greater(t, len(h.seen()), events)
		require.LessOrEqual(t, h.most, 24)
	})
}
