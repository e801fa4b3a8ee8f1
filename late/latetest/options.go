package latetest

import "time"

// Option configures a server.
type Option func(*config)

type config struct {
	accounts    []string
	apiKey      string
	perMinute   int
	review      time.Duration
	sendTime    time.Duration
	pageCap     int
	provision   time.Duration
	numberLimit int
	freePlan    bool
	start       time.Time
	inProcess   bool
	http2       bool
	noInbox     bool
	lateWindow  bool
}

func defaults() config {
	return config{
		accounts: []string{"507f1f77bcf86cd799439011"}, apiKey: "sk_latetest",
		perMinute: 600, review: 2 * time.Second, pageCap: 100,
		provision: 2 * time.Second, numberLimit: 10,
	}
}

// InProcess runs the server without a socket. Clients reach it through [Server.RoundTrip], and it
// works in a testing/synctest bubble.
func InProcess() Option { return func(c *config) { c.inProcess = true } }

// WithAccounts sets the IDs of the WhatsApp accounts, replacing the default account.
func WithAccounts(first string, others ...string) Option {
	return func(c *config) { c.accounts = append([]string{first}, others...) }
}

// WithAPIKey sets the API key that the server accepts.
func WithAPIKey(key string) Option { return func(c *config) { c.apiKey = key } }

// WithRateLimit sets the number of requests allowed per minute. The default is 600.
func WithRateLimit(perMinute int) Option { return func(c *config) { c.perMinute = perMinute } }

// WithReviewTime sets how long a template is under review. The default is 2 seconds.
func WithReviewTime(d time.Duration) Option { return func(c *config) { c.review = d } }

// WithSendTime sets how long a broadcast takes per recipient, and a reply. The default is 0.
// Otherwise the broadcast stays in status sending, the idempotency key of the reply is in flight,
// and the response to the call that sends it is held back, until the server's clock reaches the
// end.
func WithSendTime(perRecipient time.Duration) Option {
	return func(c *config) { c.sendTime = perRecipient }
}

// WithPageCap sets the maximum number of rows per page, whatever a request asks for. The default
// is 100.
func WithPageCap(rows int) Option { return func(c *config) { c.pageCap = rows } }

// WithHTTP2 makes the server speak HTTP/2, and the clients of [Server.HTTPClient] use it. Without TLS it
// is unencrypted. Over HTTP/2, faults that cut a connection reset the stream.
func WithHTTP2() Option { return func(c *config) { c.http2 = true } }

// WithStart sets the initial time of the server's clock. The default is the present.
func WithStart(t time.Time) Option { return func(c *config) { c.start = t } }

// WithProvisionTime sets how long provisioning the first number takes once it is paid. The
// default is 2 seconds.
func WithProvisionTime(d time.Duration) Option { return func(c *config) { c.provision = d } }

// WithNumberLimit sets how many phone numbers the plan includes. The default is 10.
func WithNumberLimit(n int) Option { return func(c *config) { c.numberLimit = n } }

// WithoutInbox removes the inbox add-on: inbox operations get a 403.
func WithoutInbox() Option { return func(c *config) { c.noInbox = true } }

// WithWindowEvents makes a reply outside the 24-hour window succeed at first and then fail with a
// message.failed event, instead of being refused.
func WithWindowEvents() Option { return func(c *config) { c.lateWindow = true } }

// WithFreePlan removes the paid plan, which phone numbers require.
func WithFreePlan() Option { return func(c *config) { c.freePlan = true } }
