package onpremise_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

// 24 deliver 10,000 events at once, in which 30,000 messages and statuses stand, each in two
// events; every third call fails. Each event is delivered until it is acknowledged, and once
// more.
func TestNoEventIsLostAndNoneIsHandledTwice(t *testing.T) {
	t.Parallel()
	const events, senders = 10_000, 24
	var mu sync.Mutex
	handled := map[string]int{}
	var calls atomic.Int64
	h := onpremise.WebhookHandler(func(_ context.Context, e *onpremise.WebhookEvent) error {
		switch calls.Add(1) % 6 {
		case 1:
			return errors.New("not now")
		case 4:
			panic("not now either")
		}
		mu.Lock()
		defer mu.Unlock()
		for _, m := range e.Messages {
			handled["m"+m.ID]++
		}
		for _, s := range e.Statuses {
			handled[fmt.Sprint("s", s.ID, s.RecipientID, s.Status)]++
		}
		return nil
	}, onpremise.WithDeduplication(nil), onpremise.WithWebhookLogger(discard))
	queue := make(chan string, 2*events)
	for i := range events {
		next := (i + 1) % events
		queue <- fmt.Sprintf(`{"messages":[{"id":"%d"},{"id":"%d"}],"statuses":[{"id":"%d","status":"sent"},{"id":"%d","status":"read","recipient_id":"a"},{"id":"%d","status":"read","recipient_id":"a"}]}`,
			i, next, i, i, next)
	}
	var left atomic.Int64
	left.Store(events)
	var wg sync.WaitGroup
	for range senders {
		wg.Go(func() {
			for left.Load() > 0 {
				select {
				case body := <-queue:
					if deliver(h, body) != http.StatusOK {
						queue <- body
						continue
					}
					left.Add(-1)
					if rand.N(4) == 0 && deliver(h, body) != http.StatusOK { // the answer was lost
						t.Error("what was acknowledged is not any more")
					}
				default:
				}
			}
		})
	}
	wg.Wait()
	require.Len(t, handled, 3*events)
	for key, n := range handled {
		if n != 1 {
			t.Fatalf("%s was handled %d times", key, n)
		}
	}
}

func TestDuplicatesAreDroppedItemByItem(t *testing.T) {
	t.Parallel()
	h, events := taking(onpremise.WithDeduplication(onpremise.NewMemoryStore(100)))
	ids := func() (list []string) {
		for _, e := range *events {
			for _, m := range e.Messages {
				list = append(list, "m"+m.ID)
			}
			for _, s := range e.Statuses {
				list = append(list, "s"+s.ID+s.RecipientID+string(s.Status))
			}
			for range e.Errors {
				list = append(list, "e")
			}
		}
		*events = nil
		return list
	}
	for _, tt := range []struct {
		body string
		want []string
	}{
		{`{"messages":[{"id":"1"},{"id":"2"},{"id":"1"}]}`, []string{"m1", "m2"}},
		{`{"messages":[{"id":"2"},{"id":"3"}]}`, []string{"m3"}},
		{`{"messages":[{"id":"1"},{"id":"2"}]}`, nil},
		{`{"statuses":[{"id":"1","status":"sent"},{"id":"1","status":"read"}]}`, []string{"s1sent", "s1read"}},
		{`{"statuses":[{"id":"1","status":"read"},{"id":"1","status":"read","recipient_id":"b"}]}`, []string{"s1bread"}},
		{`{"messages":[{"id":"1"}],"errors":[{"code":1}]}`, []string{"e"}},
		{`{"messages":[{"id":"1"}],"errors":[{"code":1}]}`, []string{"e"}}, // it may have happened again
		{`{"messages":[{"from":"1"},{"from":"1"}]}`, []string{"m", "m"}},   // nothing tells them apart
	} {
		require.Equal(t, 200, deliver(h, tt.body), tt.body)
		require.Equal(t, tt.want, ids(), tt.body)
	}
	require.Equal(t, 200, deliver(h, `{"messages":[{"id":"1"}],"calls":[{"id":"c"}]}`))
	require.Len(t, *events, 1) // a kind that is not known may be news
	require.Empty(t, (*events)[0].Messages)
	*events = nil
	require.Equal(t, 200, deliver(h, `{"messages":[{"id":"1"}],"meta":{"version":"v2"}}`))
	require.Empty(t, *events)
}

func TestDuplicateOfWhatIsBeingHandledComesAgain(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}), make(chan error)
	calls := 0
	h := onpremise.WebhookHandler(func(context.Context, *onpremise.WebhookEvent) error {
		calls++
		begun <- struct{}{}
		return <-end
	}, onpremise.WithDeduplication(nil))
	const one, two = `{"messages":[{"id":"1"}]}`, `{"messages":[{"id":"2"},{"id":"1"}]}`
	for _, result := range []error{errors.New("no"), nil} {
		status := make(chan int)
		go func() { status <- deliver(h, one) }()
		<-begun
		require.Equal(t, 503, deliver(h, one))
		require.Equal(t, 503, deliver(h, two)) // as a whole, and message 2 is not held up by it
		end <- result
		require.Equal(t, map[bool]int{true: 200, false: 500}[result == nil], <-status)
	}
	require.Equal(t, 2, calls)
	status := make(chan int)
	go func() { status <- deliver(h, two) }()
	<-begun
	end <- nil
	require.Equal(t, 200, <-status)
	require.Equal(t, 3, calls)
	require.Equal(t, 200, deliver(h, one))
}

func TestMemoryStoreHasItsBounds(t *testing.T) {
	t.Parallel()
	s := onpremise.NewMemoryStore(3)
	claim := func(key string) onpremise.Claim {
		c, err := s.Claim(t.Context(), key)
		require.NoError(t, err)
		return c
	}
	settle := func(key string, handled bool) { require.NoError(t, s.Settle(t.Context(), key, handled)) }
	require.Equal(t, onpremise.ClaimGranted, claim("busy"))
	for i := range 10 {
		key := fmt.Sprint(i)
		require.Equal(t, onpremise.ClaimGranted, claim(key))
		require.Equal(t, onpremise.ClaimBusy, claim(key))
		settle(key, false)
		require.Equal(t, onpremise.ClaimGranted, claim(key))
		settle(key, true)
		require.Equal(t, onpremise.ClaimHandled, claim(key))
	}
	require.Equal(t, onpremise.ClaimBusy, claim("busy")) // whatever came since
	require.Equal(t, onpremise.ClaimGranted, claim("6"))
	for _, key := range []string{"7", "8", "9"} {
		require.Equal(t, onpremise.ClaimHandled, claim(key))
	}
}

// ownStore fails as it is told.
type ownStore struct {
	*onpremise.MemoryStore
	claim, settle error
	keys          []string
}

func (s *ownStore) Claim(ctx context.Context, key string) (onpremise.Claim, error) {
	s.keys = append(s.keys, key)
	if s.claim != nil && strings.HasSuffix(key, "2") {
		return 0, s.claim
	}
	return s.MemoryStore.Claim(ctx, key)
}

func (s *ownStore) Settle(ctx context.Context, key string, handled bool) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.Join(s.settle, s.MemoryStore.Settle(ctx, key, handled))
}

func TestStoreOfTheCaller(t *testing.T) {
	t.Parallel()
	s := &ownStore{MemoryStore: onpremise.NewMemoryStore(10), claim: errors.New("down")}
	h, events := taking(onpremise.WithDeduplication(s), onpremise.WithWebhookLogger(discard))
	const body = `{"messages":[{"id":"1"},{"id":"2"}],"statuses":[{"id":"3","status":"read","recipient_id":"4"}]}`
	require.Equal(t, 500, deliver(h, body))
	require.Empty(t, *events)
	s.claim, s.keys = nil, nil
	s.settle = errors.New("down") // what is done is done
	hangUp := func(r *http.Request) {
		ctx, cancel := context.WithCancel(r.Context())
		cancel()
		*r = *r.WithContext(ctx)
	}
	require.Equal(t, 200, deliver(h, body, hangUp))
	require.Equal(t, []string{"message 1", "message 2", "status 3 4 read"}, s.keys)
	require.Len(t, *events, 1)
	require.Equal(t, 200, deliver(h, body))
	require.Len(t, *events, 1)
}
