package latetest_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late/latetest"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		create := func(n int) (*http.Response, error) {
			resp, err := w.HTTPClient().Do(w.request("POST", "/contacts", w.contact(n, nil)))
			if err == nil {
				defer resp.Body.Close()
				_, err = io.ReadAll(resp.Body)
			}
			return resp, err
		}
		const op = "createWhatsAppContact"
		for i, tc := range []struct {
			fault  latetest.Fault
			status int
			fails  bool
			acted  bool
		}{
			{latetest.Latency(time.Microsecond), 200, false, true},
			{latetest.Status(429, "slow down").With("Retry-After", "1"), 429, false, false},
			{latetest.Respond(500, ""), 500, false, false},
			{latetest.ProxyPage(502), 502, false, false},
			{latetest.Redirect(302, w.URL+"/elsewhere"), 404, false, false},
			{latetest.CutBefore(), 0, true, false},
			{latetest.CutAfter(), 0, true, true},
			{latetest.CutHead(), 0, true, true},
			{latetest.Truncated(), 200, true, true},
			{latetest.Garbage(), 200, false, true},
			{latetest.SlowBody(time.Microsecond), 200, false, true},
		} {
			w.Inject(tc.fault.On(op).Times(1))
			resp, err := create(i)
			require.Equal(t, tc.fails, err != nil, "%d: %v", i, err)
			if tc.status != 0 {
				require.Equal(t, tc.status, resp.StatusCode, i)
			}
			seen := w.Requests(op)
			require.Equal(t, tc.acted, seen[len(seen)-1].Processed, i)
			total := at(w.ok("GET", "/contacts?accountId=ACCOUNT&search="+phone(i)[1:], nil), "pagination", "total")
			require.Equal(t, tc.acted, total == 1., i)
		}
		_, reply := w.do(w.request("POST", "/contacts", w.contact(50, nil)))
		require.Equal(t, true, reply["success"], "no fault remains")

		for _, fault := range []latetest.Fault{latetest.Hang(), latetest.EndlessBody()} {
			remove := w.Inject(fault)
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			resp, err := w.HTTPClient().Do(w.request("GET", "/groups?accountId=ACCOUNT", nil).WithContext(ctx))
			if err == nil {
				_, err = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
			require.ErrorIs(t, err, context.DeadlineExceeded)
			cancel()
			remove()
		}
	})
}

// A fault for a misspelled operation would never occur, and its test would prove nothing.
func TestUnknownOperationPanics(t *testing.T) {
	t.Parallel()
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	require.Panics(t, func() { server.Inject(latetest.CutAfter().On("sendWhatsAppBulk", "sendwhatsappbulks")) })
	require.Panics(t, func() { server.Requests("sendwhatsappbulks") })
	require.Empty(t, server.Requests("sendWhatsAppBulk"))
}

func TestFailPhonePanicsOnMalformedPhone(t *testing.T) {
	t.Parallel()
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	require.Panics(t, func() { server.FailPhone("16315551234", "gone") })
	server.FailPhone("+16315551234", "gone")
}
