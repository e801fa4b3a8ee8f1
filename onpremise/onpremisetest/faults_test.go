package onpremisetest_test

import (
	"context"
	"io"
	"log"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

var discard = log.New(io.Discard, "", 0)

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]onpremisetest.Option{"plain": nil, "TLS": {onpremisetest.WithTLS()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			both(t, faultsReachTheAPI, opts...)
		})
	}
}

func faultsReachTheAPI(t *testing.T, w *wire) {
	send := func() (*http.Response, error) {
		resp, err := w.HTTPClient().Do(w.request("POST", "/messages", object{"to": ada, "text": object{"body": "hello"}}))
		if err == nil {
			defer resp.Body.Close()
			_, err = io.ReadAll(resp.Body)
		}
		return resp, err
	}
	const op = "SendMessage"
	sent := 0
	for i, tc := range []struct {
		fault  onpremisetest.Fault
		status int
		fails  bool
		acted  bool
	}{
		{onpremisetest.Latency(time.Microsecond), 200, false, true},
		{onpremisetest.Status(429, "slow down").With("Retry-After", "1"), 429, false, false},
		{onpremisetest.Respond(500, ""), 500, false, false},
		{onpremisetest.ProxyPage(502), 502, false, false},
		{onpremisetest.Redirect(302, w.URL+"/elsewhere"), 404, false, false},
		{onpremisetest.CutBefore(), 0, true, false},
		{onpremisetest.CutAfter(), 0, true, true},
		{onpremisetest.CutHead(), 0, true, true},
		{onpremisetest.Truncated(), 200, true, true},
		{onpremisetest.Garbage(), 200, false, true},
		{onpremisetest.SlowBody(time.Microsecond), 200, false, true},
	} {
		w.Inject(tc.fault.On(op).Times(1))
		resp, err := send()
		require.Equal(t, tc.fails, err != nil, "%d: %v", i, err)
		if tc.status != 0 {
			require.Equal(t, tc.status, resp.StatusCode, i)
		}
		seen := w.Requests(op)
		require.Equal(t, tc.acted, seen[len(seen)-1].Processed, i)
		if tc.acted {
			sent++
		}
		require.Len(t, w.Messages(), sent, i)
	}
	w.ok("POST", "/messages", object{"to": ada, "text": object{"body": "hello"}}) // no fault remains

	for _, fault := range []onpremisetest.Fault{onpremisetest.Hang(), onpremisetest.EndlessBody()} {
		remove := w.Inject(fault)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		resp, err := w.HTTPClient().Do(w.request("GET", "/groups", nil).WithContext(ctx))
		if err == nil {
			_, err = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
		require.ErrorIs(t, err, context.DeadlineExceeded)
		cancel()
		remove()
	}
}

func TestStatusHasAnErrorBody(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		for status, code := range map[int]int{
			400: 1025, 401: 1005, 403: 1005, 404: 1006, 409: 1004, 429: 1015, 500: 1000, 503: 1016,
		} {
			remove := w.Inject(onpremisetest.Status(status, "because"))
			response := w.call(status, "GET", "/groups", nil)
			require.EqualValues(t, code, at(response, "errors", 0, "code"), status)
			require.Equal(t, "because", at(response, "errors", 0, "details"))
			remove()
		}
	})
}

// A fault for a misspelled operation would never occur, and its test would prove nothing.
func TestUnknownOperationPanics(t *testing.T) {
	t.Parallel()
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	require.Panics(t, func() { server.Inject(onpremisetest.CutAfter().On("SendMessage", "sendmessages")) })
	require.Panics(t, func() { server.Requests("sendmessages") })
	require.Empty(t, server.Requests("SendMessage"))
}
