package late

import "github.com/wabakit/wabakit-go/internal/transport"

// Option configures a client. Nil is ignored.
type Option func(*options)

type options struct {
	baseURL   string
	account   string
	userAgent string
	transport transport.Config
}

// WithAccount sets the WhatsApp account of every call that names none.
func WithAccount(id string) Option {
	return func(o *options) { o.account = id }
}

// WithBaseURL replaces [DefaultBaseURL].
func WithBaseURL(url string) Option {
	return func(o *options) { o.baseURL = url }
}
