// Code generated from late/call.go by internal/twin. DO NOT EDIT.

package onpremise

import (
	"context"
	"time"

	"github.com/wabakit/wabakit-go/internal/reply"
)

// Do sends a request to an endpoint that no method of this package covers. The path is below the
// base URL and may have a query. Do sends in as JSON unless it is nil, and decodes the response
// into out unless it is nil. Authorization, rate limits and errors are those of every other call.
//
// A GET is retried on any transient failure, other requests only if they were not processed. If a
// method of this package covers the endpoint, its rule applies.
func (c *Client) Do(ctx context.Context, method, path string, in, out any) error {
	return reply.Do(ctx, c.doer, c.baseURL, method, path, in, out, invalid)
}

// RateLimit is the rate limit that the server reports.
type RateLimit struct {
	Limit     int       // calls per window
	Remaining int       // calls left in this window
	Reset     time.Time // when the next window begins
}

// RateLimit returns the rate limit of the latest response that had one, or the zero value.
func (c *Client) RateLimit() RateLimit { return RateLimit(c.transport.RateLimit()) }

// CloseIdleConnections closes the connections that no call uses. Without [WithHTTPClient], all
// clients of the process share them; other clients then open new ones.
func (c *Client) CloseIdleConnections() { c.transport.CloseIdleConnections() }
