package plumbing

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/contract"
	"github.com/wabakit/wabakit-go/internal/transport"
)

// Watch is what a client tells of its attempts, to the hook and to the log.
type Watch struct {
	Secrets []string

	told []transport.Attempt
	log  bytes.Buffer
}

// Hook is for the client.
func (w *Watch) Hook(a transport.Attempt) { w.told = append(w.told, a) }

// Logger is for the client.
func (w *Watch) Logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Told lists the attempts of one operation that the hook was told of.
func (w *Watch) Told(op string) []transport.Attempt {
	return slices.DeleteFunc(slices.Clone(w.told), func(a transport.Attempt) bool { return a.Operation != op })
}

// Forget has the watch begin anew.
func (w *Watch) Forget() {
	w.told = nil
	w.log.Reset()
}

// Order lists the operations of the attempts in the order in which the hook was told of them.
func (w *Watch) Order() []string {
	var order []string
	for _, a := range w.told {
		order = append(order, a.Operation)
	}
	return order
}

// line is a line of the log.
type line struct {
	Level     slog.Level
	Msg       string
	Operation string
	RequestID string `json:"request_id"`
	Attempt   int
	Status    int
	Wait      time.Duration
	Duration  time.Duration
	Error     string
}

// lines reads the log of one operation.
func (w *Watch) lines(t *testing.T, op string) []line {
	var lines []line
	for text := range bytes.Lines(w.log.Bytes()) {
		for _, secret := range w.Secrets {
			require.NotContains(t, string(text), secret)
		}
		var l line
		require.NoError(t, json.Unmarshal(text, &l))
		if l.Operation == op {
			lines = append(lines, l)
		}
	}
	return lines
}

// Check holds what the client told of the attempts of a call of op against what the server saw
// of them, and these against each other and against the policy.
func (w *Watch) Check(t *testing.T, op contract.Operation, s *Server, body bool) {
	t.Helper()
	told, lines, seen := w.Told(op.ID), w.lines(t, op.ID), s.Seen()
	require.Len(t, told, len(seen), "attempts that the hook was told of")
	require.Len(t, lines, len(seen), "attempts that were logged")
	first, retries := seen[0], 0
	renewed := slices.ContainsFunc(seen, func(a *Seen) bool { return a.Status == http.StatusUnauthorized })
	require.Len(t, first.Header["X-Request-Id"], 1)
	require.Equal(t, body, len(first.Body) > 0)
	for i, a := range seen {
		require.Zero(t, a.Open, "answers that attempt %d left open", i)
		require.True(t, a.Status == 0 || a.read && a.closed, "the answer of attempt %d is drained and closed", i+1)
		require.Equal(t, first.Method, a.Method)
		require.Equal(t, first.URL, a.URL)
		require.Equal(t, string(first.Body), string(a.Body))
		require.Equal(t, string(a.Body), string(a.Again), "what GetBody gives")
		require.EqualValues(t, len(a.Body), a.Length)
		for name := range first.Header {
			if name != "Authorization" || !renewed {
				require.Equal(t, first.Header[name], a.Header[name], name)
			}
		}
		require.Len(t, a.Header, len(first.Header))

		want := transport.Attempt{
			Operation: op.ID, RequestID: first.Header.Get("X-Request-Id"), Number: i + 1, Status: a.Status,
			Err: told[i].Err, Duration: a.End.Sub(a.Begin),
		}
		if a.Status != 0 && op.Stream && a.Fault.Name == "" {
			want.Duration = head // its body is the caller's to read
		}
		if i > 0 {
			want.Wait = a.Begin.Sub(seen[i-1].End)
			least, below := seen[i-1].Fault.pause(retries)
			require.GreaterOrEqual(t, want.Wait, least, "the wait before attempt %d", i+1)
			require.Less(t, want.Wait, below, "the wait before attempt %d", i+1)
			if below > 1 {
				retries++
			}
		}
		require.Equal(t, want, told[i])
		if a.Fault.Err == nil {
			require.NoError(t, told[i].Err)
		} else {
			require.ErrorIs(t, told[i].Err, a.Fault.Err)
		}
		require.Equal(t, want, transport.Attempt{
			Operation: lines[i].Operation, RequestID: lines[i].RequestID, Number: lines[i].Attempt, Status: lines[i].Status,
			Err: want.Err, Wait: lines[i].Wait, Duration: lines[i].Duration,
		})
		require.Equal(t, told[i].Err == nil, lines[i].Error == "")
		require.Contains(t, lines[i].Msg, ": "+op.Name)
	}
}
