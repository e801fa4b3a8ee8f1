package onpremise

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// Option configures a client. Nil is ignored.
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

// origin is the source of tokens. The last option that sets it applies.
type origin int

const (
	noOrigin origin = iota
	fromLogin
	fromCaller
	fromSource
)

// WithCredentials logs in with the username and the password of a user of the installation. They
// are sent only to log in. Of WithCredentials, [WithToken] and [WithTokenSource], the last one
// given applies.
func WithCredentials(username, password string) Option {
	return func(o *options) { o.username, o.password, o.origin = username, password, fromLogin }
}

// WithNewPassword sets a new password at the first login, which a fresh installation requires;
// [WithCredentials] has the initial one. If the old password is rejected because the new one was
// already set, the client logs in with the new one, so the options need not change afterwards.
func WithNewPassword(password string) Option {
	return func(o *options) { o.newPassword = password }
}

// WithToken uses a token that is managed elsewhere. When it expires, calls fail with
// [ErrUnauthorized].
func WithToken(token string) Option {
	return func(o *options) { o.token, o.origin = token, fromCaller }
}

// TokenSource returns tokens that are managed elsewhere. It is called before every attempt and once
// more after a 401, by any number of goroutines, so it should cache its token.
type TokenSource interface {
	Token(ctx context.Context) (string, error)
}

// WithTokenSource uses the tokens of source. After a 401 the call is retried if source returns
// another token.
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
// In addition to the client's CheckRedirect, no redirect passes the token to another host, turns a
// write into a read, or sends a write to another host.
func WithHTTPClient(client *http.Client) Option {
	return func(o *options) { o.transport.HTTPClient = client }
}

// WithMaxRetries sets the maximum number of retries per call, at most 1000. The default is 3; 0
// disables retries. A call that is unsafe to repeat is retried only if it was not processed. The
// attempt with a new token after a 401 does not count.
func WithMaxRetries(n int) Option {
	return func(o *options) { o.transport.MaxRetries = n }
}

// WithTimeout limits each attempt, from sending the request to the end of the response; 0 means no
// timeout. The default is a minute, but no timeout for Media.Upload and
// Media.Download. The context limits the whole call.
func WithTimeout(d time.Duration) Option {
	return func(o *options) { o.transport.Timeout, o.transport.LongTimeout = d, d }
}

// WithLogger logs every attempt at the debug level, and transient failures as warnings. Neither
// passwords or tokens nor personal data are logged.
func WithLogger(logger *slog.Logger) Option {
	return func(o *options) { o.transport.Logger = logger }
}

// WithLimiter has every attempt wait for limiter, for example a *rate.Limiter of
// golang.org/x/time/rate. With or without it, the client observes the limits that the server
// reports, and learns a rate from a server that refuses requests without reporting any.
func WithLimiter(limiter interface{ Wait(context.Context) error }) Option {
	return func(o *options) { o.transport.Limiter = limiter }
}

// Doer sends a request. [*http.Client] implements it: it has the method
// Do(*http.Request) (*http.Response, error).
type Doer = transport.Doer

// WithMiddleware wraps the sending of each attempt. The first middleware given is the outermost.
// A middleware may change the URL, the headers and the body of the request, which belongs to this
// attempt alone, and finds the operation with [OperationFromContext]. Nil is ignored.
//
// An Idempotency-Key header that a middleware sets on a write is sent in lower case. HTTP treats
// both spellings alike, but net/http would silently resend a request that has the canonical one.
func WithMiddleware(middleware func(next Doer) Doer) Option {
	return func(o *options) {
		if middleware != nil {
			o.transport.Middleware = append(o.transport.Middleware, middleware)
		}
	}
}

// OperationFromContext returns the ID of the operation that a request makes, such as
// "SendMessage", given the context of the request in a middleware or a transport, or that
// of an attempt hook. It is empty for a request of no known operation.
func OperationFromContext(ctx context.Context) string { return transport.OperationFromContext(ctx) }

// Attempt is one HTTP request of a call.
type Attempt struct {
	Operation string        // operation ID; empty for a request of no known operation
	RequestID string        // the same for all attempts of a call
	Number    int           // 1 is the first
	Status    int           // 0 if there was no response
	Err       error         // why there was no complete response
	Wait      time.Duration // before the attempt: backoff, rate limits, token
	Duration  time.Duration // from sending the request to the end of the response
}

// WithAttemptHook calls hook after every attempt, on the goroutine of the call and with its
// context. Nil removes the hook. Attempts of a
// login are reported on a goroutine of the client.
func WithAttemptHook(hook func(context.Context, Attempt)) Option {
	return func(o *options) {
		o.transport.Hook = nil
		if hook != nil {
			o.transport.Hook = func(ctx context.Context, a transport.Attempt) { hook(ctx, Attempt(a)) }
		}
	}
}

// WithUserAgent puts product, such as "shop/1.4", before the name of this module in the User-Agent
// header. It must be printable ASCII.
func WithUserAgent(product string) Option {
	return func(o *options) { o.userAgent = product }
}

// checkOptions validates the options that do not concern credentials.
func checkOptions(o *options) error {
	switch {
	case o.transport.MaxRetries < 0 || o.transport.MaxRetries > transport.MaxRetries:
		return invalid("maxRetries", fmt.Sprintf("must be between 0 and %d", transport.MaxRetries))
	case o.transport.Timeout < 0:
		return invalid("timeout", "must not be negative")
	case !transport.ValidHeaderValue(o.userAgent):
		return invalid("userAgent", "must be printable ASCII")
	}
	return nil
}
