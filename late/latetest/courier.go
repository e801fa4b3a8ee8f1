package latetest

import (
	"bytes"
	"container/heap"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wabakit/wabakit-go/internal/fakeserver"
	"github.com/wabakit/wabakit-go/late"
)

const (
	webhookTime  = 5 * time.Second // how long a webhook may take, in real time
	maxFailures  = 10              // consecutive failed attempts that disable a webhook
	maxDelivered = 16              // attempts at once
)

// retryDelays are the delays after each failed attempt: 7 attempts in 51 hours.
var retryDelays = []time.Duration{
	time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 12 * time.Hour, 36*time.Hour + 24*time.Minute,
}

// courier runs tasks on the server's clock, which deliver events to webhooks. The lock of the api
// guards all fields that change; attempts run without it, because a webhook may call the API.
type courier struct {
	handler atomic.Pointer[http.Handler] // used instead of a socket
	hook    *fakeserver.Server           // calls handler
	conns   *http.Transport
	slots   chan struct{} // limits attempts at once
	closing context.Context
	close   context.CancelFunc
	work    sync.WaitGroup

	tasks      tasks
	scheduled  int
	ticking    bool
	wake       context.CancelFunc // makes tick check the tasks again
	deliveries []*webhookDelivery
	open       int           // deliveries that are neither delivered nor given up
	changed    chan struct{} // closed when a delivery ends
}

func newCourier(clock *fakeserver.Clock) *courier {
	c := &courier{slots: make(chan struct{}, maxDelivered), changed: make(chan struct{})}
	c.closing, c.close = context.WithCancel(context.Background())
	c.hook = fakeserver.New(hooked{c}, clock, false)
	c.conns = &http.Transport{MaxIdleConnsPerHost: maxDelivered, DialContext: dialLoopback}
	return c
}

// webhookDelivery is the delivery of an event to one webhook.
type webhookDelivery struct {
	Delivery
	hook *webhook
	done bool // delivered or given up
}

// task is work that is due at a time. It runs with the lock of the api.
type task struct {
	due    time.Time
	number int
	run    func()
}

// at runs a function at a time, or soon if the time has passed.
func (a *api) at(due time.Time, run func()) {
	c := a.courier
	c.scheduled++
	heap.Push(&c.tasks, task{due, c.scheduled, run})
	switch {
	case c.closing.Err() != nil:
	case !c.ticking:
		c.ticking = true
		c.work.Go(a.tick)
	case c.wake != nil:
		c.wake()
	}
}

// tick runs tasks when they are due, until none is left.
func (a *api) tick() {
	c := a.courier
	for {
		a.mu.Lock()
		a.runDue()
		if len(c.tasks) == 0 || c.closing.Err() != nil {
			c.ticking, c.wake = false, nil
			a.mu.Unlock()
			return
		}
		due := c.tasks[0].due
		ctx, wake := context.WithCancel(c.closing)
		c.wake = wake
		a.mu.Unlock()
		a.clock.WaitUntil(ctx, due)
		wake()
	}
}

// runDue runs the tasks that are due.
func (a *api) runDue() {
	c, now := a.courier, a.clock.Now()
	a.settle(now) // sending broadcasts schedules tasks
	for len(c.tasks) > 0 && !c.tasks[0].due.After(now) {
		heap.Pop(&c.tasks).(task).run()
	}
}

// emit delivers an event that occurs at a time to the webhooks that then subscribe to it. Without
// webhooks there are no events.
func (a *api) emit(at time.Time, kind late.EventKind, event func() object) {
	if len(a.webhooks) == 0 {
		return
	}
	a.at(at, func() {
		body := object{"id": a.eventID(), "event": kind, "timestamp": at.Truncate(time.Millisecond)}
		maps.Copy(body, event())
		a.dispatch(at, kind, marshal(body))
	})
}

func (a *api) eventID() string {
	a.events++
	return fmt.Sprintf("00000000-0000-4000-8000-%012x", a.events)
}

func (a *api) dispatch(at time.Time, kind late.EventKind, body []byte) {
	for _, hook := range a.webhooks {
		if !hook.active || !hook.subscribes(kind) {
			continue
		}
		d := &webhookDelivery{hook: hook, Delivery: Delivery{WebhookID: hook.id, Body: body, Time: at, Next: at}}
		json.Unmarshal(body, &d.Event) // the body may come from a test
		a.courier.deliveries = append(a.courier.deliveries, d)
		a.courier.open++
		a.attempt(d)
	}
}

// attempt calls the webhook of a delivery once.
func (a *api) attempt(d *webhookDelivery) {
	c := a.courier
	if d.done || c.closing.Err() != nil {
		return
	}
	hook := *d.hook
	c.work.Go(func() {
		c.slots <- struct{}{}
		try := c.post(&hook, d.Event, d.Body, a.clock.Now())
		<-c.slots
		a.mu.Lock()
		defer a.mu.Unlock()
		if c.closing.Err() == nil {
			a.attempted(d, try)
		}
	})
}

// attempted records an attempt and schedules the next one if it failed.
func (a *api) attempted(d *webhookDelivery, try attempt) {
	d.Attempts = append(d.Attempts, try.Attempt)
	a.logAttempt(d.hook, d.Event, d.Body, len(d.Attempts), try)
	d.hook.failures++
	switch {
	case try.succeeded():
		d.hook.failures, d.Delivered = 0, true
		a.end(d)
	case d.hook.failures >= maxFailures:
		d.hook.active = false
		a.abandon(d.hook)
	case d.done: // the webhook was disabled or deleted meanwhile
	case try.final(), len(d.Attempts) > len(retryDelays):
		a.end(d)
	default:
		d.Next = a.clock.Now().Add(retryDelays[len(d.Attempts)-1])
		a.at(d.Next, func() { a.attempt(d) })
	}
}

// abandon gives up the deliveries of a webhook that is disabled or deleted.
func (a *api) abandon(hook *webhook) {
	for _, d := range a.courier.deliveries {
		if d.hook == hook {
			a.end(d)
		}
	}
}

func (a *api) end(d *webhookDelivery) {
	if d.done {
		return
	}
	d.done, d.Next = true, time.Time{}
	a.courier.open--
	close(a.courier.changed)
	a.courier.changed = make(chan struct{})
}

// attempt is an attempt with what the log says about it.
type attempt struct {
	Attempt
	response string
	took     time.Duration
}

func (t attempt) succeeded() bool { return t.Status >= 200 && t.Status <= 299 }

// final reports whether the response ends the delivery.
func (t attempt) final() bool {
	return t.Status >= 400 && t.Status <= 499 && t.Status != http.StatusRequestTimeout && t.Status != http.StatusTooManyRequests
}

// post calls a webhook.
func (c *courier) post(hook *webhook, event late.WebhookEvent, body []byte, now time.Time) (try attempt) {
	try.Time = now
	begun := time.Now()
	defer func() { try.took = time.Since(begun) }()
	ctx, cancel := context.WithTimeout(c.closing, webhookTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.url, bytes.NewReader(body))
	if err != nil {
		try.Err = err
		return try
	}
	req.Header.Set("Content-Type", "application/json")
	for _, vendor := range []string{"X-Late-", "X-Zernio-"} {
		req.Header.Set(vendor+"Event", string(event.Kind))
		req.Header.Set(vendor+"Event-Id", event.EventID)
		if hook.secret != "" {
			req.Header.Set(vendor+"Signature", Sign(hook.secret, string(body)))
		}
	}
	for name, value := range hook.headers { // may replace the signature, as in production
		req.Header.Set(name, value)
	}
	client := &http.Client{
		Transport:     http.RoundTripper(c.conns),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if c.handler.Load() != nil {
		client.Transport = c.hook
	}
	resp, err := client.Do(req)
	if err != nil {
		try.Err = err
		return try
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	try.Status, try.response = resp.StatusCode, string(b)
	return try
}

// dialLoopback keeps made-up events of a test from reaching real hosts.
func dialLoopback(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("latetest: the webhook %s is not on the loopback interface", host)
	}
	var d net.Dialer
	return d.DialContext(ctx, network, address)
}

// hooked serves a request with the handler of the webhook.
type hooked struct{ *courier }

func (hooked) Operation(*http.Request) string { return "" }
func (hooked) Operations() []string           { return nil }

func (h hooked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	(*h.handler.Load()).ServeHTTP(w, r)
}

// tasks is a heap, the next due first.
type tasks []task

func (q tasks) Len() int      { return len(q) }
func (q tasks) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q tasks) Less(i, j int) bool {
	if q[i].due.Equal(q[j].due) {
		return q[i].number < q[j].number
	}
	return q[i].due.Before(q[j].due)
}
func (q *tasks) Push(t any) { *q = append(*q, t.(task)) }
func (q *tasks) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
