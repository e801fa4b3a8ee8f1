package transport

import (
	"context"
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
		now := begin
		if limiter != nil {
			if err := limiter.Wait(req.Context()); err != nil {
				return nil, unsent(req, &limiterError{err: err, ended: req.Context().Err() != nil})
			}
			now = time.Now()
		}
		now, err := p.wait(req.Context(), now)
		if err != nil {
			return nil, unsent(req, err)
		}
		var resp *http.Response
		defer func() { p.done(resp) }()
		call.wait, call.paced = call.wait+now.Sub(begin), now
		// An attempt whose context has ended would be refused further down, where it cannot be
		// told from one that has left.
		if err := req.Context().Err(); err != nil {
			return nil, unsent(req, err)
		}
		resp, err = next(call, req)
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
	underway int
	// guessed: the window that the server told of has ended, and no answer has told of the next.
	guessed bool
	news    chan struct{} // closed by the next answer; nil where nobody waits for it
}

func (p *pacer) last() RateLimit {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.told
}

// wait returns when a request may begin, and that time. It is given the time, because a look at
// the clock costs as much as the rest where there is nothing to wait for.
func (p *pacer) wait(ctx context.Context, now time.Time) (time.Time, error) {
	for {
		until, news := p.begin(now)
		if until.IsZero() {
			return now, nil
		}
		if deadline, has := ctx.Deadline(); has && news == nil && deadline.Before(until) {
			return now, &waitError{until}
		}
		if err := sleep(ctx, until.Sub(now), news); err != nil {
			return now, err
		}
		now = time.Now()
	}
}

// begin takes one request of the window, or tells until when there is none. Where that is a
// guess, news comes with the next answer.
func (p *pacer) begin(now time.Time) (until time.Time, news <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.window != 0 && !now.Before(p.reset) {
		p.left, p.reset, p.guessed = max(p.told.Limit, 1), now.Add(maxPause), true
	}
	if p.window != 0 && p.left <= 0 {
		if !p.guessed {
			return p.reset, nil
		}
		// With nothing under way, this request is the one that asks.
		if p.underway > 0 {
			if p.news == nil {
				p.news = make(chan struct{})
			}
			return p.reset, p.news
		}
	}
	p.left--
	p.underway++
	return time.Time{}, nil
}

// done takes in what the answer tells of the limit; resp is nil where there was none.
func (p *pacer) done(resp *http.Response) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.underway--
	if p.news != nil {
		close(p.news)
		p.news = nil
	}
	told, window, ok := rateLimit(resp, time.Now())
	if !ok {
		// It may not have been counted, and the next answer tells if it was.
		p.left = min(p.left+1, p.told.Limit)
		return
	}
	switch {
	case p.guessed && window != p.window && told.Reset.After(time.Now()):
		p.left = min(p.left, told.Remaining)
	case !p.guessed && window == p.window:
		p.left = min(p.left, told.Remaining)
		told.Reset = p.reset
	case !p.guessed && window > p.window:
		// A window that others have drawn from: those under way may not be counted yet.
		p.left = told.Remaining - p.underway
	default:
		return // of a window that has passed
	}
	p.told, p.window, p.reset, p.guessed = told, window, told.Reset, false
}

// rateLimit reads what the answer tells of the limit, and the end of the window as sent.
func rateLimit(resp *http.Response, now time.Time) (told RateLimit, window int64, ok bool) {
	if resp == nil {
		return told, 0, false
	}
	end := resp.Header.Get("X-Ratelimit-Reset") // the canonical form, which costs no allocation
	if end == "" {
		return told, 0, false
	}
	limit, err1 := strconv.Atoi(resp.Header.Get("X-Ratelimit-Limit"))
	remaining, err2 := strconv.Atoi(resp.Header.Get("X-Ratelimit-Remaining"))
	window, err3 := strconv.ParseInt(end, 10, 64)
	if err1 != nil || err2 != nil || err3 != nil {
		return told, 0, false
	}
	pause := min(time.Unix(window, 0).Sub(serverTime(resp.Header, now)), maxPause)
	return RateLimit{Limit: limit, Remaining: remaining, Reset: now.Add(pause)}, window, true
}

// serverTime is the time of the answer by the server's clock, which its other times go by.
func serverTime(h http.Header, now time.Time) time.Time {
	if sent := h.Get("Date"); sent != "" {
		if date, err := http.ParseTime(sent); err == nil {
			return date
		}
	}
	return now
}

// sleep returns after d, or when news comes, or with the reason why ctx ended.
func sleep(ctx context.Context, d time.Duration, news <-chan struct{}) error {
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
