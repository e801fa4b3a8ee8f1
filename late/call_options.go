package late

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// WithHTTPClient sends all calls through client, as it is at the time of each attempt. The default,
// also for nil, is [http.DefaultClient]. If the program changed neither that nor
// [http.DefaultTransport], the default has a transport of its own, which keeps a connection for
// every call in flight.
//
// The client's CheckRedirect applies. In addition, no redirect passes the credentials to another
// host, turns a write into a read, or sends a write to another host.
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
// timeout. The default is a minute. Operations that transfer a file, or send a whole broadcast, have
// no timeout by default. The context limits the whole call.
func WithTimeout(d time.Duration) Option {
	return func(o *options) { o.transport.Timeout, o.transport.LongTimeout = d, d }
}

// WithLogger logs every attempt at the debug level, and transient failures as warnings. Credentials
// and personal data are not logged.
func WithLogger(logger *slog.Logger) Option {
	return func(o *options) { o.transport.Logger = logger }
}

// WithLimiter has every attempt wait for limiter, for example a *rate.Limiter of
// golang.org/x/time/rate. With or without it, the client observes the limits that the server
// reports, and learns a rate from a server that refuses requests without reporting any.
func WithLimiter(limiter interface{ Wait(context.Context) error }) Option {
	return func(o *options) { o.transport.Limiter = limiter }
}

// Doer sends a request. [*http.Client] implements it.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// WithMiddleware wraps the sending of each attempt. The first middleware given is the outermost.
// A middleware may change the URL, the headers and the body of the request, which belongs to this
// attempt alone, and finds the operation with [OperationFromContext]. Nil is ignored.
//
// An Idempotency-Key header that a middleware sets on a write is sent in lower case. HTTP treats
// both spellings alike, but net/http would silently resend a request that has the canonical one.
func WithMiddleware(middleware func(next Doer) Doer) Option {
	return func(o *options) {
		if middleware != nil {
			o.transport.Middleware = append(o.transport.Middleware, func(next transport.Doer) transport.Doer { return middleware(next) })
		}
	}
}

// OperationFromContext returns the ID of the operation of a call, one of the Op constants. It takes
// the context of a request, in a middleware or a transport, or that of an attempt hook. The ID is
// empty if the operation is not known.
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

// WithAttemptHook calls hook after every attempt, on the goroutine of the call and with its context.
// After an attempt to log in, hook runs on a goroutine of the client. Nil removes the hook.
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

// parseBaseURL returns raw as a URL, or an error if it cannot be a base URL.
func parseBaseURL(raw string) (*url.URL, error) {
	base, err := url.Parse(raw)
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" ||
		base.User != nil || base.RawQuery != "" || base.Fragment != "" || strings.ContainsAny(base.Path, "{}") {
		return nil, invalid("baseURL", "must be an absolute http or https URL without user, query and fragment")
	}
	return base, nil
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
