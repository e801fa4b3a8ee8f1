package transport_test

import (
	"errors"
	"net/http"
	"net/http/cookiejar"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// hops redirects each URL of the map, and responds 200 to others.
type hops struct {
	to   map[string]string
	code int
	seen []*http.Request
}

func (h *hops) serve(req *http.Request) (*http.Response, error) {
	h.seen = append(h.seen, req)
	if to, ok := h.to[req.URL.String()]; ok {
		return response(h.code, `{}`, "Location", to), nil
	}
	return response(200, `{}`), nil
}

func TestRedirectToAnotherHostGetsNoCredentials(t *testing.T) {
	t.Parallel()
	for name, to := range map[string][]string{
		"host":                    {"http://evil.test/"},
		"port":                    {"http://api.test:8080/"},
		"subdomain":               {"http://sub.api.test/"},
		"parent":                  {"http://test/"},
		"scheme":                  {"https://api.test/"},
		"another host and back":   {"http://evil.test/", "http://api.test/x"},
		"same host, then another": {"http://api.test/x", "http://evil.test/"},
		"user in the URL":         {"http://api.test@evil.test/"},
		"relative to a host":      {"//evil.test/x"},
	} {
		for _, code := range []int{301, 302, 303, 307, 308} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				h := &hops{to: map[string]string{}, code: code}
				from := base + read.path + "?search=" + "%2B15551234567"
				for i, next := range to {
					if i == 0 {
						h.to[from] = next
					} else {
						h.to[to[i-1]] = next
					}
				}
				req := read.request(t, t.Context(), base)
				req.URL.RawQuery = "search=%2B15551234567"
				require.NoError(t, finish(inMemory(t, h.serve).Do(req)))
				require.Len(t, h.seen, len(to)+1)
				require.Equal(t, key, h.seen[0].Header.Get("Authorization"))
				away := false
				for i, r := range h.seen[1:] {
					away = away || r.URL.Host != "api.test" || r.URL.Scheme != "http"
					if away {
						require.NotEqual(t, key, r.Header.Get("Authorization"), "hop %d", i)
						require.Empty(t, r.Header.Get("Referer"), "hop %d", i)
					} else {
						require.Equal(t, key, r.Header.Get("Authorization"))
					}
				}
			})
		}
	}
}

func TestRedirectedWriteKeepsItsMethodAndHost(t *testing.T) {
	t.Parallel()
	const home, away = base + "/v2", "http://evil.test/"
	for _, k := range kinds {
		if k.read {
			continue
		}
		for _, code := range []int{301, 302, 303, 307, 308} {
			for _, to := range []string{home, away} {
				t.Run(k.name+"/"+http.StatusText(code)+"/"+to, func(t *testing.T) {
					t.Parallel()
					h := &hops{to: map[string]string{base + k.path: to}, code: code}
					resp, err := inMemory(t, h.serve).Do(k.request(t, t.Context(), base))
					require.NoError(t, finish(resp, err))
					if code >= 307 && to == home {
						require.Equal(t, 200, resp.StatusCode)
						require.Len(t, h.seen, 2)
						require.Equal(t, k.method, h.seen[1].Method)
						require.Equal(t, h.seen[0].ContentLength, h.seen[1].ContentLength)
						require.Equal(t, h.seen[0].Header.Get("X-Request-Id"), h.seen[1].Header.Get("X-Request-Id"))
						return
					}
					require.Len(t, h.seen, 1)
					require.Equal(t, code, resp.StatusCode)
				})
			}
		}
	}
}

func TestCheckRedirectOfTheCaller(t *testing.T) {
	t.Parallel()
	redirecting := func() *hops {
		return &hops{to: map[string]string{base + read.path: base + "/x", base + create.path: base + "/x"}, code: 307}
	}
	t.Run("stops", func(t *testing.T) {
		t.Parallel()
		h := redirecting()
		hc := &http.Client{Transport: roundTrip(h.serve), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		resp, err := newTransport(t, base, hc).Do(read.request(t, t.Context(), base))
		require.NoError(t, finish(resp, err))
		require.Equal(t, 307, resp.StatusCode)
	})
	t.Run("fails", func(t *testing.T) {
		t.Parallel()
		for _, k := range []kind{read, create} {
			synctest.Test(t, func(t *testing.T) {
				h := redirecting()
				hc := &http.Client{Transport: roundTrip(h.serve), CheckRedirect: func(_ *http.Request, via []*http.Request) error { return errCaller }}
				_, err := newTransport(t, base, hc).Do(k.request(t, t.Context(), base))
				require.ErrorIs(t, err, errCaller)
				require.Len(t, h.seen, 1)
				// A redirect means that the request was not processed.
				require.NotErrorIs(t, err, transport.ErrOutcomeUnknown)
				require.NotErrorIs(t, err, transport.ErrNotSent)
			})
		}
	})
	t.Run("sees all redirects", func(t *testing.T) {
		t.Parallel()
		h := redirecting()
		seen := 0
		hc := &http.Client{Transport: roundTrip(h.serve), CheckRedirect: func(next *http.Request, via []*http.Request) error {
			seen++
			require.Equal(t, base+"/x", next.URL.String())
			require.Len(t, via, 1)
			return nil
		}}
		require.NoError(t, finish(newTransport(t, base, hc).Do(read.request(t, t.Context(), base))))
		require.Equal(t, 1, seen)
	})
}

func TestEndlessRedirectIsNotRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rt, _ := newWire(t, nil, reading(rawStatus(302, "Location: "+read.path+"\r\n")))
		_, err := newTransport(t, base, &http.Client{Transport: rt}).Do(read.request(t, t.Context(), base))
		require.ErrorContains(t, err, "10 redirects")
		require.Len(t, failure(t, err).Attempts, 1)
	})
}

func TestClientOfTheCallerIsNotChanged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rt, _ := script(status(500), status(200))
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		hc := &http.Client{Transport: rt, Jar: jar, Timeout: time.Hour}
		require.NoError(t, finish(newTransport(t, base, hc).Do(read.request(t, t.Context(), base))))
		require.Nil(t, hc.CheckRedirect)
		require.Equal(t, jar, hc.Jar)
		require.Equal(t, time.Hour, hc.Timeout)
		require.NotNil(t, hc.Transport)
	})
}

func TestEachAttemptUsesTheClientAsItIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		hc := &http.Client{Transport: roundTrip(broken(errCaller))}
		tr := newTransport(t, base, hc)
		hc.Transport = roundTrip(func(*http.Request) (*http.Response, error) {
			hc.Jar = jar
			hc.Timeout = time.Second
			hc.Transport = roundTrip(func(req *http.Request) (*http.Response, error) {
				if len(jar.Cookies(req.URL)) == 0 {
					return response(503, `{}`, "Set-Cookie", "a=b", "Retry-After", "0"), nil
				}
				require.Equal(t, "a=b", req.Header.Get("Cookie"))
				deadline, ok := req.Context().Deadline()
				require.True(t, ok)
				require.Equal(t, time.Second, time.Until(deadline))
				return response(200, `{}`), nil
			})
			return response(500, `{}`), nil
		})
		resp, err := tr.Do(read.request(t, t.Context(), base))
		require.NoError(t, finish(resp, err))
		require.Equal(t, 200, resp.StatusCode)
		require.Len(t, transport.CallOf(resp).Attempts, 3)
	})
}

func TestDefaultClientIsLookedUpAtEachAttempt(t *testing.T) {
	// Not parallel: it replaces the default client.
	tr := newTransport(t, base, nil, retries(0))
	before := http.DefaultClient
	defer func() { http.DefaultClient = before }()
	http.DefaultClient = &http.Client{Transport: roundTrip(broken(errors.New("current client")))}
	_, err := tr.Do(read.request(t, t.Context(), base))
	require.ErrorContains(t, err, "current client")
}
