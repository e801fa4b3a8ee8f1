package transport

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// record adds each attempt to the call, for its error, and reports it to the log and the hook.
func record(next handler, product string, logger *slog.Logger, hook func(context.Context, Attempt)) handler {
	return func(call *Call, req *http.Request) (*http.Response, error) {
		if call.delayed { // another token may have taken time, too
			call.begun = time.Now()
		}
		resp, err := next(call, req)
		if !call.started {
			return resp, err
		}
		ended := time.Now()
		a := Attempt{
			Operation: call.Operation.ID, RequestID: call.RequestID, Number: len(call.Attempts) + 1,
			Err: err, Wait: call.begun.Sub(call.idle), Duration: ended.Sub(call.begun),
		}
		call.idle = ended
		if resp != nil {
			a.Status = resp.StatusCode
		}
		call.Attempts = append(call.Attempts, a)
		if logger != nil {
			logAttempt(call, logger, product+": "+call.Operation.Name, a)
		}
		if hook != nil {
			hook(call, a)
		}
		return resp, err
	}
}

func logAttempt(ctx context.Context, logger *slog.Logger, message string, a Attempt) {
	level := slog.LevelDebug
	if a.Err != nil || a.Status >= 500 || a.Status == http.StatusTooManyRequests || a.Status == http.StatusRequestTimeout {
		level = slog.LevelWarn
	}
	attrs := []slog.Attr{
		slog.String("operation", a.Operation), slog.String("request_id", a.RequestID),
		slog.Int("attempt", a.Number), slog.Int("status", a.Status),
		slog.Duration("wait", a.Wait), slog.Duration("duration", a.Duration),
	}
	if a.Err != nil {
		// An error quotes what the server sent, which may be personal data.
		text, _, _ := strings.Cut(a.Err.Error(), `"`)
		attrs = append(attrs, slog.String("error", text))
	}
	logger.LogAttrs(ctx, level, message, attrs...)
}
