package transport_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/internal/transport"
)

var errCaller = errors.New("error of the caller")

// outcome is what the server or the network does to every attempt, and the outcome of the call.
type outcome struct {
	name      string
	dial      func() error
	serve     func(net.Conn, *http.Request) bool // after reading the request
	closes    bool                               // it closes the connection before reading
	tls       *tls.Config                        // of the client; the server has the certificate of httptest
	opt       option
	client    func(*http.Client)
	ctx       func(context.Context) (context.Context, context.CancelFunc)
	processes bool // the server processes requests
	transient bool
	unknown   bool // the outcome of a write is unknown
	notSent   bool // no part of the request left
	is        []error
	not       []error
}

// stall never responds, and reads until the connection ends.
func stall(c net.Conn, _ *http.Request) bool {
	_, _ = io.Copy(io.Discard, c)
	return false
}

var outcomes = []outcome{
	{name: "500", serve: rawStatus(500, ""), processes: true, transient: true, unknown: true, is: []error{transport.ErrServer}},
	{name: "501", serve: rawStatus(501, ""), is: []error{transport.ErrServer}},
	{name: "502", serve: rawStatus(502, ""), processes: true, transient: true, unknown: true, is: []error{transport.ErrServer}},
	{name: "503", serve: rawStatus(503, ""), processes: true, transient: true, unknown: true, is: []error{transport.ErrServer}},
	{name: "503 with Retry-After", serve: rawStatus(503, "Retry-After: 1\r\n"), transient: true, is: []error{transport.ErrServer}},
	{name: "503 with an invalid Retry-After", serve: rawStatus(503, "Retry-After: soon\r\n"), processes: true, transient: true, unknown: true},
	{name: "503 with a negative Retry-After", serve: rawStatus(503, "Retry-After: -1\r\n"), processes: true, transient: true, unknown: true},
	{name: "503 with an empty Retry-After", serve: rawStatus(503, "Retry-After:\r\n"), processes: true, transient: true, unknown: true},
	{name: "503 of a cache", serve: raw("HTTP/1.1 503 Backend fetch failed\r\nRetry-After: 5\r\nContent-Length: 6\r\n\r\n<html>", true),
		processes: true, transient: true, unknown: true},
	{name: "503 of a cache, truncated JSON", serve: raw("HTTP/1.1 503 Backend fetch failed\r\nRetry-After: 5\r\nContent-Length: 1\r\n\r\n{", true),
		processes: true, transient: true, unknown: true},
	{name: "504", serve: rawStatus(504, ""), processes: true, transient: true, unknown: true, is: []error{transport.ErrServer}},
	{name: "520", serve: rawStatus(520, ""), processes: true, unknown: true, is: []error{transport.ErrServer}},
	{name: "408", serve: rawStatus(408, ""), processes: true, transient: true, unknown: true},
	{name: "429", serve: rawStatus(429, ""), transient: true, is: []error{transport.ErrRateLimited}},
	{name: "400", serve: rawStatus(400, ""), is: []error{transport.ErrInvalidRequest}},
	{name: "401", serve: rawStatus(401, ""), is: []error{transport.ErrUnauthorized}},
	{name: "402", serve: rawStatus(402, ""), is: []error{transport.ErrPaymentRequired}},
	{name: "403", serve: rawStatus(403, ""), is: []error{transport.ErrForbidden}},
	{name: "404", serve: rawStatus(404, ""), is: []error{transport.ErrNotFound}},
	{name: "409", serve: rawStatus(409, ""), is: []error{transport.ErrConflict}},
	{name: "422", serve: rawStatus(422, ""), is: []error{transport.ErrInvalidRequest}},
	{name: "302 without Location", serve: rawStatus(302, "")},
	{name: "303 without Location", serve: rawStatus(303, ""), unknown: true},
	{name: "dial refused", dial: func() error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}, transient: true, notSent: true, is: []error{syscall.ECONNREFUSED}},
	{name: "name not found", dial: func() error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "api.test"}}
	}, transient: true, notSent: true},
	{name: "lost in the TLS handshake", closes: true, tls: &tls.Config{}, transient: true, notSent: true},
	{name: "untrusted certificate", tls: &tls.Config{ServerName: "example.com"}, serve: rawStatus(200, ""), processes: true, notSent: true},
	{name: "lost before reading", closes: true, transient: true, unknown: true},
	{name: "lost after reading", serve: raw("", false), processes: true, transient: true, unknown: true},
	{name: "lost in the headers", serve: raw("HTTP/1.1 200 OK\r\nContent-Le", false), processes: true, transient: true, unknown: true},
	{name: "lost in the body", serve: raw("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{", false), processes: true, transient: true, unknown: true},
	{name: "lost in a chunk", serve: raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{", false), processes: true, transient: true, unknown: true},
	{name: "garbage", serve: raw("\x00\x01 what is HTTP?\r\n\r\n", false), processes: true, transient: true, unknown: true},
	{name: "attempt timeout", serve: stall, opt: func(c *transport.Config) { c.Timeout, c.LongTimeout = 3*time.Second, 3*time.Second },
		processes: true, transient: true, unknown: true, is: []error{context.DeadlineExceeded}},
	{name: "attempt timeout in the body", serve: func(c net.Conn, req *http.Request) bool {
		raw("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{", false)(c, req)
		return stall(c, req)
	}, opt: func(c *transport.Config) { c.Timeout, c.LongTimeout = 3*time.Second, 3*time.Second },
		processes: true, transient: true, unknown: true, is: []error{context.DeadlineExceeded}},
	{name: "timeout of the client", serve: stall, client: func(c *http.Client) { c.Timeout = 3 * time.Second },
		processes: true, transient: true, unknown: true, is: []error{context.DeadlineExceeded}},
	{name: "deadline", serve: stall, processes: true, unknown: true, is: []error{context.DeadlineExceeded},
		ctx: func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Second)
		}},
	{name: "cancel", serve: stall, processes: true, unknown: true, is: []error{context.Canceled}, not: []error{context.DeadlineExceeded},
		ctx: func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			timer := time.AfterFunc(time.Second, func() { cancel(errCaller) })
			return ctx, func() { timer.Stop(); cancel(nil) }
		}},
	{name: "canceled before the call", serve: rawStatus(200, ""), processes: true, notSent: true, is: []error{context.Canceled},
		ctx: func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return ctx, cancel
		}},
}

func TestUnsafeCallsAreRetriedOnlyIfNotProcessed(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(nil)
	certificates := server.TLS.Certificates
	server.Close()

	for _, o := range outcomes {
		for _, k := range kinds {
			if k.name == streamed.name && strings.Contains(o.name, "body") || k.name == streamed.name && o.name == "lost in a chunk" {
				continue // the reader of a stream gets the error
			}
			t.Run(o.name+"/"+k.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var processed atomic.Int64
					serve := reading(func(c net.Conn, req *http.Request) bool {
						if o.processes {
							processed.Add(1)
						}
						return o.serve(c, req)
					})
					if o.closes {
						serve = func(net.Conn) {}
					}
					at := base
					if o.tls != nil {
						at = strings.Replace(base, "http:", "https:", 1)
						if !o.closes {
							plain := serve
							serve = func(c net.Conn) {
								s := tls.Server(c, &tls.Config{Certificates: certificates})
								if s.Handshake() == nil {
									plain(s)
								}
							}
						}
					}
					rt, _ := newWire(t, o.dial, serve)
					rt.TLSClientConfig = o.tls
					hc := &http.Client{Transport: rt}
					if o.client != nil {
						o.client(hc)
					}
					opts := []option{}
					if o.opt != nil {
						opts = append(opts, o.opt)
					}
					tr := newTransport(t, at, hc, opts...)
					ctx := t.Context()
					if o.ctx != nil {
						var cancel context.CancelFunc
						ctx, cancel = o.ctx(ctx)
						defer cancel()
					}

					resp, err := tr.Do(k.request(t, ctx, at))
					var f *transport.Failure
					if err == nil {
						err = transport.CallOf(resp).Fail(resp, nil)
						require.NoError(t, resp.Body.Close())
					}
					f = failure(t, err)

					attempts := 1
					if o.transient && (!o.unknown || k.repeat) {
						attempts = 3
					}
					if o.name == "canceled before the call" {
						attempts = 0
					}
					want := 0
					if o.processes && !o.notSent {
						want = attempts
					}
					require.Len(t, f.Attempts, attempts)
					require.EqualValues(t, want, processed.Load(), "times processed")
					require.Equal(t, o.unknown && !k.read, errors.Is(err, transport.ErrOutcomeUnknown), "outcome unknown: %v", err)
					require.Equal(t, o.notSent, errors.Is(err, transport.ErrNotSent), "not sent: %v", err)
					for _, target := range o.is {
						require.ErrorIs(t, err, target)
					}
					for _, target := range o.not {
						require.NotErrorIs(t, err, target)
					}
				})
			})
		}
	}
}

func TestOutcomeStaysUnknown(t *testing.T) {
	t.Parallel()
	dial := broken(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED})
	cut := broken(io.ErrUnexpectedEOF)
	for _, c := range []struct {
		name    string
		kind    kind
		steps   []roundTrip
		is, not []error
	}{
		{"retry refused", update, []roundTrip{cut, status(409)}, []error{transport.ErrOutcomeUnknown, transport.ErrConflict}, nil},
		{"third attempt refused", update, []roundTrip{status(500), status(429), status(400)}, []error{transport.ErrOutcomeUnknown, transport.ErrInvalidRequest}, nil},
		{"retry not sent", update, []roundTrip{status(502), dial}, []error{transport.ErrOutcomeUnknown, syscall.ECONNREFUSED}, []error{transport.ErrNotSent}},
		{"read refused", read, []roundTrip{cut, status(404)}, []error{transport.ErrNotFound}, []error{transport.ErrOutcomeUnknown}},
		{"refused twice", update, []roundTrip{status(429), status(409)}, []error{transport.ErrConflict}, []error{transport.ErrOutcomeUnknown, transport.ErrNotSent}},
		{"not sent, then refused", create, []roundTrip{dial, status(400)}, []error{transport.ErrInvalidRequest}, []error{transport.ErrOutcomeUnknown, transport.ErrNotSent}},
		{"not sent, then unknown", create, []roundTrip{dial, status(500)}, []error{transport.ErrOutcomeUnknown}, []error{transport.ErrNotSent}},
		{"refused, then not sent", create, []roundTrip{status(429), dial}, []error{syscall.ECONNREFUSED}, []error{transport.ErrOutcomeUnknown, transport.ErrNotSent}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rt, _ := script(c.steps...)
				_, err := reply.JSON[struct{}](inMemory(t, rt).Do(c.kind.request(t, t.Context(), base)))
				for _, target := range c.is {
					require.ErrorIs(t, err, target)
				}
				for _, target := range c.not {
					require.NotErrorIs(t, err, target)
				}
			})
		})
	}
}

func TestDeleteOfSomethingGone(t *testing.T) {
	t.Parallel()
	cut := broken(io.ErrUnexpectedEOF)
	for _, c := range []struct {
		name  string
		kind  kind
		steps []roundTrip
		want  error
	}{
		{"at once", remove, []roundTrip{status(404)}, transport.ErrNotFound},
		{"after a lost response", remove, []roundTrip{cut, status(404)}, nil},
		{"after a 500", remove, []roundTrip{status(500), status(404)}, nil},
		{"after a 500 and a 429", remove, []roundTrip{status(500), status(429), status(404)}, nil},
		{"after a 429", remove, []roundTrip{status(429), status(404)}, transport.ErrNotFound},
		{"after a 503", remove, []roundTrip{status(503, "Retry-After", "1"), status(404)}, transport.ErrNotFound},
		{"after a refused connection", remove, []roundTrip{broken(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), status(404)}, transport.ErrNotFound},
		{"update", update, []roundTrip{cut, status(404)}, transport.ErrNotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rt, _ := script(c.steps...)
				value, err := reply.JSON[struct{ A int }](inMemory(t, rt).Do(c.kind.request(t, t.Context(), base)))
				if c.want == nil {
					require.NoError(t, err)
					require.NotNil(t, value)
				} else {
					require.ErrorIs(t, err, c.want)
				}
				rt, _ = script(c.steps...)
				err = reply.None(inMemory(t, rt).Do(c.kind.request(t, t.Context(), base)))
				require.Equal(t, c.want == nil, err == nil)
			})
		})
	}
}

func TestUnlessFalse(t *testing.T) {
	t.Parallel()
	for body, attempts := range map[string]int{
		`{}`:                                             3,
		`{"skipDuplicates":true}`:                        3,
		`{"skipDuplicates":null}`:                        3,
		`{"skipDuplicates":"false"}`:                     3,
		`{"x":{"skipDuplicates":false}}`:                 3,
		`{"skipDuplicates":false}`:                       1,
		`{ "skipDuplicates" : false }`:                   1,
		`{"skipDuplicates":true,"skipDuplicates":false}`: 1,
		`not JSON`:                                       1,
		``:                                               1,
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rt, n := script(status(500))
				k := importing
				k.body = body
				resp, err := inMemory(t, rt).Do(k.request(t, t.Context(), base))
				require.NoError(t, finish(resp, err))
				require.EqualValues(t, attempts, n.Load())
			})
		})
	}
}

func TestUnknownWritesAreNotRetried(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"/v1/unknown", "/v1/things/1/more", "/v1/things/", "/v1/things/a/../1", "/v1//things/1", "/things/1"} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rt, n := script(status(500))
				k := kind{method: "PUT", path: target}
				resp, err := inMemory(t, rt).Do(k.request(t, t.Context(), base))
				require.NoError(t, finish(resp, err))
				require.EqualValues(t, 1, n.Load())
				require.Empty(t, transport.CallOf(resp).Operation.ID)
				require.Equal(t, "put request", transport.CallOf(resp).Operation.Name)
			})
		})
	}
}

func TestOperationIsFoundWithAnyID(t *testing.T) {
	t.Parallel()
	rt, _ := script(status(200))
	tr := inMemory(t, rt)
	for _, id := range []string{"1", "a%2Fb", "%2B1555", "a%20b", "%7Bid%7D", "caf%C3%A9"} {
		resp, err := tr.Do(kind{method: "PUT", path: "/v1/things/" + id}.request(t, t.Context(), base))
		require.NoError(t, finish(resp, err))
		require.Equal(t, "updateThing", transport.CallOf(resp).Operation.ID, id)
	}
}

func TestAttemptsOfACallAreEqual(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var ids, bodies, auths, agents []string
		tr := inMemory(t, func(req *http.Request) (*http.Response, error) {
			b, err := io.ReadAll(req.Body)
			require.NoError(t, err)
			ids, bodies = append(ids, req.Header.Get("X-Request-Id")), append(bodies, string(b))
			auths, agents = append(auths, strings.Join(req.Header["Authorization"], ",")), append(agents, req.UserAgent())
			return response(500, `{}`), nil
		})
		for range 2 {
			resp, err := tr.Do(update.request(t, t.Context(), base))
			require.NoError(t, finish(resp, err))
		}
		require.Len(t, ids, 6)
		require.NotEmpty(t, ids[0])
		require.Equal(t, []string{ids[0], ids[0], ids[0], ids[3], ids[3], ids[3]}, ids)
		require.NotEqual(t, ids[0], ids[3])
		for i := range 6 {
			require.Equal(t, update.body, bodies[i])
			require.Equal(t, key, auths[i])
			require.Equal(t, "test/1", agents[i])
		}
	})
}

func TestRequestIDOfTheCallerOrTheServerIsUsed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ sent, received, want string }{
		"caller": {sent: "mine", want: "mine"},
		"server": {received: "theirs", want: "theirs"},
		"both":   {sent: "mine", received: "theirs", want: "theirs"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := inMemory(t, func(req *http.Request) (*http.Response, error) {
				if c.sent != "" {
					require.Equal(t, []string{c.sent}, req.Header["X-Request-Id"])
				}
				return response(400, ``, "X-Request-Id", c.received), nil
			})
			req := read.request(t, t.Context(), base)
			req.Header.Set("X-Request-Id", c.sent)
			resp, err := tr.Do(req)
			require.NoError(t, finish(resp, err))
			require.Equal(t, c.want, failure(t, transport.CallOf(resp).Fail(resp, nil)).RequestID)
		})
	}
}

func TestNonReplayableBodyIsSentOnce(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]roundTrip{
		"500": status(500), "429": status(429), "dial": broken(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rt, n := script(step)
				req := update.request(t, t.Context(), base)
				req.Body, req.GetBody = io.NopCloser(io.LimitReader(strings.NewReader("abc"), 3)), nil
				_ = finish(inMemory(t, rt).Do(req))
				require.EqualValues(t, 1, n.Load())
			})
		})
	}
}

func TestErrorOfGetBodyEndsTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rt, n := script(status(500))
		req := update.request(t, t.Context(), base)
		req.GetBody = func() (io.ReadCloser, error) { return nil, errCaller }
		_, err := inMemory(t, rt).Do(req)
		require.ErrorIs(t, err, errCaller)
		require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
		require.EqualValues(t, 1, n.Load())
	})
}

// closing counts calls of Close.
type closing struct {
	io.Reader
	closed atomic.Int64
}

func (c *closing) Close() error { c.closed.Add(1); return nil }

func TestRequestBodiesAreClosed(t *testing.T) {
	t.Parallel()
	for name, opt := range map[string]option{
		"sent":    func(*transport.Config) {},
		"limiter": func(c *transport.Config) { c.Limiter = limiter(func(context.Context) error { return errCaller }) },
		"token": func(c *transport.Config) {
			c.Token = func(context.Context, string) (string, error) { return "", errCaller }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rt, _ := script(status(200))
			body := &closing{Reader: strings.NewReader("x")}
			req := create.request(t, t.Context(), base)
			req.Body, req.GetBody = body, nil
			_ = finish(inMemory(t, rt, opt).Do(req))
			require.EqualValues(t, 1, body.closed.Load())
		})
	}
}

type limiter func(context.Context) error

func (l limiter) Wait(ctx context.Context) error { return l(ctx) }

func TestResponseBodiesAreClosed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind kind
		code int
		body io.Reader
	}{
		"200":           {read, 200, strings.NewReader("{}")},
		"200 truncated": {read, 200, io.MultiReader(strings.NewReader("{"), failing{})},
		"404":           {read, 404, strings.NewReader("{}")},
		"500":           {read, 500, strings.NewReader("{}")},
		"500 huge":      {create, 500, bytes.NewReader(make([]byte, 4<<20))},
		"200 huge":      {read, 200, io.LimitReader(zeros{}, 33<<20)},
		"streamed":      {streamed, 200, strings.NewReader("file")},
		"streamed 404":  {streamed, 404, strings.NewReader("{}")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var bodies []*closing
				tr := inMemory(t, func(*http.Request) (*http.Response, error) {
					b := &closing{Reader: c.body}
					bodies = append(bodies, b)
					return &http.Response{StatusCode: c.code, Header: http.Header{}, Body: b, ContentLength: -1}, nil
				})
				_ = finish(tr.Do(c.kind.request(t, t.Context(), base)))
				require.NotEmpty(t, bodies)
				for _, b := range bodies {
					require.GreaterOrEqual(t, b.closed.Load(), int64(1))
				}
			})
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
