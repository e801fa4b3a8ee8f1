package transport_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/internal/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	base  = "http://api.test/api"
	key   = "Bearer sk-very-secret"
	phone = "+15551234567"
)

// One operation of each kind that the transport distinguishes.
var operations = []transport.Operation{
	{ID: "getThing", Name: "get thing", Method: "GET", Path: "/v1/things/{id}", Repeat: transport.Always},
	{ID: "updateThing", Name: "update thing", Method: "PUT", Path: "/v1/things/{id}", Repeat: transport.Always},
	{ID: "createThing", Name: "create thing", Method: "POST", Path: "/v1/things", Repeat: transport.Never},
	{ID: "deleteThing", Name: "delete thing", Method: "DELETE", Path: "/v1/things/{id}", Repeat: transport.Delete},
	{ID: "importThings", Name: "import things", Method: "POST", Path: "/v1/things/import", Repeat: transport.Always, UnlessFalse: "skipDuplicates"},
	{ID: "sendThing", Name: "send thing", Method: "POST", Path: "/v1/things/{id}/send", Repeat: transport.Never, Untimed: true},
	{ID: "getFile", Name: "get file", Method: "GET", Path: "/v1/files/{id}", Repeat: transport.Always, Stream: true},
	{ID: "login", Name: "log in", Method: "POST", Path: "/v1/login", Repeat: transport.Always, Login: true},
	{ID: "checkThings", Name: "check things", Method: "POST", Path: "/v1/things/check", Repeat: transport.Always, ReadOnly: true},
}

// kind is a kind of call.
type kind struct {
	name, method, path, body string
	repeat                   bool // safe to repeat
	read                     bool
}

var (
	read         = kind{"read", "GET", "/v1/things/1", "", true, true}
	streamed     = kind{"streamed read", "GET", "/v1/files/1", "", true, true}
	update       = kind{"idempotent write", "PUT", "/v1/things/1", `{"a":1}`, true, false}
	create       = kind{"unsafe write", "POST", "/v1/things", `{"phone":"` + phone + `"}`, false, false}
	remove       = kind{"delete", "DELETE", "/v1/things/1", "", true, false}
	importing    = kind{"import", "POST", "/v1/things/import", `{"contacts":[]}`, true, false}
	importOnce   = kind{"import unless false", "POST", "/v1/things/import", `{"skipDuplicates":false}`, false, false}
	sending      = kind{"untimed unsafe write", "POST", "/v1/things/1/send", "", false, false}
	login        = kind{"login", "POST", "/v1/login", "", true, true}
	check        = kind{"lookup", "POST", "/v1/things/check", `{}`, true, true}
	unknownRead  = kind{"unknown read", "GET", "/v1/elsewhere", "", true, true}
	unknownWrite = kind{"unknown write", "PATCH", "/v1/elsewhere", `{}`, false, false}

	kinds = []kind{read, streamed, update, create, remove, importing, importOnce, sending, unknownWrite, unknownRead, login, check}
)

func (k kind) request(t testing.TB, ctx context.Context, base string) *http.Request {
	t.Helper()
	var body io.Reader
	if k.body != "" {
		body = strings.NewReader(k.body)
	}
	req, err := http.NewRequestWithContext(ctx, k.method, base+k.path, body)
	require.NoError(t, err)
	return req
}

// callError is the client error of a failure.
type callError struct{ *transport.Failure }

func (e *callError) Error() string {
	return fmt.Sprintf("%s: %d %v", e.Operation.Name, e.Status, e.Err)
}
func (e *callError) Unwrap() error { return e.Err }

type option func(*transport.Config)

func retries(n int) option { return func(c *transport.Config) { c.MaxRetries = n } }

func timeout(d time.Duration) option { return func(c *transport.Config) { c.Timeout = d } }

func newTransport(t testing.TB, at string, hc *http.Client, opts ...option) *transport.Transport {
	t.Helper()
	u, err := url.Parse(at)
	require.NoError(t, err)
	cfg := transport.Config{
		Product: "test", BaseURL: u, Operations: operations, UserAgent: "test/1",
		Token: func(_ context.Context, rejected string) (string, error) {
			if rejected != "" {
				return "", transport.ErrNoOtherToken
			}
			return strings.TrimPrefix(key, "Bearer "), nil
		},
		Fail:       func(f *transport.Failure) error { return &callError{f} },
		HTTPClient: hc,
		MaxRetries: 2,
	}
	for _, opt := range opts {
		opt(&cfg)
	}
	return transport.New(cfg)
}

// roundTrip is a server in memory.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	return f(req)
}

func inMemory(t testing.TB, f roundTrip, opts ...option) *transport.Transport {
	t.Helper()
	return newTransport(t, base, &http.Client{Transport: f}, opts...)
}

func response(status int, body string, header ...string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// script responds to each attempt with its next step, and repeats the last.
func script(steps ...roundTrip) (roundTrip, *atomic.Int64) {
	n := new(atomic.Int64)
	return func(req *http.Request) (*http.Response, error) {
		i := int(n.Add(1)) - 1
		return steps[min(i, len(steps)-1)](req)
	}, n
}

func status(code int, header ...string) roundTrip {
	return func(*http.Request) (*http.Response, error) { return response(code, `{}`, header...), nil }
}

func broken(err error) roundTrip {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// failure returns the failure of a call.
func failure(t testing.TB, err error) *transport.Failure {
	t.Helper()
	e, ok := errors.AsType[*callError](err)
	require.True(t, ok, "%T: %v", err, err)
	return e.Failure
}

// finish reads and closes the response of a call, as its caller does.
func finish(resp *http.Response, err error) error {
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return errors.Join(err, resp.Body.Close())
}

// wire connects net/http's own transport to a server of raw connections, without a socket, so
// that time can be virtual.
type wire struct {
	dials atomic.Int64
	mu    sync.Mutex
	conns []net.Conn
	wg    sync.WaitGroup
}

func newWire(t *testing.T, dial func() error, serve func(net.Conn)) (*http.Transport, *wire) {
	w := new(wire)
	tr := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		w.dials.Add(1)
		if dial != nil {
			if err := dial(); err != nil {
				return nil, err
			}
		}
		client, server := net.Pipe()
		w.mu.Lock()
		w.conns = append(w.conns, server)
		w.mu.Unlock()
		w.wg.Go(func() {
			defer server.Close()
			serve(server)
		})
		return client, nil
	}}
	t.Cleanup(func() {
		tr.CloseIdleConnections()
		w.mu.Lock()
		for _, c := range w.conns {
			c.Close()
		}
		w.mu.Unlock()
		w.wg.Wait()
	})
	return tr, w
}

// reading reads whole requests and passes them to f until it returns false or the connection ends.
func reading(f func(net.Conn, *http.Request) bool) func(net.Conn) {
	return func(c net.Conn) {
		br := bufio.NewReader(c)
		for {
			req, err := http.ReadRequest(br)
			if err != nil {
				return
			}
			if _, err := io.Copy(io.Discard, req.Body); err != nil || !f(c, req) {
				return
			}
		}
	}
}

// raw writes text as the response.
func raw(text string, keep bool) func(net.Conn, *http.Request) bool {
	return func(c net.Conn, _ *http.Request) bool {
		_, err := io.WriteString(c, text)
		return keep && err == nil
	}
}

func rawStatus(code int, header string) func(net.Conn, *http.Request) bool {
	return raw(fmt.Sprintf("HTTP/1.1 %d Whatever\r\nContent-Length: 2\r\n%s\r\n{}", code, header), true)
}
