package transport

import (
	"crypto/rand"
	"net/http"
)

const requestIDHeader = "X-Request-Id"

// identify names the call: its operation and one id for all of its attempts.
func identify(t table, req *http.Request, userAgent string) *Call {
	call := &Call{Operation: t.find(req), RequestID: req.Header.Get(requestIDHeader)}
	call.Attempts, call.trace = call.first[:0], &call.traced
	if call.RequestID == "" {
		call.RequestID = rand.Text()
		call.ids[0] = call.RequestID
		req.Header[requestIDHeader] = call.ids[:]
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", userAgent)
	}
	return call
}
