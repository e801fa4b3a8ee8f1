package transport

import (
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// record notes each attempt on the call, for its error, and tells the log and the hook.
func record(next handler, product string, logger *slog.Logger, hook func(Attempt)) handler {
	return func(call *Call, req *http.Request) (*http.Response, error) {
		start := time.Now()
		call.wait += start.Sub(call.paced) // for credentials
		resp, err := next(call, req)
		a := Attempt{
			Operation: call.Operation.ID, RequestID: call.RequestID, Number: len(call.Attempts) + 1,
			Err: err, Wait: call.wait, Duration: time.Since(start),
		}
		if resp != nil {
			a.Status = resp.StatusCode
		}
		call.Attempts = append(call.Attempts, a)
		if logger != nil {
			level := slog.LevelDebug
			if err != nil || a.Status >= 500 || a.Status == http.StatusTooManyRequests || a.Status == http.StatusRequestTimeout {
				level = slog.LevelWarn
			}
			attrs := []slog.Attr{
				slog.String("operation", a.Operation), slog.String("request_id", a.RequestID),
				slog.Int("attempt", a.Number), slog.Int("status", a.Status),
				slog.Duration("wait", a.Wait), slog.Duration("duration", a.Duration),
			}
			if err != nil {
				// What an error quotes is what the server sent, and may name people.
				text, _, _ := strings.Cut(err.Error(), `"`)
				attrs = append(attrs, slog.String("error", text))
			}
			logger.LogAttrs(req.Context(), level, product+": "+call.Operation.Name, attrs...)
		}
		if hook != nil {
			hook(a)
		}
		return resp, err
	}
}
