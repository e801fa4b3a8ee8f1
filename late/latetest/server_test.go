package latetest_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/contract"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func TestServerServesEveryOperation(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	doc, err := loadContract()
	require.NoError(t, err)
	ops, err := contract.Operations(doc)
	require.NoError(t, err)
	for _, op := range ops {
		path := strings.NewReplacer("/v1/whatsapp", "", "{", "", "}", "").Replace(op.Path)
		resp, reply := w.do(w.request(op.Method, path, nil))
		require.NotEqual(t, "unknown_path", reply["code"], op.ID)
		require.NotEqual(t, http.StatusMethodNotAllowed, resp.StatusCode, op.ID)
		seen := w.Requests()
		require.Equal(t, op.ID, seen[len(seen)-1].Operation)
	}
}

func TestAPIKeyIsRequired(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		for _, header := range []string{"", "Bearer", "Bearer wrong", "Basic secret", "secret"} {
			req := w.request("GET", "/contacts?accountId=ACCOUNT", nil)
			req.Header.Set("Authorization", header)
			resp, reply := w.do(req)
			require.Equal(t, 401, resp.StatusCode, header)
			require.NotEmpty(t, reply["error"])
			require.NotEmpty(t, resp.Header.Get("X-RateLimit-Limit"))
		}
		w.ok("GET", "/contacts?accountId=ACCOUNT", nil)
	}, latetest.WithAPIKey("secret"))
}

func TestRateLimitWindow(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 10, 0, 0, 1, time.UTC)
	both(t, func(t *testing.T, w *wire) {
		ask := func() *http.Response {
			resp, _ := w.do(w.request("GET", "/groups?accountId=ACCOUNT", nil))
			return resp
		}
		for left := 2; left >= 0; left-- {
			resp := ask()
			require.Equal(t, 200, resp.StatusCode)
			require.Equal(t, "3", resp.Header.Get("X-RateLimit-Limit"))
			require.Equal(t, strconv.Itoa(left), resp.Header.Get("X-RateLimit-Remaining"))
			require.Empty(t, resp.Header.Get("Retry-After"))
			reset, err := strconv.ParseInt(resp.Header.Get("X-RateLimit-Reset"), 10, 64)
			require.NoError(t, err)
			require.WithinDuration(t, w.Now().Add(time.Minute), time.Unix(reset, 0), 30*time.Second)
			require.True(t, time.Unix(reset, 0).After(w.Now()))
		}
		w.Advance(20 * time.Second)
		resp := ask()
		require.Equal(t, 429, resp.StatusCode)
		require.Equal(t, "0", resp.Header.Get("X-RateLimit-Remaining"))
		wait, err := strconv.Atoi(resp.Header.Get("Retry-After"))
		require.NoError(t, err)
		require.InDelta(t, 40, wait, 10)
		reset, err := strconv.ParseInt(resp.Header.Get("X-RateLimit-Reset"), 10, 64)
		require.NoError(t, err)

		w.Advance(time.Unix(reset, 0).Sub(w.Now()))
		require.Equal(t, 200, ask().StatusCode, "allowed after the reset")
	}, latetest.WithRateLimit(3), latetest.WithStart(start))
}

func TestRetryAfterIsAtLeastOneSecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := latetest.NewServer(latetest.InProcess(), latetest.WithRateLimit(1))
		defer server.Close()
		ask := func() *http.Response {
			req, err := http.NewRequest("GET", server.URL+"/v1/whatsapp/groups?accountId="+server.AccountID(), nil)
			require.NoError(t, err)
			req.Header.Set("Authorization", "Bearer "+server.APIKey())
			resp, err := server.RoundTrip(req)
			require.NoError(t, err)
			resp.Body.Close()
			return resp
		}
		require.Equal(t, 200, ask().StatusCode)
		time.Sleep(time.Minute - time.Millisecond) // of the bubble
		resp := ask()
		require.Equal(t, 429, resp.StatusCode)
		require.Equal(t, "1", resp.Header.Get("Retry-After"))
		time.Sleep(time.Millisecond)
		require.Equal(t, 200, ask().StatusCode)
	})
}

func TestEveryResponseHasRequestIDAndDate(t *testing.T) {
	t.Parallel()
	start := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	both(t, func(t *testing.T, w *wire) {
		seen := map[string]bool{}
		for _, path := range []string{"/groups?accountId=ACCOUNT", "/groups", "/nothing"} {
			req := w.request("GET", path, nil)
			resp, _ := w.do(req)
			require.NotEmpty(t, resp.Header.Get("X-Request-Id"))
			seen[resp.Header.Get("X-Request-Id")] = true
			date, err := http.ParseTime(resp.Header.Get("Date"))
			require.NoError(t, err)
			require.WithinDuration(t, start, date, time.Minute)

			req = w.request("GET", path, nil)
			req.Header.Set("X-Request-Id", "mine")
			resp, _ = w.do(req)
			require.Equal(t, "mine", resp.Header.Get("X-Request-Id"))
		}
		require.Len(t, seen, 3)
	}, latetest.WithStart(start))
}

func TestUnknownRequestsAreRejected(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		w.call(404, "GET", "/contact", nil)
		w.call(404, "GET", "/contacts/", nil)
		resp, _ := w.do(w.request("PATCH", "/contacts", nil))
		require.Equal(t, 405, resp.StatusCode)
		require.Equal(t, "GET, HEAD, POST", resp.Header.Get("Allow"))
		w.call(400, "POST", "/contacts", `{"accountId":`)
		w.call(400, "POST", "/contacts", `[]`)
		w.call(400, "POST", "/contacts", ` `)
		w.call(400, "POST", "/contacts", `{} {}`)
		w.call(400, "POST", "/contacts", `null`)
		req := w.request("POST", "/contacts", "a=b")
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, _ = w.do(req)
		require.Equal(t, 415, resp.StatusCode)
		req = w.request("POST", "/contacts", w.contact(1, nil))
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
		resp, _ = w.do(req)
		require.Equal(t, 200, resp.StatusCode)

		req = w.request("GET", "/groups", nil)
		req.URL.Path = "/v1/whatsapp/groups" // the base path belongs to it
		resp, _ = w.do(req)
		require.Equal(t, 404, resp.StatusCode)
	})
}

func TestServerAsHTTPMockResponder(t *testing.T) {
	t.Parallel()
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client := &http.Client{}
	mock := httpmock.NewMockTransport()
	mock.RegisterNoResponder(server.RoundTrip)
	client.Transport = mock
	req, err := http.NewRequest("GET", "https://getlate.dev/api/v1/whatsapp/groups?accountId="+server.AccountID(), nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+server.APIKey())
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, 200, resp.StatusCode)
	require.Equal(t, "getWhatsAppGroups", server.Requests()[0].Operation)
}

func TestIDsAreDeterministic(t *testing.T) {
	t.Parallel()
	first, second := newWire(t, latetest.InProcess()), newWire(t, latetest.InProcess())
	for n := range 3 {
		require.Equal(t,
			id(first.ok("POST", "/contacts", first.contact(n, nil)), "contact"),
			id(second.ok("POST", "/contacts", second.contact(n, nil)), "contact"))
	}
}

func TestConcurrentRequests(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		w.approve("hello")
		path := w.draft()
		var all sync.WaitGroup
		for n := range 50 {
			all.Go(func() {
				w.client.Do(w.request("POST", "/contacts", w.contact(n%25, object{"groups": list{fmt.Sprint(n % 5)}})))
				w.client.Do(w.request("PATCH", path+"/recipients", object{"recipients": list{recipient(n % 25)}}))
				w.client.Do(w.request("GET", "/contacts?accountId=ACCOUNT", nil))
				w.client.Do(w.request("GET", "/groups?accountId=ACCOUNT", nil))
				w.FailPhone(phone(0), "no")
				w.RejectTemplate("other", "no")
				w.Messages()
				w.Advance(time.Millisecond)
			})
		}
		all.Wait()
		require.EqualValues(t, 25, at(w.ok("GET", "/contacts?accountId=ACCOUNT", nil), "pagination", "total"))
		require.EqualValues(t, 25, w.broadcast(path)["recipientCount"])
		created := 0
		for _, r := range w.Requests("createWhatsAppContact") {
			if r.Processed {
				created++
			} else {
				require.Equal(t, 409, r.Status)
			}
		}
		require.Equal(t, 25, created)

		sent := make(chan float64, 4)
		for range 4 {
			all.Go(func() {
				resp, err := w.client.Do(w.request("POST", path+"/send", nil))
				if err == nil && resp.StatusCode == 200 {
					sent <- 1
				}
			})
		}
		all.Wait()
		require.Len(t, sent, 1, "exactly one request sends")
		require.Len(t, w.Messages(), 24)
	})
}

func TestServerSpeaksHTTP2(t *testing.T) {
	t.Parallel()
	for _, opts := range [][]latetest.Option{{latetest.WithHTTP2()}, {latetest.WithHTTP2(), latetest.InProcess()}} {
		server := latetest.NewServer(opts...)
		defer server.Close()
		resp, err := server.HTTPClient().Get(server.URL + "/v1/whatsapp/contacts")
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, 2, resp.ProtoMajor)
	}
}
