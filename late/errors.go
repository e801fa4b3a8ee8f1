package late

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/internal/redact"
	"github.com/wabakit/wabakit-go/internal/transport"
)

// What errors.Is finds in an error of this package.
var (
	// ErrInvalidRequest is status 400 or 422, or a [*ValidationError].
	ErrInvalidRequest = transport.ErrInvalidRequest
	// ErrUnauthorized is status 401: the API key is not valid.
	ErrUnauthorized = transport.ErrUnauthorized
	// ErrPaymentRequired is status 402: a payment is due.
	ErrPaymentRequired = transport.ErrPaymentRequired
	// ErrForbidden is status 403: the plan does not include this.
	ErrForbidden = transport.ErrForbidden
	// ErrNotFound is status 404: no such thing, or no such account.
	ErrNotFound = transport.ErrNotFound
	// ErrConflict is status 409: it is there already.
	ErrConflict = transport.ErrConflict
	// ErrRateLimited is status 429, or a context that ends before the limit allows a call.
	ErrRateLimited = transport.ErrRateLimited
	// ErrServer is any status of 500 and above.
	ErrServer = transport.ErrServer
	// ErrOutcomeUnknown is a write that may or may not have happened.
	ErrOutcomeUnknown = transport.ErrOutcomeUnknown
	// ErrNotSent is a call of which nothing has left this machine.
	ErrNotSent = transport.ErrNotSent
	// ErrResponseTooLarge is an answer of more than 32 MiB.
	ErrResponseTooLarge = transport.ErrResponseTooLarge
	// ErrNoAccount is a call that needs an account and has none. Nothing is sent.
	ErrNoAccount = fmt.Errorf("late: no account: use WithAccount, ForAccount or the request's AccountID: %w", ErrNotSent)
)

// Error is a call that the server refused, or that brought no usable answer.
type Error struct {
	StatusCode int // 0 where nothing was answered

	// What the server says. Where its answer is not the JSON of the API (a proxy's page, an
	// empty body), only Body is set.
	Message       string // a sentence
	Type          string
	Code          string
	Param         string // the parameter that is wrong
	DocURL        string
	Platform      string          // the platform that refused
	PlatformError json.RawMessage // its words
	Details       json.RawMessage

	ContentType string // of an answer that could not be read
	Body        string // its start

	Operation  string // operationId of the contract
	RequestID  string // the id of the call, the same for all attempts
	Attempts   []Attempt
	RetryAfter time.Duration // how long the server asks to wait; 0 where it does not
	Err        error         // the cause, where it is not the answer

	failure *transport.Failure
}

// maxQuoted is how much of an unreadable answer an error says.
const maxQuoted = 120

func newError(f *transport.Failure, hide func(string) string) error {
	e := &Error{
		StatusCode: f.Status, Operation: f.Operation.ID, RequestID: redact.Excerpt(hide(f.RequestID)),
		RetryAfter: f.RetryAfter, Err: redact.Error(f.Err, hide), failure: f,
	}
	for _, a := range f.Attempts {
		a.Err = redact.Error(a.Err, hide)
		e.Attempts = append(e.Attempts, Attempt(a))
	}
	body := f.Body
	f.Body = nil // which may be long, and hold what e hides
	if f.Status != 0 && (f.Status < 300 && !f.Refused || !e.read(body, hide)) {
		e.ContentType = redact.Excerpt(hide(f.Header.Get("Content-Type")))
		e.Body = redact.Body(body, hide)
	}
	return e
}

// read takes in the API's own error body. A field that is not of its usual type is kept as it
// was sent.
func (e *Error) read(body []byte, hide func(string) string) bool {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return false
	}
	text := func(name string) string {
		var s string
		if raw := fields[name]; len(raw) > 0 && json.Unmarshal(raw, &s) != nil {
			return string(redact.Sent(raw, hide))
		}
		return hide(s)
	}
	e.Message, e.Type, e.Code, e.Param = text("error"), text("type"), text("code"), text("param")
	e.DocURL, e.Platform = text("docUrl"), text("platform")
	e.PlatformError, e.Details = redact.Sent(fields["platformError"], hide), redact.Sent(fields["details"], hide)
	return e.Message != ""
}

// Error says what was tried, what came of it, and the id to quote.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("late: " + e.failure.Operation.Name + ":")
	if e.StatusCode != 0 {
		fmt.Fprintf(&b, " %d", e.StatusCode)
	}
	switch {
	case e.Message != "":
		b.WriteString(" " + e.Message)
	case e.Err == nil:
		b.WriteString(" " + http.StatusText(e.StatusCode))
	}
	if e.Err != nil {
		b.WriteString(" " + e.Err.Error())
	}
	if e.Body != "" {
		fmt.Fprintf(&b, ": %q", e.Body[:min(len(e.Body), maxQuoted)])
	}
	b.WriteString(" (")
	if e.failure.Unknown {
		b.WriteString(ErrOutcomeUnknown.Error() + "; ")
	}
	if n := len(e.Attempts); n > 1 {
		fmt.Fprintf(&b, "%d attempts, ", n)
	}
	b.WriteString("request " + e.RequestID + ")")
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is one of the values of this package that stand for e.
func (e *Error) Is(target error) bool { return e.failure.Is(target) }

// ValidationError is something that is known to be wrong before it is sent. Nothing was sent.
type ValidationError struct {
	Field  string // the field or parameter, by the API's name
	Reason string
}

// Error names the field and the reason.
func (e *ValidationError) Error() string { return "late: " + e.Field + ": " + e.Reason }

// Is reports that a server would answer 400.
func (e *ValidationError) Is(target error) bool {
	return target == ErrInvalidRequest || target == ErrNotSent
}

func invalid(field, reason string) error { return &ValidationError{Field: field, Reason: reason} }
