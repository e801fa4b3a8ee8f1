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

var errCaller = errors.New("the caller's own reason")

// outcome is what a server, or the way to it, does to every attempt.
type outcome struct {
	name    string
	dial    func() error
	serve   func(net.Conn, *http.Request) bool // what it does with a request that it has read
	mute    bool                               // it closes before it reads anything
	tls     *tls.Config                        // of the client; the server's certificate is httptest's
	opt     option
	client  func(*http.Client)
	ctx     func(context.Context) (context.Context, context.CancelFunc)
	acts    bool // the server acts on what it reads
	passing bool // it may go better another time
	doubt   bool // the caller cannot know whether it has acted
	unsent  bool // and nothing has left
	is      []error
	not     []error
}

// stall answers nothing and reads on, so that it ends with the connection.
func stall(c net.Conn, _ *http.Request) bool {
	_, _ = io.Copy(io.Discard, c)
	return false
}

var outcomes = []outcome{
	{name: "500", serve: rawStatus(500, ""), acts: true, passing: true, doubt: true, is: []error{transport.ErrServer}},
	{name: "501", serve: rawStatus(501, ""), is: []error{transport.ErrServer}},
	{name: "502", serve: rawStatus(502, ""), acts: true, passing: true, doubt: true, is: []error{transport.ErrServer}},
	{name: "503", serve: rawStatus(503, ""), acts: true, passing: true, doubt: true, is: []error{transport.ErrServer}},
	{name: "503 with Retry-After", serve: rawStatus(503, "Retry-After: 1\r\n"), passing: true, is: []error{transport.ErrServer}},
	{name: "503 with an invalid Retry-After", serve: rawStatus(503, "Retry-After: soon\r\n"), acts: true, passing: true, doubt: true},
	{name: "503 with a negative Retry-After", serve: rawStatus(503, "Retry-After: -1\r\n"), acts: true, passing: true, doubt: true},
	{name: "503 with an empty Retry-After", serve: rawStatus(503, "Retry-After:\r\n"), acts: true, passing: true, doubt: true},
	{name: "503 of a cache", serve: raw("HTTP/1.1 503 Backend fetch failed\r\nRetry-After: 5\r\nContent-Length: 6\r\n\r\n<html>", true),
		acts: true, passing: true, doubt: true},
	{name: "503 of a cache, truncated JSON", serve: raw("HTTP/1.1 503 Backend fetch failed\r\nRetry-After: 5\r\nContent-Length: 1\r\n\r\n{", true),
		acts: true, passing: true, doubt: true},
	{name: "504", serve: rawStatus(504, ""), acts: true, passing: true, doubt: true, is: []error{transport.ErrServer}},
	{name: "520", serve: rawStatus(520, ""), acts: true, doubt: true, is: []error{transport.ErrServer}},
	{name: "408", serve: rawStatus(408, ""), acts: true, passing: true, doubt: true},
	{name: "429", serve: rawStatus(429, ""), passing: true, is: []error{transport.ErrRateLimited}},
	{name: "400", serve: rawStatus(400, ""), is: []error{transport.ErrInvalidRequest}},
	{name: "401", serve: rawStatus(401, ""), is: []error{transport.ErrUnauthorized}},
	{name: "402", serve: rawStatus(402, ""), is: []error{transport.ErrPaymentRequired}},
	{name: "403", serve: rawStatus(403, ""), is: []error{transport.ErrForbidden}},
	{name: "404", serve: rawStatus(404, ""), is: []error{transport.ErrNotFound}},
	{name: "409", serve: rawStatus(409, ""), is: []error{transport.ErrConflict}},
	{name: "422", serve: rawStatus(422, ""), is: []error{transport.ErrInvalidRequest}},
	{name: "302 that leads nowhere", serve: rawStatus(302, "")},
	{name: "303 that leads nowhere", serve: rawStatus(303, ""), doubt: true},
	{name: "dial refused", dial: func() error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}, passing: true, unsent: true, is: []error{syscall.ECONNREFUSED}},
	{name: "name not found", dial: func() error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "api.test"}}
	}, passing: true, unsent: true},
	{name: "TLS handshake cut", mute: true, tls: &tls.Config{}, passing: true, unsent: true},
	{name: "untrusted certificate", tls: &tls.Config{ServerName: "example.com"}, serve: rawStatus(200, ""), acts: true, unsent: true},
	{name: "cut before it is read", mute: true, passing: true, doubt: true},
	{name: "cut after it is read", serve: raw("", false), acts: true, passing: true, doubt: true},
	{name: "cut in the headers", serve: raw("HTTP/1.1 200 OK\r\nContent-Le", false), acts: true, passing: true, doubt: true},
	{name: "cut in the body", serve: raw("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{", false), acts: true, passing: true, doubt: true},
	{name: "cut in a chunk", serve: raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{", false), acts: true, passing: true, doubt: true},
	{name: "garbage", serve: raw("\x00\x01 what is HTTP?\r\n\r\n", false), acts: true, passing: true, doubt: true},
	{name: "attempt timeout", serve: stall, opt: func(c *transport.Config) { c.Timeout, c.LongTimeout = 3*time.Second, 3*time.Second },
		acts: true, passing: true, doubt: true, is: []error{context.DeadlineExceeded}},
	{name: "attempt timeout in the body", serve: func(c net.Conn, req *http.Request) bool {
		raw("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{", false)(c, req)
		return stall(c, req)
	}, opt: func(c *transport.Config) { c.Timeout, c.LongTimeout = 3*time.Second, 3*time.Second },
		acts: true, passing: true, doubt: true, is: []error{context.DeadlineExceeded}},
	{name: "timeout of the client", serve: stall, client: func(c *http.Client) { c.Timeout = 3 * time.Second },
		acts: true, passing: true, doubt: true, is: []error{context.DeadlineExceeded}},
	{name: "deadline", serve: stall, acts: true, doubt: true, is: []error{context.DeadlineExceeded},
		ctx: func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Second)
		}},
	{name: "cancel", serve: stall, acts: true, doubt: true, is: []error{context.Canceled}, not: []error{context.DeadlineExceeded},
		ctx: func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			timer := time.AfterFunc(time.Second, func() { cancel(errCaller) })
			return ctx, func() { timer.Stop(); cancel(nil) }
		}},
	{name: "ended before it begins", serve: rawStatus(200, ""), acts: true, unsent: true, is: []error{context.Canceled},
		ctx: func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return ctx, cancel
		}},
}

func TestOnlyWhatCannotHaveHappenedIsRepeated(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(nil)
	certificates := server.TLS.Certificates
	server.Close()

	for _, o := range outcomes {
		for _, k := range kinds {
			if k.name == streamed.name && strings.Contains(o.name, "body") || k.name == streamed.name && o.name == "cut in a chunk" {
				continue // a stream that breaks off is its reader's to see
			}
			t.Run(o.name+"/"+k.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var acted atomic.Int64
					serve := reading(func(c net.Conn, req *http.Request) bool {
						if o.acts {
							acted.Add(1)
						}
						return o.serve(c, req)
					})
					if o.mute {
						serve = func(net.Conn) {}
					}
					at := base
					if o.tls != nil {
						at = strings.Replace(base, "http:", "https:", 1)
						if !o.mute {
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
					if o.passing && (!o.doubt || k.repeat) {
						attempts = 3
					}
					if o.name == "ended before it begins" {
						attempts = 0
					}
					acts := 0
					if o.acts && !o.unsent {
						acts = attempts
					}
					require.Len(t, f.Attempts, attempts)
					require.EqualValues(t, acts, acted.Load(), "times that the server acted")
					require.Equal(t, o.doubt && !k.read, errors.Is(err, transport.ErrOutcomeUnknown), "outcome unknown: %v", err)
					require.Equal(t, o.unsent, errors.Is(err, transport.ErrNotSent), "not sent: %v", err)
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

func TestADoubtIsNotForgotten(t *testing.T) {
	t.Parallel()
	dial := broken(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED})
	cut := broken(io.ErrUnexpectedEOF)
	for _, c := range []struct {
		name    string
		kind    kind
		steps   []roundTrip
		is, not []error
	}{
		{"refusal of a repeat", update, []roundTrip{cut, status(409)}, []error{transport.ErrOutcomeUnknown, transport.ErrConflict}, nil},
		{"refusal of a third", update, []roundTrip{status(500), status(429), status(400)}, []error{transport.ErrOutcomeUnknown, transport.ErrInvalidRequest}, nil},
		{"unsent repeat", update, []roundTrip{status(502), dial}, []error{transport.ErrOutcomeUnknown, syscall.ECONNREFUSED}, []error{transport.ErrNotSent}},
		{"refusal of a read", read, []roundTrip{cut, status(404)}, []error{transport.ErrNotFound}, []error{transport.ErrOutcomeUnknown}},
		{"no doubt before", update, []roundTrip{status(429), status(409)}, []error{transport.ErrConflict}, []error{transport.ErrOutcomeUnknown, transport.ErrNotSent}},
		{"unsent, then refused", create, []roundTrip{dial, status(400)}, []error{transport.ErrInvalidRequest}, []error{transport.ErrOutcomeUnknown, transport.ErrNotSent}},
		{"unsent, then in doubt", create, []roundTrip{dial, status(500)}, []error{transport.ErrOutcomeUnknown}, []error{transport.ErrNotSent}},
		{"refused, then unsent", create, []roundTrip{status(429), dial}, []error{syscall.ECONNREFUSED}, []error{transport.ErrOutcomeUnknown, transport.ErrNotSent}},
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

func TestADeleteThatFindsNothing(t *testing.T) {
	t.Parallel()
	cut := broken(io.ErrUnexpectedEOF)
	for _, c := range []struct {
		name  string
		kind  kind
		steps []roundTrip
		want  error
	}{
		{"at once", remove, []roundTrip{status(404)}, transport.ErrNotFound},
		{"after a doubt", remove, []roundTrip{cut, status(404)}, nil},
		{"after a 500", remove, []roundTrip{status(500), status(404)}, nil},
		{"after a doubt and a 429", remove, []roundTrip{status(500), status(429), status(404)}, nil},
		{"after a mere 429", remove, []roundTrip{status(429), status(404)}, transport.ErrNotFound},
		{"after a mere 503", remove, []roundTrip{status(503, "Retry-After", "1"), status(404)}, transport.ErrNotFound},
		{"after an unsent attempt", remove, []roundTrip{broken(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), status(404)}, transport.ErrNotFound},
		{"that is an update", update, []roundTrip{cut, status(404)}, transport.ErrNotFound},
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

func TestOperationsThatNobodyKnowsAreNotRepeated(t *testing.T) {
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

func TestIdsOfAnyKindFindTheirOperation(t *testing.T) {
	t.Parallel()
	rt, _ := script(status(200))
	tr := inMemory(t, rt)
	for _, id := range []string{"1", "a%2Fb", "%2B1555", "a%20b", "%7Bid%7D", "caf%C3%A9"} {
		resp, err := tr.Do(kind{method: "PUT", path: "/v1/things/" + id}.request(t, t.Context(), base))
		require.NoError(t, finish(resp, err))
		require.Equal(t, "updateThing", transport.CallOf(resp).Operation.ID, id)
	}
}

func TestAttemptsOfACallAreAlike(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var ids, bodies, auths, agents []string
		tr := inMemory(t, func(req *http.Request) (*http.Response, error) {
			b, err := io.ReadAll(req.Body)
			require.NoError(t, err)
			ids, bodies = append(ids, req.Header.Get("X-Request-Id")), append(bodies, string(b))
			auths, agents = append(auths, strings.Join(req.Header["Authorization"], ",")), append(agents, req.UserAgent())
			return answer(500, `{}`), nil
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

func TestTheCallersRequestIDIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tr := inMemory(t, func(req *http.Request) (*http.Response, error) {
			require.Equal(t, []string{"mine"}, req.Header["X-Request-Id"])
			return answer(500, ``), nil
		})
		req := read.request(t, t.Context(), base)
		req.Header.Set("X-Request-Id", "mine")
		resp, err := tr.Do(req)
		require.NoError(t, finish(resp, err))
		require.Equal(t, "mine", failure(t, transport.CallOf(resp).Fail(resp, nil)).RequestID)
	})
}

func TestTheServersRequestIDIsNamed(t *testing.T) {
	t.Parallel()
	rt, _ := script(status(400, "X-Request-Id", "theirs"))
	resp, err := inMemory(t, rt).Do(read.request(t, t.Context(), base))
	require.NoError(t, finish(resp, err))
	require.Equal(t, "theirs", failure(t, transport.CallOf(resp).Fail(resp, nil)).RequestID)
}

func TestABodyThatCannotBeReplayedIsSentOnce(t *testing.T) {
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

func TestABodyThatFailsToReplayEndsTheCall(t *testing.T) {
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

// closing counts how often it is closed.
type closing struct {
	io.Reader
	closed atomic.Int64
}

func (c *closing) Close() error { c.closed.Add(1); return nil }

func TestRequestBodiesAreClosedAlsoUnsent(t *testing.T) {
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
		"200":             {read, 200, strings.NewReader("{}")},
		"200 without end": {read, 200, io.MultiReader(strings.NewReader("{"), failing{})},
		"404":             {read, 404, strings.NewReader("{}")},
		"500":             {read, 500, strings.NewReader("{}")},
		"500 huge":        {create, 500, bytes.NewReader(make([]byte, 4<<20))},
		"200 huge":        {read, 200, io.LimitReader(zeros{}, 33<<20)},
		"streamed":        {streamed, 200, strings.NewReader("file")},
		"streamed 404":    {streamed, 404, strings.NewReader("{}")},
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
