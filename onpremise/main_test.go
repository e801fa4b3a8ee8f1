package onpremise_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/onpremise"
)

const (
	testURL      = "https://wa.example.com/v1"
	testToken    = "tok_0123456789abcdef"
	testUser     = "admin"
	testPassword = `s3cr"t pass&word`
	testTo       = "16315551234"
	testGroup    = "16315551234-1500000000"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// wire replaces the network. It records requests and responds as configured.
type wire struct {
	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
	respond  func(n int, req *http.Request) (*http.Response, error)
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		body, err = io.ReadAll(req.Body)
		req.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	w.mu.Lock()
	w.requests = append(w.requests, req)
	w.bodies = append(w.bodies, string(body))
	n := len(w.requests)
	w.mu.Unlock()
	resp, err := w.respond(n, req)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

func (w *wire) sent() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.requests)
}

// newResponse returns a response. Its content type is JSON if the body begins like JSON.
func newResponse(status int, body string, header ...string) *http.Response {
	resp := &http.Response{
		StatusCode: status, Header: http.Header{}, ContentLength: int64(len(body)),
		Body: io.NopCloser(strings.NewReader(body)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if strings.HasPrefix(body, "{") {
		resp.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		resp.Header.Set(header[i], header[i+1])
	}
	return resp
}

// newClient returns a client whose network always gives the same response.
func newClient(t *testing.T, status int, body string, opts ...onpremise.Option) (*onpremise.Client, *wire) {
	t.Helper()
	w := &wire{respond: func(int, *http.Request) (*http.Response, error) { return newResponse(status, body), nil }}
	return clientOn(t, w, opts...), w
}

// clientOn returns a client that has a token.
func clientOn(t *testing.T, rt http.RoundTripper, opts ...onpremise.Option) *onpremise.Client {
	t.Helper()
	return clientWith(t, rt, append([]onpremise.Option{onpremise.WithToken(testToken)}, opts...)...)
}

func clientWith(t *testing.T, rt http.RoundTripper, opts ...onpremise.Option) *onpremise.Client {
	t.Helper()
	client, err := onpremise.NewClient(testURL, append([]onpremise.Option{onpremise.WithHTTPClient(&http.Client{Transport: rt})}, opts...)...)
	require.NoError(t, err)
	return client
}
