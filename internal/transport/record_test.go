package transport_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/internal/transport"
)

func logged(b *bytes.Buffer) option {
	return func(c *transport.Config) {
		c.Logger = slog.New(slog.NewJSONHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
}

func TestAttemptsAreReported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := func(f roundTrip) roundTrip {
			return func(req *http.Request) (*http.Response, error) { time.Sleep(time.Second); return f(req) }
		}
		rt, _ := script(slow(status(503, "Retry-After", "7")), slow(broken(io.ErrUnexpectedEOF)), slow(status(404)))
		var log bytes.Buffer
		var reported []transport.Attempt
		resp, err := inMemory(t, rt, logged(&log), func(c *transport.Config) {
			c.Hook = func(_ context.Context, a transport.Attempt) { reported = append(reported, a) }
		}).Do(update.request(t, t.Context(), base))
		_, err = reply.JSON[struct{}](resp, err)
		f := failure(t, err)
		require.Equal(t, reported, f.Attempts)
		require.Len(t, reported, 3)
		for i, a := range reported {
			require.Equal(t, "updateThing", a.Operation)
			require.Equal(t, f.RequestID, a.RequestID)
			require.Equal(t, i+1, a.Number)
			require.Equal(t, time.Second, a.Duration)
		}
		require.Equal(t, []int{503, 0, 404}, []int{reported[0].Status, reported[1].Status, reported[2].Status})
		require.NoError(t, reported[0].Err)
		require.ErrorIs(t, reported[1].Err, io.ErrUnexpectedEOF)
		require.Zero(t, reported[0].Wait)
		require.Equal(t, 7*time.Second, reported[1].Wait)

		var levels []string
		for line := range strings.Lines(log.String()) {
			var entry map[string]any
			require.NoError(t, json.Unmarshal([]byte(line), &entry))
			require.Equal(t, "test: update thing", entry["msg"])
			require.Equal(t, f.RequestID, entry["request_id"])
			levels = append(levels, entry["level"].(string))
		}
		require.Equal(t, []string{"WARN", "WARN", "DEBUG"}, levels)
	})
}

func TestWaitIncludesTheLimiter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rt, _ := script(status(503, "Retry-After", "7"), status(200))
		resp, err := inMemory(t, rt, func(c *transport.Config) {
			c.Limiter = limiter(func(context.Context) error { time.Sleep(2 * time.Second); return nil })
		}).Do(read.request(t, t.Context(), base))
		require.NoError(t, finish(resp, err))
		attempts := transport.CallOf(resp).Attempts
		require.Equal(t, 2*time.Second, attempts[0].Wait)
		require.Equal(t, 9*time.Second, attempts[1].Wait)
	})
}

func TestLogsContainNoSecretsOrPersonalData(t *testing.T) {
	t.Parallel()
	asURL := func(err error) error { return &url.Error{Op: "Get", URL: base + "?search=" + phone, Err: err} }
	for name, rt := range map[string]roundTrip{
		"200":            func(*http.Request) (*http.Response, error) { return response(200, `{"phone":"`+phone+`"}`), nil },
		"400":            func(*http.Request) (*http.Response, error) { return response(400, `{"error":"`+phone+`"}`), nil },
		"500":            func(*http.Request) (*http.Response, error) { return response(500, `{"error":"`+phone+`"}`), nil },
		"cut":            broken(io.ErrUnexpectedEOF),
		"url error":      broken(asURL(io.EOF)),
		"wrapped":        broken(fmt.Errorf("recorder: %w", asURL(io.EOF))),
		"within another": broken(asURL(asURL(io.EOF))),
		"bad location": func(*http.Request) (*http.Response, error) {
			return response(302, ``, "Location", "http://[?search="+phone), nil
		},
		"bad header": func(*http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("malformed HTTP response %q", `{"phone":"`+phone+`"}`)
		},
	} {
		for _, k := range []kind{read, create} {
			t.Run(name+"/"+k.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var log bytes.Buffer
					req := k.request(t, t.Context(), base)
					req.URL.RawQuery = url.Values{"search": {phone}}.Encode()
					_ = finish(inMemory(t, rt, logged(&log)).Do(req))
					require.NotEmpty(t, log.String())
					require.NotContains(t, log.String(), strings.TrimPrefix(phone, "+"))
					require.NotContains(t, log.String(), "secret")
					require.NotContains(t, log.String(), "search")
					require.NotContains(t, log.String(), "?")
				})
			})
		}
	}
}

func TestErrorsContainNoURLOrCredentials(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rt, _ := newWire(t, nil, reading(raw("", false)))
		req := read.request(t, t.Context(), base)
		req.URL.RawQuery = url.Values{"search": {phone}}.Encode()
		nested := &url.Error{Op: "Get", URL: req.URL.String(), Err: io.EOF}
		for _, rt := range []http.RoundTripper{rt, roundTrip(broken(nested))} {
			_, err := newTransport(t, base, &http.Client{Transport: rt}).Do(req.Clone(t.Context()))
			for _, text := range []string{err.Error(), fmt.Sprintf("%+v", failure(t, err).Attempts)} {
				require.NotContains(t, text, strings.TrimPrefix(phone, "+"))
				require.NotContains(t, text, "secret")
				require.NotContains(t, text, "http://")
			}
		}
	})
}

// doer is a function as a transport.Doer.
type doer func(*http.Request) (*http.Response, error)

func (f doer) Do(req *http.Request) (*http.Response, error) { return f(req) }

func TestMiddlewareReturningNothing(t *testing.T) {
	t.Parallel()
	for name, returned := range map[string]func() (*http.Response, error){
		"nil, nil":    func() (*http.Response, error) { return nil, nil },
		"empty error": func() (*http.Response, error) { return nil, &url.Error{} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := inMemory(t, status(200), func(c *transport.Config) {
				c.Middleware = []func(transport.Doer) transport.Doer{func(transport.Doer) transport.Doer {
					return doer(func(*http.Request) (*http.Response, error) { return returned() })
				}}
			})
			_, err := tr.Do(create.request(t, t.Context(), base))
			require.ErrorContains(t, err, "neither a response nor an error")
			require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
		})
	}
}

func TestMiddlewareRespondingWithoutBody(t *testing.T) {
	t.Parallel()
	for _, k := range []kind{read, streamed} {
		tr := inMemory(t, nil, func(c *transport.Config) {
			c.Middleware = []func(transport.Doer) transport.Doer{func(transport.Doer) transport.Doer {
				return doer(func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: 204}, nil })
			}}
		})
		require.NoError(t, finish(tr.Do(k.request(t, t.Context(), base))), k.name)
	}
}

func TestConcurrentCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var n, hooks atomic.Int64
		tr := inMemory(t, func(*http.Request) (*http.Response, error) {
			i := n.Add(1)
			header := limited(int(i%60), time.Now().Add(time.Second))
			switch i % 7 {
			case 0:
				return nil, io.ErrUnexpectedEOF
			case 1:
				return response(429, `{}`, append(header, "Retry-After", "0")...), nil
			}
			return response(200, `{"a":1}`, header...), nil
		}, logged(new(bytes.Buffer)), func(c *transport.Config) { c.Hook = func(context.Context, transport.Attempt) { hooks.Add(1) } })
		var wg sync.WaitGroup
		for i := range 64 {
			wg.Go(func() {
				for j := range 50 {
					resp, err := tr.Do(kinds[(i+j)%len(kinds)].request(t, t.Context(), base))
					_ = finish(resp, err)
					tr.RateLimit()
				}
			})
		}
		wg.Wait()
		require.Equal(t, n.Load(), hooks.Load())
	})
}
