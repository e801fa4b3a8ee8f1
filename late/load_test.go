package late_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

const crowd = 200

// Many goroutines read lists over one client, with pages of all sizes and with faults, some
// deleting what they receive. Each row that exists throughout is received exactly once.
func TestIteratorsUnderLoad(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		lists   int
		rows    int // of a list
		removes int // each reader removes every n-th row; 0 means none
	}{
		"who only reads":                       {lists: 2, rows: 60},
		"who deletes all of a list":            {lists: crowd, rows: 20, removes: 1},
		"who deletes some of a list":           {lists: crowd, rows: 30, removes: 5},
		"who deletes from a list that all use": {lists: 2, rows: 60, removes: 300},
	}
	seeds := uint64(1)
	if os.Getenv("WABAKIT_LONG") != "" {
		seeds = 10
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range seeds {
				synctest.Test(t, func(t *testing.T) {
					server := latetest.NewServer(latetest.InProcess(), latetest.WithRateLimit(1_000_000), latetest.WithAccounts("0", names(1, tt.lists)...))
					defer server.Close()
					lists := newLists(t, server.Client(late.WithTimeout(10*time.Second)), tt.lists, tt.rows)
					pass := server.Inject(transientFaults(seed)...)
					readers := make([]*reader, crowd)
					var wg sync.WaitGroup
					for i := range readers {
						readers[i] = &reader{Rand: rand.New(rand.NewPCG(seed, uint64(i))), list: lists[i%tt.lists], visits: map[string]int{}}
						wg.Go(func() { readers[i].err = readers[i].read(t.Context(), tt.removes) })
					}
					wg.Wait()
					pass()
					for i, list := range lists {
						var left []string
						for row, err := range list.all(t.Context(), 100) {
							require.NoError(t, err)
							left = append(left, row)
						}
						for g := i; g < crowd; g += tt.lists {
							readers[g].hold(t, tt.rows, left)
						}
					}
				})
			}
		})
	}
}

// list is a list of contacts or of recipients.
type list struct {
	client    *late.Client
	broadcast string
}

func names(from, to int) (names []string) {
	for i := from; i < to; i++ {
		names = append(names, fmt.Sprint(i))
	}
	return names
}

// newLists creates lists of n rows, of contacts and recipients in turn, each in its own account.
func newLists(t *testing.T, client *late.Client, n, rows int) (lists []*list) {
	for i, account := range names(0, n) {
		l := &list{client: client.ForAccount(account)}
		if i%2 == 0 {
			_, err := l.client.Contacts.ImportMany(t.Context(), late.ImportOptions{}, imports(rows))
			require.NoError(t, err)
		} else {
			broadcast, err := l.client.Broadcasts.Create(t.Context(), late.CreateBroadcastRequest{Name: account, Template: hello})
			require.NoError(t, err)
			_, err = l.client.Broadcasts.AddRecipientsMany(t.Context(), broadcast.ID, adds(rows))
			require.NoError(t, err)
			l.broadcast = broadcast.ID
		}
		lists = append(lists, l)
	}
	return lists
}

func (l *list) all(ctx context.Context, limit int, opts ...late.IterOption) iter.Seq2[string, error] {
	if l.broadcast == "" {
		return keys(l.client.Contacts.All(ctx, late.ListContactsOptions{Limit: limit}, opts...), func(c late.Contact) string { return c.ID })
	}
	return keys(l.client.Broadcasts.AllRecipients(ctx, l.broadcast, late.ListRecipientsOptions{Limit: limit}, opts...),
		func(r late.RecipientDelivery) string { return r.Phone })
}

func keys[T any](rows iter.Seq2[T, error], key func(T) string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		rows(func(row T, err error) bool { return yield(key(row), err) })
	}
}

// remove deletes a row, which may already be deleted.
func (l *list) remove(ctx context.Context, row string) error {
	if l.broadcast != "" {
		_, err := l.client.Broadcasts.RemoveRecipients(ctx, l.broadcast, []string{row})
		return err
	}
	if err := l.client.Contacts.Delete(ctx, row); !errors.Is(err, late.ErrNotFound) {
		return err
	}
	return nil
}

// reader is one of the goroutines.
type reader struct {
	*rand.Rand
	list   *list
	visits map[string]int
	err    error
}

func (r *reader) read(ctx context.Context, removes int) error {
	limits, ahead := []int{3, 10, 25, 100}, []int{0, 0, 1, 3, 8}
	for row, err := range r.list.all(ctx, limits[r.IntN(len(limits))], late.WithPrefetch(ahead[r.IntN(len(ahead))])) {
		if err != nil {
			return err
		}
		r.visits[row]++
		if removes > 0 && r.IntN(removes) == 0 {
			if err := r.list.remove(ctx, row); err != nil {
				return err
			}
		}
		time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond)
	}
	return nil
}

// hold compares what a reader received with what the list contained at the start and contains
// now.
func (r *reader) hold(t *testing.T, rows int, left []string) {
	require.NoError(t, r.err)
	require.LessOrEqual(t, len(r.visits), rows)
	for row, n := range r.visits {
		require.Equal(t, 1, n, row)
	}
	for _, row := range left {
		require.Contains(t, r.visits, row)
	}
}

// transientFaults returns at most two faults per call, so that its retries succeed.
func transientFaults(seed uint64) []latetest.Fault {
	var mu sync.Mutex
	r, struck := rand.New(rand.NewPCG(seed, 1)), map[string]int{}
	one := func(of int) func(latetest.Request) bool {
		return func(req latetest.Request) bool {
			mu.Lock()
			defer mu.Unlock()
			id := req.Header.Get("X-Request-Id")
			if r.IntN(of) > 0 || struck[id] == 2 {
				return false
			}
			struck[id]++
			return true
		}
	}
	return []latetest.Fault{
		latetest.Latency(200 * time.Millisecond),
		latetest.Latency(time.Second).When(one(20)),
		latetest.Status(429, "slow down").With("Retry-After", "1").When(one(200)),
		latetest.Status(503, "not now").When(one(200)),
		latetest.Status(500, "oops").When(one(200)),
		latetest.ProxyPage(502).When(one(200)),
		latetest.CutBefore().When(one(200)),
		latetest.CutAfter().When(one(200)),
		latetest.CutHead().When(one(200)),
		latetest.Truncated().When(one(200)),
	}
}
