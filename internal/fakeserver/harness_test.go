package fakeserver_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/internal/fakeserver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// api does what the last element of a path says and counts its requests.
type api struct {
	processed atomic.Int64
	told      chan struct{} // receives a value for each request

	release chan struct{} // ends stubborn
}

func newAPI() *api { return &api{told: make(chan struct{}, 1000), release: make(chan struct{})} }

func (*api) Operation(r *http.Request) string {
	return r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
}

func (*api) Operations() []string {
	return []string{"abort", "begin", "echo", "empty", "long", "none", "plain", "refuse", "short", "stream", "stubborn", "wait"}
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	a.processed.Add(1)
	a.told <- struct{}{}
	switch a.Operation(r) {
	case "echo":
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Host", r.Host)
		w.WriteHeader(http.StatusCreated)
		w.Write(body)
	case "refuse":
		http.Error(w, "no", http.StatusConflict)
	case "plain":
		io.WriteString(w, "<html>")
	case "empty":
		w.WriteHeader(http.StatusNoContent)
	case "long":
		w.Write(make([]byte, 1<<20))
	case "stream":
		io.WriteString(w, "s")
		flush := http.NewResponseController(w).Flush
		for i := range 3 {
			fmt.Fprint(w, i)
			flush()
		}
	case "short":
		w.Header().Set("Content-Length", "10")
		io.WriteString(w, "short")
	case "stubborn": // ignores its context
		http.NewResponseController(w).Flush()
		<-a.release
	case "begin": // responds, then waits
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
		a.told <- struct{}{}
	case "wait":
		<-r.Context().Done()
	case "abort":
		panic(http.ErrAbortHandler)
	}
}

// server is a server with a client for it.
type server struct {
	*fakeserver.Server
	api    *api
	clock  *fakeserver.Clock
	client *http.Client
	url    string
	http2  bool
}

const (
	memory  = "in memory"
	socket  = "socket"
	memory2 = "in memory, HTTP/2"
	socket2 = "socket, HTTP/2"
)

func newServer(t *testing.T, kind string) *server {
	t.Helper()
	s := &server{api: newAPI(), clock: fakeserver.NewClock(time.Time{}), http2: strings.HasSuffix(kind, "HTTP/2")}
	s.Server = fakeserver.New(s.api, s.clock, s.http2)
	s.client, s.url = &http.Client{Transport: s.Server}, "http://fake.invalid"
	if strings.HasPrefix(kind, socket) {
		tr := &http.Transport{Protocols: s.Protocols()}
		s.client.Transport = tr
		var err error
		s.url, err = s.Start(nil)
		require.NoError(t, err)
		t.Cleanup(tr.CloseIdleConnections)
	}
	t.Cleanup(s.Close)
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return s
}

// each runs a test with every kind of server.
func each(t *testing.T, run func(t *testing.T, s *server)) {
	t.Helper()
	for _, kind := range []string{memory, socket, memory2, socket2} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			run(t, newServer(t, kind))
		})
	}
}

// post sends a body to an operation.
func (s *server) post(ctx context.Context, operation, body string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, "POST", s.url+"/v1/"+operation+"?a=1&a=2", strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-Test", "yes")
	return s.client.Do(req)
}

// do posts a body to an operation and reads the response.
func (s *server) do(ctx context.Context, operation, body string) (status int, text string, err error) {
	resp, err := s.post(ctx, operation, body)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}
