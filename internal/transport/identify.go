package transport

import (
	"crypto/rand"
	"net/http"
)

const requestIDHeader = "X-Request-Id"

// identify names the call: its operation and one id for all of its attempts.
func identify(t table, req *http.Request, userAgent string) *Call {
	id := req.Header.Get(requestIDHeader)
	if id == "" {
		id = rand.Text()
		req.Header.Set(requestIDHeader, id)
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", userAgent)
	}
	call := &Call{Operation: t.find(req), RequestID: id}
	call.Attempts = call.first[:0]
	return call
}
