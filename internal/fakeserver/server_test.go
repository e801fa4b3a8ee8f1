package fakeserver_test

import (
	"context"
	"errors"
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

func TestResponsesAreAlikeOnEveryKindOfServer(t *testing.T) {
	t.Parallel()
	for operation, want := range map[string]struct {
		status      int
		body        string
		length      int64
		contentType string
	}{
		"echo":   {201, "hello", 5, "application/json"},
		"refuse": {409, "no\n", 3, "text/plain; charset=utf-8"},
		"plain":  {200, "<html>", 6, "text/html; charset=utf-8"},
		"empty":  {204, "", 0, ""},
		"none":   {200, "", 0, ""},
		"long":   {200, string(make([]byte, 1<<20)), -1, "application/octet-stream"},
		"stream": {200, "s012", -1, "text/plain; charset=utf-8"},
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, s *server) {
				resp, err := s.post(t.Context(), operation, "hello")
				require.NoError(t, err)
				defer resp.Body.Close()
				body, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				require.Equal(t, want.status, resp.StatusCode)
				require.Equal(t, http.StatusText(want.status), resp.Status[4:])
				require.Equal(t, want.body, string(body))
				require.Equal(t, want.length, resp.ContentLength)
				require.Equal(t, want.contentType, resp.Header.Get("Content-Type"))
				require.NotEmpty(t, resp.Header.Get("Date"))
				require.Equal(t, "POST", resp.Request.Method)
				require.Equal(t, s.http2, resp.ProtoMajor == 2)
			})
		})
	}
}

func TestHeadHasNoBody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		resp, err := s.client.Head(s.url + "/plain")
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Empty(t, body)
		require.Equal(t, "6", resp.Header.Get("Content-Length"))
	})
}

func TestRequestsAreRecorded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		s.clock.Advance(24 * time.Hour)
		before := s.clock.Now()
		s.do(t.Context(), "echo", "one")
		s.do(t.Context(), "refuse", "two")
		s.do(t.Context(), "echo", strings.Repeat("x", 1<<20+1))
		all := s.Requests()
		require.Len(t, all, 3)
		r := all[0]
		require.Equal(t, "echo", r.Operation)
		require.Equal(t, "POST", r.Method)
		require.Equal(t, "/v1/echo", r.Path)
		require.Equal(t, []string{"1", "2"}, r.Query["a"])
		require.Equal(t, "yes", r.Header.Get("X-Test"))
		require.Equal(t, "one", string(r.Body))
		require.Equal(t, 201, r.Status)
		require.True(t, r.Processed)
		require.WithinDuration(t, before, r.Time, time.Hour)
		require.Equal(t, 409, all[1].Status)
		require.False(t, all[1].Processed, "a refused request is not processed")
		require.Len(t, all[2].Body, 1<<20)
		require.Len(t, s.Requests("echo"), 2)
		require.Len(t, s.Requests("echo", "refuse"), 3)
		require.Empty(t, s.Requests("plain"))

		r.Body[0], r.Query["a"][0] = 'X', "X"
		r.Header.Set("X-Test", "no")
		require.Equal(t, "one", string(s.Requests()[0].Body), "Requests returns copies")
		require.Equal(t, "1", s.Requests()[0].Query.Get("a"))
		require.Equal(t, "yes", s.Requests()[0].Header.Get("X-Test"))
	})
}

func TestUnknownOperationPanics(t *testing.T) {
	t.Parallel()
	s := newServer(t, memory)
	const message = `no operation "ecko"; the operations are abort, begin, echo, empty, long, none, plain, refuse, short, stream, stubborn, wait`
	require.PanicsWithValue(t, message, func() { s.Requests("ecko") })
	require.PanicsWithValue(t, message, func() { s.Inject(fakeserver.Hang().On("ecko")) })
}

func TestAbortedHandlerCutsTheConnection(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		_, _, err := s.do(t.Context(), "abort", "")
		require.Error(t, err)
		_, _, err = s.do(t.Context(), "echo", "")
		require.NoError(t, err)
	})
}

func TestServerWorksInASynctestBubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, memory)
		start := time.Now()
		s.Inject(fakeserver.Latency(time.Hour).Times(1))
		status, _, err := s.do(t.Context(), "echo", "")
		require.NoError(t, err)
		require.Equal(t, 201, status)
		require.Equal(t, time.Hour, time.Since(start))

		s.Inject(fakeserver.SlowBody(time.Second).Times(1))
		_, text, err := s.do(t.Context(), "echo", "hello")
		require.NoError(t, err)
		require.Equal(t, "hello", text)
		require.Equal(t, time.Hour+5*time.Second, time.Since(start))

		s.Inject(fakeserver.Hang())
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, _, err = s.do(ctx, "echo", "")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Hour+time.Minute+5*time.Second, time.Since(start))
	})
}

func TestClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2020, 2, 29, 12, 0, 0, 0, time.UTC)
		clock := fakeserver.NewClock(start)
		require.Equal(t, start, clock.Now())
		clock.Advance(time.Hour)
		require.Equal(t, start.Add(time.Hour), clock.Now())
		time.Sleep(time.Second) // of the bubble
		require.Equal(t, start.Add(time.Hour+time.Second), clock.Now())

		require.NoError(t, clock.WaitUntil(t.Context(), start), "a time in the past")
		before := time.Now()
		require.NoError(t, clock.WaitUntil(t.Context(), clock.Now().Add(time.Minute)))
		require.Equal(t, time.Minute, time.Since(before))

		woken := make(chan time.Time, 1)
		goal := clock.Now().Add(24 * time.Hour)
		go func() {
			clock.WaitUntil(t.Context(), goal)
			woken <- clock.Now()
		}()
		synctest.Wait()
		clock.Advance(time.Hour)
		synctest.Wait()
		require.Empty(t, woken)
		clock.Advance(23 * time.Hour)
		require.Equal(t, goal, <-woken)

		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errors.New("gone"))
		defer cancel()
		require.ErrorIs(t, clock.WaitUntil(ctx, clock.Now().Add(time.Hour)), context.DeadlineExceeded)
	})
}

func TestConcurrentRequests(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				remove := s.Inject(fakeserver.Latency(time.Microsecond).Times(1))
				_, text, err := s.do(t.Context(), "echo", "hello")
				require.NoError(t, err)
				require.Equal(t, "hello", text)
				s.Requests()
				s.clock.Advance(time.Second)
				remove()
			})
		}
		all.Wait()
		require.Len(t, s.Requests(), 50)
		require.EqualValues(t, 50, s.api.processed.Load())
	})
}
