package transport

import "time"

const (
	// loneRequests is how many requests in a second teach no rate: a caller that makes so few is
	// slowed down enough by its backoff.
	loneRequests = 5
	// refusalPause is how long all requests stop after a refusal, since limits without headers
	// are usually per second.
	refusalPause = time.Second
	minRate      = 0.5 // requests a second
)

// rate is what a client learns from a server that refuses requests with 429 but does not say
// how many it allows: each allowed request increases the rate a little (by one request a second
// in each second), each refusal decreases it to a part of what the server allowed before.
type rate struct {
	perSecond float64 // 0 means not limited
	next      time.Time
	decreased time.Time

	second     time.Time // the beginning of the second that the counts are of
	requests   int       // in this second
	successes  int       // in this second, of those that have ended
	successes0 int       // in the second before
}

// reserve returns when the next request may begin.
func (r *rate) reserve(now time.Time) time.Time {
	r.count(now)
	r.requests++
	if r.perSecond == 0 {
		return now
	}
	if r.next.Before(now) {
		r.next = now
	}
	slot := r.next
	r.next = slot.Add(r.interval())
	return slot
}

// release returns a slot that was reserved but is not used.
func (r *rate) release() { r.next = r.next.Add(-r.interval()) }

func (r *rate) interval() time.Duration { return time.Duration(float64(time.Second) / r.perSecond) }

func (r *rate) allowed(now time.Time) {
	r.count(now)
	r.successes++
	if r.perSecond > 0 {
		r.perSecond += 1 / r.perSecond
	}
}

// refused takes in a refusal of a request that began at begun. Refusals of requests that began
// before the last decrease say nothing about the rate since.
func (r *rate) refused(now, begun time.Time) {
	r.count(now)
	if r.perSecond == 0 && r.requests <= loneRequests || begun.Before(r.decreased.Add(refusalPause)) && !r.decreased.IsZero() {
		return
	}
	r.perSecond = max(r.perSecond/2, 0.8*float64(max(r.successes, r.successes0)), minRate)
	r.decreased, r.next = now, now.Add(refusalPause)
}

// count moves the counts on to the second of now.
func (r *rate) count(now time.Time) {
	switch passed := now.Sub(r.second); {
	case passed < time.Second:
		return
	case passed < 2*time.Second:
		r.second, r.successes0 = r.second.Add(time.Second), r.successes
	default:
		r.second, r.successes0 = now, 0
	}
	r.successes, r.requests = 0, 0
}
