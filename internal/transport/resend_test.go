package transport_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
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

// The frames of HTTP/2 that the tests need.
const (
	frameData, frameHeaders, frameReset, frameSettings, frameGoAway = 0, 1, 3, 4, 7

	flagEndStream, flagAck = 1, 1
)

// frame returns a frame whose payload consists of 32-bit numbers.
func frame(kind, flags byte, stream uint32, payload ...uint32) []byte {
	b := []byte{0, 0, byte(4 * len(payload)), kind, flags}
	b = binary.BigEndian.AppendUint32(b, stream)
	for _, p := range payload {
		b = binary.BigEndian.AppendUint32(b, p)
	}
	return b
}

// serveHTTP2 calls end for each request that it has received whole, or if it is early, the headers
// of. It sends the frame that end
// returns, and closes the connection if end says so.
func serveHTTP2(c net.Conn, early bool, end func(stream uint32) (frame []byte, more bool)) {
	// Writes must not block reads: each side of a net.Pipe waits for the other one to read.
	out, written := make(chan []byte, 100), make(chan struct{})
	go func() {
		defer close(written)
		for b := range out {
			_, _ = c.Write(b)
		}
	}()
	defer func() {
		close(out)
		go func() { _, _ = io.Copy(io.Discard, c) }()
		<-written
	}()

	const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	if _, err := io.ReadFull(c, make([]byte, len(preface))); err != nil {
		return
	}
	out <- frame(frameSettings, 0, 0)
	for more := true; more; {
		var head [9]byte
		if _, err := io.ReadFull(c, head[:]); err != nil {
			return
		}
		length := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
		if _, err := io.CopyN(io.Discard, c, length); err != nil {
			return
		}
		kind, flags, stream := head[3], head[4], binary.BigEndian.Uint32(head[5:])
		switch {
		case kind == frameSettings && flags&flagAck == 0:
			out <- frame(frameSettings, flagAck, 0)
		case (kind == frameHeaders || kind == frameData) && flags&flagEndStream != 0, kind == frameHeaders && early:
			var last []byte
			last, more = end(stream)
			out <- last
		}
	}
}

// net/http resends a request after some errors of HTTP/2, whatever its method and without end,
// although the server may have processed it.
func TestServerGetsARequestOncePerAttemptOverHTTP2(t *testing.T) {
	t.Parallel()
	reset := func(code uint32) func(uint32) ([]byte, bool) {
		return func(stream uint32) ([]byte, bool) { return frame(frameReset, 0, stream, code), true }
	}
	goAway := func(last uint32) func(uint32) ([]byte, bool) {
		return func(stream uint32) ([]byte, bool) { return frame(frameGoAway, 0, 0, min(last, stream), 0), false }
	}
	for name, end := range map[string]func(uint32) ([]byte, bool){
		"NO_ERROR": reset(0), "PROTOCOL_ERROR": reset(1), "INTERNAL_ERROR": reset(2), "REFUSED_STREAM": reset(7),
		"CANCEL": reset(8), "ENHANCE_YOUR_CALM": reset(11), "HTTP_1_1_REQUIRED": reset(13),
		"GOAWAY before": goAway(0), "GOAWAY after": goAway(1 << 30),
		"connection lost": func(uint32) ([]byte, bool) { return nil, false },
	} {
		for _, k := range kinds {
			t.Run(name+"/"+k.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var received atomic.Int64
					rt, _ := newWire(t, nil, func(c net.Conn) {
						serveHTTP2(c, false, func(stream uint32) ([]byte, bool) {
							received.Add(1)
							return end(stream)
						})
					})
					rt.Protocols = new(http.Protocols)
					rt.Protocols.SetUnencryptedHTTP2(true)
					tr := newTransport(t, base, &http.Client{Transport: rt}, retries(2))
					err := finish(tr.Do(k.request(t, t.Context(), base)))
					f := failure(t, err)
					require.Equal(t, !k.read, f.Unknown)
					require.False(t, f.NotSent)
					attempts := 1
					if k.repeat {
						attempts = 3
					}
					require.Len(t, f.Attempts, attempts)
					if k.read {
						require.LessOrEqual(t, received.Load(), int64(4*attempts))
					} else {
						require.EqualValues(t, attempts, received.Load())
					}
				})
			})
		}
	}
}

// The server may reset a request that is still being written. Without TLS, net/http may resend it
// once if its connection was used before.
func TestResetOfAnUnfinishedRequest(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(nil)
	server.StartTLS()
	server.Close()
	config := &tls.Config{Certificates: server.TLS.Certificates, NextProtos: []string{"h2"}}
	for base, reused := range map[string]int64{"https://api.test": 1, "http://api.test": 2} {
		synctest.Test(t, func(t *testing.T) {
			var received atomic.Int64
			rt, _ := newWire(t, nil, func(c net.Conn) {
				if strings.HasPrefix(base, "https") {
					c = tls.Server(c, config)
				}
				serveHTTP2(c, true, func(stream uint32) ([]byte, bool) {
					return frame(frameReset, 0, stream, 1), received.Add(1) < 100
				})
			})
			rt.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
			rt.Protocols = new(http.Protocols)
			rt.Protocols.SetHTTP2(true)
			rt.Protocols.SetUnencryptedHTTP2(true)
			tr := newTransport(t, base, &http.Client{Transport: rt}, retries(0))
			for _, most := range []int64{1, reused} { // on a new connection, and on a reused one
				received.Store(0)
				req, err := http.NewRequestWithContext(t.Context(), create.method, base+create.path, bytes.NewReader(make([]byte, 1<<20)))
				require.NoError(t, err)
				require.True(t, failure(t, finish(tr.Do(req))).Unknown)
				require.LessOrEqual(t, received.Load(), most)
			}
		})
	}
}

// A redirect is another request, so its new connection does not make it a resend.
func TestRedirectToAnotherConnectionIsNotAResend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int64
		rt, w := newWire(t, nil, reading(func(c net.Conn, req *http.Request) bool {
			if n.Add(1) == 1 {
				return raw("HTTP/1.1 307 Moved\r\nLocation: /elsewhere\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false)(c, req)
			}
			return rawStatus(200, "")(c, req)
		}))
		tr := newTransport(t, base, &http.Client{Transport: rt}, retries(0))
		require.NoError(t, finish(tr.Do(create.request(t, t.Context(), base))))
		require.EqualValues(t, 2, w.dials.Load())
	})
}

// A middleware may make requests of its own in the context of the attempt, before it and after.
func TestRequestsOfAMiddlewareAreNotResends(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rt, w := newWire(t, nil, reading(rawStatus(200, "")))
		rt.DisableKeepAlives = true
		hc := &http.Client{Transport: rt}
		asking := middleware(func(next transport.Doer, req *http.Request) (*http.Response, error) {
			other, err := http.NewRequestWithContext(req.Context(), "GET", base+"/signature", nil)
			require.NoError(t, err)
			require.NoError(t, finish(hc.Do(other)))
			type values struct { // cannot be compared
				context.Context
				_ []string
			}
			resp, err := next.Do(req.WithContext(values{Context: req.Context()}))
			require.NoError(t, finish(hc.Do(other)))
			return resp, err
		})
		tr := newTransport(t, base, hc, retries(0), asking)
		require.NoError(t, finish(tr.Do(create.request(t, t.Context(), base))))
		require.EqualValues(t, 3, w.dials.Load())
	})
}

// middleware adds one to the configuration.
func middleware(f func(next transport.Doer, req *http.Request) (*http.Response, error)) option {
	return func(c *transport.Config) {
		c.Middleware = append(c.Middleware, func(next transport.Doer) transport.Doer {
			return doer(func(req *http.Request) (*http.Response, error) { return f(next, req) })
		})
	}
}

func TestEachAttemptStartsFromTheSameRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var seen []string
		var operations []string
		rt, _ := script(status(429), status(429), status(200))
		tr := inMemory(t, func(req *http.Request) (*http.Response, error) {
			body, _ := io.ReadAll(req.Body)
			seen = append(seen, req.URL.Path+" "+strings.Join(req.Header["X-Step"], ",")+" "+string(body))
			return rt(req)
		}, middleware(func(next transport.Doer, req *http.Request) (*http.Response, error) {
			req.URL.Path = "/gw" + req.URL.Path
			req.Header.Add("X-Step", "a")
			req.Body = io.NopCloser(io.MultiReader(strings.NewReader("+"), req.Body))
			req.ContentLength++
			operations = append(operations, transport.OperationFromContext(req.Context()))
			return next.Do(req)
		}), middleware(func(next transport.Doer, req *http.Request) (*http.Response, error) {
			require.Equal(t, key, req.Header.Get("Authorization"))
			req.Header.Add("X-Step", "b")
			return next.Do(req)
		}))
		require.NoError(t, finish(tr.Do(create.request(t, t.Context(), base))))
		require.Equal(t, []string{"createThing", "createThing", "createThing"}, operations)
		for _, s := range seen {
			require.Equal(t, "/gw/api/v1/things a,b +"+create.body, s)
		}
		require.Len(t, seen, 3)
	})
}
