package onpremisetest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMediaRoundTrip(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		ids := map[any]bool{}
		for _, f := range []upload{
			{"image/jpeg", "picture"}, {"audio/ogg; codecs=opus", "sound"}, {"application/json", `{"a":1}`},
			{"application/x-unheard-of", strings.Repeat("0123456789", 100_000)}, {"text/plain", strings.Repeat("x", 512<<10)},
		} {
			id := at(w.ok("POST", "/media", f), "media", 0, "id").(string)
			ids[id] = true
			resp, _, content := w.do(w.request("GET", "/media/"+id, nil))
			require.Equal(t, 200, resp.StatusCode)
			require.Equal(t, f.contentType, resp.Header.Get("Content-Type"))
			require.EqualValues(t, len(f.content), resp.ContentLength)
			require.Equal(t, f.content, content)
			succeeded.Store("DownloadMedia", true)
			w.ok("DELETE", "/media/"+id, nil)
			w.refuse(404, 1006, "GET", "/media/"+id, nil)
			w.refuse(404, 1006, "DELETE", "/media/"+id, nil)
		}
		require.Len(t, ids, 5)
		w.refuse(400, 1008, "POST", "/media", upload{"text/plain", ""})
		w.refuse(415, 1025, "POST", "/media", upload{"", "content"})
	})
}

func TestUploadWithoutLength(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		req := w.request("POST", "/media", upload{"text/plain", "content"})
		req.Body = io.NopCloser(strings.NewReader("content"))
		req.ContentLength, req.GetBody = -1, nil
		resp, err := w.HTTPClient().Do(req)
		require.NoError(t, err)
		resp.Body.Close()
		require.Equal(t, 200, resp.StatusCode)
	})
}

func TestTruncatedUploadIsNotStored(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		for _, length := range []int64{-1, 1000} {
			broken := errors.New("disk on fire")
			req := w.request("POST", "/media", upload{"text/plain", "content"})
			req.Body = io.NopCloser(io.MultiReader(strings.NewReader("content"), failing{broken}))
			req.ContentLength, req.GetBody = length, nil
			_, err := w.HTTPClient().Do(req)
			require.Error(t, err)
		}
		require.EqualValues(t, 0, at(w.ok("GET", "/stats/db", nil), "stats", "db", "media"))
		for _, r := range w.Requests("UploadMedia") {
			require.False(t, r.Processed)
		}
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestDownloadStreams(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		media := w.AddMedia("video/mp4", make([]byte, 16<<20))
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		resp, err := w.HTTPClient().Do(w.request("GET", "/media/"+media.ID, nil).WithContext(ctx))
		require.NoError(t, err)
		require.EqualValues(t, 16<<20, resp.ContentLength)
		_, err = io.ReadFull(resp.Body, make([]byte, 1<<20))
		require.NoError(t, err)
		cancel()
		require.Eventually(t, func() bool {
			_, err = resp.Body.Read(make([]byte, 1<<16))
			return err != nil
		}, 10*time.Second, time.Millisecond)
		require.ErrorIs(t, err, context.Canceled)
		resp.Body.Close()
	})
}

func TestExpectContinueIsRejectedBeforeTheBody(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	ask := func(token string) (status int, read bool) {
		body := &noting{Reader: strings.NewReader("content")}
		req := w.as(token).request("POST", "/media", upload{"text/plain", "content"})
		req.Body, req.GetBody = io.NopCloser(body), nil
		req.Header.Set("Expect", "100-continue")
		tr := &http.Transport{ExpectContinueTimeout: time.Minute}
		defer tr.CloseIdleConnections()
		resp, err := tr.RoundTrip(req)
		require.NoError(t, err)
		resp.Body.Close()
		return resp.StatusCode, body.read.Load()
	}
	status, read := ask("wrong")
	require.Equal(t, 401, status)
	require.False(t, read)
	status, read = ask(w.Token())
	require.Equal(t, 200, status)
	require.True(t, read)
}

// noting records whether it was read.
type noting struct {
	io.Reader
	read atomic.Bool
}

func (n *noting) Read(p []byte) (int, error) {
	n.read.Store(true)
	return n.Reader.Read(p)
}

func TestUploadRequiresAToken(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		w.as("wrong").refuse(401, 1005, "POST", "/media", upload{"text/plain", strings.Repeat("x", 9<<20)})
		require.EqualValues(t, 0, at(w.ok("GET", "/stats/db", nil), "stats", "db", "media"))
		require.Equal(t, http.StatusUnauthorized, w.Requests("UploadMedia")[0].Status)
	})
}
