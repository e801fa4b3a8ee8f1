package transport

import (
	"crypto/rand"
	"net/http"
	"strings"
)

const requestIDHeader = "X-Request-Id"

// setHeaders sets the headers that all attempts of the call share, unless they are set.
func setHeaders(call *Call, req *http.Request, userAgent []string) {
	if call.RequestID = req.Header.Get(requestIDHeader); call.RequestID == "" {
		call.RequestID = rand.Text()
		call.requestIDs[0] = call.RequestID
		req.Header[requestIDHeader] = call.requestIDs[:]
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header["User-Agent"] = userAgent
	}
	if req.Header.Get("Accept") == "" {
		req.Header["Accept"] = acceptJSON
		if call.Operation.Stream || call.Operation.AnyType {
			req.Header["Accept"] = acceptAny
		}
	}
}

var acceptJSON, acceptAny = []string{"application/json"}, []string{"*/*"}

// ValidHeaderValue reports whether net/http accepts text in a header.
func ValidHeaderValue(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}
