package latetest

import (
	"encoding/json"
	"time"

	"github.com/wabakit/wabakit-go/internal/fakeserver"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// Fault is something that goes wrong between client and server. It is meant for every
// request, unless its methods say otherwise, each of which returns a narrower copy:
//
//   - On(operations ...string): calls of these operations of the contract; Inject panics over
//     an id that the contract does not know
//   - When(func(Request) bool): requests that the function picks
//   - After(n int): not the first n of those
//   - Times(n int): n of those, and no more
//   - With(name, value string): an answer with this header, such as Retry-After
type Fault = fakeserver.Fault

// Inject lets requests meet faults, until the function that it returns is called. A request
// meets every [Latency] that is meant for it, and then the first other fault that is: what is
// injected first strikes first, so several faults of Times(1) are met one after another.
//
//	server.Inject(latetest.Status(429, "slow down").With("Retry-After", "1").Times(1))
//	server.Inject(latetest.CutAfter().On("createWhatsAppContact"))
func (s *Server) Inject(faults ...Fault) (remove func()) { return s.core.Inject(faults...) }

// Latency lets a request wait before the API sees it. If the client goes in the meantime,
// the API never does.
func Latency(d time.Duration) Fault { return fakeserver.Latency(d) }

// Status refuses a request, which the API does not see, with an error body of the API.
func Status(status int, message string) Fault {
	body, _ := json.Marshal(lateapi.ErrorResponse{Error: message}) // a string: cannot fail
	return fakeserver.Answer(status, string(body))
}

// Answer answers a request, which the API does not see, with any body. Its content type goes
// by how it begins.
func Answer(status int, body string) Fault { return fakeserver.Answer(status, body) }

// ProxyPage answers a request, which the API does not see, with the HTML page of a proxy.
func ProxyPage(status int) Fault { return fakeserver.ProxyPage(status) }

// Redirect sends the client elsewhere. The API does not see the request.
func Redirect(status int, location string) Fault { return fakeserver.Redirect(status, location) }

// CutBefore cuts the connection before the API sees the request.
func CutBefore() Fault { return fakeserver.CutBefore() }

// CutAfter cuts the connection when the API has acted, before its answer leaves.
func CutAfter() Fault { return fakeserver.CutAfter() }

// CutHead cuts the connection in the midst of the headers of the API's answer.
func CutHead() Fault { return fakeserver.CutHead() }

// Truncated cuts the connection in the midst of the body of the API's answer.
func Truncated() Fault { return fakeserver.Truncated() }

// Garbage puts bytes that mean nothing in the place of the body of the API's answer.
func Garbage() Fault { return fakeserver.Garbage() }

// SlowBody sends the body of the API's answer a byte at a time, and waits before each.
func SlowBody(perByte time.Duration) Fault { return fakeserver.SlowBody(perByte) }

// EndlessBody sends a body that never ends when the API has acted.
func EndlessBody() Fault { return fakeserver.EndlessBody() }

// Hang never answers although the API has acted. Where the API must not act, there is
// [Latency].
func Hang() Fault { return fakeserver.Hang() }
