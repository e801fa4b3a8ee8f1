package transport

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// RateLimit is what the server last told of its limit.
type RateLimit struct {
	Limit     int       // requests a window
	Remaining int       // requests left in this window
	Reset     time.Time // when the next window begins, by the clock of this machine
}

// maxPause bounds a wait for the next window: windows are a minute long, so what is farther
// away is a clock that is wrong.
const maxPause = time.Minute

// pace holds an attempt back until the caller's limiter and the server's limit allow it.
func pace(next handler, p *pacer, limiter Limiter) handler {
	return func(call *Call, req *http.Request) (*http.Response, error) {
		begin := time.Now()
		if limiter != nil {
			if err := limiter.Wait(req.Context()); err != nil {
				return nil, unsent(fmt.Errorf("limiter: %w", err))
			}
		}
		if err := p.wait(req.Context()); err != nil {
			return nil, unsent(err)
		}
		call.wait += time.Since(begin)
		// An attempt whose context has ended would be refused further down, where it cannot be
		// told from one that has left.
		if err := req.Context().Err(); err != nil {
			p.done(nil)
			return nil, unsent(err)
		}
		resp, err := next(call, req)
		p.done(resp)
		return resp, err
	}
}

// pacer counts the requests of the server's window down, those under way included, so that
// many goroutines do not spend the last one together.
type pacer struct {
	mu       sync.Mutex
	told     RateLimit
	window   int64     // X-RateLimit-Reset of the window, as sent; 0 before the first answer
	reset    time.Time // its end by our clock
	left     int       // requests that may begin in it
	entered  bool      // the window's end has passed, and left is that of the next one
	underway int
}

func (p *pacer) last() RateLimit {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.told
}

// wait returns when a request may begin.
func (p *pacer) wait(ctx context.Context) error {
	for {
		until, ok := p.begin(time.Now())
		if ok {
			return nil
		}
		if deadline, has := ctx.Deadline(); has && deadline.Before(until) {
			return &waitError{until}
		}
		if err := sleep(ctx, time.Until(until)); err != nil {
			return err
		}
	}
}

// begin takes one request of the window, or tells when there is one again.
func (p *pacer) begin(now time.Time) (time.Time, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.window != 0 && !now.Before(p.reset) && !p.entered {
		p.left, p.entered = max(p.told.Limit, 1), true
	}
	if p.window != 0 && p.left <= 0 && now.Before(p.reset) {
		return p.reset, false
	}
	p.left--
	p.underway++
	return time.Time{}, true
}

// done takes in what the answer tells of the limit.
func (p *pacer) done(resp *http.Response) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.underway--
	if resp == nil {
		return
	}
	limit, err1 := strconv.Atoi(resp.Header.Get("X-RateLimit-Limit"))
	remaining, err2 := strconv.Atoi(resp.Header.Get("X-RateLimit-Remaining"))
	window, err3 := strconv.ParseInt(resp.Header.Get("X-RateLimit-Reset"), 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || window < p.window {
		return
	}
	switch {
	case window == p.window, p.entered:
		p.left = min(p.left, remaining)
	default:
		// A window that others have drawn from: those under way may not be counted yet.
		p.left = remaining - p.underway
	}
	if window > p.window {
		now := time.Now()
		p.window, p.entered = window, false
		p.reset = now.Add(min(time.Unix(window, 0).Sub(serverTime(resp.Header, now)), maxPause))
	}
	p.told = RateLimit{Limit: limit, Remaining: remaining, Reset: p.reset}
}

// serverTime is the time of the answer by the server's clock, which its other times go by.
func serverTime(h http.Header, now time.Time) time.Time {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		return date
	}
	return now
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
