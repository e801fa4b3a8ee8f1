// Code generated from late/outcome.go by internal/twin. DO NOT EDIT.

package onpremise

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// The errors that errors.Is finds in an error of this package.
var (
	// ErrInvalidRequest reports status 400 or 422, or a [*ValidationError].
	ErrInvalidRequest = transport.ErrInvalidRequest
	// ErrUnauthorized reports status 401: the credentials are not valid.
	ErrUnauthorized = transport.ErrUnauthorized
	// ErrPaymentRequired reports status 402: a payment is due.
	ErrPaymentRequired = transport.ErrPaymentRequired
	// ErrForbidden reports status 403: the plan or the user's role does not allow the call.
	ErrForbidden = transport.ErrForbidden
	// ErrNotFound reports status 404.
	ErrNotFound = transport.ErrNotFound
	// ErrConflict reports status 409: the object already exists or its state does not allow the call.
	ErrConflict = transport.ErrConflict
	// ErrRateLimited reports status 429, or a context that ends before the rate limit allows a call.
	ErrRateLimited = transport.ErrRateLimited
	// ErrServer reports a status of 500 or above.
	ErrServer = transport.ErrServer
	// ErrOutcomeUnknown reports that the server may or may not have processed a write.
	ErrOutcomeUnknown = transport.ErrOutcomeUnknown
	// ErrNotSent reports that no part of the request was sent.
	ErrNotSent = transport.ErrNotSent
	// ErrWindowClosed reports that the customer has not written in the last 24 hours, so that only
	// a template can be sent.
	ErrWindowClosed = transport.ErrWindowClosed
	// ErrResponseTooLarge reports a response body of more than 32 MiB.
	ErrResponseTooLarge = transport.ErrResponseTooLarge
)

// Outcome says what is known about the effect of a call that failed.
type Outcome int

// The outcomes of a call that failed.
const (
	OutcomeRefused Outcome = iota // the call had no effect; reads never have one
	OutcomeNotSent                // no part of the request was sent; matches ErrNotSent
	OutcomeUnknown                // the server may have processed the write; matches ErrOutcomeUnknown
)

// String returns "refused", "not sent" or "unknown".
func (o Outcome) String() string {
	switch o {
	case OutcomeRefused:
		return "refused"
	case OutcomeNotSent:
		return "not sent"
	case OutcomeUnknown:
		return "unknown"
	}
	return fmt.Sprintf("Outcome(%d)", int(o))
}

func outcomeOf(f *transport.Failure) Outcome {
	switch {
	case f.Unknown:
		return OutcomeUnknown
	case f.NotSent:
		return OutcomeNotSent
	}
	return OutcomeRefused
}

// maxQuoted bounds the part of a body that the text of an error quotes.
const maxQuoted = 120

// Error names the operation, the status, the reason and the request ID.
func (e *Error) Error() string { return "onpremise: " + e.text() }

// text is the error without the prefix, for an error that contains it.
func (e *Error) text() string {
	var b strings.Builder
	for _, op := range operations {
		if op.ID == e.Operation {
			b.WriteString(op.Name + ": ")
		}
	}
	reason := e.reason()
	switch {
	case e.Err != nil && reason != "":
		reason += ": " + bare(e.Err)
	case e.Err != nil:
		reason = bare(e.Err)
	case reason == "" && e.StatusCode != 0:
		reason = http.StatusText(e.StatusCode)
	case reason == "":
		reason = "call failed"
	}
	if e.StatusCode != 0 {
		fmt.Fprintf(&b, "%d ", e.StatusCode)
	}
	b.WriteString(reason)
	if e.Body != "" {
		fmt.Fprintf(&b, ": %q", e.Body[:min(len(e.Body), maxQuoted)])
	}
	if facts := e.facts(); facts != "" {
		b.WriteString(" (" + facts + ")")
	}
	return b.String()
}

func (e *Error) facts() string {
	var facts []string
	if n := len(e.Attempts); n > 1 {
		facts = append(facts, fmt.Sprintf("%d attempts", n))
	}
	if e.RequestID != "" {
		facts = append(facts, "request "+e.RequestID)
	}
	text := strings.Join(facts, ", ")
	if e.Outcome == OutcomeUnknown {
		return strings.TrimSuffix(ErrOutcomeUnknown.Error()+"; "+text, "; ")
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// matches reports whether target stands for the status or the outcome of e.
func (e *Error) matches(target error) bool {
	switch target {
	case nil:
		return false
	case ErrOutcomeUnknown:
		return e.Outcome == OutcomeUnknown
	case ErrNotSent:
		return e.Outcome == OutcomeNotSent
	}
	return target == transport.StatusError(e.StatusCode)
}

// ValidationError reports invalid input. Nothing was sent.
type ValidationError struct {
	Field  string // the field or parameter, by the API's name
	Reason string
}

// Error names the field and the reason.
func (e *ValidationError) Error() string { return "onpremise: " + e.text() }

func (e *ValidationError) text() string {
	field, reason := e.Field, e.Reason
	if field == "" {
		field = "request"
	}
	if reason == "" {
		reason = "is invalid"
	}
	return field + ": " + reason
}

// Is reports whether target is [ErrInvalidRequest] or [ErrNotSent].
func (e *ValidationError) Is(target error) bool {
	return target == ErrInvalidRequest || target == ErrNotSent
}

func invalid(field, reason string) error { return &ValidationError{Field: field, Reason: reason} }

// bare returns the text of err without the prefix of this package, if err is one of its errors.
// The text of an error that contains another is built with it, so that the prefix appears once.
func bare(err error) string {
	if e, ok := err.(interface{ text() string }); ok {
		return e.text()
	}
	return err.Error()
}

// sentinel is an error of this package that carries its prefix when it is printed by itself.
type sentinel struct {
	reason string
	err    error // what it also matches; may be nil
}

func (e *sentinel) Error() string { return "onpremise: " + e.reason }
func (e *sentinel) text() string  { return e.reason }
func (e *sentinel) Unwrap() error { return e.err }
