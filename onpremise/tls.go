package onpremise

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// tlsSetup copies the caller's transport and configures TLS in the copy.
type tlsSetup struct {
	pool   *x509.CertPool
	config *tls.Config
	pins   [][sha256.Size]byte

	mu       sync.Mutex
	original *http.Transport
	copied   *http.Transport
}

// withTLS returns the [transport.Config.Adapt] of a client, or nil if there are no TLS options.
func withTLS(o *options) (func(http.RoundTripper) http.RoundTripper, error) {
	if o.rootCAs == nil && o.tlsConfig == nil && len(o.pins) == 0 {
		return nil, nil
	}
	s := &tlsSetup{pool: o.rootCAs, config: o.tlsConfig}
	for _, text := range o.pins {
		pin, err := hex.DecodeString(strings.ReplaceAll(text, ":", ""))
		if err != nil || len(pin) != sha256.Size {
			return nil, invalid("pinnedCertificate", "must be a SHA-256 fingerprint: 64 hexadecimal digits, with or without colons")
		}
		s.pins = append(s.pins, [sha256.Size]byte(pin))
	}
	if client := o.transport.HTTPClient; client != nil && client.Transport != nil {
		t, ok := client.Transport.(*http.Transport)
		//lint:ignore SA1019 Deprecated, but it still takes effect.
		if !ok || t.DialTLSContext != nil || t.DialTLS != nil {
			return nil, invalid("httpClient", "must have an *http.Transport without DialTLS functions for WithRootCAs, WithTLSConfig and WithPinnedCertificate; set up TLS in the transport itself instead")
		}
	}
	return s.adapt, nil
}

// adapt returns the copy of base, or base itself if it is not an *http.Transport but a mock.
func (s *tlsSetup) adapt(base http.RoundTripper) http.RoundTripper {
	original, ok := base.(*http.Transport)
	if !ok {
		return base
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.original == original {
		return s.copied
	}
	if s.copied != nil {
		s.copied.CloseIdleConnections()
	}
	s.original, s.copied = original, transport.Pooled(original)
	// A transport with a TLS configuration speaks HTTP/2 only on request.
	if _, speaks := original.TLSNextProto["h2"]; speaks {
		s.copied.ForceAttemptHTTP2 = true
	}
	switch {
	case s.config != nil:
		s.copied.TLSClientConfig = s.config.Clone()
	case s.copied.TLSClientConfig == nil:
		s.copied.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if s.pool != nil {
		s.copied.TLSClientConfig.RootCAs = s.pool
	}
	if len(s.pins) > 0 {
		s.pin(s.copied.TLSClientConfig)
	}
	return s.copied
}

// pin makes config accept exactly the pinned certificates, whatever their issuer and host name.
func (s *tlsSetup) pin(config *tls.Config) {
	next := config.VerifyConnection
	config.InsecureSkipVerify = true // VerifyConnection replaces it
	config.VerifyConnection = func(state tls.ConnectionState) error {
		got := sha256.Sum256(state.PeerCertificates[0].Raw)
		if !slices.Contains(s.pins, got) {
			return &tls.CertificateVerificationError{UnverifiedCertificates: state.PeerCertificates, Err: &pinError{got}}
		}
		if next != nil {
			return next(state)
		}
		return nil
	}
}

// pinError reports a certificate that is not pinned.
type pinError struct{ got [sha256.Size]byte }

func (e *pinError) Error() string {
	return fmt.Sprintf("the server's certificate, with SHA-256 fingerprint %X, is not the one given to WithPinnedCertificate", e.got)
}
