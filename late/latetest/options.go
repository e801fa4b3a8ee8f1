package latetest

import "time"

// Option changes how a server behaves.
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
}

func defaults() config {
	return config{
		accounts: []string{"507f1f77bcf86cd799439011"}, apiKey: "sk_latetest",
		perMinute: 600, review: 2 * time.Second, pageCap: 100,
		provision: 2 * time.Second, numberLimit: 10,
	}
}

// InProcess keeps the server from opening a socket. It is reached by [Server.RoundTrip] and
// by the clients that it makes, and runs in a bubble of testing/synctest.
func InProcess() Option { return func(c *config) { c.inProcess = true } }

// WithAccounts names the WhatsApp accounts that exist, in place of the one that does by
// default.
func WithAccounts(first string, others ...string) Option {
	return func(c *config) { c.accounts = append([]string{first}, others...) }
}

// WithAPIKey names the key that is accepted.
func WithAPIKey(key string) Option { return func(c *config) { c.apiKey = key } }

// WithRateLimit sets how many requests a minute are answered, 600 by default.
func WithRateLimit(perMinute int) Option { return func(c *config) { c.perMinute = perMinute } }

// WithReviewTime sets how long a template is under review, 2 seconds by default.
func WithReviewTime(d time.Duration) Option { return func(c *config) { c.review = d } }

// WithSendTime sets how long it takes to send to one recipient of a broadcast. By default it
// takes no time. Otherwise the call that sends a broadcast is answered when the server's clock
// has come to the end, and the broadcast is sending until then, whether or not the client
// waits for the answer.
func WithSendTime(perRecipient time.Duration) Option {
	return func(c *config) { c.sendTime = perRecipient }
}

// WithPageCap sets how many rows a page holds at the most, 100 by default, whatever a request
// asks for.
func WithPageCap(rows int) Option { return func(c *config) { c.pageCap = rows } }

// WithStart sets the server's clock, which otherwise begins at the present.
func WithStart(t time.Time) Option { return func(c *config) { c.start = t } }

// WithProvisionTime sets how long the first number is being provisioned once it is paid, 2
// seconds by default.
func WithProvisionTime(d time.Duration) Option { return func(c *config) { c.provision = d } }

// WithNumberLimit sets how many phone numbers the plan allows, 10 by default.
func WithNumberLimit(n int) Option { return func(c *config) { c.numberLimit = n } }

// WithFreePlan takes the paid plan away that phone numbers need.
func WithFreePlan() Option { return func(c *config) { c.freePlan = true } }
