package transport

import (
	"net/http"
	"strings"
)

const requestIDHeader = "X-Request-Id"

// header returns the header of the next attempt: a copy of that of the call's request, with what
// all attempts share and the token.
func (c *Call) header(original http.Header, userAgent string) http.Header {
	h, room := original.Clone(), c.trace.header[:]
	set := func(name, value string) {
		room[0] = value
		h[name], room = room[:1:1], room[1:]
	}
	set(requestIDHeader, c.RequestID)
	if h.Get("User-Agent") == "" {
		set("User-Agent", userAgent)
	}
	if h.Get("Accept") == "" {
		if c.Operation.Stream || c.Operation.AnyType {
			set("Accept", "*/*")
		} else {
			set("Accept", "application/json")
		}
	}
	if c.token != "" {
		set("Authorization", "Bearer "+c.token)
	}
	return h
}

// ValidHeaderValue reports whether net/http accepts text in a header.
func ValidHeaderValue(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}
