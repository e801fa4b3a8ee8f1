// Package redact keeps secrets out of errors and logs, which may quote what a server has sent.
package redact

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

const (
	// maxExcerpt is how much of a response an error holds.
	maxExcerpt = 2 << 10
	// maxSearched bounds the part of a body that is searched for secrets. It exceeds maxExcerpt so
	// that a secret is never cut in half.
	maxSearched = 64 << 10
)

// Sent redacts raw, which may be JSON, and then stays JSON.
func Sent(raw []byte, hide func(string) string) []byte {
	hidden := hide(string(raw))
	if hidden == string(raw) {
		return raw
	}
	if json.Valid(raw) && !json.Valid([]byte(hidden)) {
		return []byte(`"` + Mark + `"`)
	}
	return []byte(hidden)
}

// Body returns the start of a body, redacted.
func Body(body []byte, hide func(string) string) string {
	valid := bytes.ToValidUTF8(body[:min(len(body), maxSearched)], nil)
	return Excerpt(string(Sent(valid, hide)))
}

// Excerpt returns the start of a text. The result is a copy, because a substring would keep all of
// text in memory.
func Excerpt(text string) string {
	return strings.Clone(strings.ToValidUTF8(text[:min(len(text), maxExcerpt)], ""))
}

// Error returns err, or an error with a redacted text if err contains a secret, also in a field that
// only %#v or reflection prints. errors.Is and errors.As find err in the result.
func Error(err error, hide func(string) string) error {
	if err == nil {
		return nil
	}
	text := hide(err.Error())
	printed := fmt.Sprintf("%#v %+v", err, struct{ err error }{err})
	if text == err.Error() && hide(printed) == printed {
		return err
	}
	return &hidden{text, func() error { return err }}
}

// hidden is an error with another text. It holds err in a function, which package fmt does not
// print.
type hidden struct {
	text string
	err  func() error
}

func (e *hidden) Error() string        { return e.text }
func (e *hidden) GoString() string     { return e.text }
func (e *hidden) Is(target error) bool { return errors.Is(e.err(), target) }
func (e *hidden) As(target any) bool   { return errors.As(e.err(), target) }
