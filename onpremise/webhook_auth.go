package onpremise

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"net/http"
	"strings"

	"github.com/wabakit/wabakit-go/internal/webhook"
)

// WithHeaderSecret requires the named header to equal secret. Installations do not send custom
// headers; use it behind a proxy that adds one. An empty secret refuses every delivery. If several
// checks are given, a delivery must pass all of them.
func WithHeaderSecret(name, secret string) WebhookOption {
	return check(func(r *http.Request) bool { return equal(r.Header.Get(name), secret) })
}

// WithQuerySecret requires the query parameter name of the webhook's URL to equal secret:
// "https://shop.example.com/webhook?key=…". No other setup is needed, since the URL is part of the
// installation's settings, but the secret appears in request logs.
func WithQuerySecret(name, secret string) WebhookOption {
	return check(func(r *http.Request) bool { return equal(r.URL.Query().Get(name), secret) })
}

// WithPathSecret requires the last segment of the path of the webhook's URL to equal secret:
// "https://shop.example.com/webhook/…".
func WithPathSecret(secret string) WebhookOption {
	return check(func(r *http.Request) bool {
		return equal(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], secret)
	})
}

// WithClientCertificate requires a client certificate that the HTTP server has verified, which it
// does with tls.VerifyClientCertIfGiven or tls.RequireAndVerifyClientCert, and that accept, unless
// it is nil, returns true for.
func WithClientCertificate(accept func(*x509.Certificate) bool) WebhookOption {
	return check(func(r *http.Request) bool {
		if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 || len(r.TLS.VerifiedChains[0]) == 0 {
			return false
		}
		return accept == nil || accept(r.TLS.VerifiedChains[0][0])
	})
}

func check(passes func(*http.Request) bool) WebhookOption {
	return func(c *webhookConfig) { c.checks = append(c.checks, passes) }
}

func (c *webhookConfig) admit(r *http.Request) *webhook.Refusal {
	for _, passes := range c.checks {
		if !passes(r) {
			return &webhook.Refusal{Status: http.StatusUnauthorized, Reason: "the secret or certificate is wrong or missing"}
		}
	}
	return nil
}

// equal compares in constant time, whatever the lengths.
func equal(given, secret string) bool {
	g, s := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(g[:], s[:]) == 1 && secret != ""
}
