package transport

import (
	"net/http"
	"strconv"
	"time"
)

// RateLimit is a rate limit as the server reports it.
type RateLimit struct {
	Limit     int       // requests in a window
	Remaining int       // requests left in this window
	Reset     time.Time // when the next window begins, by the clock of this machine
}

// maxPause bounds the wait for the next window. Windows last a minute: a later end is due to a
// wrong clock.
const maxPause = time.Minute

// window counts down the requests of the server's rate limit window, including those in flight,
// so that many goroutines do not use the last one together.
type window struct {
	reported RateLimit
	id       int64     // X-RateLimit-Reset as sent; 0 before the first response
	end      time.Time // by our clock
	left     int       // requests that may begin
	inFlight int
	guessed  bool          // the reported window has ended, and no response has reported the next
	news     chan struct{} // closed by the next response; nil if nothing waits for it
}

// begin takes a slot unless only reserved ones are left. Otherwise it returns until when there
// is none. If that is a guess, or a slot is reserved, news is closed by the next response.
func (w *window) begin(now time.Time, reserved int) (until time.Time, news <-chan struct{}) {
	if w.id != 0 && !now.Before(w.end) {
		w.left, w.end, w.guessed = max(w.reported.Limit, 1), now.Add(maxPause), true
	}
	if w.id != 0 && w.left <= reserved {
		if !w.guessed && w.left <= 0 {
			return w.end, nil
		}
		// If nothing is in flight, this request finds out about the new window.
		if w.inFlight > 0 || reserved > 0 {
			if w.news == nil {
				w.news = make(chan struct{})
			}
			return w.end, w.news
		}
	}
	w.left--
	w.inFlight++
	return time.Time{}, nil
}

// done takes in what a response reports, and whether it reports anything. resp may be nil.
func (w *window) done(resp *http.Response, now time.Time) bool {
	w.inFlight--
	w.wake()
	reported, id, ok := parseRateLimit(resp)
	if ok && (w.guessed || id != w.id) {
		reported.Reset = now.Add(min(time.Unix(id, 0).Sub(serverTime(resp.Header, now)), maxPause))
	}
	if !ok {
		// It may not have been counted. If it was, the next response says so.
		w.left = min(w.left+1, w.reported.Limit)
		return false
	}
	switch {
	case w.guessed && id != w.id && reported.Reset.After(now):
		w.left = min(w.left, reported.Remaining)
	case !w.guessed && id == w.id:
		w.left = min(w.left, reported.Remaining)
		reported.Reset = w.end
	case !w.guessed && id > w.id:
		// Other clients use this window, too. It may not count the requests in flight yet.
		w.left = reported.Remaining - w.inFlight
	default:
		return true // of an earlier window
	}
	w.reported, w.id, w.end, w.guessed = reported, id, reported.Reset, false
	return true
}

// wake has those that wait for news look again.
func (w *window) wake() {
	if w.news != nil {
		close(w.news)
		w.news = nil
	}
}

// parseRateLimit returns the rate limit that a response reports, and the end of its window as sent.
func parseRateLimit(resp *http.Response) (reported RateLimit, id int64, ok bool) {
	if resp == nil {
		return reported, 0, false
	}
	end := resp.Header.Get("X-Ratelimit-Reset") // the canonical form, which costs no allocation
	if end == "" {
		return reported, 0, false
	}
	limit, err1 := strconv.Atoi(resp.Header.Get("X-Ratelimit-Limit"))
	remaining, err2 := strconv.Atoi(resp.Header.Get("X-Ratelimit-Remaining"))
	id, err3 := strconv.ParseInt(end, 10, 64)
	if err1 != nil || err2 != nil || err3 != nil {
		return reported, 0, false
	}
	return RateLimit{Limit: limit, Remaining: remaining}, id, true
}
