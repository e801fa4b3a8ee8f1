package transport_test

import (
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/transport"
)

func cheap() roundTrip {
	return func(*http.Request) (*http.Response, error) { return answer(200, `{"a":1}`), nil }
}

func bareGet(tb testing.TB) func() {
	hc := &http.Client{Transport: cheap()}
	req := read.request(tb, tb.Context(), base)
	return func() {
		req.Header = http.Header{}
		resp, err := hc.Do(req)
		if err != nil {
			tb.Fatal(err)
		}
		_, _ = io.ReadAll(resp.Body)
		resp.Body.Close()
	}
}

func get(tb testing.TB) func() {
	u, err := url.Parse(base)
	require.NoError(tb, err)
	tr := transport.New(transport.Config{
		BaseURL: u, Operations: operations, UserAgent: "test/1",
		Authorize: func(req *http.Request, _ *transport.Credentials) error {
			req.Header.Set("Authorization", key)
			return nil
		},
		Fail:       func(f *transport.Failure) error { return &callError{f} },
		HTTPClient: &http.Client{Transport: cheap()}, MaxRetries: 3, Timeout: 60e9,
	})
	req := read.request(tb, tb.Context(), base)
	return func() {
		req.Header = http.Header{}
		resp, err := tr.Do(req)
		if err != nil {
			tb.Fatal(err)
		}
		_ = transport.Bytes(resp)
		resp.Body.Close()
	}
}

func BenchmarkGet(b *testing.B) {
	for name, f := range map[string]func(testing.TB) func(){"bare": bareGet, "transport": get} {
		b.Run(name, func(b *testing.B) {
			do := f(b)
			b.ReportAllocs()
			for b.Loop() {
				do()
			}
		})
	}
}
