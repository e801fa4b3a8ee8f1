// Package redact keeps secrets out of what a server has said, for the errors of both clients.
// Each client brings a function that hides its secrets in a text.
package redact

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
)

// Sent redacts what was sent, which may be JSON: there, a secret can be written in many ways. What
// was JSON is JSON; what holds no secret is as it was.
func Sent(sent []byte, hide func(string) string) []byte {
	plain := unescape(sent)
	if hide(plain) == plain {
		return sent
	}
	return []byte(hide(plain))
}

const (
	// maxExcerpt is how much of what a server sent an error holds.
	maxExcerpt = 2 << 10
	// maxSearched is how much is searched for secrets, since half of one is none.
	maxSearched = 64 << 10
)

// Body is the start of a body, redacted.
func Body(sent []byte, hide func(string) string) string {
	valid := bytes.ToValidUTF8(sent[:min(len(sent), maxSearched)], nil)
	return Excerpt(string(Sent(valid, hide)))
}

// Excerpt is the start of a text that a server sent. It is a clone, since a part of a string keeps
// the whole.
func Excerpt(text string) string {
	return strings.Clone(strings.ToValidUTF8(text[:min(len(text), maxExcerpt)], ""))
}

// unescape writes plainly what JSON may write as an escape, but for quotes and backslashes, which
// would end a text or begin an escape.
func unescape(sent []byte) string {
	var b strings.Builder
	for len(sent) > 0 {
		if c, size := escape(sent); size > 0 {
			b.WriteByte(c)
			sent = sent[size:]
			continue
		}
		n := 1
		if sent[0] == '\\' {
			n = min(2, len(sent)) // what is escaped here begins no escape
		}
		b.Write(sent[:n])
		sent = sent[n:]
	}
	return b.String()
}

// escape reads an escape of a character that needs none.
func escape(text []byte) (c byte, size int) {
	const solidus, unicode = `\/`, `\u0000`
	switch {
	case len(text) >= len(solidus) && string(text[:2]) == solidus:
		return '/', len(solidus)
	case len(text) >= len(unicode) && string(text[:2]) == unicode[:2]:
		code, err := strconv.ParseUint(string(text[2:len(unicode)]), 16, 16)
		if err == nil && code >= ' ' && code <= '~' && code != '"' && code != '\\' {
			return byte(code), len(unicode)
		}
	}
	return 0, 0
}

// Error redacts the text of an error, which errors.Is and errors.As see through.
func Error(err error, hide func(string) string) error {
	if err == nil || hide(err.Error()) == err.Error() {
		return err
	}
	return &hidden{hide(err.Error()), err}
}

// hidden is an error whose own text is not to be seen.
type hidden struct {
	text string
	err  error
}

func (e *hidden) Error() string        { return e.text }
func (e *hidden) GoString() string     { return e.text }
func (e *hidden) Is(target error) bool { return errors.Is(e.err, target) }
func (e *hidden) As(target any) bool   { return errors.As(e.err, target) }
