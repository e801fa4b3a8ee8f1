package onpremise

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
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
	// ErrUnauthorized is status 401: the name, the password or the token is not valid.
	ErrUnauthorized = transport.ErrUnauthorized
	// ErrPaymentRequired is status 402: a payment is due.
	ErrPaymentRequired = transport.ErrPaymentRequired
	// ErrForbidden is status 403: the user may not do this.
	ErrForbidden = transport.ErrForbidden
	// ErrNotFound is status 404: no such thing.
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
	// ErrResponseTooLarge is an answer of more than 32 MiB that is not a medium.
	ErrResponseTooLarge = transport.ErrResponseTooLarge
	// ErrStillProcessing is a phone number of which CheckMany has no outcome yet.
	ErrStillProcessing = errors.New("onpremise: check contacts: the server is still looking it up")
)

// Error is a call that the server refused, or that brought no usable answer.
type Error struct {
	StatusCode int // 0 where nothing was answered

	// What the server says. Where its answer is not the JSON of the API (a proxy's page, an
	// empty body), only Body is set.
	Message string      // the title of the first of Errors
	Code    int         // its number in the published list of errors
	Details string      // what exactly was wrong, where the server can tell
	Href    string      // a web address that explains it
	Errors  []ErrorInfo // all reasons
	Meta    Meta        // facts about the server

	ContentType string // of an answer that could not be read
	Body        string // its start

	Operation  string // operationId of the contract
	RequestID  string // the id of the call, the same for all attempts
	Attempts   []Attempt
	RetryAfter time.Duration // how long the server asks to wait; 0 where it does not
	Err        error         // the cause, where it is not the answer

	failure *transport.Failure
}

const (
	// maxQuoted is how much of an unreadable answer an error says.
	maxQuoted = 120

	// codePasswordChange is the error of an installation whose first login is still to come.
	codePasswordChange = 1024

	loginUser = "LoginUser"
)

var errNewPassword = errors.New("the first login must set a new password: use WithNewPassword")

func newError(f *transport.Failure, hide func(string) string) error {
	e := &Error{
		StatusCode: f.Status, Operation: f.Operation.ID, RequestID: f.RequestID,
		RetryAfter: f.RetryAfter, Err: explain(f.Err), failure: f,
	}
	for _, a := range f.Attempts {
		e.Attempts = append(e.Attempts, Attempt(a))
	}
	if f.Operation.ID == loginUser {
		f.Unknown = false // at worst there is a token that nobody has
	}
	body := f.Body
	f.Body = nil // it may hold what e hides
	if f.Status != 0 && (f.Status < 300 && !f.Refused || !e.read(body)) && !bearsSecrets(f) {
		e.ContentType = f.Header.Get("Content-Type")
		e.Body = redact.Body(body, hide)
	}
	e.hide(hide)
	e.RequestID, e.ContentType = redact.Excerpt(e.RequestID), redact.Excerpt(e.ContentType)
	if e.Code == codePasswordChange && f.Operation.ID != loginUser {
		e.Err = errNewPassword
	}
	return e
}

// bearsSecrets: what these answer holds a token or a password, also in a form that cannot be
// read.
func bearsSecrets(f *transport.Failure) bool {
	return f.Status < 300 && (f.Operation.ID == loginUser || f.Operation.ID == "GetMediaProviders")
}

// read takes in the API's own error body.
func (e *Error) read(body []byte) bool {
	var answer struct {
		Errors []ErrorInfo
		Meta   Meta
	}
	if json.Unmarshal(body, &answer) != nil || len(answer.Errors) == 0 {
		return false
	}
	e.Errors, e.Meta = answer.Errors, answer.Meta
	first := e.Errors[0]
	e.Message, e.Code, e.Details, e.Href = first.Title, first.Code, first.Details, first.Href
	return true
}

// hide redacts whatever text the error holds.
func (e *Error) hide(hide func(string) string) {
	for _, text := range []*string{
		&e.Message, &e.Details, &e.Href, &e.Meta.Version, (*string)(&e.Meta.APIStatus), &e.ContentType, &e.Body, &e.RequestID,
	} {
		*text = hide(*text)
	}
	for i := range e.Errors {
		r := &e.Errors[i]
		r.Title, r.Details, r.Href = hide(r.Title), hide(r.Details), hide(r.Href)
	}
	e.Err = redact.Error(e.Err, hide)
	for i := range e.Attempts {
		e.Attempts[i].Err = redact.Error(e.Attempts[i].Err, hide)
	}
}

// wantsPassword reports whether a login was refused because it sets no new password.
func (e *Error) wantsPassword() bool {
	text := strings.ToLower(e.Message + " " + e.Details)
	return e.Code == codePasswordChange || strings.Contains(text, "new_password") ||
		strings.Contains(text, "password") && strings.Contains(text, "change")
}

// explain adds what to do about a certificate.
func explain(err error) error {
	if _, ok := errors.AsType[*loginError](err); ok {
		return err // explained already
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); !ok {
		return err
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return fmt.Errorf("%w (use the name that the certificate holds, in the URL or as ServerName of WithTLSConfig)", err)
	}
	return fmt.Errorf("%w (pass the authority that signed the installation's certificate to WithRootCAs)", err)
}

// Error says what was tried, what came of it, and the id to quote.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("onpremise: " + e.failure.Operation.Name + ":")
	if e.StatusCode != 0 {
		fmt.Fprintf(&b, " %d", e.StatusCode)
	}
	switch {
	case len(e.Errors) > 0:
		for i, r := range e.Errors {
			if i > 0 {
				b.WriteString(";")
			}
			b.WriteString(" " + reason(r))
		}
	case e.Err == nil:
		b.WriteString(" " + http.StatusText(e.StatusCode))
	}
	if e.Err != nil {
		if len(e.Errors) > 0 {
			b.WriteString(":")
		}
		b.WriteString(" " + e.Err.Error())
	}
	if e.Body != "" {
		fmt.Fprintf(&b, ": %q", e.Body[:min(len(e.Body), maxQuoted)])
	}
	if e.RequestID == "" { // the caller left a login that goes on
		return b.String()
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

// reason says one reason in a line: "1006 Resource not found: no such group".
func reason(r ErrorInfo) string {
	text := cmp.Or(r.Title, "error")
	if r.Code != 0 {
		text = fmt.Sprintf("%d %s", r.Code, text)
	}
	if r.Details != "" {
		text += ": " + r.Details
	}
	return text
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
func (e *ValidationError) Error() string { return "onpremise: " + e.Field + ": " + e.Reason }

// Is reports that a server would answer 400.
func (e *ValidationError) Is(target error) bool {
	return target == ErrInvalidRequest || target == ErrNotSent
}

func invalid(field, reason string) error { return &ValidationError{Field: field, Reason: reason} }
