package webhook_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
	"github.com/wabakit/wabakit-go/onpremise"
)

// client is the webhook of one client. Every test here runs for both.
type client struct {
	name    string
	new     func(c config) http.Handler
	message func(id string) string // a delivery of one message
}

type config struct {
	handle  func(ctx context.Context, id string) error
	store   late.WebhookStore
	log     io.Writer
	timeout time.Duration
	maxSize int64
}

func (c config) logger() *slog.Logger {
	if c.log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(c.log, nil))
}

const secret = "sesame"

var clients = []client{
	{
		"late",
		func(c config) http.Handler {
			return late.NewWebhook(late.WebhookHandlers{
				MessageReceived: func(ctx context.Context, m *late.IncomingMessage) error { return c.handle(ctx, m.ID) },
				Other:           func(context.Context, *late.WebhookEvent) error { return nil },
			}, nil, late.WithWebhookSecret(secret), late.WithWebhookStore(c.store), late.WithWebhookLogger(c.logger()),
				late.WithHandlerTimeout(c.timeout), late.WithMaxBodySize(c.maxSize))
		},
		func(id string) string { return fmt.Sprintf(`{"event":"message.received","message":{"id":%q}}`, id) },
	},
	{
		"onpremise",
		func(c config) http.Handler {
			return onpremise.NewWebhook(onpremise.WebhookHandlers{
				MessageReceived: func(ctx context.Context, m *onpremise.IncomingMessage) error { return c.handle(ctx, m.ID) },
				Other:           func(context.Context, *onpremise.WebhookEvent) error { return nil },
			}, nil, onpremise.WithWebhookStore(c.store), onpremise.WithWebhookLogger(c.logger()),
				onpremise.WithHandlerTimeout(c.timeout), onpremise.WithMaxBodySize(c.maxSize))
		},
		func(id string) string { return fmt.Sprintf(`{"messages":[{"id":%q}]}`, id) },
	},
}

func forBoth(t *testing.T, test func(t *testing.T, c client)) {
	t.Helper()
	t.Parallel()
	for _, c := range clients {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			test(t, c)
		})
	}
}

// deliver posts a signed delivery and returns the status.
func deliver(h http.Handler, body string, change ...func(*http.Request)) int {
	r := httptest.NewRequest("POST", "/webhook", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Late-Signature", latetest.Sign(secret, body))
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func TestAnItemIsHandledUntilItSucceeds(t *testing.T) {
	forBoth(t, func(t *testing.T, c client) {
		for name, tt := range map[string]struct {
			first  func(context.Context) error
			status int // of the first delivery
			calls  int // after two more
			logged string
		}{
			"success":         {func(context.Context) error { return nil }, 200, 1, ""},
			"error":           {func(context.Context) error { return errors.New("database is down") }, 500, 2, "database is down"},
			"panic":           {func(context.Context) error { panic("bug in the bot") }, 500, 2, "bug in the bot"},
			"aborted":         {func(context.Context) error { panic(http.ErrAbortHandler) }, 500, 2, "abort Handler"},
			"outcome unknown": {func(context.Context) error { return fmt.Errorf("send: %w", late.ErrOutcomeUnknown) }, 200, 1, "outcome unknown"},
			"timeout":         {func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, 500, 2, "deadline exceeded"},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var log bytes.Buffer
					calls := 0
					h := c.new(config{log: &log, handle: func(ctx context.Context, _ string) error {
						if calls++; calls == 1 {
							return tt.first(ctx)
						}
						return nil
					}})
					begin := time.Now()
					require.Equal(t, tt.status, deliver(h, c.message("m")))
					if name == "timeout" {
						require.Equal(t, 30*time.Second, time.Since(begin))
					}
					require.Equal(t, 200, deliver(h, c.message("m")))
					require.Equal(t, 200, deliver(h, c.message("m")))
					require.Equal(t, tt.calls, calls)
					require.Contains(t, log.String(), tt.logged)
					require.Equal(t, tt.logged == "", log.Len() == 0)
				})
			})
		}
	})
}

// A sender that hangs up and delivers again does not cancel the handler, nor call it twice.
func TestAHandlerOutlivesTheSendersConnection(t *testing.T) {
	forBoth(t, func(t *testing.T, c client) {
		synctest.Test(t, func(t *testing.T) {
			calls := 0
			h := c.new(config{handle: func(ctx context.Context, _ string) error {
				calls++
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-time.After(10 * time.Second):
					return nil
				}
			}})
			ctx, hangUp := context.WithCancel(t.Context())
			var first sync.WaitGroup
			first.Go(func() {
				deliver(h, c.message("m"), func(r *http.Request) { *r = *r.WithContext(ctx) })
			})
			synctest.Wait()
			hangUp()
			require.Equal(t, 503, deliver(h, c.message("m")))
			first.Wait()
			require.Equal(t, 200, deliver(h, c.message("m")))
			require.Equal(t, 1, calls)
		})
	})
}

// A handler that ignores its context loses its claim when the lease expires.
func TestAClaimExpires(t *testing.T) {
	forBoth(t, func(t *testing.T, c client) {
		synctest.Test(t, func(t *testing.T) {
			var log bytes.Buffer
			var calls atomic.Int64
			h := c.new(config{log: &log, timeout: time.Minute, handle: func(context.Context, string) error {
				if calls.Add(1) == 1 {
					time.Sleep(time.Hour)
				}
				return nil
			}})
			var first sync.WaitGroup
			first.Go(func() { deliver(h, c.message("m")) })
			time.Sleep(time.Minute)
			require.Equal(t, 503, deliver(h, c.message("m")))
			time.Sleep(time.Minute)
			require.Equal(t, 200, deliver(h, c.message("m")))
			first.Wait()
			require.EqualValues(t, 2, calls.Load())
			require.Contains(t, log.String(), "claim not settled")
			require.Equal(t, 200, deliver(h, c.message("m")))
			require.EqualValues(t, 2, calls.Load(), "the late settlement does not undo the other one")
		})
	})
}

func TestDeliveriesThatAreRefused(t *testing.T) {
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	body := func(reader io.Reader) func(*http.Request) {
		return func(r *http.Request) { r.Body = io.NopCloser(reader) }
	}
	zipped := func(text string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		io.WriteString(w, text)
		w.Close()
		return b.String()
	}
	gz := func(data string) func(*http.Request) {
		return func(r *http.Request) { header("Content-Encoding", "gzip")(r); body(strings.NewReader(data))(r) }
	}
	const limit = 1 << 20
	large := `{"messages":"` + strings.Repeat("x", limit) + `"}`
	forBoth(t, func(t *testing.T, c client) {
		message := c.message("m")
		for name, tt := range map[string]struct {
			status int
			body   string
			change func(*http.Request)
		}{
			"JSON with a charset":    {200, message, header("Content-Type", "application/json; charset=utf-8")},
			"JSON of a kind":         {200, message, header("Content-Type", "application/cloudevents+json")},
			"gzip":                   {200, message, gz(zipped(message))},
			"the largest":            {200, message + strings.Repeat(" ", limit-len(message)), nil},
			"too large":              {413, large, nil},
			"too large, compressed":  {413, large, gz(zipped(large))},
			"not gzip":               {400, message, gz(message)},
			"truncated gzip":         {408, message, gz(zipped(message)[:20])},
			"another encoding":       {415, message, header("Content-Encoding", "br")},
			"GET":                    {405, message, func(r *http.Request) { r.Method = "GET" }},
			"text":                   {415, message, header("Content-Type", "text/plain")},
			"no content type":        {415, message, header("Content-Type", "")},
			"malformed content type": {415, message, header("Content-Type", "application/json;;")},
			"empty":                  {400, ``, nil},
			"an array":               {400, `[]`, nil},
			"null":                   {400, `null`, nil},
			"two values":             {400, `{} {}`, nil},
			"truncated":              {400, `{"messages":`, nil},
			"a connection lost":      {408, message, body(iotest.ErrReader(io.ErrUnexpectedEOF))},
			// 8 KiB that would decode to gigabytes.
			"many empty objects": {413, `{"messages":[` + strings.Repeat(`{},`, limit/4) + `{}]}`, nil},
			"many arrays":        {413, `{"messages":[` + strings.Repeat(`[`, limit/4) + strings.Repeat(`]`, limit/4) + `]}`, nil},
			"many numbers":       {413, `{"messages":[` + strings.Repeat(`0,`, limit/4) + `0]}`, nil},
			"punctuation in a text": {
				200, `{"messages":[{"id":"m","text":{"body":"\\\"` + strings.Repeat(`{,\",[`, limit/8) + `"}}]}`, nil,
			},
			"5462 statuses": {200, `{"statuses":[` + strings.Repeat(`{"id":"gBEGkYiEB1VXAglK1ZEqA1YKPrU","recipient_id":"16315551234","status":"read",`+
				`"timestamp":"1518694700","conversation":{"id":"x","origin":{"type":"y"}},"pricing":{"billable":true}},`, 5461) + `{}]}`, nil},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				var log bytes.Buffer
				h := c.new(config{log: &log, maxSize: limit, handle: func(context.Context, string) error { return nil }})
				if name == "5462 statuses" {
					h = c.new(config{log: &log})
				}
				change := tt.change
				if change == nil {
					change = func(*http.Request) {}
				}
				require.Equal(t, tt.status, deliver(h, tt.body, change))
				require.Equal(t, tt.status != 200, strings.Contains(log.String(), "delivery refused"))
			})
		}
	})
}

// store fails as it is told, or counts.
type store struct {
	claim, settle error
	claims        int
	keys          []string
}

func (s *store) Claim(_ context.Context, key string, _ time.Duration) (string, bool, error) {
	s.claims++
	s.keys = append(s.keys, key)
	return "c", false, s.claim
}

func (s *store) Settle(ctx context.Context, _, _ string, _ bool) error {
	return errors.Join(ctx.Err(), s.settle)
}

func TestAStoreThatFails(t *testing.T) {
	forBoth(t, func(t *testing.T, c client) {
		calls := 0
		handle := func(context.Context, string) error { calls++; return nil }
		require.Equal(t, 500, deliver(c.new(config{handle: handle, store: &store{claim: errors.New("down")}}), c.message("m")))
		require.Zero(t, calls)
		var log bytes.Buffer
		h := c.new(config{log: &log, handle: handle, store: &store{settle: errors.New("down")}})
		require.Equal(t, 200, deliver(h, c.message("m")), "the item is handled")
		require.Equal(t, 1, calls)
		require.Contains(t, log.String(), "claim not settled")
	})
}

// lasting is a store that outlives the handlers that use it.
type lasting struct {
	mu     sync.Mutex
	claims map[string]string // "" once handled
	next   int
}

func (s *lasting) Claim(_ context.Context, key string, _ time.Duration) (string, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if claim, ok := s.claims[key]; ok {
		return "", claim == "", nil
	}
	s.next++
	s.claims[key] = fmt.Sprint(s.next)
	return s.claims[key], false, nil
}

func (s *lasting) Settle(_ context.Context, key, claim string, handled bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.claims[key] != claim || claim == "":
		return errors.New("claim lost")
	case handled:
		s.claims[key] = ""
	default:
		delete(s.claims, key)
	}
	return nil
}

// Ten thousand events with duplicates, in any order, from senders that hang up, to handlers that
// fail, panic and are slow, with a restart for every thousandth delivery.
func TestEveryEventIsHandledOnce(t *testing.T) {
	forBoth(t, func(t *testing.T, c client) {
		synctest.Test(t, func(t *testing.T) {
			const events, senders = 10_000, 24
			var mu sync.Mutex
			handled := map[string]int{}
			var calls, deliveries atomic.Int64
			handle := func(ctx context.Context, id string) error {
				switch calls.Add(1) % 8 {
				case 1:
					return errors.New("not now")
				case 3:
					panic("not now")
				case 5:
					select {
					case <-time.After(10 * time.Second):
					case <-ctx.Done():
						return ctx.Err()
					}
				}
				mu.Lock()
				defer mu.Unlock()
				handled[id]++
				return nil
			}
			s := &lasting{claims: map[string]string{}}
			var h atomic.Pointer[http.Handler]
			restart := func() {
				next := c.new(config{handle: handle, store: s})
				h.Store(&next)
			}
			restart()
			queue := make([]string, 0, 2*events)
			for i := range events {
				queue = append(queue, fmt.Sprint(i), fmt.Sprint(i))
			}
			rand.Shuffle(len(queue), func(i, j int) { queue[i], queue[j] = queue[j], queue[i] })
			var wg sync.WaitGroup
			for sender := range senders {
				wg.Go(func() {
					for i := sender; i < len(queue); i += senders {
						for {
							if deliveries.Add(1)%1000 == 0 {
								restart()
							}
							ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
							status := deliver(*h.Load(), c.message(queue[i]), func(r *http.Request) { *r = *r.WithContext(ctx) })
							hungUp := ctx.Err() != nil
							cancel()
							if status == 200 && !hungUp {
								break
							}
							time.Sleep(time.Second)
						}
					}
				})
			}
			wg.Wait()
			require.Len(t, handled, events)
			for id, n := range handled {
				require.Equal(t, 1, n, id)
			}
		})
	})
}
