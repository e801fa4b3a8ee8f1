package onpremise

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/http"
	"time"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// Option sets up a client.
type Option func(*options)

type options struct {
	username    string
	password    string
	newPassword string
	token       string
	source      TokenSource
	origin      origin
	rootCAs     *x509.CertPool
	tlsConfig   *tls.Config
	pins        []string
	userAgent   string
	transport   transport.Config
}

// origin is where the tokens come from: the last option that says so counts.
type origin int

const (
	noOrigin origin = iota
	fromLogin
	fromCaller
	fromSource
)

// WithCredentials logs in with the name and the password of a user of the installation. They
// are sent to the login and nowhere else. Of this, [WithToken] and [WithTokenSource], the last
// one that is given counts.
func WithCredentials(username, password string) Option {
	return func(o *options) { o.username, o.password, o.origin = username, password, fromLogin }
}

// WithNewPassword sets the password at the first login, which a fresh installation demands;
// [WithCredentials] holds the one that the installation came with. Where that does not hold any
// more, because the new one was set before, by whichever process, the client logs in with the
// new one: the options can stay as they are.
func WithNewPassword(password string) Option {
	return func(o *options) { o.newPassword = password }
}

// WithToken uses a token that is managed elsewhere. When it ends, calls fail with
// [ErrUnauthorized].
func WithToken(token string) Option {
	return func(o *options) { o.token, o.origin = token, fromCaller }
}

// TokenSource hands out tokens that are managed elsewhere. It is asked before every attempt, by
// any number of goroutines, so it should remember its token; and once more after a 401.
type TokenSource interface {
	Token(ctx context.Context) (string, error)
}

// WithTokenSource uses the tokens of source. After a 401 it is asked once more, and the call is
// repeated if it gives another token.
func WithTokenSource(source TokenSource) Option {
	return func(o *options) { o.source, o.origin = source, fromSource }
}

// WithRootCAs trusts only certificates that an authority in pool has signed. An installation
// usually has an authority of its own.
//
// If [WithHTTPClient] is given, its transport must be an *http.Transport, and calls use a copy of
// it. If a mock replaces that transport later, calls use the mock.
func WithRootCAs(pool *x509.CertPool) Option {
	return func(o *options) { o.rootCAs = pool }
}

// WithTLSConfig sets the TLS configuration, for example a client certificate, replacing that of the
// client given to [WithHTTPClient]. The rest is as for [WithRootCAs], whose pool is set in a copy of
// config.
func WithTLSConfig(config *tls.Config) Option {
	return func(o *options) { o.tlsConfig = config }
}

// WithPinnedCertificate trusts the certificate whose SHA-256 fingerprint this is, and no other. It
// works for a self-signed certificate without a host name: the signer, the name and the expiry of
// the certificate are not checked. The fingerprint is written as
//
//	openssl x509 -noout -fingerprint -sha256 -in certificate.pem
//
// prints it, in hexadecimal with or without colons. If the option repeats, several certificates are
// trusted, as needed while one replaces the other. The rest is as for [WithRootCAs], whose pool is
// not used.
func WithPinnedCertificate(fingerprint string) Option {
	return func(o *options) { o.pins = append(o.pins, fingerprint) }
}

// WithHTTPClient sends all calls through client, as it is at the time of each attempt. Without this
// option, or with nil, it is [http.DefaultClient]; if neither that nor [http.DefaultTransport] was
// changed, a copy of the latter that keeps a connection for every call in flight.
//
// Beyond what the client's own CheckRedirect says, no redirect carries the token to another
// host, turns a write into a read, or carries a write to another host.
func WithHTTPClient(client *http.Client) Option {
	return func(o *options) { o.transport.HTTPClient = client }
}

// WithMaxRetries sets how often an attempt is repeated at the most: 3 times without this
// option, never with 0. What may not be repeated is not, whatever n is. The one repetition
// with a new token does not count.
func WithMaxRetries(n int) Option {
	return func(o *options) { o.transport.MaxRetries = n }
}

// WithTimeout bounds each attempt, from its sending to the end of its answer; 0 is no bound.
// Without this option it is a minute, and none for Media.Upload and Media.Download. The context
// bounds the whole call.
func WithTimeout(d time.Duration) Option {
	return func(o *options) { o.transport.Timeout, o.transport.LongTimeout = d, d }
}

// WithLogger logs every attempt: what answered as expected at the debug level; what failed in
// passing as a warning. Neither passwords nor tokens nor anything about people is logged.
func WithLogger(logger *slog.Logger) Option {
	return func(o *options) { o.transport.Logger = logger }
}

// WithLimiter has every attempt wait for limiter before it is sent. A *rate.Limiter of
// golang.org/x/time/rate is one.
// Without it, the client still keeps to a limit that the server or a proxy tells (X-RateLimit-…).
func WithLimiter(limiter interface{ Wait(context.Context) error }) Option {
	return func(o *options) { o.transport.Limiter = limiter }
}

// Doer sends a request, as the method Do(*http.Request) (*http.Response, error) of
// [http.Client] does.
type Doer = transport.Doer

// WithMiddleware wraps the sending of each attempt. The middleware that is given first sees
// the request first. It may change the request, which is the attempt's own.
//
// An Idempotency-Key that it gives to a write leaves under a lower-case name, which means the
// same to the server: net/http would take it for a leave to send the write again by itself.
func WithMiddleware(middleware func(next Doer) Doer) Option {
	return func(o *options) { o.transport.Middleware = append(o.transport.Middleware, middleware) }
}

// Attempt is one try at a call.
type Attempt struct {
	Operation string        // operationId of the contract; empty for a request it does not know
	RequestID string        // the same for all attempts of a call
	Number    int           // 1 is the first
	Status    int           // 0 where nothing was answered
	Err       error         // why there was no whole answer
	Wait      time.Duration // how long the attempt was held back
	Duration  time.Duration // from its sending to the end of its answer
}

// WithAttemptHook calls hook after every attempt, on the goroutine of the call; after one of a
// login, on a goroutine of the client.
func WithAttemptHook(hook func(Attempt)) Option {
	return func(o *options) { o.transport.Hook = func(a transport.Attempt) { hook(Attempt(a)) } }
}

// WithUserAgent names the program in the User-Agent header, before the name of this module:
// "shop/1.4".
func WithUserAgent(product string) Option {
	return func(o *options) { o.userAgent = product }
}
