package onpremise

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"net/http"
	"strings"
)

// WithHeaderSecret wants the header name to hold secret. An installation sends no header of yours:
// this is for a proxy before the webhook that adds one.
func WithHeaderSecret(name, secret string) WebhookOption {
	return allow(func(r *http.Request) bool { return same(r.Header.Get(name), secret) })
}

// WithQuerySecret wants the query parameter name of the webhook's URL to hold secret:
// "https://shop.example.com/webhook?key=…". The URL is in the settings of the installation, so
// this needs nothing beside it, but stands in logs of requests.
func WithQuerySecret(name, secret string) WebhookOption {
	return allow(func(r *http.Request) bool { return same(r.URL.Query().Get(name), secret) })
}

// WithPathSecret wants the path of the webhook's URL to end in a segment that is secret:
// "https://shop.example.com/webhook/…".
func WithPathSecret(secret string) WebhookOption {
	return allow(func(r *http.Request) bool {
		return same(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], secret)
	})
}

// WithClientCertificate wants a client certificate that the server has verified, as it does
// with tls.VerifyClientCertIfGiven or tls.RequireAndVerifyClientCert, and that accept, unless it
// is nil, accepts.
func WithClientCertificate(accept func(*x509.Certificate) bool) WebhookOption {
	return allow(func(r *http.Request) bool {
		if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 || len(r.TLS.VerifiedChains[0]) == 0 {
			return false
		}
		return accept == nil || accept(r.TLS.VerifiedChains[0][0])
	})
}

func allow(allowed func(*http.Request) bool) WebhookOption {
	return func(w *webhook) { w.allowed = append(w.allowed, allowed) }
}

// same takes the same time whatever is given, so that a secret cannot be guessed bit by bit.
func same(given, secret string) bool {
	g, s := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(g[:], s[:]) == 1 && secret != ""
}
