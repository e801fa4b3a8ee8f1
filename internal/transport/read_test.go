package transport_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/internal/transport"
)

const mib = 1 << 20

func endless(code int, r io.Reader, length int64) roundTrip {
	return func(req *http.Request) (*http.Response, error) {
		// Pretend to be net/http's own transport, whose failures are transient.
		trace := httptrace.ContextClientTrace(req.Context())
		trace.GetConn("")
		trace.GotConn(httptrace.GotConnInfo{})
		return &http.Response{StatusCode: code, Header: http.Header{}, Body: io.NopCloser(r), ContentLength: length}, nil
	}
}

func TestResponseTooLarge(t *testing.T) {
	t.Parallel()
	for name, length := range map[string]int64{"of unknown length": -1, "of declared length": 33 * mib, "of wrong length": 1 << 60} {
		for _, k := range []kind{read, update, create} {
			if length >= 0 && !k.read {
				continue
			}
			t.Run(name+"/"+k.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					rt, n := script(endless(200, io.LimitReader(zeros{}, 32*mib+1), length))
					_, err := inMemory(t, rt).Do(k.request(t, t.Context(), base))
					require.ErrorIs(t, err, transport.ErrResponseTooLarge)
					require.Equal(t, !k.read, errors.Is(err, transport.ErrOutcomeUnknown))
					require.EqualValues(t, 1, n.Load(), "attempts")
				})
			})
		}
	}
	t.Run("one byte less", func(t *testing.T) {
		t.Parallel()
		rt, _ := script(endless(200, io.LimitReader(zeros{}, 32*mib), -1))
		resp, err := inMemory(t, rt).Do(read.request(t, t.Context(), base))
		require.NoError(t, err)
		require.Len(t, transport.Bytes(resp), 32*mib)
	})
	t.Run("lost at the limit", func(t *testing.T) {
		t.Parallel()
		rt, _ := script(endless(200, io.MultiReader(io.LimitReader(zeros{}, 32*mib), failing{}), 33*mib))
		_, err := inMemory(t, rt, retries(0)).Do(read.request(t, t.Context(), base))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	})
}

func TestLargeErrorBodyCostsLittleMemory(t *testing.T) {
	// Not parallel: it measures memory.
	const many = 3
	rt, _ := script(endless(500, io.LimitReader(zeros{}, 64*mib), 64*mib))
	tr := inMemory(t, rt, retries(0))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range many {
		resp, err := tr.Do(read.request(t, t.Context(), base))
		require.NoError(t, finish(resp, err))
		require.Equal(t, 500, resp.StatusCode)
		require.LessOrEqual(t, len(transport.Bytes(resp)), mib)
	}
	runtime.ReadMemStats(&after)
	require.Less(t, (after.TotalAlloc-before.TotalAlloc)/many, uint64(6*mib))
}

func TestTruncatedErrorResponseKeepsItsStatus(t *testing.T) {
	t.Parallel()
	rt, n := script(endless(404, io.MultiReader(strings.NewReader("gone, and"), failing{}), 100))
	resp, err := inMemory(t, rt).Do(read.request(t, t.Context(), base))
	require.NoError(t, err)
	err = transport.CallOf(resp).Fail(resp, nil)
	require.ErrorIs(t, err, transport.ErrNotFound)
	require.Equal(t, "gone, and", string(failure(t, err).Body))
	require.EqualValues(t, 1, n.Load())
}

// dripping is an endless body that fails when its context ends, as a connection does.
type dripping struct{ ctx context.Context }

func (d dripping) Read(p []byte) (int, error) {
	select {
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	case <-time.After(100 * time.Millisecond):
		p[0] = ' '
		return 1, nil
	}
}

func TestTimeoutThatHasPassedAlready(t *testing.T) {
	t.Parallel()
	for range 100 {
		resp, err := inMemory(t, status(200), timeout(time.Nanosecond)).Do(create.request(t, t.Context(), base))
		if err != nil || resp == nil { // a coarse clock leaves time for the response
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}
	}
}

func TestTimeoutEndsAnEndlessBody(t *testing.T) {
	t.Parallel()
	for _, code := range []int{200, 500} {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			tr := inMemory(t, func(req *http.Request) (*http.Response, error) {
				return endless(code, dripping{req.Context()}, -1)(req)
			}, timeout(5*time.Second), retries(0))
			resp, err := tr.Do(create.request(t, t.Context(), base))
			require.Equal(t, 5*time.Second, time.Since(begin))
			if code == 200 {
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
				require.ErrorContains(t, err, "the attempt timed out")
				return
			}
			require.NoError(t, finish(resp, err))
			require.Equal(t, code, resp.StatusCode)
		})
	}
}

func TestTimeoutAppliesToEachAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		// Three attempts of four seconds each, with waits between them.
		rt, _ := script(func(*http.Request) (*http.Response, error) {
			time.Sleep(4 * time.Second)
			return response(503, `{}`, "Retry-After", "30"), nil
		})
		resp, err := inMemory(t, rt, timeout(5*time.Second)).Do(read.request(t, t.Context(), base))
		require.NoError(t, finish(resp, err))
		require.Len(t, transport.CallOf(resp).Attempts, 3)
	})
}

func TestUntimedOperationsUseTheLongTimeout(t *testing.T) {
	t.Parallel()
	for long, want := range map[time.Duration]bool{0: true, time.Hour: true, time.Minute: false} {
		synctest.Test(t, func(t *testing.T) {
			tr := inMemory(t, func(req *http.Request) (*http.Response, error) {
				select {
				case <-req.Context().Done():
					return nil, req.Context().Err()
				case <-time.After(10 * time.Minute):
					return response(200, `{}`), nil
				}
			}, timeout(time.Minute), func(c *transport.Config) { c.LongTimeout = long })
			err := finish(tr.Do(sending.request(t, t.Context(), base)))
			require.Equal(t, want, err == nil)
			_, err = tr.Do(create.request(t, t.Context(), base))
			require.ErrorIs(t, err, context.DeadlineExceeded)
		})
	}
}

func TestStreamIsPassedOnUnread(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		body := &closing{Reader: r}
		var ctx context.Context
		tr := inMemory(t, func(req *http.Request) (*http.Response, error) {
			ctx = req.Context()
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: body, ContentLength: 64 * mib}, nil
		}, timeout(time.Hour))
		resp, err := tr.Do(streamed.request(t, t.Context(), base))
		require.NoError(t, err)
		go func() {
			_, _ = io.Copy(w, io.LimitReader(zeros{}, 64*mib))
			w.Close()
		}()
		n, err := io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.EqualValues(t, 64*mib, n)
		require.NoError(t, ctx.Err())
		require.NoError(t, resp.Body.Close())
		require.Error(t, ctx.Err(), "Close ends the attempt's context")
		require.EqualValues(t, 1, body.closed.Load())
		require.Nil(t, transport.Bytes(resp))
	})
}

func TestTimeoutAndContextEndAStream(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		timeout, cancel, want time.Duration
		err                   error
	}{
		"timeout":    {5 * time.Second, time.Hour, 5 * time.Second, context.DeadlineExceeded},
		"cancel":     {time.Hour, 3 * time.Second, 3 * time.Second, context.Canceled},
		"no timeout": {0, 3 * time.Hour, 3 * time.Hour, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rt, _ := newWire(t, nil, reading(func(c net.Conn, req *http.Request) bool {
					raw("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nstart", true)(c, req)
					return stall(c, req)
				}))
				ctx, cancel := context.WithCancel(t.Context())
				defer time.AfterFunc(c.cancel, cancel).Stop()
				begin := time.Now()
				resp, err := newTransport(t, base, &http.Client{Transport: rt}, timeout(c.timeout)).Do(streamed.request(t, ctx, base))
				require.NoError(t, err)
				b, err := io.ReadAll(resp.Body)
				require.Equal(t, "start", string(b))
				require.ErrorIs(t, err, c.err)
				require.Equal(t, c.want, time.Since(begin))
				_ = resp.Body.Close()
				cancel()
			})
		})
	}
}

// A stream that is closed early leaves neither a goroutine nor a connection.
func TestStreamClosedEarlyClosesTheConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gone := make(chan struct{})
		rt, _ := newWire(t, nil, reading(func(c net.Conn, req *http.Request) bool {
			raw("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nstart", true)(c, req)
			_, _ = io.Copy(io.Discard, c)
			close(gone)
			return false
		}))
		resp, err := newTransport(t, base, &http.Client{Transport: rt}, timeout(time.Hour)).Do(streamed.request(t, t.Context(), base))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		<-gone
	})
}

func TestErrorResponseOfAStreamIsRead(t *testing.T) {
	t.Parallel()
	rt, _ := script(status(404))
	resp, err := inMemory(t, rt).Do(streamed.request(t, t.Context(), base))
	require.NoError(t, err)
	require.Equal(t, `{}`, string(transport.Bytes(resp)))
	_, err = reply.JSON[struct{}](resp, nil)
	require.ErrorIs(t, err, transport.ErrNotFound)
}

func TestBytesDoesNotReadFromTheBody(t *testing.T) {
	t.Parallel()
	rt, _ := script(func(*http.Request) (*http.Response, error) { return response(200, `{"a":1}`), nil })
	resp, err := inMemory(t, rt).Do(read.request(t, t.Context(), base))
	require.NoError(t, err)
	require.Equal(t, `{"a":1}`, string(transport.Bytes(resp)))
	var b bytes.Buffer
	_, err = b.ReadFrom(resp.Body)
	require.NoError(t, err)
	require.Equal(t, `{"a":1}`, b.String())
	require.Equal(t, `{"a":1}`, string(transport.Bytes(resp)))
}

// A few bytes of JSON can take a thousand times as much memory when they are decoded.
func TestResponseWithTooManyValues(t *testing.T) {
	t.Parallel()
	repeated := func(item string, n int) string {
		return `{"contacts":[` + strings.Repeat(item+",", n) + item + `]}`
	}
	const contact = `{"id":"65f1a2b3c4d5e6f708000000","name":"Ada, \"the\" first","phone":"+16315550101","tags":["vip"],"isOptedIn":true}`
	for name, c := range map[string]struct {
		body string
		ok   bool
	}{
		"empty objects":        {repeated("{}", 100_000), false},
		"nulls":                {repeated("null", 100_000), false},
		"padded objects":       {repeated("{                    }", 300_000), false},
		"a thousand contacts":  {repeated(contact, 1_000), true},
		"20,000 contacts":      {repeated(contact, 20_000), true},
		"a few empty objects":  {repeated("{}", 1_000), true},
		"a text with commas":   {`{"text":"` + strings.Repeat(`{,[\"`, 100_000) + `"}`, true},
		"commas, but not JSON": {strings.Repeat(",", 100_000), true},
		"a list after a space": {" [" + strings.Repeat("0,", 100_000) + "0]", false},
		"as many as allowed":   {"[" + strings.Repeat("0,", 9_000) + "0]", true},
	} {
		for _, code := range []int{200, 400} {
			t.Run(name+"/"+http.StatusText(code), func(t *testing.T) {
				t.Parallel()
				rt, n := script(func(*http.Request) (*http.Response, error) { return response(code, c.body), nil })
				resp, err := inMemory(t, rt).Do(create.request(t, t.Context(), base))
				require.EqualValues(t, 1, n.Load())
				switch {
				case code == 400:
					require.NoError(t, err)
					require.Equal(t, c.ok || len(c.body) > mib, len(transport.Bytes(resp)) > 0)
				case c.ok:
					require.NoError(t, err)
					require.Equal(t, c.body, string(transport.Bytes(resp)))
				default:
					require.ErrorIs(t, err, transport.ErrResponseTooLarge)
					require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
				}
			})
		}
	}
}
