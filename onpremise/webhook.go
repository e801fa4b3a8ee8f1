package onpremise

import (
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"mime"
	"net/http"
	"runtime/debug"
)

const (
	defaultMaxEvent = 16 << 20
	// maxValues is how many values an event may hold: thousands of messages. A message takes some
	// hundred times the memory of the shortest text that stands for one.
	maxValues = 1 << 16
)

// WebhookOption sets up a webhook. Of the options that check the caller ([WithHeaderSecret],
// [WithQuerySecret], [WithPathSecret], [WithClientCertificate]), all that are given have to hold:
// whoever fails one is answered 401. An empty secret refuses everybody.
type WebhookOption func(*webhook)

// WithMaxEventSize refuses deliveries of more than n bytes. Without it, the limit is 16 MiB,
// many times what an installation sends.
func WithMaxEventSize(n int64) WebhookOption {
	return func(w *webhook) { w.maxSize = n }
}

// WithWebhookLogger logs what the function returns or panics with, and what a [DuplicateStore]
// fails with. Without it, a panic goes where [net/http.Server] writes those of its handlers.
func WithWebhookLogger(logger *slog.Logger) WebhookOption {
	return func(w *webhook) { w.logger = logger }
}

// WebhookHandler calls handle for each event that the installation delivers. It answers 200
// when handle has returned nil, and 500 when it returned an error or panicked: the
// installation then delivers the event again, later and later. So an event comes at least once,
// and may come again although it was handled: see [WithDeduplication]. Events come in no
// promised order, several at once; handle is called by as many goroutines. The context ends
// when the installation hangs up.
//
// What is no POST is answered 405, what is not JSON 415 or 400, what is too large, in bytes or in
// values, 413.
// Everything that is a JSON object reaches handle, with its Raw form, also kinds that this
// package does not know. Whoever can reach the handler can call it, but for
// [WithHeaderSecret] and its like.
func WebhookHandler(handle func(context.Context, *WebhookEvent) error, opts ...WebhookOption) http.Handler {
	w := &webhook{handle: handle, maxSize: defaultMaxEvent}
	for _, opt := range opts {
		opt(w)
	}
	return w
}

type webhook struct {
	handle  func(context.Context, *WebhookEvent) error
	allowed []func(*http.Request) bool
	maxSize int64
	logger  *slog.Logger
	store   DuplicateStore // nil lets duplicates through
}

func (w *webhook) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	status := w.serve(rw, r)
	if status != http.StatusOK {
		http.Error(rw, http.StatusText(status), status)
	}
}

// serve returns the status to answer with.
func (w *webhook) serve(rw http.ResponseWriter, r *http.Request) int {
	for _, allowed := range w.allowed {
		if !allowed(r) {
			return http.StatusUnauthorized
		}
	}
	if r.Method != http.MethodPost {
		rw.Header().Set("Allow", http.MethodPost)
		return http.StatusMethodNotAllowed
	}
	if !isJSON(r.Header.Get("Content-Type")) {
		return http.StatusUnsupportedMediaType
	}
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, w.maxSize))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge
	}
	if len(body) > maxValues && values(body) > maxValues {
		return http.StatusRequestEntityTooLarge
	}
	event := new(WebhookEvent)
	if err != nil || event.read(body) != nil {
		return http.StatusBadRequest
	}
	if w.store != nil {
		return w.handleOnce(r, event)
	}
	return w.call(r, event)
}

func isJSON(contentType string) bool {
	if contentType == "application/json" {
		return true
	}
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && media == "application/json"
}

// values counts what becomes a value of its own: JSON holds no more objects and items of lists.
func values(data []byte) (n int) {
	quoted := false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case !quoted && (c == '{' || c == ','):
			n++
		}
	}
	return n
}

// call hands an event over and returns the status to answer with.
func (w *webhook) call(r *http.Request, event *WebhookEvent) (status int) {
	defer func() {
		if p := recover(); p != nil {
			status = http.StatusInternalServerError
			w.reportPanic(r, p)
		}
	}()
	if err := w.handle(r.Context(), event); err != nil {
		w.report(r, "event not handled", err)
		return http.StatusInternalServerError
	}
	return http.StatusOK
}

func (w *webhook) report(r *http.Request, what string, err error) {
	if w.logger != nil {
		w.logger.ErrorContext(r.Context(), "onpremise: webhook: "+what, slog.Any("error", err))
	}
}

func (w *webhook) reportPanic(r *http.Request, p any) {
	stack := string(debug.Stack())
	if w.logger != nil {
		w.logger.ErrorContext(r.Context(), "onpremise: webhook: panic", slog.Any("panic", p), slog.String("stack", stack))
		return
	}
	write := log.Printf
	if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok && server.ErrorLog != nil {
		write = server.ErrorLog.Printf
	}
	write("onpremise: webhook: panic: %v\n%s", p, stack)
}
