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

// Error reports a call that the server refused, or that got no usable response. Tests can build
// one: &Error{StatusCode: 404} matches [ErrNotFound].
type Error struct {
	StatusCode int     // 0 if there was no response
	Outcome    Outcome // whether the call may have had an effect

	// The server's reason. Only Body is set if the response is not the API's JSON (a proxy's
	// page, an empty body).
	Message string // title of the first of Errors
	Code    int    // its code in the API's list of errors
	Details string
	Href    string      // URL of its documentation
	Errors  []ErrorInfo // all errors that the server reports
	Meta    Meta        // the version of the server

	ContentType string // of a response that could not be decoded
	Body        string // an excerpt of it

	Operation  string // ID of the operation, such as OpSendMessage
	RequestID  string // the same for all attempts of a call
	Attempts   []Attempt
	RetryAfter time.Duration // the pause that the server asked for; 0 if none
	Err        error         // the cause, if it is not the response
}

const (
	codeWindowClosed = 470

	// codePasswordChange is the code of an installation before its first login.
	codePasswordChange = 1024
)

var errNewPassword = errors.New("the first login must set a new password: use WithNewPassword")

func newError(f *transport.Failure, hide func(string) string) error {
	e := &Error{
		StatusCode: f.Status, Operation: f.Operation.ID, RequestID: f.RequestID,
		Outcome: outcomeOf(f), RetryAfter: f.RetryAfter, Err: explain(f.Err),
	}
	// A call that waited for a login in vain has only the login's request to quote.
	if failed, ok := errors.AsType[*loginError](f.Err); ok && len(f.Attempts) == 0 {
		if login, ok := failed.err.(*Error); ok {
			e.RequestID = login.RequestID
		}
	}
	for _, a := range f.Attempts {
		e.Attempts = append(e.Attempts, Attempt(a))
	}
	if f.Status != 0 && (f.Status < 300 && !f.Refused || !e.read(f.Body)) && !mayContainSecrets(f) {
		e.ContentType = f.ContentType
		e.Body = redact.Body(f.Body, hide)
	}
	e.hide(hide)
	e.RequestID, e.ContentType = redact.Excerpt(e.RequestID), redact.Excerpt(e.ContentType)
	if e.Code == codePasswordChange && f.Operation.ID != OpLoginUser {
		e.Err = errNewPassword
	}
	return e
}

// mayContainSecrets reports whether the response body of the operation may contain a token or
// password even if it cannot be parsed.
func mayContainSecrets(f *transport.Failure) bool {
	return f.Status < 300 && (f.Operation.ID == OpLoginUser || f.Operation.ID == OpGetMediaProviders)
}

// read decodes the error body of the API. It reports whether body is one.
func (e *Error) read(body []byte) bool {
	var r struct {
		Errors []ErrorInfo
		Meta   Meta
	}
	if json.Unmarshal(body, &r) != nil || len(r.Errors) == 0 {
		return false
	}
	e.Errors, e.Meta = r.Errors, r.Meta
	first := e.Errors[0]
	e.Message, e.Code, e.Details, e.Href = first.Title, first.Code, first.Details, first.Href
	return true
}

// hide redacts every text of the error.
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

// wantsPassword reports whether a login was refused because it did not set a new password.
func (e *Error) wantsPassword() bool {
	text := strings.ToLower(e.Message + " " + e.Details)
	return e.Code == codePasswordChange || strings.Contains(text, "new_password") ||
		strings.Contains(text, "password") && strings.Contains(text, "change")
}

// explain adds advice to certificate errors.
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
		return fmt.Errorf("%w (use the name in the certificate, in the URL or as ServerName of WithTLSConfig)", err)
	}
	return fmt.Errorf("%w (pass the authority that signed the installation's certificate to WithRootCAs, or its fingerprint to WithPinnedCertificate)", err)
}

// reason returns the errors that the server reports.
func (e *Error) reason() string {
	var all []string
	for _, r := range e.Errors {
		if r.Code == e.StatusCode {
			r.Code = 0 // some servers repeat the status
		}
		all = append(all, reason(r))
	}
	return strings.Join(all, "; ")
}

// reason formats an error of the server: "1006 Resource not found: no such group".
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
