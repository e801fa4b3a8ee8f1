package onpremisetest_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/contract"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func TestEveryOperationIsServedAndRequiresAToken(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		doc, err := loadContract()
		require.NoError(t, err)
		ops, err := contract.Operations(doc)
		require.NoError(t, err)
		require.Len(t, ops, 55)
		for _, op := range ops {
			req := w.request(op.Method, strings.NewReplacer("{", "", "}", "").Replace(op.Path), nil)
			req.Header.Del("Authorization")
			w.expect(401, req)
			seen := w.Requests()
			require.Equal(t, op.ID, seen[len(seen)-1].Operation)
			require.False(t, seen[len(seen)-1].Processed)
		}
	})
}

func TestUnknownRequestsAreRejected(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		w.refuse(404, 1006, "GET", "/group", nil)
		w.refuse(404, 1006, "GET", "/groups/", nil)
		resp, response, _ := w.do(w.request("PATCH", "/groups", nil))
		require.Equal(t, 405, resp.StatusCode)
		require.NotEmpty(t, response["errors"])
		require.Equal(t, "GET, HEAD, POST", resp.Header.Get("Allow"))
		for _, body := range []string{`{"subject":`, ` `, `{} {}`} {
			w.refuse(400, 1025, "POST", "/groups", body)
		}
		w.refuse(400, 1008, "POST", "/groups", `null`)
		w.refuse(400, 1008, "POST", "/groups", `{}`)
		w.refuse(400, 1009, "POST", "/groups", `[]`)
		w.refuse(400, 1009, "POST", "/groups", `{"subject":1}`)
		w.refuse(415, 1025, "POST", "/groups", upload{"application/x-www-form-urlencoded", "a=b"})
		w.refuse(413, 1025, "POST", "/groups", strings.Repeat(" ", 9<<20))
		w.ok("POST", "/groups", upload{"application/json; charset=utf-8", `{"subject":"Friends"}`})

		req := w.request("GET", "/groups", nil)
		req.URL.Path = "/groups" // the base path is required
		w.expect(404, req)
	})
}

func TestServerAsHTTPMockResponder(t *testing.T) {
	t.Parallel()
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client := &http.Client{}
	mock := httpmock.NewMockTransport()
	mock.RegisterNoResponder(server.RoundTrip)
	client.Transport = mock
	req, err := http.NewRequest("GET", "https://wa.example.internal/v1/groups", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+server.Token())
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, 200, resp.StatusCode)
	require.Equal(t, "GetAllGroups", server.Requests()[0].Operation)
}

func TestTLSUsesASelfSignedCertificate(t *testing.T) {
	t.Parallel()
	w := newWire(t, onpremisetest.WithTLS())
	require.True(t, strings.HasPrefix(w.URL, "https://"))
	require.True(t, strings.HasSuffix(w.URL, "/v1"))
	w.ok("GET", "/groups", nil)
	_, err := w.Certificate().Verify(x509.VerifyOptions{Roots: w.RootCAs()})
	require.NoError(t, err)

	for name, tc := range map[string]struct {
		roots *x509.CertPool
		trust bool
	}{
		"its own": {w.RootCAs(), true},
		"none":    {x509.NewCertPool(), false},
		"another": {newWire(t, onpremisetest.InProcess()).RootCAs(), false},
	} {
		tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: tc.roots}}
		defer tr.CloseIdleConnections()
		resp, err := (&http.Client{Transport: tr}).Do(w.request("GET", "/groups", nil))
		if !tc.trust {
			var unknown x509.UnknownAuthorityError
			require.ErrorAs(t, err, &unknown, name)
			continue
		}
		require.NoError(t, err, name)
		resp.Body.Close()
		require.Equal(t, 1, resp.ProtoMajor, "with connections that can be closed")
	}

	inside := newWire(t, onpremisetest.WithTLS(), onpremisetest.InProcess())
	require.True(t, strings.HasPrefix(inside.URL, "https://"))
	inside.ok("GET", "/groups", nil)
}

func TestResponsesHaveTheDateOfTheClock(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		w.Advance(time.Hour)
		resp, _, _ := w.do(w.request("GET", "/groups", nil))
		date, err := http.ParseTime(resp.Header.Get("Date"))
		require.NoError(t, err)
		require.WithinDuration(t, start.Add(time.Hour), date, time.Minute)
		require.WithinDuration(t, start.Add(time.Hour), w.Now(), time.Minute)
	}, onpremisetest.WithStart(start))
}

func TestConcurrentRequests(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		w.SetWebhookHandler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		var all sync.WaitGroup
		for n := range 50 {
			all.Go(func() {
				to := fmt.Sprintf("1631555%04d", n)
				for _, r := range []*http.Request{
					w.request("POST", "/messages", object{"to": to, "text": object{"body": "hi"}}),
					w.request("POST", "/media", upload{"text/plain", to}),
					w.request("POST", "/users", object{"username": fmt.Sprint(n % 25), "password": "x"}),
					w.request("POST", "/groups", object{"subject": to}),
					w.request("POST", "/contacts", object{"contacts": list{to}}),
					w.request("PATCH", "/settings/application", object{"sent_status": n%2 == 0}),
					w.request("GET", "/metrics", nil),
				} {
					resp, err := w.client.Do(r)
					if err == nil {
						resp.Body.Close()
					}
				}
				w.ReceiveText(to, "hello")
				w.FailPhone("16315559999", "no")
				w.Messages()
				w.Deliveries()
				w.Advance(time.Millisecond)
			})
		}
		all.Wait()
		require.Len(t, w.Messages(), 50)
		require.Len(t, w.ok("GET", "/groups", nil)["groups"], 50)
		stats := at(w.ok("GET", "/stats/db", nil), "stats", "db").(object)
		require.EqualValues(t, 50, stats["media"])
		require.EqualValues(t, 26, stats["users"])
		w.Advance(time.Hour)
		require.NoError(t, w.WaitDelivered(t.Context()))
		received, statuses := 0, 0
		for _, d := range w.Deliveries() {
			require.Len(t, d.Attempts, 1)
			received += len(d.Event.Messages)
			statuses += len(d.Event.Statuses)
		}
		require.Equal(t, 50, received)
		require.GreaterOrEqual(t, statuses, 100)
	})
}

func TestServerSpeaksHTTP2(t *testing.T) {
	t.Parallel()
	for _, opt := range []onpremisetest.Option{onpremisetest.WithTLS(), onpremisetest.InProcess(), onpremisetest.WithCreated()} {
		server := onpremisetest.NewServer(onpremisetest.WithHTTP2(), opt)
		defer server.Close()
		resp, err := server.HTTPClient().Get(server.URL + "/health")
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, 2, resp.ProtoMajor)
	}
}
