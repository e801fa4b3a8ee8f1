package late

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// Option sets up a client.
type Option func(*options)

type options struct {
	baseURL   string
	account   string
	userAgent string
	transport transport.Config
}

// WithAccount names the WhatsApp account for every call that names none.
func WithAccount(id string) Option {
	return func(o *options) { o.account = id }
}

// WithBaseURL sends all calls to another place than [DefaultBaseURL].
func WithBaseURL(url string) Option {
	return func(o *options) { o.baseURL = url }
}

// WithHTTPClient sends all calls through client, as it is at the time of each attempt. Without this
// option, or with nil, it is [http.DefaultClient]; if neither that nor [http.DefaultTransport] was
// changed, a copy of the latter that keeps a connection for every call in flight.
//
// Beyond what the client's own CheckRedirect says, no redirect carries the API key to another
// host, turns a write into a read, or carries a write to another host.
func WithHTTPClient(client *http.Client) Option {
	return func(o *options) { o.transport.HTTPClient = client }
}

// WithMaxRetries sets how often an attempt is repeated at the most: 3 times without this
// option, never with 0. What may not be repeated is not, whatever n is.
func WithMaxRetries(n int) Option {
	return func(o *options) { o.transport.MaxRetries = n }
}

// WithTimeout bounds each attempt, from its sending to the end of its answer; 0 is no bound.
// Without this option it is a minute, and none for Broadcasts.Send, which answers when all
// messages are sent. The context bounds the whole call.
func WithTimeout(d time.Duration) Option {
	return func(o *options) { o.transport.Timeout, o.transport.LongTimeout = d, d }
}

// WithLogger logs every attempt: what answered as expected at the debug level; what failed in
// passing as a warning. Neither the API key nor anything about people is logged.
func WithLogger(logger *slog.Logger) Option {
	return func(o *options) { o.transport.Logger = logger }
}

// WithLimiter has every attempt wait for limiter before it is sent. A *rate.Limiter of
// golang.org/x/time/rate is one. Without it, the client still keeps to the limit that the
// server tells.
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

// WithAttemptHook calls hook after every attempt, on the goroutine of the call.
func WithAttemptHook(hook func(Attempt)) Option {
	return func(o *options) { o.transport.Hook = func(a transport.Attempt) { hook(Attempt(a)) } }
}

// WithUserAgent names the program in the User-Agent header, before the name of this module:
// "shop/1.4".
func WithUserAgent(product string) Option {
	return func(o *options) { o.userAgent = product }
}
