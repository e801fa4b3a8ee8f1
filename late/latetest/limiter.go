package latetest

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// limiter counts requests in windows of a minute. A window begins with a request.
type limiter struct {
	perMinute int
	used      int
	end       time.Time
}

// take counts a request and sets the rate-limit headers. It returns the seconds to wait if the
// limit is exceeded.
func (l *limiter) take(h http.Header, now time.Time) (wait int) {
	if !now.Before(l.end) {
		l.used, l.end = 0, now.Add(time.Minute)
	}
	if l.used < l.perMinute {
		l.used++
	} else {
		wait = max(1, int(math.Ceil(l.end.Sub(now).Seconds())))
	}
	h.Set("X-RateLimit-Limit", strconv.Itoa(l.perMinute))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(l.perMinute-l.used))
	// Round up, so that a client that waits does not come too early.
	h.Set("X-RateLimit-Reset", strconv.FormatInt(l.end.Add(time.Second-1).Unix(), 10))
	return wait
}
