package late

import (
	"encoding/json"
	"time"

	"github.com/wabakit/wabakit-go/internal/redact"
	"github.com/wabakit/wabakit-go/internal/transport"
)

// ErrNoAccount reports a call that needs an account and has none. Nothing was sent.
var ErrNoAccount error = &sentinel{"no account: use WithAccount, ForAccount or the request's AccountID", ErrNotSent}

// Error reports a call that the server refused, or that got no usable response. Tests can build
// one: &Error{StatusCode: 404} matches [ErrNotFound].
type Error struct {
	StatusCode int     // 0 if there was no response
	Outcome    Outcome // whether the call may have had an effect

	// The server's reason. Only Body is set if the response is not the API's JSON (a proxy's
	// page, an empty body).
	Message       string // a sentence
	Type          string
	Code          string
	Param         string // the invalid parameter
	DocURL        string
	Platform      string          // the platform that refused the call
	PlatformError json.RawMessage // the platform's own error
	Details       json.RawMessage

	ContentType string // of a response that could not be decoded
	Body        string // an excerpt of it

	Operation  string // ID of the operation, such as OpCreateWhatsAppContact
	RequestID  string // the same for all attempts of a call
	Attempts   []Attempt
	RetryAfter time.Duration // the pause that the server asked for; 0 if none
	Err        error         // the cause, if it is not the response
}

func newError(f *transport.Failure, hide func(string) string) error {
	e := &Error{
		StatusCode: f.Status, Outcome: outcomeOf(f), Operation: f.Operation.ID, RequestID: redact.Excerpt(hide(f.RequestID)),
		RetryAfter: f.RetryAfter, Err: redact.Error(f.Err, hide),
	}
	for _, a := range f.Attempts {
		a.Err = redact.Error(a.Err, hide)
		e.Attempts = append(e.Attempts, Attempt(a))
	}
	if f.Status != 0 && (f.Status < 300 && !f.Refused || !e.read(f.Body, hide)) {
		e.ContentType = redact.Excerpt(hide(f.ContentType))
		e.Body = redact.Body(f.Body, hide)
	}
	return e
}

// read sets the fields from the API's error body. A field of an unexpected type is kept as JSON.
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

func (e *Error) reason() string { return e.Message }

// Is reports whether target is the sentinel of the status or of the outcome, such as
// [ErrNotFound] or [ErrOutcomeUnknown].
func (e *Error) Is(target error) bool { return e.matches(target) }
