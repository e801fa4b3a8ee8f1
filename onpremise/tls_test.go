package onpremise_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

// secured is a server with a certificate that nobody trusts without being told to.
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
	client, err := onpremise.NewClient(base+"/v1", append(opts, onpremise.WithToken(testToken), onpremise.WithMaxRetries(0))...)
	require.NoError(t, err)
	_, err = client.Groups.List(t.Context())
	return err
}

func TestCertificateThatIsNotTrustedSaysWhatToDo(t *testing.T) {
	t.Parallel()
	server, pool := secured(t)
	hc := &http.Client{Transport: &http.Transport{}}
	err := list(t, server.URL, onpremise.WithHTTPClient(hc))
	require.ErrorContains(t, err, "pass the authority that signed the installation's certificate to WithRootCAs")
	require.ErrorIs(t, err, onpremise.ErrNotSent)

	// The login fails in the same way, and says so once.
	client, err := onpremise.NewClient(server.URL+"/v1", onpremise.WithCredentials("a", "b"), onpremise.WithHTTPClient(hc))
	require.NoError(t, err)
	_, err = client.Groups.List(t.Context())
	require.ErrorContains(t, err, "list groups: log in: ")
	require.Regexp(t, `^[^(]*\(pass [^(]*\(request \w+\) \(request \w+\)$`, err.Error())
	require.ErrorIs(t, err, onpremise.ErrNotSent)

	err = list(t, server.URL, onpremise.WithHTTPClient(hc), onpremise.WithTLSConfig(&tls.Config{RootCAs: pool, ServerName: "other.example"}))
	require.ErrorContains(t, err, "ServerName of WithTLSConfig")
}

func TestTrustGoesTogetherWithTheCallersClient(t *testing.T) {
	t.Parallel()
	server, pool := secured(t)
	config := &tls.Config{RootCAs: pool}
	for name, opts := range map[string][]onpremise.Option{
		"WithRootCAs":   {onpremise.WithRootCAs(pool)},
		"WithTLSConfig": {onpremise.WithTLSConfig(config)},
		"both":          {onpremise.WithTLSConfig(&tls.Config{MinVersion: tls.VersionTLS13}), onpremise.WithRootCAs(pool)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dialed := 0
			tr := &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { dialed++; return nil, nil }}
			hc := &http.Client{Transport: tr}
			require.NoError(t, list(t, server.URL, append(opts, onpremise.WithHTTPClient(hc))...))
			require.Equal(t, 1, dialed) // what else the transport says holds
			require.Same(t, tr, hc.Transport)
			require.Nil(t, tr.TLSClientConfig.RootCAs)
			require.Error(t, list(t, server.URL, onpremise.WithHTTPClient(hc)))
		})
	}
	require.NoError(t, list(t, server.URL, onpremise.WithRootCAs(pool))) // the default client
	require.ErrorContains(t, list(t, server.URL), "WithRootCAs")
	require.Nil(t, http.DefaultClient.Transport)
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	require.Empty(t, config.ServerName)
}

func TestTLSConfigBringsAClientCertificate(t *testing.T) {
	t.Parallel()
	server, pool := secured(t)
	seen := make(chan int, 1)
	server.TLS.ClientAuth = tls.RequestClientCert
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- len(r.TLS.PeerCertificates)
		io.WriteString(w, `{}`)
	})
	require.NoError(t, list(t, server.URL, onpremise.WithRootCAs(pool), onpremise.WithTLSConfig(&tls.Config{Certificates: server.TLS.Certificates})))
	require.Equal(t, 1, <-seen)
}

func TestTransportThatCannotTrustIsRefused(t *testing.T) {
	t.Parallel()
	for _, rt := range []http.RoundTripper{
		httpmock.NewMockTransport(),
		&http.Transport{DialTLSContext: (&tls.Dialer{}).DialContext},
	} {
		_, err := onpremise.NewClient(testURL, onpremise.WithToken("t"), onpremise.WithRootCAs(x509.NewCertPool()), onpremise.WithHTTPClient(&http.Client{Transport: rt}))
		var v *onpremise.ValidationError
		require.ErrorAs(t, err, &v)
		require.Equal(t, "httpClient", v.Field)
	}
}

func TestMockTakesThePlaceOfATransportThatTrusts(t *testing.T) {
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
