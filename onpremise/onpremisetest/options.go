package onpremisetest

import (
	"net/http"
	"time"
)

// Option configures a server.
type Option func(*config)

type config struct {
	username, password string
	fresh              bool
	tokenLife          time.Duration
	rfc3339            bool
	created            int // status of responses that create something

	countryCode, phoneNumber string
	unregistered             bool
	lookup                   time.Duration
	health                   HealthForm

	webhook   string
	handler   http.Handler
	start     time.Time
	tls       bool
	inProcess bool
	http2     bool
}

func defaults() config {
	return config{
		username: "admin", password: "onpremisetest-password", tokenLife: 7 * 24 * time.Hour,
		created: http.StatusOK, countryCode: "1", phoneNumber: "6505551111", lookup: time.Second,
	}
}

// InProcess runs the server without a socket. Clients reach it through [Server.RoundTrip], and it
// works in a testing/synctest bubble.
func InProcess() Option { return func(c *config) { c.inProcess = true } }

// WithTLS makes the server use HTTPS with a self-signed certificate. Clients of the server trust
// it; other clients need [Server.RootCAs].
func WithTLS() Option { return func(c *config) { c.tls = true } }

// WithCredentials sets the name and password of the administrator.
func WithCredentials(username, password string) Option {
	return func(c *config) { c.username, c.password = username, password }
}

// WithFreshInstallation requires the administrator's first login to set a new password.
func WithFreshInstallation() Option { return func(c *config) { c.fresh = true } }

// WithTokenLife sets how long a token is valid. The default is 7 days.
func WithTokenLife(d time.Duration) Option { return func(c *config) { c.tokenLife = d } }

// WithRFC3339 formats the expiry of a token as the contract declares it. By default it has the
// format of the contract's example, with a space instead of the T.
func WithRFC3339() Option { return func(c *config) { c.rfc3339 = true } }

// WithCreated makes the server respond 201 instead of 200 to requests that create users, tokens,
// messages, groups or media, as some installations do.
func WithCreated() Option { return func(c *config) { c.created = http.StatusCreated } }

// WithPhoneNumber sets the number of the account. The default is +1 6505551111.
func WithPhoneNumber(countryCode, number string) Option {
	return func(c *config) { c.countryCode, c.phoneNumber = countryCode, number }
}

// WithUnregistered starts with an unregistered account, which can neither send messages nor look
// up contacts.
func WithUnregistered() Option { return func(c *config) { c.unregistered = true } }

// WithLookupTime sets how long a contact that is checked without waiting stays in status
// processing. The default is one second.
func WithLookupTime(d time.Duration) Option { return func(c *config) { c.lookup = d } }

// WithHealthForm sets the format of the health report. The default is a single word.
func WithHealthForm(form HealthForm) Option { return func(c *config) { c.health = form } }

// WithWebhook sets the initial URL of the webhook, which may use plain HTTP. Only loopback
// addresses are called.
func WithWebhook(url string) Option { return func(c *config) { c.webhook = url } }

// WithWebhookHandler delivers events to a handler without a socket, whatever host the webhook URL
// in the settings names. The initial URL is https://webhook.invalid/. To reach a handler at a
// path or with a query, set a URL that has them with Application.UpdateSettings.
func WithWebhookHandler(h http.Handler) Option { return func(c *config) { c.handler = h } }

// WithHTTP2 makes the server speak HTTP/2, and the clients of [Server.HTTPClient] use it. Without TLS it
// is unencrypted. Over HTTP/2, faults that cut a connection reset the stream.
func WithHTTP2() Option { return func(c *config) { c.http2 = true } }

// WithStart sets the initial time of the server's clock. The default is the present.
func WithStart(t time.Time) Option { return func(c *config) { c.start = t } }
