package transport_test

import (
	"net/http"
	"regexp"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// A Retry-After of up to two minutes is waited for exactly; a longer one ends the call, and a
// malformed one is ignored.
func FuzzRetryAfter(f *testing.F) {
	const now = "Sat, 01 Jan 2000 00:00:00 GMT"
	for _, value := range []string{"", "0", "7", "120", "121", "-7", "1.5", "4294967295", "4294967296", "99999999999999999999", "Sat, 01 Jan 2000 00:00:07 GMT",
		"Saturday, 01-Jan-00 00:02:00 GMT", "Sat Jan  1 00:02:01 2000", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "soon", "0x10", "+5", " 5", "5s"} {
		f.Add(value, now, true)
		f.Add(value, "", false)
		f.Add(value, "Fri, 31 Dec 9999 23:59:59 GMT", true)
	}
	f.Fuzz(func(t *testing.T, value, date string, limited bool) {
		code := http.StatusServiceUnavailable
		if limited {
			code = http.StatusTooManyRequests
		}
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			asked, reported := asksFor(value, date, begin)
			busy := status(code, "Retry-After", value, "Date", date)
			resp, err := inMemory(t, busy, retries(0)).Do(read.request(t, t.Context(), base))
			require.NoError(t, err)
			require.Equal(t, asked, failure(t, transport.CallOf(resp).Fail(resp, nil)).RetryAfter)
			require.NoError(t, resp.Body.Close())

			rt, sent := script(busy, status(http.StatusOK))
			resp, err = inMemory(t, rt, retries(1)).Do(read.request(t, t.Context(), base))
			require.NoError(t, err)
			defer resp.Body.Close()
			waited := time.Since(begin)
			if reported && asked > 2*time.Minute {
				require.Equal(t, code, resp.StatusCode)
				require.EqualValues(t, 1, sent.Load())
				require.Zero(t, waited)
				return
			}
			require.Equal(t, http.StatusOK, resp.StatusCode)
			require.EqualValues(t, 2, sent.Load())
			if reported {
				require.Equal(t, asked, waited)
			} else {
				require.Less(t, waited, time.Second)
			}
		})
	})
}

var digits = regexp.MustCompile(`^[0-9]+$`)

// asksFor parses Retry-After: seconds, or a time by the clock of Date.
func asksFor(value, date string, now time.Time) (time.Duration, bool) {
	if digits.MatchString(value) {
		seconds, _ := strconv.ParseFloat(value, 64) // of any length
		return time.Duration(min(seconds, 1<<32-1)) * time.Second, true
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	if d, err := http.ParseTime(date); err == nil {
		now = d
	}
	return max(at.Sub(now), 0), true
}

// Whatever a server reports, no call waits longer than a minute for the next window. The first
// report is observed.
func FuzzRateLimit(f *testing.F) {
	for _, value := range []string{"", "0", "1", "-1", "60", "946684830", "946684830000", "9223372036854775807", "-9223372036854775808", "1e9", "x"} {
		f.Add("60", value, "946684830", "Sat, 01 Jan 2000 00:00:00 GMT", "60", value, "946684890")
		f.Add("60", "0", value, "", "60", "0", value)
		f.Add(value, "0", "946684830", "Mon, 01 Jan 1900 00:00:00 GMT", value, "1", "0")
	}
	f.Fuzz(func(t *testing.T, limit, remaining, reset, date, limit2, remaining2, reset2 string) {
		synctest.Test(t, func(t *testing.T) {
			header := func(limit, remaining, reset string) roundTrip {
				return status(http.StatusOK, "X-RateLimit-Limit", limit, "X-RateLimit-Remaining", remaining, "X-RateLimit-Reset", reset, "Date", date)
			}
			first, second := header(limit, remaining, reset), header(limit2, remaining2, reset2)
			rt, _ := script(first, second, first, first, second, second)
			tr := inMemory(t, rt)
			reported := reports(limit, remaining, reset, date, time.Now())
			for n := range 8 {
				begin := time.Now()
				require.NoError(t, finish(tr.Do(read.request(t, t.Context(), base))))
				waited := time.Since(begin)
				require.LessOrEqual(t, waited, time.Minute)
				require.LessOrEqual(t, time.Until(tr.RateLimit().Reset), time.Minute)
				switch n {
				case 0:
					require.Zero(t, waited)
					require.Equal(t, reported.Limit, tr.RateLimit().Limit)
					require.Equal(t, reported.Remaining, tr.RateLimit().Remaining)
					require.True(t, reported.Reset.Equal(tr.RateLimit().Reset), "%s for %s", tr.RateLimit().Reset, reported.Reset)
				case 1:
					want := time.Duration(0)
					if !reported.Reset.IsZero() && reported.Remaining <= 0 {
						want = max(reported.Reset.Sub(begin), 0)
					}
					require.Equal(t, want, waited)
				}
			}
		})
	})
}

// reports returns what the headers of a first response report.
func reports(limit, remaining, reset, date string, now time.Time) (reported transport.RateLimit) {
	l, err1 := strconv.Atoi(limit)
	r, err2 := strconv.Atoi(remaining)
	end, err3 := strconv.ParseInt(reset, 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || end < 0 {
		return reported
	}
	if end == 0 {
		return transport.RateLimit{Limit: l, Remaining: r}
	}
	clock := now
	if d, err := http.ParseTime(date); err == nil {
		clock = d
	}
	return transport.RateLimit{Limit: l, Remaining: r, Reset: now.Add(min(time.Unix(end, 0).Sub(clock), time.Minute))}
}
