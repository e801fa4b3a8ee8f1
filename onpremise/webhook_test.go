package onpremise_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

// deliver posts an event and returns the status of the answer.
func deliver(h http.Handler, body string, change ...func(*http.Request)) int {
	req := httptest.NewRequest("POST", "/webhook", strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	for _, f := range change {
		f(req)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	return rec.Code
}

// taking keeps the events that a handler hands over.
func taking(opts ...onpremise.WebhookOption) (http.Handler, *[]*onpremise.WebhookEvent) {
	var events []*onpremise.WebhookEvent
	return onpremise.WebhookHandler(func(_ context.Context, e *onpremise.WebhookEvent) error {
		events = append(events, e)
		return nil
	}, opts...), &events
}

const event = `{"contacts":[{"profile":{"name":"Ada"},"wa_id":"16315551234"}],
	"messages":[{"from":"16315551234","id":"m1","timestamp":"1518694235","type":"text","text":{"body":"hi"}},
		{"from":"1","id":"m2","timestamp":1518694236,"type":"system","system":{"type":"group_user_joined","group_id":"g","operator":"o","users":["u"],"body":"b"}},
		{"from":"1","id":"m3","type":"reaction","reaction":{"emoji":"x"}}],
	"statuses":[{"id":"s1","recipient_id":"1","status":"delivered","timestamp":"1518694237","conversation":{"id":"c"}}],
	"errors":[{"code":1014,"title":"Internal error"}],"calls":[{"id":"call"}]}`

func TestWebhookHandsOverWhatCame(t *testing.T) {
	t.Parallel()
	h, events := taking()
	require.Equal(t, 200, deliver(h, event))
	require.Len(t, *events, 1)
	e := (*events)[0]
	require.Equal(t, "Ada", e.Contacts[0].Profile.Name)
	require.Equal(t, "hi", e.Messages[0].Text.Body)
	require.EqualValues(t, 1518694235, e.Messages[0].Timestamp.Time().Unix())
	require.Equal(t, onpremise.TypeSystem, e.Messages[1].Type)
	require.Equal(t, onpremise.WebhookSystem{Type: "group_user_joined", GroupID: "g", Operator: "o", Users: []string{"u"}, Body: "b"}, e.Messages[1].System)
	require.EqualValues(t, 1518694236, e.Messages[1].Timestamp.Time().Unix())
	require.EqualValues(t, "reaction", e.Messages[2].Type)
	require.JSONEq(t, `{"from":"1","id":"m3","type":"reaction","reaction":{"emoji":"x"}}`, string(e.Messages[2].Raw))
	require.Equal(t, onpremise.StatusDelivered, e.Statuses[0].Status)
	require.Equal(t, 1014, e.Errors[0].Code)
	require.JSONEq(t, event, string(e.Raw))
}

func TestWhatCannotBeReadComesAsFarAsItCan(t *testing.T) {
	t.Parallel()
	h, events := taking()
	body := `{"messages":[{"id":"m1","from":"1","type":"location","location":{"latitude":"north"}},"odd",{"id":"m2","type":"text","text":{"body":"hi"}}],
		"statuses":[{"id":"s1","status":"read","recipient_id":"1","timestamp":{},"errors":7}],"errors":{},"contacts":[1]}`
	require.Equal(t, 200, deliver(h, body))
	e := (*events)[0]
	require.Len(t, e.Messages, 3)
	require.Equal(t, "m1", e.Messages[0].ID)
	require.EqualValues(t, "location", e.Messages[0].Type)
	require.Contains(t, string(e.Messages[0].Raw), "north")
	require.Equal(t, `"odd"`, string(e.Messages[1].Raw))
	require.Equal(t, "hi", e.Messages[2].Text.Body)
	require.Equal(t, []onpremise.WebhookStatus{{ID: "s1", Status: "read", RecipientID: "1"}}, e.Statuses)
	require.JSONEq(t, body, string(e.Raw))
}

func TestWebhookTakesAPostOfJSONAlone(t *testing.T) {
	t.Parallel()
	h, events := taking(onpremise.WithMaxEventSize(100))
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	method := func(m string) func(*http.Request) { return func(r *http.Request) { r.Method = m } }
	for _, tt := range []struct {
		status int
		body   string
		change func(*http.Request)
	}{
		{200, `{}`, header("Content-Type", "application/json; charset=utf-8")},
		{200, `{}` + strings.Repeat(" ", 98), method("POST")},
		{413, `{}` + strings.Repeat(" ", 99), method("POST")},
		{405, `{}`, method("GET")},
		{405, `{}`, method("PUT")},
		{415, `{}`, header("Content-Type", "text/plain")},
		{415, `{}`, header("Content-Type", "")},
		{415, `{}`, header("Content-Type", "application/json;;")},
		{400, ``, method("POST")},
		{400, `[]`, method("POST")},
		{400, `null`, method("POST")},
		{400, `{} {}`, method("POST")},
		{400, `{"messages":`, method("POST")},
		{400, `{}`, func(r *http.Request) { r.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), broken{})) }},
	} {
		require.Equal(t, tt.status, deliver(h, tt.body, tt.change), tt.body)
	}
	require.Len(t, *events, 2)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
	require.Equal(t, "POST", rec.Header().Get("Allow"))
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

func TestEventThatFailsIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	calls := 0
	h := onpremise.WebhookHandler(func(context.Context, *onpremise.WebhookEvent) error {
		switch calls++; calls {
		case 1:
			return errors.New("database is down")
		case 2:
			panic("bug in the bot")
		case 3:
			panic(http.ErrAbortHandler)
		}
		return nil
	}, onpremise.WithWebhookLogger(slog.New(slog.NewTextHandler(&logged, nil))), onpremise.WithDeduplication(nil))
	var statuses []int
	for range 5 {
		statuses = append(statuses, deliver(h, event))
	}
	// The fifth brings errors and a kind that is not known, which have no ID.
	require.Equal(t, []int{500, 500, 500, 200, 200}, statuses)
	require.Equal(t, 5, calls)
	require.Contains(t, logged.String(), "database is down")
	require.Contains(t, logged.String(), "bug in the bot")
	require.Contains(t, logged.String(), "webhook_test.go") // the stack
}

func TestPanicWithoutALoggerGoesToTheServersLog(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	server := httptest.NewUnstartedServer(onpremise.WebhookHandler(func(context.Context, *onpremise.WebhookEvent) error { panic("bug in the bot") }))
	server.Config.ErrorLog = log.New(&logged, "", 0)
	server.Start()
	resp, err := server.Client().Post(server.URL, "application/json", strings.NewReader("{}"))
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, 500, resp.StatusCode)
	server.Close()
	require.Contains(t, logged.String(), "bug in the bot")
}

func TestWebhookAsksWhoCalls(t *testing.T) {
	t.Parallel()
	const secret = "sésame/ouvre?toi"
	header := func(value string) func(*http.Request) { return func(r *http.Request) { r.Header.Set("X-Key", value) } }
	target := func(path, query string) func(*http.Request) {
		return func(r *http.Request) { r.URL.Path, r.URL.RawQuery = path, query }
	}
	cert := &x509.Certificate{Subject: pkix.Name{CommonName: "wa"}}
	certified := func(state *tls.ConnectionState) func(*http.Request) { return func(r *http.Request) { r.TLS = state } }
	chain := &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{cert}}}
	accept := func(ok bool) func(*x509.Certificate) bool {
		return func(c *x509.Certificate) bool { return ok && c == cert }
	}
	for name, tt := range map[string]struct {
		opts   []onpremise.WebhookOption
		call   func(*http.Request)
		status int
	}{
		"header":                   {[]onpremise.WebhookOption{onpremise.WithHeaderSecret("X-Key", secret)}, header(secret), 200},
		"no header":                {[]onpremise.WebhookOption{onpremise.WithHeaderSecret("X-Key", secret)}, header(""), 401},
		"part of it":               {[]onpremise.WebhookOption{onpremise.WithHeaderSecret("X-Key", secret)}, header(secret[:3]), 401},
		"an empty secret":          {[]onpremise.WebhookOption{onpremise.WithHeaderSecret("X-Key", "")}, header(""), 401},
		"query":                    {[]onpremise.WebhookOption{onpremise.WithQuerySecret("key", "s3")}, target("/webhook", "key=s3"), 200},
		"another query":            {[]onpremise.WebhookOption{onpremise.WithQuerySecret("key", "s3")}, target("/webhook", "key=s4"), 401},
		"path":                     {[]onpremise.WebhookOption{onpremise.WithPathSecret("s3")}, target("/webhook/s3", ""), 200},
		"another path":             {[]onpremise.WebhookOption{onpremise.WithPathSecret("s3")}, target("/webhook/as3", ""), 401},
		"certificate":              {[]onpremise.WebhookOption{onpremise.WithClientCertificate(nil)}, certified(chain), 200},
		"an accepted one":          {[]onpremise.WebhookOption{onpremise.WithClientCertificate(accept(true))}, certified(chain), 200},
		"another one":              {[]onpremise.WebhookOption{onpremise.WithClientCertificate(accept(false))}, certified(chain), 401},
		"one that is not verified": {[]onpremise.WebhookOption{onpremise.WithClientCertificate(nil)}, certified(&tls.ConnectionState{PeerCertificates: []*x509.Certificate{cert}}), 401},
		"no TLS":                   {[]onpremise.WebhookOption{onpremise.WithClientCertificate(nil)}, certified(nil), 401},
		"one of two": {
			[]onpremise.WebhookOption{onpremise.WithHeaderSecret("X-Key", secret), onpremise.WithClientCertificate(nil)}, header(secret), 401,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, events := taking(tt.opts...)
			require.Equal(t, tt.status, deliver(h, event, tt.call))
			require.Len(t, *events, map[int]int{200: 1, 401: 0}[tt.status])
		})
	}
}

func TestClientCertificateOverTLS(t *testing.T) {
	t.Parallel()
	mine, other := selfSigned(t), selfSigned(t)
	pool := x509.NewCertPool()
	pool.AddCert(mine.Leaf)
	h, _ := taking(onpremise.WithClientCertificate(func(c *x509.Certificate) bool { return c.Subject.CommonName == "wa" }))
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: pool}
	server.StartTLS()
	defer server.Close()
	post := func(certs ...tls.Certificate) (int, error) {
		tr := server.Client().Transport.(*http.Transport).Clone()
		defer tr.CloseIdleConnections()
		tr.TLSClientConfig.Certificates = certs
		resp, err := (&http.Client{Transport: tr}).Post(server.URL, "application/json", strings.NewReader("{}"))
		if err != nil {
			return 0, err
		}
		return resp.StatusCode, resp.Body.Close()
	}
	status, err := post(mine)
	require.NoError(t, err)
	require.Equal(t, 200, status)
	status, err = post()
	require.NoError(t, err)
	require.Equal(t, 401, status)
	_, err = post(other)
	require.Error(t, err)
}

func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "wa"}, NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}
