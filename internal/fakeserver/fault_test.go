package fakeserver_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/fakeserver"
)

func TestFaultsBehaveAsNamed(t *testing.T) {
	t.Parallel()
	hello := strings.Repeat("hello ", 100)
	const winReset = syscall.Errno(10054) // on Windows
	reset := func(t *testing.T, err error) {
		t.Helper()
		require.True(t, errors.Is(err, syscall.ECONNRESET) || errors.Is(err, winReset), "%v", err)
	}
	endsEarly := func(t *testing.T, err error) {
		t.Helper()
		require.True(t, errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF), "%v", err)
	}
	for name, tc := range map[string]struct {
		fault     fakeserver.Fault
		processed bool
		err       func(*testing.T, error) // of the request
		body      func(*testing.T, error) // of the body
		status    int
		header    http.Header
		want      string
	}{
		"latency":        {fault: fakeserver.Latency(time.Microsecond), processed: true, status: 201, want: hello},
		"a status":       {fault: fakeserver.Respond(503, `{"error":"busy"}`).With("Retry-After", "7"), status: 503, header: http.Header{"Retry-After": {"7"}, "Content-Type": {"application/json"}}, want: `{"error":"busy"}`},
		"an empty body":  {fault: fakeserver.Respond(500, ""), status: 500, header: http.Header{"Content-Type": nil}},
		"a text":         {fault: fakeserver.Respond(200, "fine"), status: 200, header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, want: "fine"},
		"a content type": {fault: fakeserver.Respond(200, "a,b").With("content-type", "text/csv"), status: 200, header: http.Header{"Content-Type": {"text/csv"}}, want: "a,b"},
		"a proxy":        {fault: fakeserver.ProxyPage(502), status: 502, header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, want: "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"},
		"a redirect":     {fault: fakeserver.Redirect(307, "http://other.invalid/"), status: 307, header: http.Header{"Location": {"http://other.invalid/"}}},
		"cut before":     {fault: fakeserver.CutBefore(), err: reset},
		"cut after":      {fault: fakeserver.CutAfter(), processed: true, err: reset},
		"cut head":       {fault: fakeserver.CutHead(), processed: true, err: endsEarly},
		"truncated":      {fault: fakeserver.Truncated(), processed: true, status: 201, body: endsEarly, want: hello[:300], header: http.Header{"Content-Length": {"601"}}},
		"garbage":        {fault: fakeserver.Garbage(), processed: true, status: 201, header: http.Header{"Content-Type": {"application/json"}, "Content-Length": {"13"}}, want: "\x1f\x8b\x08{\"suc\x00\xff\xfe]]"},
		"a slow body":    {fault: fakeserver.SlowBody(time.Microsecond), processed: true, status: 201, want: hello, header: http.Header{"Content-Length": {"600"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, s *server) {
				remove := s.Inject(tc.fault)
				resp, err := s.post(t.Context(), "echo", hello)
				if tc.err != nil && s.http2 {
					require.ErrorContains(t, err, "stream error")
				} else if tc.err != nil {
					tc.err(t, err)
				} else {
					require.NoError(t, err)
					defer resp.Body.Close()
					require.Equal(t, tc.status, resp.StatusCode)
					for name, values := range tc.header {
						require.Equal(t, values, resp.Header[name], name)
					}
					got, err := io.ReadAll(resp.Body)
					if tc.body != nil && s.http2 {
						require.Error(t, err)
					} else if tc.body != nil {
						tc.body(t, err)
					} else {
						require.NoError(t, err)
					}
					require.Equal(t, tc.want, string(got))
				}
				seen := s.Requests()
				require.Len(t, seen, 1)
				require.Equal(t, hello, string(seen[0].Body), "the whole request is recorded")
				require.Equal(t, tc.status, seen[0].Status)
				require.Equal(t, tc.processed, seen[0].Processed)
				require.Equal(t, tc.processed, s.api.processed.Load() == 1)

				remove()
				_, text, err := s.do(t.Context(), "echo", "well")
				require.NoError(t, err)
				require.Equal(t, "well", text)
			})
		})
	}
}

func TestEndlessBodyEndsWhenItIsClosed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		s.Inject(fakeserver.EndlessBody())
		resp, err := s.post(t.Context(), "echo", "hello")
		require.NoError(t, err)
		require.EqualValues(t, -1, resp.ContentLength)
		n, err := io.CopyN(io.Discard, resp.Body, 5<<20)
		require.NoError(t, err)
		require.EqualValues(t, 5<<20, n)
		require.NoError(t, resp.Body.Close())
		s.Close() // returns, since nothing is written any more
		require.True(t, s.Requests()[0].Processed)
	})
}

func TestHangEndsWithTheClient(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		s.Inject(fakeserver.Hang())
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-s.api.told
			cancel()
		}()
		_, _, err := s.do(ctx, "echo", "")
		require.ErrorIs(t, err, context.Canceled)
		require.EqualValues(t, 1, s.api.processed.Load())
		require.Zero(t, s.Requests()[0].Status)
	})
}

func TestRequestIsNotProcessedIfTheClientDisconnectsDuringLatency(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		ctx, cancel := context.WithCancel(t.Context())
		s.Inject(fakeserver.Latency(time.Hour).When(func(fakeserver.Request) bool {
			cancel()
			return true
		}))
		_, _, err := s.do(ctx, "echo", "hello")
		require.ErrorIs(t, err, context.Canceled)
		s.Close()
		require.Zero(t, s.api.processed.Load())
	})
}

func TestFaultsApplyInOrder(t *testing.T) {
	t.Parallel()
	s := newServer(t, memory)
	remove := s.Inject(
		fakeserver.Respond(500, "").Times(2).On("echo"),
		fakeserver.Respond(501, "").When(func(r fakeserver.Request) bool { return string(r.Body) == "bad" }),
		fakeserver.Respond(502, "").After(1).Times(1).On("echo", "plain"),
		fakeserver.Latency(0),
		fakeserver.Respond(503, "").On("plain"),
	)
	for i, want := range []struct {
		operation, body string
		status          int
	}{
		{"refuse", "", 409},
		{"echo", "bad", 500}, {"echo", "", 500},
		{"echo", "bad", 501}, {"refuse", "bad", 501},
		{"echo", "", 201}, // skipped by After
		{"echo", "", 502},
		{"echo", "", 201}, {"echo", "", 201},
		{"plain", "", 503}, {"plain", "", 503}, {"plain", "bad", 501},
	} {
		status, _, err := s.do(t.Context(), want.operation, want.body)
		require.NoError(t, err)
		require.Equal(t, want.status, status, "request %d", i)
	}
	remove()
	status, _, err := s.do(t.Context(), "plain", "bad")
	require.NoError(t, err)
	require.Equal(t, 200, status)
}

func TestFaultMethodsReturnCopies(t *testing.T) {
	t.Parallel()
	s := newServer(t, memory)
	fault := fakeserver.Respond(500, "").With("A", "1")
	fault.With("A", "2")
	fault.On("plain")
	s.Inject(fault)
	resp, err := s.post(t.Context(), "echo", "")
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, "1", resp.Header.Get("A"))
}
