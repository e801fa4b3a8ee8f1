package transport

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// pace delays an attempt until the caller's limiter and the server's limits allow it.
func pace(next handler, p *pacer, limiter Limiter) handler {
	return func(call *Call, req *http.Request) (*http.Response, error) {
		begin := time.Now()
		call.begun = begin
		if limiter != nil {
			if err := limiter.Wait(call); err != nil {
				return nil, &limiterError{err: err, ended: call.Err() != nil}
			}
			call.begun = time.Now()
		}
		if call.Operation.Anonymous {
			return next(call, req)
		}
		turn, err := p.wait(call, call.begun, call.Operation.Login)
		if err != nil {
			return nil, err
		}
		var resp *http.Response
		defer func() { p.done(resp, turn, call.idle) }()
		if err := call.Err(); err != nil {
			return nil, err
		}
		call.begun, call.delayed = turn, turn.After(begin)
		resp, err = next(call, req)
		return resp, err
	}
}

// pacer paces all attempts of a client by what the server says about its limits.
type pacer struct {
	mu     sync.Mutex
	window window
	rate   rate
	logins int // that wait for the window
}

func (p *pacer) reported() RateLimit {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.window.reported
}

// wait returns when an attempt may begin, and that time. It takes the present time because
// reading the clock is most of its cost if there is nothing to wait for.
func (p *pacer) wait(ctx context.Context, now time.Time, login bool) (time.Time, error) {
	now, err := p.waitForRate(ctx, now, login)
	if err != nil {
		return now, err
	}
	waiting := false
	defer func() {
		if waiting {
			p.mu.Lock()
			p.logins--
			p.window.wake()
			p.mu.Unlock()
		}
	}()
	for {
		p.mu.Lock()
		until, news := p.begin(now, login)
		if !until.IsZero() && login && !waiting {
			waiting = true
			p.logins++
		}
		p.mu.Unlock()
		if until.IsZero() {
			return now, nil
		}
		if deadline, has := ctx.Deadline(); has && news == nil && deadline.Before(until) {
			return now, &waitError{until}
		}
		if err := sleepUntil(ctx, until.Sub(now), news); err != nil {
			return now, err
		}
		now = time.Now()
	}
}

// begin takes a slot of the window. Slots that are left for waiting logins count as taken.
func (p *pacer) begin(now time.Time, login bool) (until time.Time, news <-chan struct{}) {
	reserved := p.logins
	if login {
		reserved = 0
	}
	return p.window.begin(now, reserved)
}

// waitForRate waits for a slot of the learned rate. A login takes the next slot at once, and
// the others move back.
func (p *pacer) waitForRate(ctx context.Context, now time.Time, login bool) (time.Time, error) {
	p.mu.Lock()
	slot := p.rate.reserve(now)
	p.mu.Unlock()
	if login || !slot.After(now) {
		return now, nil
	}
	if deadline, has := ctx.Deadline(); has && deadline.Before(slot) {
		p.mu.Lock()
		p.rate.release()
		p.mu.Unlock()
		return now, &waitError{slot}
	}
	err := sleep(ctx, slot.Sub(now))
	return time.Now(), err
}

// done takes in what a response says about the limits. It is nil if there was none. begun is
// when its attempt began, now when it ended.
func (p *pacer) done(resp *http.Response, begun, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	reports := p.window.done(resp, now)
	if resp == nil {
		return
	}
	if resp.StatusCode != http.StatusTooManyRequests {
		p.rate.allowed(now)
	} else if !reports {
		p.rate.refused(now, begun)
	}
}

// sleepUntil is sleep that also ends when news is closed.
func sleepUntil(ctx context.Context, d time.Duration, news <-chan struct{}) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
	case <-news:
	}
	return nil
}
