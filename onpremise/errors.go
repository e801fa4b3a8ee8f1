package onpremise

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/internal/redact"
	"github.com/wabakit/wabakit-go/internal/transport"
)

// What errors.Is finds in an error of this package.
var (
	// ErrStillProcessing is a phone number of which CheckMany has no outcome yet.
	ErrStillProcessing = errors.New("onpremise: check contacts: the server is still looking it up")
)

// Error is a call that the server refused, or that brought no usable answer.
type Error struct {
	StatusCode int     // 0 where nothing was answered
	Outcome    Outcome // whether the call may have had an effect

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
}

const (
	codeWindowClosed = 470

	// codePasswordChange is the error of an installation whose first login is still to come.
	codePasswordChange = 1024

	loginUser = "LoginUser"
)

var errNewPassword = errors.New("the first login must set a new password: use WithNewPassword")

func newError(f *transport.Failure, hide func(string) string) error {
	e := &Error{
		StatusCode: f.Status, Operation: f.Operation.ID, RequestID: f.RequestID,
		Outcome: outcomeOf(f), RetryAfter: f.RetryAfter, Err: explain(f.Err),
	}
	for _, a := range f.Attempts {
		e.Attempts = append(e.Attempts, Attempt(a))
	}
	if f.Operation.ID == loginUser && f.Unknown {
		e.Outcome = OutcomeRefused // at worst there is a token that nobody has
	}
	if f.Status != 0 && (f.Status < 300 && !f.Refused || !e.read(f.Body)) && !bearsSecrets(f) {
		e.ContentType = f.ContentType
		e.Body = redact.Body(f.Body, hide)
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
	if _, ok := errors.AsType[*pinError](err); ok {
		return err
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return fmt.Errorf("%w (use the name that the certificate holds, in the URL or as ServerName of WithTLSConfig)", err)
	}
	return fmt.Errorf("%w (pass the authority that signed the installation's certificate to WithRootCAs, or its fingerprint to WithPinnedCertificate)", err)
}

// reason lists the server's reasons.
func (e *Error) reason() string {
	var all []string
	for _, r := range e.Errors {
		all = append(all, reason(r))
	}
	return strings.Join(all, "; ")
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

// Is reports whether target is the sentinel of the status, of the outcome or of a code that the
// server reports, such as [ErrNotFound], [ErrOutcomeUnknown] or [ErrWindowClosed].
func (e *Error) Is(target error) bool {
	if target == ErrWindowClosed {
		return slices.ContainsFunc(e.Errors, func(i ErrorInfo) bool { return i.Code == codeWindowClosed })
	}
	return e.matches(target)
}
