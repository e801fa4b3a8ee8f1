package latetest

import (
	"encoding/json"
	"time"

	"github.com/wabakit/wabakit-go/internal/fakeserver"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// Fault is a failure between client and server. Without further limits it applies to every
// request. Each method returns a narrower copy:
//
//   - On(operations ...string): limits it to the given operations, such as [late.OpSendWhatsAppBulk]
//     or [late.OpUploadMedia]
//   - When(func(Request) bool): limits it to requests for which the function returns true
//   - After(n int): skips the first n of those requests
//   - Times(n int): applies it to n of those requests
//   - With(name, value string): adds a header, such as Retry-After, to the response
type Fault = fakeserver.Fault

// Inject applies faults to requests until the returned function is called. Each request meets
// every matching [Latency], then the first other matching fault in order of injection. It panics
// if a fault names an unknown operation.
//
//	server.Inject(latetest.Status(429, "slow down").With("Retry-After", "1").Times(1))
//	server.Inject(latetest.CutAfter().On(late.OpCreateWhatsAppContact))
func (s *Server) Inject(faults ...Fault) (remove func()) { return s.core.Inject(faults...) }

// Latency delays a request before the API processes it. If the client disconnects first, the
// request is not processed.
func Latency(d time.Duration) Fault { return fakeserver.Latency(d) }

// Status responds with the status and an error body of the API. The request is not processed.
func Status(status int, message string) Fault {
	body, _ := json.Marshal(lateapi.ErrorResponse{Error: message}) // marshaling a string cannot fail
	return fakeserver.Respond(status, string(body))
}

// Respond responds with a status and a body, from which it derives the Content-Type. The request is
// not processed.
func Respond(status int, body string) Fault { return fakeserver.Respond(status, body) }

// ProxyPage responds with the HTML error page of a proxy. The request is not processed.
func ProxyPage(status int) Fault { return fakeserver.ProxyPage(status) }

// Redirect responds with a redirect. The request is not processed.
func Redirect(status int, location string) Fault { return fakeserver.Redirect(status, location) }

// CutBefore closes the connection before the request is processed.
func CutBefore() Fault { return fakeserver.CutBefore() }

// CutAfter processes the request, then closes the connection without a response.
func CutAfter() Fault { return fakeserver.CutAfter() }

// CutHead processes the request, then closes the connection within the response headers.
func CutHead() Fault { return fakeserver.CutHead() }

// Truncated processes the request, then closes the connection within the response body.
func Truncated() Fault { return fakeserver.Truncated() }

// Garbage processes the request, then responds with meaningless bytes.
func Garbage() Fault { return fakeserver.Garbage() }

// SlowBody processes the request, then sends the response body one byte at a time with a pause
// before each.
func SlowBody(perByte time.Duration) Fault { return fakeserver.SlowBody(perByte) }

// EndlessBody processes the request, then sends a response body without end.
func EndlessBody() Fault { return fakeserver.EndlessBody() }

// Hang processes the request and never responds. Use [Latency] to delay the processing.
func Hang() Fault { return fakeserver.Hang() }
