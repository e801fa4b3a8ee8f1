package fakeserver_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/fakeserver"
)

func TestContextEndsARequest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-s.api.told
			cancel()
		}()
		_, _, err := s.do(ctx, "wait", "")
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestDoneContextSendsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, memory)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, _, err := s.do(ctx, "echo", "")
		require.ErrorIs(t, err, context.Canceled)
		synctest.Wait()
		require.Empty(t, s.Requests())
	})
}

func TestContextEndsABody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		s.Inject(fakeserver.SlowBody(time.Hour))
		ctx, cancel := context.WithCancel(t.Context())
		resp, err := s.post(ctx, "echo", "hello")
		require.NoError(t, err)
		defer resp.Body.Close()
		cancel()
		_, err = io.ReadAll(resp.Body)
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestContextEndsABodyOfAnUnresponsiveHandler(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		ctx, cancel := context.WithCancel(t.Context())
		resp, err := s.post(ctx, "stubborn", "hello")
		require.NoError(t, err)
		defer resp.Body.Close()
		cancel()
		_, err = io.ReadAll(resp.Body)
		require.ErrorIs(t, err, context.Canceled)
		close(s.api.release)
	})
}

func TestClosedBodyEndsTheHandlersContext(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		resp, err := s.post(t.Context(), "begin", "hello")
		require.NoError(t, err)
		<-s.api.told
		require.NoError(t, resp.Body.Close())
		<-s.api.told // its context is done
	})
}

func TestBodyShorterThanItsLength(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		status, text, err := s.do(t.Context(), "short", "")
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.Equal(t, 200, status)
		require.Equal(t, "short", text)
	})
}

func TestCloseEndsRequests(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		ended, held := make(chan error), make(chan struct{})
		s.Inject(fakeserver.Latency(time.Hour).On("echo").When(func(fakeserver.Request) bool {
			close(held)
			return true
		}))
		for _, operation := range []string{"wait", "echo"} {
			go func() {
				_, _, err := s.do(context.WithoutCancel(t.Context()), operation, "")
				ended <- err
			}()
		}
		<-s.api.told
		<-held
		s.Close()
		for range 2 {
			<-ended
		}
		require.EqualValues(t, 1, s.api.processed.Load(), "a delayed request does not reach the API")
		_, _, err := s.do(t.Context(), "echo", "")
		require.Error(t, err)
		s.Close() // a second time
	})
}

func TestCloseEndsAResponseBodyThatIsNotRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		s.Inject(fakeserver.EndlessBody())
		resp, err := s.post(t.Context(), "echo", "")
		require.NoError(t, err)
		defer resp.Body.Close()
		s.Close()
		_, err = io.Copy(io.Discard, resp.Body)
		require.Error(t, err)
	})
}

func TestCloseEndsARequestBodyThatIsNotWritten(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		r, w := io.Pipe()
		reading, ended := make(chan struct{}), make(chan error)
		go func() {
			w.Write([]byte("a"))
			close(reading)
		}()
		go func() {
			resp, err := s.client.Post(s.url+"/echo", "", r)
			if err == nil {
				resp.Body.Close()
			}
			ended <- err
		}()
		<-reading
		s.Close()
		w.CloseWithError(io.ErrClosedPipe)
		<-ended
	})
}

// body is a request body that records Close.
type body struct {
	io.Reader
	closed chan struct{}
	once   sync.Once
}

func (b *body) Close() error {
	b.once.Do(func() { close(b.closed) })
	return nil
}

func TestRoundTripClosesTheBodyOnEveryPath(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	closed := fakeserver.New(newAPI(), new(fakeserver.Clock), false)
	closed.Close()
	for name, tc := range map[string]struct {
		ctx    context.Context
		server *fakeserver.Server
		fault  fakeserver.Fault
	}{
		"processed":    {t.Context(), fakeserver.New(newAPI(), new(fakeserver.Clock), false), fakeserver.Latency(0)},
		"cut":          {t.Context(), fakeserver.New(newAPI(), new(fakeserver.Clock), false), fakeserver.CutBefore()},
		"ended before": {ended, fakeserver.New(newAPI(), new(fakeserver.Clock), false), fakeserver.Latency(0)},
		"closed":       {t.Context(), closed, fakeserver.Latency(0)},
	} {
		t.Run(name, func(t *testing.T) {
			tc.server.Inject(tc.fault)
			b := &body{Reader: strings.NewReader("hello"), closed: make(chan struct{})}
			req, err := http.NewRequestWithContext(tc.ctx, "POST", "http://fake.invalid/echo", b)
			require.NoError(t, err)
			resp, err := tc.server.RoundTrip(req)
			if err == nil {
				resp.Body.Close()
			}
			tc.server.Close()
			select {
			case <-b.closed:
			case <-time.After(10 * time.Second):
				t.Fatal("the body is open")
			}
		})
	}
}

func TestRoundTripDoesNotModifyTheRequest(t *testing.T) {
	t.Parallel()
	s := newServer(t, memory)
	req, err := http.NewRequest("POST", "https://user@any.example/v1/echo?q=1", strings.NewReader("hello"))
	require.NoError(t, err)
	req.Host = ""
	before := req.Clone(t.Context())
	resp, err := s.RoundTrip(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, before.URL.String(), req.URL.String())
	require.Equal(t, before.Header, req.Header)
	require.Same(t, req, resp.Request)
	require.Equal(t, "any.example", resp.Header.Get("X-Host"))
}
