package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/transport"
)

const (
	maxRead  = 8 << 20  // bytes of an attempt, oversized or not; HTTP/2 has a window of 4 MiB
	maxLarge = 40 << 20 // bytes of a success that is too large
	maxText  = 1 << 10  // bytes of an error's text
	maxPrint = 16 << 10 // bytes of an error that is printed with all of its fields
)

// sentinels are all that errors.Is can find in an error of a call.
var sentinels = []error{
	transport.ErrInvalidRequest, transport.ErrUnauthorized, transport.ErrPaymentRequired, transport.ErrForbidden,
	transport.ErrNotFound, transport.ErrConflict, transport.ErrRateLimited, transport.ErrServer,
	transport.ErrOutcomeUnknown, transport.ErrResponseTooLarge, transport.ErrNotSent,
	context.Canceled, context.DeadlineExceeded,
}

// Check compares an outcome with what is expected. whole is the value of a call without a fault.
func (c *Client) Check(t *testing.T, op Operation, f Fault, e Expectation, o *Outcome, whole any) {
	t.Helper()
	about := fmt.Sprintf("attempts: %d, seen by the server: %d, error: %v", len(o.Attempts), len(o.Seen), o.Err)

	require.Zero(t, o.left, "open connections: %s", about)
	if most := int64(maxRead); !op.Stream {
		if f.large {
			most = maxLarge
		}
		require.LessOrEqual(t, o.read, int64(max(len(o.Seen), 1))*most, "bytes read: %s", about)
	}
	if !op.Repeat {
		require.LessOrEqual(t, o.processed(false), 1+count(f.Status == http.StatusSeeOther || f.near), "processed twice: %s", about)
	}
	if e.Processed != Unknown {
		require.Equal(t, e.Processed, o.processed(true), "processed: %s", about)
	}
	if e.Attempts != Unknown {
		require.Len(t, o.Attempts, e.Attempts, "attempts: %s", about)
	}
	require.LessOrEqual(t, len(o.Seen), (1+retries)*4, "requests: %s", about)
	if e.Elapsed != Unknown {
		require.Equal(t, time.Duration(e.Elapsed), o.Elapsed, "time: %s", about)
	}
	require.GreaterOrEqual(t, o.Elapsed, time.Duration(e.MinElapsed), "time: %s", about)
	if f.Status != 0 && !f.broken && !f.floods && !f.away && f.then == nil && !f.short && c.Struck == nil {
		require.Equal(t, 1, o.dials, "connections: %s", about)
	}
	c.checkRequests(t, op, o, about)
	c.checkAttempts(t, o, about)
	switch {
	case e.Success:
		require.NoError(t, o.Err, about)
	case !e.Failure && o.Err == nil:
		require.Positive(t, o.processed(true), about)
	default:
		c.checkError(t, op, f, e, o, about)
	}
	if e.Whole {
		require.Equal(t, whole, o.Value, about)
	}
	c.checkSecrets(t, op, f, o, o.Log)
}

// checkRequests: all requests of a call are alike, and the credentials go to no other host.
func (c *Client) checkRequests(t *testing.T, op Operation, o *Outcome, about string) {
	t.Helper()
	var first *Seen
	for _, r := range o.Seen {
		if r.Host != home {
			require.True(t, op.Read, "a write went to another host: %s", about)
			require.Empty(t, r.Request.Header.Get("Authorization"), about)
			require.Empty(t, r.Request.Header.Get("Referer"), about)
		} else {
			require.NotEmpty(t, r.Request.Header.Get("Authorization"), about)
		}
		if c.Struck != nil && !c.Struck(r.Request) {
			continue // of another call
		}
		if first == nil {
			first = r
		}
		require.NotEmpty(t, r.Request.Header.Get("X-Request-Id"), about)
		require.Equal(t, first.Method, r.Method, about)
		if r.Payload != nil && first.Payload != nil {
			require.Equal(t, first.Payload, r.Payload, about)
		}
		for name := range first.Request.Header {
			if r.Host == home && name != "Authorization" && name != "Referer" {
				require.Equal(t, first.Request.Header[name], r.Request.Header[name], "%s: %s", name, about)
			}
		}
	}
}

// checkAttempts: the hook is called for each attempt in order, and each is logged.
func (c *Client) checkAttempts(t *testing.T, o *Outcome, about string) {
	t.Helper()
	number := map[string]int{}
	for _, a := range o.Attempts {
		number[a.RequestID]++
		require.Equal(t, number[a.RequestID], a.Number, about)
		require.NotEmpty(t, a.Operation, about)
		require.True(t, a.Err != nil || a.Status != 0, about)
	}
	for id, n := range number {
		require.Equal(t, n, strings.Count(o.Log, "request_id="+id), "log lines: %s", about)
	}
}

func (c *Client) checkError(t *testing.T, op Operation, f Fault, e Expectation, o *Outcome, about string) {
	t.Helper()
	require.Error(t, o.Err, about)
	for _, sentinel := range sentinels {
		require.Equal(t, slices.Contains(e.Is, sentinel), errors.Is(o.Err, sentinel), "errors.Is %q: %s", sentinel, about)
	}
	require.Less(t, len(o.Err.Error()), maxText, about)
	text := fmt.Sprintf("%v %+v %#v", o.Err, o.Err, o.Err)
	if !e.Foreign {
		r := c.Report(o.Err)
		require.NotNil(t, r, "%T: %s", o.Err, about)
		require.Equal(t, op.ID, r.Operation, about)
		require.Equal(t, e.Status, r.Status, about)
		if e.Status == f.Status {
			require.Equal(t, f.wait, r.RetryAfter, about)
		}
		if e.Reported != Unknown {
			require.Len(t, r.Attempts, e.Reported, about)
		}
		if len(r.Attempts) > 0 && len(o.Seen) > 0 {
			require.True(t, slices.ContainsFunc(o.Seen, func(s *Seen) bool {
				return s.Request.Header.Get("X-Request-Id") == r.RequestID
			}), "the server has not seen %q: %s", r.RequestID, about)
		}
		if f.worded && e.Status == f.Status {
			require.Equal(t, c.Message, r.Message)
			require.Contains(t, o.Err.Error(), c.Message)
		}
		require.Less(t, len(r.Printed), maxPrint, about)
		text += r.Printed
	}
	c.checkSecrets(t, op, f, o, text)
}

// noise is what differs in each text and could contain any short number.
var noise = regexp.MustCompile(`0x[0-9a-f]+|(?i:wait|duration)[:=]\S+`)

func (c *Client) checkSecrets(t *testing.T, op Operation, f Fault, o *Outcome, text string) {
	t.Helper()
	for _, secret := range c.secrets(op, f, o) {
		if strings.Contains(text, secret) {
			require.NotContains(t, noise.ReplaceAllString(text, ""), secret)
		}
	}
}

// CheckMemory keeps the errors of calls that met an oversized body, as a report of a batch does. It
// measures the heap, so its test must not be parallel.
func (c *Client) CheckMemory(t *testing.T, id string) {
	const calls, most = 3, 64 << 10
	op := c.Operations[slices.IndexFunc(c.Operations, func(o Operation) bool { return o.ID == id })]
	for _, f := range c.Faults() {
		if !f.floods || f.Status != 400 && f.Status != 200 {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var kept [calls]error
				before, allocated := heap()
				for i := range kept {
					kept[i] = c.Strike(t, op, f, 1, HTTP1).Err
					require.Error(t, kept[i])
				}
				after, all := heap()
				require.Less(t, (max(after, before)-before)/calls, uint64(most), "bytes of an error")
				require.Less(t, (all-allocated)/calls, uint64(512<<20), "bytes allocated")
				runtime.KeepAlive(&kept)
			})
		})
	}
}

// heap returns the bytes in use, and all that were ever allocated.
func heap() (used, allocated uint64) {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc, m.TotalAlloc
}
