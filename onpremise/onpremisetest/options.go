package onpremisetest

import (
	"net/http"
	"time"
)

// Option changes how a server behaves.
type Option func(*config)

type config struct {
	username, password string
	fresh              bool
	tokenLife          time.Duration
	rfc3339            bool
	created            int // status of what creates something

	countryCode, phoneNumber string
	unregistered             bool
	lookup                   time.Duration
	health                   HealthForm

	webhook   string
	handler   http.Handler
	start     time.Time
	tls       bool
	inProcess bool
}

func defaults() config {
	return config{
		username: "admin", password: "onpremisetest-password", tokenLife: 7 * 24 * time.Hour,
		created: http.StatusOK, countryCode: "1", phoneNumber: "6505551111", lookup: time.Second,
	}
}

// InProcess keeps the server from opening a socket. It is reached by [Server.RoundTrip] and
// by the clients that it makes, and runs in a bubble of testing/synctest.
func InProcess() Option { return func(c *config) { c.inProcess = true } }

// WithTLS lets the server serve HTTPS with a certificate of its own making. Its clients trust
// it, and whoever else uses [Server.RootCAs].
func WithTLS() Option { return func(c *config) { c.tls = true } }

// WithCredentials names the administrator and the password, in place of those that the
// server has by default.
func WithCredentials(username, password string) Option {
	return func(c *config) { c.username, c.password = username, password }
}

// WithFreshInstallation lets the server refuse to work until the administrator's first login
// has set a new password.
func WithFreshInstallation() Option { return func(c *config) { c.fresh = true } }

// WithTokenLife sets how long a token is valid, 7 days by default.
func WithTokenLife(d time.Duration) Option { return func(c *config) { c.tokenLife = d } }

// WithRFC3339 writes the end of a token as the contract declares it. By default it is written
// as the contract shows it, with a space in the place of the T.
func WithRFC3339() Option { return func(c *config) { c.rfc3339 = true } }

// WithCreated answers 201 to what creates something, as some installations do: users, tokens,
// messages, groups and media. By default it is answered 200, as the contract says.
func WithCreated() Option { return func(c *config) { c.created = http.StatusCreated } }

// WithPhoneNumber sets the number of the account, which is +1 6505551111 by default.
func WithPhoneNumber(countryCode, number string) Option {
	return func(c *config) { c.countryCode, c.phoneNumber = countryCode, number }
}

// WithUnregistered leaves the account to be registered, before which it can neither send nor
// look anybody up.
func WithUnregistered() Option { return func(c *config) { c.unregistered = true } }

// WithLookupTime sets how long a contact is processing that is asked about without waiting,
// one second by default.
func WithLookupTime(d time.Duration) Option { return func(c *config) { c.lookup = d } }

// WithHealthForm sets the form in which health is told, a word by default.
func WithHealthForm(form HealthForm) Option { return func(c *config) { c.health = form } }

// WithWebhook sets where events are delivered from the start, plain HTTP included. Only
// addresses of the loopback interface are called.
func WithWebhook(url string) Option { return func(c *config) { c.webhook = url } }

// WithWebhookHandler delivers events to a handler without a socket, whatever the URL of the
// webhook among the settings, which is https://webhook.invalid/ at first.
// A handler with a path or a query of its own is reached once Application.UpdateSettings has set
// a URL that has them.
func WithWebhookHandler(h http.Handler) Option { return func(c *config) { c.handler = h } }

// WithStart sets the server's clock, which otherwise begins at the present.
func WithStart(t time.Time) Option { return func(c *config) { c.start = t } }
