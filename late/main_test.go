package late_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/late"
)

const (
	testKey     = "sk_test_0123456789abcdef"
	testAccount = "507f1f77bcf86cd799439011"
	testID      = "65f1a2b3c4d5e6f708192a3b"
	testPhone   = "+16315551234"
)

// complete is a response that has everything any method needs.
const complete = `{"success":true,"contact":{"id":"1"},"template":{"status":"APPROVED"},"broadcast":{"id":"1"},"businessProfile":{},
	"contacts":[],"groups":[],"templates":[],"broadcasts":[],"recipients":[],"numbers":[],"results":[],"phoneNumber":{"id":"1"},
	"accounts":[],"profiles":[],"webhooks":[],"logs":[],"messages":[],"data":{"id":"1","messageId":"1"},"profile":{"_id":"1"},
	"webhook":{"_id":"1"},"accountId":"1","authUrl":"https://example.com","platform":"whatsapp","planName":"free",
	"uploadUrl":"https://storage.example.com/1","publicUrl":"https://cdn.example.com/1",
	"matched":0,"modified":0,"deleted":0,"added":0,"removed":0,"status":"completed","method":"SMS","metaVerifiedAt":"2026-01-02T15:04:05Z"}`

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// wire is a transport that records requests and calls respond for each.
type wire struct {
	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
	respond  func(n int, req *http.Request) (*http.Response, error)
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		req.Body.Close()
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

// says returns a response. Its content type is JSON if the body begins like JSON.
func says(status int, body string, header ...string) *http.Response {
	resp := &http.Response{
		StatusCode: status, Header: http.Header{}, ContentLength: int64(len(body)),
		Body: io.NopCloser(strings.NewReader(body)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if bytes.HasPrefix([]byte(body), []byte("{")) {
		resp.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		resp.Header.Set(header[i], header[i+1])
	}
	return resp
}

// newClient returns a client whose transport always sends the same response.
func newClient(t *testing.T, status int, body string, opts ...late.Option) (*late.Client, *wire) {
	t.Helper()
	w := &wire{respond: func(int, *http.Request) (*http.Response, error) { return says(status, body), nil }}
	return clientOn(t, w, opts...), w
}

func clientOn(t *testing.T, rt http.RoundTripper, opts ...late.Option) *late.Client {
	t.Helper()
	opts = append([]late.Option{late.WithAccount(testAccount), late.WithHTTPClient(&http.Client{Transport: rt})}, opts...)
	client, err := late.NewClient(testKey, opts...)
	require.NoError(t, err)
	return client
}
