package transport_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/transport"
)

func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{"", "0", "7", "-7", "1.5", "99999999999999999999", "Sat, 01 Jan 2000 00:00:07 GMT",
		"Saturday, 01-Jan-00 00:00:07 GMT", "Sat Jan  1 00:00:07 2000", "soon", "0x10", "+5", " 5", "5s"} {
		f.Add(value, "Sat, 01 Jan 2000 00:00:00 GMT")
		f.Add(value, "")
	}
	f.Fuzz(func(t *testing.T, value, date string) {
		d, ok := transport.RetryAfter(http.Header{"Retry-After": {value}, "Date": {date}}, time.Now())
		require.GreaterOrEqual(t, d, time.Duration(0))
		if !ok {
			require.Zero(t, d)
		}
		if value == "" {
			require.False(t, ok)
		}
	})
}

// Whatever a server says, no call waits longer than a minute for the next window, and none for
// ever.
func FuzzRateLimit(f *testing.F) {
	for _, value := range []string{"", "0", "1", "-1", "60", "946684830", "946684830000", "9223372036854775807", "-9223372036854775808", "1e9", "x"} {
		f.Add("60", value, "946684830", "Sat, 01 Jan 2000 00:00:00 GMT", "60", value, "946684890")
		f.Add("60", "0", value, "", "60", "0", value)
		f.Add(value, "0", "946684830", "Mon, 01 Jan 1900 00:00:00 GMT", value, "1", "0")
	}
	f.Fuzz(func(t *testing.T, limit, remaining, reset, date, limit2, remaining2, reset2 string) {
		synctest.Test(t, func(t *testing.T) {
			header := func(limit, remaining, reset string) roundTrip {
				return status(200, "X-RateLimit-Limit", limit, "X-RateLimit-Remaining", remaining, "X-RateLimit-Reset", reset, "Date", date)
			}
			first, second := header(limit, remaining, reset), header(limit2, remaining2, reset2)
			rt, _ := script(first, second, first, first, second, second)
			tr := inMemory(t, rt)
			for range 8 {
				begin := time.Now()
				require.NoError(t, finish(tr.Do(read.request(t, t.Context(), base))))
				require.LessOrEqual(t, time.Since(begin), time.Minute)
				require.LessOrEqual(t, time.Until(tr.RateLimit().Reset), time.Minute)
			}
		})
	})
}
