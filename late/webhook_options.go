package late

import (
	"context"
	"log/slog"
	"time"

	"github.com/wabakit/wabakit-go/internal/webhook"
)

// WebhookStore remembers which items of a webhook were handled. The default keeps the last 65,536
// items for 72 hours in the memory of the process; a store that lasts, or that several processes
// share, is passed to [WithWebhookStore]. It must be safe for concurrent use. Its keys are
// printable ASCII of at most 255 bytes.
type WebhookStore interface {
	// Claim claims key until lease has passed. It returns a new, unique claim; or "" and true if
	// the item was handled before; or "" and false while another claim of key is valid.
	Claim(ctx context.Context, key string, lease time.Duration) (claim string, handled bool, err error)
	// Settle ends a claim: with handled true, key is never claimed again, otherwise it may be. It
	// returns an error, and changes nothing, if the claim has expired or key was claimed again.
	Settle(ctx context.Context, key, claim string, handled bool) error
}

// WebhookOption configures [NewWebhook].
type WebhookOption func(*webhookConfig)

// WithWebhookStore sets the store that recognizes duplicates.
func WithWebhookStore(store WebhookStore) WebhookOption {
	return func(c *webhookConfig) { c.Store = store }
}

// WithWebhookLogger sets the logger for refused deliveries, errors and panics. The default is
// [slog.Default].
func WithWebhookLogger(logger *slog.Logger) WebhookOption {
	return func(c *webhookConfig) { c.Logger = logger }
}

// WithHandlerTimeout sets how long the function for an item may take before its context is done.
// The default is 30 seconds.
func WithHandlerTimeout(d time.Duration) WebhookOption {
	return func(c *webhookConfig) { c.HandlerTimeout = d }
}

// WithMaxBodySize sets the maximum size of a delivery in bytes, after decompression. The default
// is 4 MiB, many times the size of real deliveries.
func WithMaxBodySize(n int64) WebhookOption {
	return func(c *webhookConfig) { c.MaxBodySize = n }
}

func applyWebhookOptions(opts []WebhookOption) *webhookConfig {
	c := new(webhookConfig)
	for _, opt := range opts {
		if opt != nil {
			opt(c)
		}
	}
	return c
}

// handleEvent returns a function that decodes raw and calls handle, or nil if handle is nil.
func handleEvent[T any](handle func(context.Context, *T) error, raw []byte) func(context.Context) error {
	if handle == nil {
		return nil
	}
	return func(ctx context.Context) error {
		event := new(T)
		webhook.Decode(raw, event)
		return handle(ctx, event)
	}
}
