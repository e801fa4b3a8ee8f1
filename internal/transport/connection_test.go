package transport_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/transport"
)

func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	var accepted, n atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		switch n.Add(1) % 6 {
		case 0:
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(503)
		case 1:
			w.WriteHeader(404)
			_, _ = io.WriteString(w, strings.Repeat("x", 64<<10))
		case 2:
			w.WriteHeader(500)
			_, _ = io.WriteString(w, strings.Repeat("x", 1<<20+100<<10))
		case 3:
			w.WriteHeader(204)
		case 4:
			_, _ = io.WriteString(w, strings.Repeat(" ", 2<<20))
		default:
			_, _ = io.WriteString(w, `{}`)
		}
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			accepted.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	defer server.Client().CloseIdleConnections()
	tr := newTransport(t, server.URL, server.Client(), retries(0))
	for i := range 90 {
		_ = finish(tr.Do(kinds[i%len(kinds)].request(t, t.Context(), server.URL)))
	}
	require.EqualValues(t, 90, n.Load())
	require.EqualValues(t, 1, accepted.Load())
}

// A server that crashes on a request on a reused connection must not get it again, neither from
// net/http nor from the transport, unless that is safe.
func TestLostIdleConnectionDoesNotRepeatAWrite(t *testing.T) {
	t.Parallel()
	keyed := func(c *transport.Config) {
		c.Middleware = []func(transport.Doer) transport.Doer{func(next transport.Doer) transport.Doer {
			return doer(func(req *http.Request) (*http.Response, error) {
				req.Header.Set("Idempotency-Key", "1")
				req.Header.Set("X-Idempotency-Key", "1")
				return next.Do(req)
			})
		}}
	}
	for name, opt := range map[string]option{"": func(*transport.Config) {}, " with an idempotency key": keyed} {
		for _, k := range kinds {
			if k.name == streamed.name {
				continue
			}
			t.Run(k.name+name, func(t *testing.T) {
				t.Parallel()
				listener, err := net.Listen("tcp", "127.0.0.1:0")
				require.NoError(t, err)
				defer listener.Close()
				var seen atomic.Int64
				var keys atomic.Value
				go func() {
					for {
						c, err := listener.Accept()
						if err != nil {
							return
						}
						go func() {
							defer c.Close()
							first := true
							reading(func(c net.Conn, req *http.Request) bool {
								if first {
									first = false
									if req.URL.Path == read.path && req.Method == "GET" && req.Header.Get("X-Warm") != "" {
										return rawStatus(200, "")(c, req)
									}
								}
								seen.Add(1)
								keys.Store(req.Header.Get("Idempotency-Key") + req.Header.Get("X-Idempotency-Key"))
								_ = c.(*net.TCPConn).SetLinger(0) // reset the connection
								return false
							})(c)
						}()
					}
				}()
				rt := &http.Transport{}
				defer rt.CloseIdleConnections()
				at := "http://" + listener.Addr().String()
				tr := newTransport(t, at, &http.Client{Transport: rt}, opt, retries(0))
				warm := read.request(t, t.Context(), at)
				warm.Header.Set("X-Warm", "1")
				require.NoError(t, finish(tr.Do(warm)))

				_, err = tr.Do(k.request(t, t.Context(), at))
				require.Error(t, err)
				require.Equal(t, !k.read, errors.Is(err, transport.ErrOutcomeUnknown))
				if !k.read {
					require.EqualValues(t, 1, seen.Load())
				}
				if name != "" {
					require.Equal(t, "11", keys.Load())
				}
			})
		}
	}
}

func TestConnectionClosedWhileIdleIsReplaced(t *testing.T) {
	t.Parallel()
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var processed atomic.Int64
				rt, w := newWire(t, nil, reading(func(c net.Conn, req *http.Request) bool {
					processed.Add(1)
					rawStatus(200, "")(c, req)
					return false
				}))
				tr := newTransport(t, base, &http.Client{Transport: rt})
				for i := range 5 {
					resp, err := tr.Do(k.request(t, t.Context(), base))
					require.NoError(t, finish(resp, err))
					require.Len(t, transport.CallOf(resp).Attempts, 1)
					require.EqualValues(t, i+1, processed.Load())
					synctest.Wait() // until the client notices
				}
				require.EqualValues(t, 5, w.dials.Load())
			})
		})
	}
}
