package onpremise_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

// bare hides all methods of a reader but Read.
type bare struct{ io.Reader }

func TestUploadSendsTheLengthIfKnown(t *testing.T) {
	t.Parallel()
	s := &store{}
	client := storeClient(t, s)
	content := bytes.Repeat([]byte("0123456789"), 200_000)
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	_, err = file.Seek(10, io.SeekStart)
	require.NoError(t, err)
	pipe, pipeWriter, err := os.Pipe()
	require.NoError(t, err)
	go func() { pipeWriter.Write(content); pipeWriter.Close() }()
	defer pipe.Close()
	for _, tt := range []struct {
		name   string
		reader io.Reader
		want   []byte
		known  bool
	}{
		{"bytes", bytes.NewReader(content), content, true},
		{"string", strings.NewReader("abc"), []byte("abc"), true},
		{"buffer", bytes.NewBuffer(content), content, true},
		{"the rest of a file", file, content[10:], true},
		{"section", io.NewSectionReader(bytes.NewReader(content), 5, 100), content[5:105], true},
		{"pipe", pipe, content, false},
		{"any reader", bare{bytes.NewReader(content)}, content, false},
		{"one byte at a time", iotest.OneByteReader(strings.NewReader("abc")), []byte("abc"), false},
	} {
		id, err := client.Media.Upload(t.Context(), "audio/ogg; codecs=opus", tt.reader)
		require.NoError(t, err, tt.name)
		require.Equal(t, "f", id)
		got := s.uploads[len(s.uploads)-1]
		require.Equal(t, sumOf(tt.want), got.sum, tt.name)
		require.Equal(t, "audio/ogg; codecs=opus", got.kind)
		if tt.known {
			require.EqualValues(t, len(tt.want), got.length, tt.name)
		}
		require.Equal(t, !tt.known, got.chunked, tt.name)
		require.Equal(t, len(tt.want) > 1<<20 || !tt.known, got.expected, tt.name)
	}
	_, err = file.Seek(0, io.SeekStart)
	require.NoError(t, err) // it was left open
	require.Equal(t, 1, s.logins)
}

func TestUploadIsRetriedWithANewToken(t *testing.T) {
	t.Parallel()
	s := &store{}
	client := storeClient(t, s)
	content := bytes.Repeat([]byte("x"), 3<<20)
	expire := func() { s.mu.Lock(); s.token = "another"; s.mu.Unlock() }
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	_, err = client.Media.Upload(t.Context(), "video/mp4", strings.NewReader("first"))
	require.NoError(t, err)
	_, err = file.Seek(10, io.SeekStart)
	require.NoError(t, err)
	for r, want := range map[io.Reader][]byte{bytes.NewReader(content): content, file: content[10:]} {
		expire()
		_, err = client.Media.Upload(t.Context(), "video/mp4", r)
		require.NoError(t, err)
		require.Equal(t, sumOf(want), s.uploads[len(s.uploads)-1].sum)
	}
	require.Equal(t, 3, s.logins)

	expire()
	_, err = client.Media.Upload(t.Context(), "video/mp4", bare{bytes.NewReader(content)})
	require.ErrorIs(t, err, onpremise.ErrUnauthorized)
	require.ErrorContains(t, err, "cannot be read again")
	require.NotErrorIs(t, err, onpremise.ErrOutcomeUnknown)
	require.Equal(t, 3, s.logins)
	_, err = client.Media.Upload(t.Context(), "video/mp4", bare{bytes.NewReader(content)}) // gets a new one
	require.NoError(t, err)
	require.Len(t, s.uploads, 4)
}

func TestUploadReportsTheErrorOfItsReader(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk failure")
	s := &store{}
	client := storeClient(t, s)
	for name, r := range map[string]io.Reader{
		"at once":       iotest.ErrReader(broken),
		"in the middle": io.MultiReader(strings.NewReader("begin"), iotest.ErrReader(broken)),
		"later":         io.MultiReader(io.LimitReader(endless{}, 5<<20), iotest.ErrReader(broken)),
		"before its announced end": struct {
			io.Reader
			io.Seeker
		}{io.MultiReader(strings.NewReader("be"), iotest.ErrReader(broken)), strings.NewReader("begin")},
		"with its last byte":          &sized{5, func(p []byte) (int, error) { return copy(p, "begin"), broken }},
		"with the last byte, unknown": readFunc(func(p []byte) (int, error) { return copy(p, "begin"), broken }),
	} {
		_, err := client.Media.Upload(t.Context(), "video/mp4", r)
		require.ErrorIs(t, err, broken, name)
		require.ErrorContains(t, err, "onpremise: upload media: ", name)
		require.NotErrorIs(t, err, onpremise.ErrOutcomeUnknown, name)
	}
	require.Empty(t, s.uploads)

	// All of the announced bytes are there: the reader is not asked for more.
	complete := &sized{5, func() func([]byte) (int, error) {
		r := io.MultiReader(strings.NewReader("begin"), iotest.ErrReader(broken))
		return r.Read
	}()}
	_, err := client.Media.Upload(t.Context(), "video/mp4", complete)
	require.NoError(t, err)
	require.Len(t, s.uploads, 1)

	for _, r := range []io.Reader{strings.NewReader(""), bare{strings.NewReader("")}, bytes.NewBuffer(nil)} {
		_, err := client.Media.Upload(t.Context(), "video/mp4", r)
		var invalid *onpremise.ValidationError
		require.ErrorAs(t, err, &invalid)
	}
	require.Len(t, s.uploads, 1)

	_, err = client.Media.Upload(t.Context(), "video/mp4", readFunc(func([]byte) (int, error) { panic("bug") }))
	require.ErrorContains(t, err, "the reader panicked: bug")
}

// A server that responds before the end of the file may have stored what it got.
func TestUploadWhoseReaderFailsAfterTheResponse(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk failure")
	_, err := clientOn(t, roundTrip(func(req *http.Request) (*http.Response, error) {
		io.Copy(io.Discard, req.Body)
		return says(200, `{"media":[{"id":"f"}]}`), nil
	})).Media.Upload(t.Context(), "video/mp4", io.MultiReader(strings.NewReader("begin"), iotest.ErrReader(broken)))
	require.ErrorIs(t, err, broken)
	require.ErrorIs(t, err, onpremise.ErrOutcomeUnknown)
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// sized is a reader that knows its length.
type sized struct {
	length int
	readFunc
}

func (s *sized) Len() int { return s.length }

// watched counts the reads after the call.
type watched struct {
	io.Reader
	over atomic.Bool
	late atomic.Int64
}

func (w *watched) Read(p []byte) (int, error) {
	if w.over.Load() {
		w.late.Add(1)
	}
	return w.Reader.Read(p)
}

func TestReaderIsNotReadAfterUploadHasReturned(t *testing.T) {
	t.Parallel()
	s := &store{early: 413}
	client := storeClient(t, s, onpremise.WithMiddleware(func(next onpremise.Doer) onpremise.Doer {
		return doer(func(req *http.Request) (*http.Response, error) {
			req.Header.Del("Expect") // the file is on its way when the answer comes
			return next.Do(req)
		})
	}))
	var seekers, others []*watched
	for range 4 {
		r := &watched{Reader: io.NewSectionReader(zeros{}, 0, 1<<30)}
		_, err := client.Media.Upload(t.Context(), "video/mp4", struct {
			io.Reader
			io.Seeker
		}{r, r.Reader.(io.Seeker)})
		r.over.Store(true)
		require.Error(t, err)
		seekers = append(seekers, r)

		r = &watched{Reader: io.LimitReader(endless{}, 1<<30)}
		_, err = client.Media.Upload(t.Context(), "video/mp4", r)
		r.over.Store(true)
		require.Error(t, err)
		others = append(others, r)
	}
	for i := range seekers {
		require.Zero(t, seekers[i].late.Load())
		require.LessOrEqual(t, others[i].late.Load(), int64(1)) // the one that went on
	}
}

func TestUploadOfABlockedReaderReturnsAtOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		opts  []onpremise.Option
		early int
		end   bool // the context ends
		want  error
	}{
		"the context ends":      {nil, 0, true, context.Canceled},
		"the attempt times out": {[]onpremise.Option{onpremise.WithTimeout(50 * time.Millisecond)}, 0, false, context.DeadlineExceeded},
		"the server refuses":    {nil, 400, false, onpremise.ErrInvalidRequest},
		"a middleware hides the file": {[]onpremise.Option{onpremise.WithMiddleware(func(next onpremise.Doer) onpremise.Doer {
			return doer(func(req *http.Request) (*http.Response, error) {
				if req.Body != nil {
					req.Body = io.NopCloser(req.Body)
				}
				return next.Do(req)
			})
		})}, 0, true, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := storeClient(t, &store{early: tt.early}, tt.opts...)
			for i := range 6 {
				ctx, cancel := context.WithCancel(t.Context())
				r, w := io.Pipe()
				written := make(chan struct{})
				go func() {
					defer close(written)
					w.Write([]byte("begin"))
					if tt.end {
						cancel() // while the next Read waits for more
					}
				}()
				file := io.Reader(r)
				if i%2 == 1 && tt.early == 0 {
					file = struct {
						io.Reader
						io.Seeker
					}{r, strings.NewReader("0123456789")}
				}
				_, err := client.Media.Upload(ctx, "video/mp4", file)
				require.ErrorIs(t, err, tt.want)
				w.Close()
				r.Close()
				<-written
				cancel()
			}
		})
	}
}

func TestBodyOfAPreviousAttemptReadsNothing(t *testing.T) {
	t.Parallel()
	var first io.ReadCloser
	s := newInstallation()
	rt := roundTrip(func(req *http.Request) (*http.Response, error) {
		switch {
		case !strings.HasSuffix(req.URL.Path, "/media"):
			return s.RoundTrip(req)
		case first == nil:
			first = req.Body
			begin := make([]byte, 3)
			io.ReadFull(first, begin)
			return says(401, ""), nil
		}
		n, err := first.Read(make([]byte, 10)) // while the second attempt is on its way
		if n != 0 || err == nil {
			t.Error("the first attempt takes from the second")
		}
		all, err := io.ReadAll(io.LimitReader(req.Body, 4))
		if string(all) != "0123" {
			t.Errorf("%q, %v", all, err)
		}
		first = req.Body
		return says(200, `{"media":[{"id":"f"}]}`), nil
	})
	for _, file := range []io.Reader{strings.NewReader("0123456789"), bare{strings.NewReader("0123456789")}} {
		first = nil
		_, err := s.client(t, onpremise.WithHTTPClient(&http.Client{Transport: rt})).Media.Upload(t.Context(), "text/plain", file)
		_, seeks := file.(io.Seeker)
		require.Equal(t, seeks, err == nil)
		n, err := first.Read(make([]byte, 10))
		require.Zero(t, n)
		require.Error(t, err)
		require.NoError(t, first.Close())
		rest, err := io.ReadAll(file) // is the caller's
		require.NoError(t, err)
		require.Equal(t, map[bool]string{true: "456789", false: "3456789"}[seeks], string(rest))
	}
}

// A server that responds early, or after the whole file, is sent the whole file again, from where the reader stood.
func TestUploadIsRetriedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	content := bytes.Repeat([]byte("0123456789"), 5_000)
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	for name, reader := range map[string]io.Reader{
		"bytes": bytes.NewReader(content), "file": file, "seeker": struct{ io.ReadSeeker }{bytes.NewReader(content)},
		"buffer": bytes.NewBuffer(content), "reader": bare{bytes.NewReader(content)},
	} {
		for _, first := range []int{10, len(content)} { // bytes that the server reads before it refuses
			const start = 6
			seeker, seekable := reader.(io.Seeker)
			if seekable {
				_, err := seeker.Seek(start, io.SeekStart)
				require.NoError(t, err)
			} else if first == 10 {
				continue // the reader can be read only once
			}
			var bodies [][]byte
			client := clientOn(t, roundTrip(func(r *http.Request) (*http.Response, error) {
				defer r.Body.Close()
				limit := int64(first)
				if len(bodies) > 0 {
					limit = 1 << 20
				}
				body, err := io.ReadAll(io.LimitReader(r.Body, limit))
				bodies = append(bodies, body)
				if err != nil || len(bodies) == 1 {
					return says(http.StatusTooManyRequests, "", "Retry-After", "0"), err
				}
				return says(http.StatusOK, `{"media":[{"id":"m"}]}`), nil
			}))
			_, err := client.Media.Upload(t.Context(), "video/mp4", reader)
			if !seekable {
				require.ErrorIs(t, err, onpremise.ErrRateLimited, name)
				require.Len(t, bodies, 1, name)
				continue
			}
			require.NoError(t, err, name)
			require.Len(t, bodies, 2, name)
			require.Equal(t, string(content[start:]), string(bodies[1]), name)
		}
	}
}
