package late

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/internal/redact"
	"github.com/wabakit/wabakit-go/internal/transport"
)

// ErrNoAccount reports a call that needs an account and has none. Nothing was sent.
var ErrNoAccount error = &sentinel{"no account: use WithAccount, ForAccount or the request's AccountID", ErrNotSent}

// ErrAddonRequired reports status 403 of an operation of the inbox: the plan lacks its add-on.
var ErrAddonRequired = errors.New("the inbox add-on is required")

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
		if f.Status > 299 || !containsSecrets(f.Operation.ID) {
			e.Body = redact.Body(f.Body, hide)
		}
	}
	return e
}

// containsSecrets reports whether a success of the operation contains secrets of the server.
func containsSecrets(operation string) bool {
	switch operation {
	case OpGetWebhookSettings, OpCreateWebhookSettings, OpUpdateWebhookSettings, OpGetPendingOAuthData, OpGetMediaPresignedUrl:
		return true
	}
	return false
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

// Is reports whether target is the sentinel of the status, the outcome or the reason, such as
// [ErrNotFound], [ErrOutcomeUnknown] or [ErrWindowClosed].
func (e *Error) Is(target error) bool {
	switch target {
	case ErrAddonRequired:
		return e.StatusCode == http.StatusForbidden && isInbox(e.Operation)
	case ErrWindowClosed:
		return mentions(e.Code, codeWindowClosed) || mentions(string(e.PlatformError), codeWindowClosed) ||
			mentions(string(e.Details), codeWindowClosed)
	}
	return e.matches(target)
}

func isInbox(id string) bool {
	return slices.ContainsFunc(operations, func(op transport.Operation) bool {
		return op.ID == id && strings.HasPrefix(op.Path, "/v1/inbox/")
	})
}

// mentions reports whether text contains the number, which is not part of a longer one. Where in
// an error the server puts the platform's code is not documented.
func mentions(text string, number int) bool {
	return slices.Contains(strings.FieldsFunc(text, func(r rune) bool { return !strings.ContainsRune(digits, r) }), strconv.Itoa(number))
}
