package onpremisetest

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wabakit/wabakit-go/internal/fakeserver"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// courier delivers events to the webhook and retries each until the webhook responds 200. It does
// not use the api, whose lock may be held by the caller.
type courier struct {
	clock    *fakeserver.Clock
	identity func() identity
	handler  atomic.Pointer[http.Handler] // used instead of a socket
	hook     *fakeserver.Server           // calls handler

	closing context.Context
	cancel  context.CancelFunc
	work    sync.WaitGroup

	mu        sync.Mutex // guards everything below
	settings  onpremiseapi.ApplicationSettings
	calls     *http.Transport
	all       []*delivery
	waiting   queue
	inFlight  int
	again     int // number of waiting events that have failed before
	delivered int
	closed    bool
	running   bool               // whether dispatch is running
	wake      context.CancelFunc // wakes dispatch, which waits for the next due event
	changed   chan struct{}      // closed when a call of the webhook ends
}

// delivery is an event and its attempts.
type delivery struct {
	body      []byte
	at        time.Time // when the event occurs
	due       time.Time
	number    int
	attempts  []Attempt
	delivered bool
}

func newCourier(clock *fakeserver.Clock, identity func() identity) *courier {
	c := &courier{clock: clock, identity: identity, settings: defaultSettings(), changed: make(chan struct{})}
	c.closing, c.cancel = context.WithCancel(context.Background())
	c.hook = fakeserver.New(hooked{c}, clock, false)
	c.trust(nil)
	return c
}

// enqueue adds an event that occurs at a time, which may be in the future.
func (c *courier) enqueue(at time.Time, event onpremiseapi.WebhookEvent) {
	c.enqueueRaw(at, encode(event))
}

func (c *courier) enqueueRaw(at time.Time, body []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := &delivery{body: body, at: at, due: at, number: len(c.all)}
	c.all = append(c.all, d)
	heap.Push(&c.waiting, d)
	c.kick()
}

// configure applies changed settings.
func (c *courier) configure(settings onpremiseapi.ApplicationSettings) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settings = settings
	c.kick()
	c.tell()
}

// kick makes dispatch check the queue again.
func (c *courier) kick() {
	switch {
	case c.closed:
	case !c.running:
		c.running = true
		c.work.Go(c.dispatch)
	case c.wake != nil:
		c.wake()
	}
}

// tell wakes those who wait for deliveries.
func (c *courier) tell() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// dispatch delivers due events, as many at once as the settings allow. It returns when only calls
// in flight remain, or no webhook is set.
func (c *courier) dispatch() {
	for {
		c.mu.Lock()
		now := c.clock.Now()
		url := c.settings.Webhooks.URL
		open := !c.closed && url != ""
		for open && len(c.waiting) > 0 && c.inFlight < c.settings.Webhooks.MaxConcurrentRequests && !c.waiting[0].due.After(now) {
			d := heap.Pop(&c.waiting).(*delivery)
			if len(d.attempts) > 0 {
				c.again--
			}
			c.inFlight++
			c.work.Go(func() { c.attempt(url, d) })
		}
		if !open || len(c.waiting) == 0 || c.inFlight >= c.settings.Webhooks.MaxConcurrentRequests {
			c.running, c.wake = false, nil
			c.mu.Unlock()
			return
		}
		due := c.waiting[0].due
		ctx, wake := context.WithCancel(c.closing)
		c.wake = wake
		c.mu.Unlock()
		c.clock.WaitUntil(ctx, due) // or until kicked
		wake()
	}
}

// attempt calls the webhook once.
func (c *courier) attempt(url string, d *delivery) {
	begun := c.clock.Now()
	status, err := c.post(url, d.body)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inFlight--
	if c.closing.Err() != nil {
		return
	}
	d.attempts = append(d.attempts, Attempt{Time: begun, Status: status, Err: err})
	if status == http.StatusOK {
		d.delivered = true
		c.delivered++
	} else {
		wait := c.settings.CallbackBackoffDelay.Duration() * time.Duration(len(d.attempts))
		wait = min(wait, c.settings.MaxCallbackBackoffDelay.Duration())
		d.due = c.clock.Now().Add(max(wait, time.Millisecond)) // otherwise a webhook that always fails would starve the other events
		c.again++
		heap.Push(&c.waiting, d)
	}
	c.kick()
	c.tell()
}

// counts returns the numbers of delivered and undelivered events that have occurred.
func (c *courier) counts() (delivered, pending int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.delivered, c.pending()
}

func (c *courier) pending() int {
	n, now := c.inFlight, c.clock.Now()
	for _, d := range c.waiting {
		if !d.at.After(now) {
			n++
		}
	}
	return n
}

// settled reports whether every event that has occurred was delivered.
func (c *courier) settled() bool {
	// An event that was not sent yet is due when it occurs.
	return c.inFlight+c.again == 0 && (len(c.waiting) == 0 || c.waiting[0].due.After(c.clock.Now()))
}

var errNoWebhook = errors.New("onpremisetest: there are events, and no webhook is set")

// waitDelivered waits until every event that has occurred is delivered.
func (c *courier) waitDelivered(ctx context.Context) error {
	for {
		c.mu.Lock()
		settled, url, changed := c.settled(), c.settings.Webhooks.URL, c.changed
		c.mu.Unlock()
		if settled {
			return nil
		}
		if url == "" {
			return errNoWebhook
		}
		select {
		case <-changed:
			continue
		case <-ctx.Done():
		case <-c.closing.Done():
			ctx = c.closing
		}
		_, pending := c.counts()
		return fmt.Errorf("onpremisetest: %d events not delivered: %w", pending, ctx.Err())
	}
}

// stop cancels all calls of the webhook and starts no more.
func (c *courier) stop() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.cancel()
}

// wait waits until nothing is running.
func (c *courier) wait() {
	c.hook.Close()
	c.work.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls.CloseIdleConnections()
}

func (c *courier) list(now time.Time) []*delivery {
	var list []*delivery
	for _, d := range c.all {
		if !d.at.After(now) {
			list = append(list, d)
		}
	}
	slices.SortStableFunc(list, func(a, b *delivery) int { return a.at.Compare(b.at) })
	return list
}

// queue is a heap of deliveries, the next due first.
type queue []*delivery

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q queue) Less(i, j int) bool {
	if q[i].due.Equal(q[j].due) {
		return q[i].number < q[j].number
	}
	return q[i].due.Before(q[j].due)
}
func (q *queue) Push(d any) { *q = append(*q, d.(*delivery)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
