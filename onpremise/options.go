package onpremise

import (
	"context"
	"crypto/tls"
	"crypto/x509"

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
