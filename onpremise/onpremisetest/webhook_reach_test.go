package onpremisetest_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func TestEventsWaitForAWebhook(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		require.NoError(t, w.WaitDelivered(t.Context()), "nothing to deliver")
		w.ReceiveText(ada, "hello")
		require.ErrorContains(t, w.WaitDelivered(t.Context()), "no webhook")
		h := &hook{}
		server := httptest.NewServer(h)
		defer server.Close()
		w.ok("PATCH", settings, object{"webhooks": object{"url": server.URL + "/hook"}})
		require.NoError(t, w.WaitDelivered(t.Context()))
		require.Equal(t, "/hook", h.requests[0].URL.Path)

		w.ok("DELETE", settings, nil)
		w.ReceiveText(ada, "hello again")
		require.ErrorContains(t, w.WaitDelivered(t.Context()), "no webhook")
		other := &hook{}
		w.SetWebhookHandler(other)
		require.NoError(t, w.WaitDelivered(t.Context()))
		w.ok("PATCH", settings, object{"webhooks": object{"url": "https://bot.example/secret"}})
		w.SetWebhookHandler(other) // the URL does not change
		w.ReceiveText(ada, "hello again")
		require.NoError(t, w.WaitDelivered(t.Context()))
		require.Len(t, h.seen(), 1)
		require.Len(t, other.seen(), 2)
		require.Equal(t, "/secret", other.requests[1].URL.Path)
	})
}

func TestWaitDeliveredEndsWithContextOrServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &hook{status: func(int) int { return 500 }}
		w := newWire(t, onpremisetest.InProcess(), onpremisetest.WithWebhookHandler(h))
		w.ReceiveText(ada, "hello")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := w.WaitDelivered(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "1 events")
		ended := make(chan error, 1)
		go func() { ended <- w.WaitDelivered(t.Context()) }()
		synctest.Wait()
		w.Close()
		require.ErrorIs(t, <-ended, context.Canceled)
		before := len(h.seen())
		time.Sleep(time.Hour) // of the bubble
		require.Len(t, h.seen(), before, "a closed server delivers nothing")
		w.ReceiveText(ada, "hello")
	})
}

func TestCloseEndsAHangingDelivery(t *testing.T) {
	t.Parallel()
	delivered(t, func(t *testing.T, w *wire, h *hook) {
		h.hold = make(chan struct{})
		defer close(h.hold)
		w.ReceiveText(ada, "hello")
		require.Eventually(t, func() bool { return len(h.seen()) == 1 }, 10*time.Second, time.Millisecond)
		w.Close()
	})
}

func TestCloseWaitsForTheHandler(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ended := false
		w := newWire(t, onpremisetest.InProcess(), onpremisetest.WithWebhookHandler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			time.Sleep(time.Second) // of the bubble
			ended = true
		})))
		w.ReceiveText(ada, "hello")
		synctest.Wait()
		w.Close()
		require.True(t, ended)
	})
}

func TestCloseReleasesAHandlerThatWaitsForTheServer(t *testing.T) {
	t.Parallel()
	var w *wire
	called := make(chan struct{})
	w = newWire(t, onpremisetest.WithWebhookHandler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(called)
		resp, err := w.HTTPClient().Do(w.request("GET", "/groups", nil))
		if err == nil {
			resp.Body.Close()
		}
	})))
	w.Inject(onpremisetest.Hang().On("GetAllGroups"))
	w.ReceiveText(ada, "hello")
	<-called
	w.Close()
}

func TestOnlyLoopbackAddressesAreCalled(t *testing.T) {
	t.Parallel()
	w := newWire(t, onpremisetest.WithWebhook("http://192.0.2.1/"))
	w.ReceiveText(ada, "hello")
	require.Eventually(t, func() bool { return len(w.Deliveries()[0].Attempts) == 1 }, 10*time.Second, time.Millisecond)
	require.ErrorContains(t, w.Deliveries()[0].Attempts[0].Err, "loopback")
}

func TestWebhookCAAndClientCertificate(t *testing.T) {
	t.Parallel()
	certificate, key := selfSigned(t)
	pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
	require.NoError(t, err)
	h := &hook{}
	server := httptest.NewUnstartedServer(h)
	w := newWire(t)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: w.RootCAs()}
	server.Config.ErrorLog = discard
	server.StartTLS()
	defer server.Close()
	w.ok("PATCH", settings, object{"webhooks": object{"url": server.URL}})
	w.ReceiveText(ada, "hello")
	attempts := func() []onpremisetest.Attempt { return w.Deliveries()[0].Attempts }
	require.Eventually(t, func() bool { return len(attempts()) == 1 }, 10*time.Second, time.Millisecond)
	var unknown x509.UnknownAuthorityError
	require.ErrorAs(t, attempts()[0].Err, &unknown)
	w.ok("POST", "/certificates/webhooks/ca", upload{"text/plain", certificate})
	w.Advance(3 * time.Second)
	require.NoError(t, w.WaitDelivered(t.Context()))
	require.Equal(t, w.Certificate().Raw, h.requests[0].TLS.PeerCertificates[0].Raw)
	w.ok("DELETE", "/certificates/webhooks/ca", nil)
	w.ReceiveText(ada, "hello")
	require.Eventually(t, func() bool { return len(w.Deliveries()[1].Attempts) == 1 }, 10*time.Second, time.Millisecond)
	require.Error(t, w.Deliveries()[1].Attempts[0].Err)
}

func TestServerWorksInASynctestBubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &hook{}
		w := newWire(t, onpremisetest.InProcess(), onpremisetest.WithTLS(), onpremisetest.WithWebhookHandler(h))
		w.ok("POST", "/messages", object{"to": ada, "text": object{"body": "hello"}})
		time.Sleep(time.Minute) // of the bubble
		require.Len(t, h.seen(), 2, "statuses follow the clock")
		w.Close()
	})
}
