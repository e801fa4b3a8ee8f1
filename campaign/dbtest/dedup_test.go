package dbtest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/onpremise"
)

var (
	_ late.WebhookStore      = (*campaign.Deduplication)(nil)
	_ onpremise.WebhookStore = (*campaign.Deduplication)(nil)
)

func TestDeduplicationClaims(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx := t.Context()
		here, there := d.store(t).Deduplication("bot"), d.store(t).Deduplication("bot") // two processes
		claim := func(s *campaign.Deduplication, key string) string {
			t.Helper()
			claim, handled, err := s.Claim(ctx, key, time.Minute)
			require.NoError(t, err)
			require.False(t, handled)
			return claim
		}

		first := claim(here, "k")
		require.NotEmpty(t, first)
		require.Empty(t, claim(there, "k"), "it is claimed")
		require.NotEmpty(t, claim(here, "other key"))
		require.NotEmpty(t, claim(d.store(t).Deduplication("other consumer"), "k"))
		require.Error(t, there.Settle(ctx, "k", "other claim", true))
		require.Error(t, there.Settle(ctx, "k", "", true))

		require.NoError(t, here.Settle(ctx, "k", first, false))
		second := claim(there, "k")
		require.NotEmpty(t, second, "it was released")
		require.NotEqual(t, first, second)
		require.Error(t, here.Settle(ctx, "k", first, true), "it is claimed again")

		require.NoError(t, there.Settle(ctx, "k", second, true))
		for _, s := range []*campaign.Deduplication{here, there} {
			claim, handled, err := s.Claim(ctx, "k", time.Minute)
			require.NoError(t, err)
			require.True(t, handled)
			require.Empty(t, claim)
		}
		for _, claim := range []string{first, second, ""} {
			require.Error(t, here.Settle(ctx, "k", claim, false), "it is settled")
		}
	})
}

func TestExpiredClaimCannotSettle(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, db := t.Context(), d.open(t)
		store, err := campaign.Open(ctx, db, d.dialect)
		require.NoError(t, err)
		s := store.Deduplication("bot")
		expire := func() {
			_, err := db.ExecContext(ctx, "UPDATE wabakit_webhook_items SET until = until - 60000")
			require.NoError(t, err)
		}
		first, _, err := s.Claim(ctx, "k", time.Minute)
		require.NoError(t, err)
		expire()
		require.Error(t, s.Settle(ctx, "k", first, true))
		require.Error(t, s.Settle(ctx, "k", first, false))
		second, handled, err := s.Claim(ctx, "k", time.Minute)
		require.NoError(t, err)
		require.False(t, handled)
		require.NotEmpty(t, second)
		require.Error(t, s.Settle(ctx, "k", first, true))
		require.NoError(t, s.Settle(ctx, "k", second, true))
	})
}

func TestHandledItemsAreForgottenAfterAWeek(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, db := t.Context(), d.open(t)
		store, err := campaign.Open(ctx, db, d.dialect)
		require.NoError(t, err)
		s := store.Deduplication("bot")
		for _, key := range []string{"old", "recent"} {
			claim, _, err := s.Claim(ctx, key, time.Minute)
			require.NoError(t, err)
			require.NoError(t, s.Settle(ctx, key, claim, true))
		}
		age := func(key string, by time.Duration) {
			_, err := db.ExecContext(ctx, fmt.Sprintf("UPDATE wabakit_webhook_items SET until = until - %d WHERE key = '%s'", by.Milliseconds(), key))
			require.NoError(t, err)
		}
		age("old", 7*24*time.Hour)
		age("recent", 6*24*time.Hour)

		// Another process deletes old rows with its first claim.
		_, handled, err := d.store(t).Deduplication("bot").Claim(ctx, "recent", time.Minute)
		require.NoError(t, err)
		require.True(t, handled)
		var keys string
		rows, err := db.QueryContext(ctx, "SELECT key FROM wabakit_webhook_items")
		require.NoError(t, err)
		defer rows.Close()
		for rows.Next() {
			var key string
			require.NoError(t, rows.Scan(&key))
			keys += key
		}
		require.NoError(t, rows.Err())
		require.Equal(t, "recent", keys)
	})
}

func TestOneOfManyClaimsAnItem(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		var claimed atomic.Int64
		var wg sync.WaitGroup
		for range 4 {
			s := d.store(t).Deduplication("bot")
			wg.Go(func() {
				for range 20 {
					claim, handled, err := s.Claim(t.Context(), "k", time.Minute)
					if err != nil || handled {
						t.Errorf("claim: %v, handled: %v", err, handled)
					}
					if claim != "" {
						claimed.Add(1)
					}
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, claimed.Load())
	})
}

// Two processes receive the same event at once.
func TestEventIsHandledOnceByTwoProcesses(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		var calls atomic.Int64
		began, finish := make(chan struct{}), make(chan struct{})
		process := func() http.Handler {
			return late.NewWebhook(late.WebhookHandlers{MessageReceived: func(context.Context, *late.IncomingMessage) error {
				calls.Add(1)
				close(began)
				<-finish
				return nil
			}}, late.WithUnsignedWebhooks(), late.WithWebhookStore(d.store(t).Deduplication("bot")))
		}
		deliver := func(h http.Handler) int {
			r := httptest.NewRequest("POST", "/webhook", strings.NewReader(`{"id":"e1","event":"message.received","account":{"id":"a1"},"message":{"id":"m1","text":"hello"}}`))
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w.Code
		}
		one, two := process(), process()
		var wg sync.WaitGroup
		var status int
		wg.Go(func() { status = deliver(one) })
		<-began
		busy := deliver(two)
		close(finish)
		wg.Wait()

		require.Equal(t, http.StatusServiceUnavailable, busy, "the server delivers the event again")
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, http.StatusOK, deliver(two))
		require.EqualValues(t, 1, calls.Load())
	})
}
