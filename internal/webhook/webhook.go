// Package webhook is the part of a webhook handler that both clients share. It reads a delivery
// within bounds, has it checked, and handles each of its items once.
package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// storeTimeout bounds each call of a store of the caller. The default store never waits.
const storeTimeout = 10 * time.Second

// Store remembers which items were handled. The client packages document it.
type Store interface {
	Claim(ctx context.Context, key string, lease time.Duration) (claim string, handled bool, err error)
	Settle(ctx context.Context, key, claim string, handled bool) error
}

// Config is what the options of a handler set. Its zero value has the defaults.
type Config struct {
	Store          Store         // in memory if nil
	Logger         *slog.Logger  // slog.Default if nil
	HandlerTimeout time.Duration // 30 seconds if not positive
	MaxBodySize    int64         // 4 MiB if not positive
}

// Item is one thing that a delivery reports.
type Item struct {
	Key    string                      // as returned by [Key]; derived from the body if empty
	Handle func(context.Context) error // nil acknowledges the item
}

// Refusal is the response to a delivery that is not handled.
type Refusal struct {
	Status int
	Reason string // for the log
}

// Handler serves deliveries.
type Handler struct {
	Config
	Name   string                                    // of the client package, for the log
	Admit  func(*http.Request) *Refusal              // before the body is read; may be nil
	Verify func(h http.Header, body []byte) *Refusal // may be nil
	Split  func(body []byte) []Item                  // returns the items of a JSON object
}

// New returns h with defaults filled in.
func New(h Handler) http.Handler {
	if h.Store == nil {
		h.Store = newMemoryStore(memoryItems, memoryTime)
	}
	if h.HandlerTimeout <= 0 {
		h.HandlerTimeout = 30 * time.Second
	}
	if h.MaxBodySize <= 0 {
		h.MaxBodySize = 4 << 20
	}
	return &h
}

// ServeHTTP responds 200 if every item is handled, and otherwise with the status that has the
// sender deliver again, unless another delivery could not succeed either.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// A sender that hangs up must not cancel a handler's calls half-way.
	ctx := context.WithoutCancel(r.Context())
	var status int
	body, refusal := h.read(w, r)
	if refusal != nil {
		status = refusal.Status
		h.log(ctx, slog.LevelWarn, "delivery refused", slog.Int("status", status), slog.String("reason", refusal.Reason))
	} else {
		status = h.handleAll(ctx, body)
	}
	if status != http.StatusOK {
		http.Error(w, http.StatusText(status), status)
	}
}

func (h *Handler) handleAll(ctx context.Context, body []byte) int {
	status := http.StatusOK
	for i, item := range h.Split(body) {
		if item.Handle == nil {
			continue
		}
		if item.Key == "" {
			item.Key = bodyKey(body, i)
		}
		result, err := h.handle(ctx, item)
		if err != nil {
			h.log(ctx, slog.LevelError, "item not handled", slog.String("key", item.Key), slog.Any("error", err))
		}
		// 503 asks for another delivery like 500, but nothing went wrong.
		if status != http.StatusInternalServerError && result != http.StatusOK {
			status = result
		}
	}
	return status
}

// handle handles item unless it was handled before or is being handled.
func (h *Handler) handle(ctx context.Context, item Item) (status int, err error) {
	status = http.StatusInternalServerError
	var claim string
	var handled bool
	err = h.callStore(ctx, func(ctx context.Context) (err error) {
		claim, handled, err = h.Store.Claim(ctx, item.Key, h.HandlerTimeout+2*storeTimeout)
		return err
	})
	switch {
	case err != nil:
		return status, fmt.Errorf("claim: %w", err)
	case handled:
		return http.StatusOK, nil
	case claim == "":
		return http.StatusServiceUnavailable, nil
	}
	// Deferred so that the claim is released even if the handler calls runtime.Goexit.
	defer func() {
		settle := func(ctx context.Context) error { return h.Store.Settle(ctx, item.Key, claim, handled) }
		if err := h.callStore(ctx, settle); err != nil {
			h.log(ctx, slog.LevelError, "claim not settled", slog.String("key", item.Key), slog.Any("error", err))
		}
	}()
	err = h.call(ctx, h.HandlerTimeout, item.Handle)
	if err == nil || errors.Is(err, transport.ErrOutcomeUnknown) { // handling it again could send twice
		handled = true
		return http.StatusOK, err
	}
	return status, err
}

// callStore calls f, which calls the store, within a timeout.
func (h *Handler) callStore(ctx context.Context, f func(context.Context) error) error {
	if _, ok := h.Store.(*memoryStore); ok {
		return f(ctx)
	}
	return h.call(ctx, storeTimeout, f)
}

// call calls f within a timeout and turns a panic into an error.
func (h *Handler) call(ctx context.Context, timeout time.Duration, f func(context.Context) error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f(ctx)
}

func (h *Handler) log(ctx context.Context, level slog.Level, message string, attrs ...slog.Attr) {
	logger := h.Logger
	if logger == nil {
		logger = slog.Default()
	}
	logger.LogAttrs(ctx, level, h.Name+": webhook: "+message, attrs...)
}
