package onpremisetest_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

// selfSigned returns a certificate for the loopback interface and its key, as PEM.
func selfSigned(t *testing.T) (certificate, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &k.PublicKey, k)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(k)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
}

func TestExternalCertificateIsReplaced(t *testing.T) {
	t.Parallel()
	reach := func(w *wire, ca string) error {
		pool := x509.NewCertPool()
		require.True(t, pool.AppendCertsFromPEM([]byte(ca)))
		tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
		defer tr.CloseIdleConnections()
		resp, err := (&http.Client{Transport: tr}).Do(w.request("GET", "/groups", nil))
		if err == nil {
			resp.Body.Close()
		}
		return err
	}
	w := newWire(t, onpremisetest.WithTLS())
	_, first := w.raw("/certificates/external/ca")
	require.NoError(t, reach(w, first), "the returned CA verifies the server")
	certificate, key := selfSigned(t)
	for _, wrong := range []string{"", "certificate", certificate, key} {
		w.refuse(400, 1009, "POST", "/certificates/external", upload{"text/plain", wrong})
	}
	w.refuse(415, 1025, "POST", "/certificates/external", upload{"application/json", certificate + key})
	require.NoError(t, reach(w, first))
	w.ok("POST", "/certificates/external", upload{"text/plain", certificate + key})
	_, second := w.raw("/certificates/external/ca")
	require.Equal(t, certificate, second)
	require.NoError(t, reach(w, second))
	require.Error(t, reach(w, first))
}

func TestWebhookCAIsStored(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		const path = "/certificates/webhooks/ca"
		w.refuse(404, 1006, "GET", path, nil)
		w.refuse(404, 1006, "DELETE", path, nil)
		certificate, _ := selfSigned(t)
		w.ok("POST", path, upload{"text/plain; charset=utf-8", certificate})
		w.refuse(400, 1009, "POST", path, upload{"text/plain", "certificate"})
		w.refuse(415, 1025, "POST", path, upload{"application/json", certificate})
		contentType, got := w.raw(path)
		require.Contains(t, contentType, "text/plain")
		require.Equal(t, certificate, got)
		w.ok("DELETE", path, nil)
		w.refuse(404, 1006, "GET", path, nil)
	})
}
