package onpremise_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

// secured returns a server whose certificate is not trusted by default, and a pool that contains it.
func secured(t *testing.T) (server *httptest.Server, pool *x509.CertPool) {
	t.Helper()
	server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"groups":[{"id":"g"}]}`)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.EnableHTTP2 = true // as many servers do
	server.StartTLS()
	t.Cleanup(server.Close)
	pool = x509.NewCertPool()
	pool.AddCert(server.Certificate())
	return server, pool
}

func list(t *testing.T, base string, opts ...onpremise.Option) error {
	t.Helper()
	client, err := onpremise.NewClient(base+"/v1", append(opts, onpremise.WithToken(testToken))...)
	require.NoError(t, err)
	defer client.CloseIdleConnections()
	_, err = client.Groups.List(t.Context())
	return err
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	server, pool := secured(t)
	pinned := fmt.Sprintf("%X", sha256.Sum256(server.Certificate().Raw))
	colons := strings.TrimSuffix(regexp.MustCompile("..").ReplaceAllString(pinned, "$0:"), ":")
	other := strings.Repeat("0", len(pinned))
	refuse := func(tls.ConnectionState) error { return errors.New("refused") }
	for name, tt := range map[string]struct {
		opts []onpremise.Option
		want string // in the error; empty for none
	}{
		"root":                {[]onpremise.Option{onpremise.WithRootCAs(pool)}, ""},
		"TLS configuration":   {[]onpremise.Option{onpremise.WithTLSConfig(&tls.Config{RootCAs: pool})}, ""},
		"both":                {[]onpremise.Option{onpremise.WithTLSConfig(&tls.Config{MinVersion: tls.VersionTLS13}), onpremise.WithRootCAs(pool)}, ""},
		"pin":                 {[]onpremise.Option{onpremise.WithPinnedCertificate(pinned)}, ""},
		"pin with colons":     {[]onpremise.Option{onpremise.WithPinnedCertificate(strings.ToLower(colons))}, ""},
		"two pins":            {[]onpremise.Option{onpremise.WithPinnedCertificate(other), onpremise.WithPinnedCertificate(pinned)}, ""},
		"pin of another name": {[]onpremise.Option{onpremise.WithPinnedCertificate(pinned), onpremise.WithTLSConfig(&tls.Config{ServerName: "other.example"})}, ""},

		"nothing":           {nil, "or its fingerprint to WithPinnedCertificate)"},
		"wrong name":        {[]onpremise.Option{onpremise.WithTLSConfig(&tls.Config{RootCAs: pool, ServerName: "other.example"})}, "ServerName of WithTLSConfig"},
		"wrong pin":         {[]onpremise.Option{onpremise.WithPinnedCertificate(other)}, pinned + ", is not the one given to WithPinnedCertificate (request"},
		"pin and own check": {[]onpremise.Option{onpremise.WithPinnedCertificate(pinned), onpremise.WithTLSConfig(&tls.Config{VerifyConnection: refuse})}, "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hc := &http.Client{Transport: &http.Transport{}}
			tr := hc.Transport.(*http.Transport)
			for i, opts := range [][]onpremise.Option{tt.opts, append(slices.Clip(tt.opts), onpremise.WithHTTPClient(hc))} {
				err := list(t, server.URL, opts...)
				if tt.want == "" {
					require.NoError(t, err)
					require.False(t, i == 1 && tr.TLSClientConfig != nil && tr.TLSClientConfig.RootCAs != nil)
					continue
				}
				require.ErrorContains(t, err, tt.want)
				require.ErrorIs(t, err, onpremise.ErrNotSent)
				var e *onpremise.Error
				require.ErrorAs(t, err, &e)
				if name != "pin and own check" {
					require.Len(t, e.Attempts, 1) // certificates do not change from one attempt to the next
				}
			}
			require.Same(t, tr, hc.Transport)
		})
	}
}

func TestPinnedCertificateNeedsNoHostName(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	expired := x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(-time.Hour)}
	raw, err := x509.CreateCertificate(rand.Reader, &expired, &expired, key.Public(), key)
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"groups":[]}`) }))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	require.NoError(t, list(t, server.URL, onpremise.WithPinnedCertificate(fmt.Sprintf("%x", sha256.Sum256(raw)))))
	require.Error(t, list(t, server.URL))
}

func TestCallersTransportKeepsItsOtherSettings(t *testing.T) {
	t.Parallel()
	server, pool := secured(t)
	proxied, redirects := 0, 0
	hc := &http.Client{Transport: &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { proxied++; return nil, nil }}}
	client, err := onpremise.NewClient(server.URL+"/v1", onpremise.WithToken(testToken), onpremise.WithRootCAs(pool), onpremise.WithHTTPClient(hc))
	require.NoError(t, err)
	defer client.CloseIdleConnections()
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { redirects++; return nil } // set later
	inner := server.Config.Handler
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery == "" {
			http.Redirect(w, r, r.URL.Path+"?again", http.StatusTemporaryRedirect)
			return
		}
		inner.ServeHTTP(w, r)
	})
	_, err = client.Groups.List(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, redirects)
	require.Equal(t, 1, proxied)
}

func TestConnectionsAreKeptAndCanBeClosed(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]func(*x509.CertPool) []onpremise.Option{
		"no options, no TLS": nil,
		"WithRootCAs": func(pool *x509.CertPool) []onpremise.Option {
			return []onpremise.Option{onpremise.WithRootCAs(pool)}
		},
		"WithTLSConfig": func(pool *x509.CertPool) []onpremise.Option {
			return []onpremise.Option{onpremise.WithTLSConfig(&tls.Config{RootCAs: pool})}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testConnections(t, options)
		})
	}
}

// testConnections makes 1,920 calls, of which 32 are always in flight together.
func testConnections(t *testing.T, options func(*x509.CertPool) []onpremise.Option) {
	const calls, rounds = 32, 60
	open, opened := atomic.Int32{}, atomic.Int32{}
	waiting := make(chan struct{}, calls)
	var release chan struct{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		waiting <- struct{}{}
		<-release
		io.WriteString(w, `{"groups":[]}`)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
			opened.Add(1)
		case http.StateClosed:
			open.Add(-1)
		}
	}
	opts := []onpremise.Option{onpremise.WithToken(testToken)}
	if options == nil {
		server.Start()
	} else {
		server.StartTLS()
		pool := x509.NewCertPool()
		pool.AddCert(server.Certificate())
		opts = append(opts, options(pool)...)
	}
	defer server.Close()
	client, err := onpremise.NewClient(server.URL+"/v1", opts...)
	require.NoError(t, err)
	for range rounds {
		release = make(chan struct{})
		go func() {
			for range calls {
				<-waiting
			}
			close(release)
		}()
		for _, err := range together(calls, func(int) error { _, err := client.Groups.List(t.Context()); return err }) {
			require.NoError(t, err)
		}
	}
	// The connection of a call that has just returned may not be idle yet.
	require.LessOrEqual(t, opened.Load(), int32(2*calls))
	client.CloseIdleConnections()
	require.Eventually(t, func() bool { return open.Load() == 0 }, 10*time.Second, time.Millisecond)
}

func TestTLSConfigSendsAClientCertificate(t *testing.T) {
	t.Parallel()
	server, pool := secured(t)
	seen := make(chan int, 1)
	server.TLS.ClientAuth = tls.RequestClientCert
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- len(r.TLS.PeerCertificates)
		io.WriteString(w, `{"groups":[]}`)
	})
	require.NoError(t, list(t, server.URL, onpremise.WithRootCAs(pool), onpremise.WithTLSConfig(&tls.Config{Certificates: server.TLS.Certificates})))
	require.Equal(t, 1, <-seen)
}

func TestInvalidTLSOptions(t *testing.T) {
	t.Parallel()
	with := func(rt http.RoundTripper) []onpremise.Option {
		return []onpremise.Option{onpremise.WithHTTPClient(&http.Client{Transport: rt}), onpremise.WithRootCAs(x509.NewCertPool())}
	}
	for name, tt := range map[string]struct {
		opts  []onpremise.Option
		field string
	}{
		"mock":               {with(httpmock.NewMockTransport()), "httpClient"},
		"TLS connections":    {with(&http.Transport{DialTLSContext: (&tls.Dialer{}).DialContext}), "httpClient"},
		"no fingerprint":     {[]onpremise.Option{onpremise.WithPinnedCertificate("")}, "pinnedCertificate"},
		"SHA-1 fingerprint":  {[]onpremise.Option{onpremise.WithPinnedCertificate(strings.Repeat("ab:", 19) + "ab")}, "pinnedCertificate"},
		"not in hexadecimal": {[]onpremise.Option{onpremise.WithPinnedCertificate(strings.Repeat("x", 64))}, "pinnedCertificate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := onpremise.NewClient(testURL, append(tt.opts, onpremise.WithToken("t"))...)
			var v *onpremise.ValidationError
			require.ErrorAs(t, err, &v)
			require.Equal(t, tt.field, v.Field)
		})
	}
}

func TestMockReplacesATransportWithRootCAs(t *testing.T) {
	t.Parallel()
	hc := &http.Client{Transport: &http.Transport{}}
	client, err := onpremise.NewClient(testURL, onpremise.WithToken("t"), onpremise.WithRootCAs(x509.NewCertPool()), onpremise.WithHTTPClient(hc))
	require.NoError(t, err)
	mock := httpmock.NewMockTransport()
	mock.RegisterResponder("GET", testURL+"/groups", httpmock.NewStringResponder(200, `{"groups":[]}`))
	hc.Transport = mock
	_, err = client.Groups.List(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, mock.GetTotalCallCount())
}

// Not parallel, because httpmock changes http.DefaultTransport and http.DefaultClient.
func TestHTTPMockOfTheDefaultClient(t *testing.T) {
	for name, activate := range map[string]func(){
		"DefaultTransport": func() { httpmock.Activate() }, "DefaultClient": func() { httpmock.ActivateNonDefault(http.DefaultClient) },
	} {
		for _, opts := range [][]onpremise.Option{nil, {onpremise.WithRootCAs(x509.NewCertPool())}} {
			for _, before := range []bool{true, false} {
				t.Run(fmt.Sprint(name, len(opts), before), func(t *testing.T) {
					defer httpmock.DeactivateAndReset()
					if before {
						activate()
					}
					client, err := onpremise.NewClient(testURL, append(opts, onpremise.WithToken("t"))...)
					require.NoError(t, err)
					if !before {
						activate()
					}
					httpmock.RegisterResponder("POST", testURL+"/messages", httpmock.NewStringResponder(200, `{"messages":[{"id":"m"}]}`))
					require.NoError(t, send(t.Context(), client, "hi"))
				})
			}
		}
	}
}
