package onpremise_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

// store is a media server. It does not keep the files.
type store struct {
	early int // responds with this status before it reads the file

	mu      sync.Mutex
	uploads []received
}

type received struct {
	length, size      int64
	sum               [sha256.Size]byte
	contentType       string
	chunked, expected bool
}

// largeType is the media type of files that are too large to be hashed.
const largeType = "video/x-large"

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodGet { // the length is the ID
		n, err := strconv.ParseInt(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:], 10, 64)
		if err != nil {
			w.WriteHeader(404)
			return
		}
		w.Header().Set("Content-Type", "video/mp4")
		if r.Header.Get("X-Chunked") == "" {
			w.Header().Set("Content-Length", strconv.FormatInt(n, 10))
		}
		io.Copy(w, io.LimitReader(zeros{}, n))
		return
	}
	if s.early != 0 {
		w.WriteHeader(s.early)
		return
	}
	sum := sha256.New()
	to := io.Writer(sum)
	if r.Header.Get("Content-Type") == largeType {
		to = io.Discard
	}
	n, err := io.Copy(to, r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uploads = append(s.uploads, received{
		r.ContentLength, n, [sha256.Size]byte(sum.Sum(nil)), r.Header.Get("Content-Type"), len(r.TransferEncoding) > 0, r.Header.Get("Expect") != "",
	})
	io.WriteString(w, `{"media":[{"id":"f"}]}`)
}

func (s *store) client(t *testing.T, opts ...onpremise.Option) *onpremise.Client {
	t.Helper()
	server := httptest.NewServer(s)
	tr := &http.Transport{ExpectContinueTimeout: 5 * time.Second}
	t.Cleanup(func() { tr.CloseIdleConnections(); server.Close() })
	client, err := onpremise.NewClient(server.URL+"/v1", append([]onpremise.Option{
		onpremise.WithToken(testToken), onpremise.WithHTTPClient(&http.Client{Transport: tr}), onpremise.WithMaxRetries(0),
	}, opts...)...)
	require.NoError(t, err)
	return client
}

// zeros is a file without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error)            { clear(p); return len(p), nil }
func (zeros) ReadAt(p []byte, _ int64) (int, error) { clear(p); return len(p), nil }

// onlyReader hides all methods of a reader but Read.
type onlyReader struct{ io.Reader }

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// sized is a reader that knows its length.
type sized struct {
	io.Reader
	length int
}

func (s sized) Len() int { return s.length }

type doer func(*http.Request) (*http.Response, error)

func (f doer) Do(req *http.Request) (*http.Response, error) { return f(req) }

// withRequest changes each request.
func withRequest(change func(*http.Request)) onpremise.Option {
	return onpremise.WithMiddleware(func(next onpremise.Doer) onpremise.Doer {
		return doer(func(req *http.Request) (*http.Response, error) {
			change(req)
			return next.Do(req)
		})
	})
}

// fileOf returns a file, which is closed at the end of the test.
func fileOf(t *testing.T, content []byte) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	file, err := os.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, file.Close()) }) // Upload has not closed it
	return file
}

// at moves r to an offset.
func at(t *testing.T, offset int64, r io.ReadSeeker) io.ReadSeeker {
	t.Helper()
	_, err := r.Seek(offset, io.SeekStart)
	require.NoError(t, err)
	return r
}

func TestUploadSendsTheLengthIfKnown(t *testing.T) {
	t.Parallel()
	s := &store{}
	client := s.client(t)
	content := bytes.Repeat([]byte("0123456789"), 200_000)
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
		{"rest of a file", at(t, 10, fileOf(t, content)), content[10:], true},
		{"section", io.NewSectionReader(bytes.NewReader(content), 5, 100), content[5:105], true},
		{"pipe", pipe, content, false},
		{"reader", onlyReader{bytes.NewReader(content)}, content, false},
		{"one byte at a time", iotest.OneByteReader(strings.NewReader("abc")), []byte("abc"), false},
	} {
		id, err := client.Media.Upload(t.Context(), "audio/ogg; codecs=opus", tt.reader)
		require.NoError(t, err, tt.name)
		require.Equal(t, "f", id)
		want := received{int64(len(tt.want)), int64(len(tt.want)), sha256.Sum256(tt.want), "audio/ogg; codecs=opus", !tt.known, len(tt.want) > 1<<20 || !tt.known}
		if !tt.known {
			want.length = -1
		}
		require.Equal(t, want, s.uploads[len(s.uploads)-1], tt.name)
	}
	for _, empty := range []io.Reader{strings.NewReader(""), onlyReader{strings.NewReader("")}, bytes.NewBuffer(nil)} {
		_, err := client.Media.Upload(t.Context(), "video/mp4", empty)
		var invalid *onpremise.ValidationError
		require.ErrorAs(t, err, &invalid)
	}
	require.Len(t, s.uploads, 8)
}

// A retry sends the file from the offset at which the upload began.
func TestUploadIsRetriedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	content := bytes.Repeat([]byte("0123456789"), 5_000)
	for name, tt := range map[string]struct {
		open     func(*testing.T) io.Reader
		seekable bool
	}{
		"bytes":  {func(t *testing.T) io.Reader { return at(t, 6, bytes.NewReader(content)) }, true},
		"file":   {func(t *testing.T) io.Reader { return at(t, 6, fileOf(t, content)) }, true},
		"seeker": {func(t *testing.T) io.Reader { return struct{ io.ReadSeeker }{at(t, 6, bytes.NewReader(content))} }, true},
		"buffer": {func(*testing.T) io.Reader { return bytes.NewBuffer(content[6:]) }, false},
		"reader": {func(*testing.T) io.Reader { return onlyReader{bytes.NewReader(content[6:])} }, false},
	} {
		for status, refused := range map[int]bool{401: true, 429: true, 500: false} {
			for _, read := range []int64{0, 10, int64(len(content))} { // by the first attempt
				t.Run(fmt.Sprint(name, " ", status, " after ", read), func(t *testing.T) {
					inBubble(t, func(t *testing.T, s *installation) {
						uploads := 0
						s.onCall = func(*http.Request) *http.Response { return newResponse(200, `{"media":[{"id":"f"}]}`) }
						client := clientWith(t, roundTrip(func(req *http.Request) (*http.Response, error) {
							if isLogin(req) {
								return s.RoundTrip(req)
							}
							if uploads++; uploads == 1 {
								io.CopyN(io.Discard, req.Body, read)
								return newResponse(status, ""), nil
							}
							got, err := io.ReadAll(req.Body)
							if err != nil || !bytes.Equal(got, content[6:]) {
								t.Errorf("the retry sends %d bytes, %v", len(got), err)
							}
							return s.RoundTrip(req)
						}), onpremise.WithCredentials(testUser, testPassword))
						_, err := client.Media.Upload(t.Context(), "video/mp4", tt.open(t))
						if tt.seekable && refused {
							require.NoError(t, err)
							require.Equal(t, 2, uploads)
							return
						}
						require.Equal(t, 1, uploads)
						require.Equal(t, !refused, errors.Is(err, onpremise.ErrOutcomeUnknown))
						if status == 401 {
							require.ErrorContains(t, err, "cannot be read again")
							_, err = client.Media.Upload(t.Context(), "video/mp4", tt.open(t)) // gets a new token
							require.NoError(t, err)
							require.Equal(t, 2, s.logins)
						}
					})
				})
			}
		}
	}
}

func TestUploadReportsTheErrorOfItsReader(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk failure")
	begin := func() io.Reader { return io.MultiReader(strings.NewReader("begin"), iotest.ErrReader(broken)) }
	withLast := readFunc(func(p []byte) (int, error) { return copy(p, "begin"), broken })
	s := &store{}
	client := s.client(t)
	for name, r := range map[string]io.Reader{
		"at once":       iotest.ErrReader(broken),
		"in the middle": begin(),
		"later":         io.MultiReader(io.LimitReader(zeros{}, 5<<20), iotest.ErrReader(broken)),
		"before the announced length": struct {
			io.Reader
			io.Seeker
		}{begin(), strings.NewReader("beginning")},
		"with the last byte":           withLast,
		"with the last announced byte": sized{withLast, 5},
	} {
		_, err := client.Media.Upload(t.Context(), "video/mp4", r)
		require.ErrorIs(t, err, broken, name)
		require.ErrorContains(t, err, "onpremise: upload media: ", name)
		require.NotErrorIs(t, err, onpremise.ErrOutcomeUnknown, name)
	}
	_, err := client.Media.Upload(t.Context(), "video/mp4", readFunc(func([]byte) (int, error) { panic("bug") }))
	require.ErrorContains(t, err, "the reader panicked: bug")
	require.Empty(t, s.uploads)

	_, err = client.Media.Upload(t.Context(), "video/mp4", sized{begin(), 5}) // is not read any further
	require.NoError(t, err)
	require.Len(t, s.uploads, 1)

	// A server that responds before the end of the file may have stored a part of it.
	_, err = clientOn(t, roundTrip(func(req *http.Request) (*http.Response, error) {
		io.Copy(io.Discard, req.Body)
		return newResponse(200, `{"media":[{"id":"f"}]}`), nil
	})).Media.Upload(t.Context(), "video/mp4", begin())
	require.ErrorIs(t, err, broken)
	require.ErrorIs(t, err, onpremise.ErrOutcomeUnknown)
}

func TestReaderIsNotReadAfterUploadHasReturned(t *testing.T) {
	t.Parallel()
	s := &store{early: 413}
	client := s.client(t, withRequest(func(req *http.Request) { req.Header.Del("Expect") }))
	for range 4 {
		for _, section := range []*io.SectionReader{nil, io.NewSectionReader(zeros{}, 0, 1<<30)} {
			var over atomic.Bool
			var late atomic.Int64
			counted := readFunc(func(p []byte) (int, error) {
				if over.Load() {
					late.Add(1)
				}
				return zeros{}.Read(p)
			})
			r := io.LimitReader(counted, 1<<30)
			if section != nil {
				r = struct {
					io.Reader
					io.Seeker
				}{counted, section}
			}
			_, err := client.Media.Upload(t.Context(), "video/mp4", r)
			over.Store(true)
			require.Error(t, err)
			require.Zero(t, late.Load())
		}
	}
}

func TestUploadOfABlockedReaderReturnsAtOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		opts  []onpremise.Option
		early int
		ends  bool // the context
		want  error
	}{
		"context ends":      {ends: true, want: context.Canceled},
		"attempt times out": {opts: []onpremise.Option{onpremise.WithTimeout(50 * time.Millisecond)}, want: context.DeadlineExceeded},
		"server refuses":    {early: 400, want: onpremise.ErrInvalidRequest},
		"middleware wraps body": {opts: []onpremise.Option{withRequest(func(req *http.Request) {
			if req.Body != nil {
				req.Body = io.NopCloser(req.Body)
			}
		})}, ends: true, want: context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := (&store{early: tt.early}).client(t, tt.opts...)
			for i := range 4 {
				ctx, cancel := context.WithCancel(t.Context())
				r, w := io.Pipe()
				written := make(chan struct{})
				go func() {
					defer close(written)
					w.Write([]byte("begin"))
					if tt.ends {
						cancel() // while the next Read blocks
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
	for name, seeks := range map[string]bool{"seekable": true, "non-seekable": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := io.Reader(strings.NewReader("0123456789"))
			rest := "456789"
			if !seeks {
				file, rest = onlyReader{file}, "3456789"
			}
			var first io.ReadCloser
			s := newInstallation()
			client := clientWith(t, roundTrip(func(req *http.Request) (*http.Response, error) {
				switch {
				case isLogin(req):
					return s.RoundTrip(req)
				case first == nil:
					first = req.Body
					io.ReadFull(first, make([]byte, 3))
					return newResponse(401, ""), nil
				}
				n, err := first.Read(make([]byte, 10)) // while the second attempt is in flight
				if n != 0 || err == nil {
					t.Error("the first attempt takes bytes from the second")
				}
				got, err := io.ReadAll(io.LimitReader(req.Body, 4))
				if string(got) != "0123" {
					t.Errorf("%q, %v", got, err)
				}
				first = req.Body
				return newResponse(200, `{"media":[{"id":"f"}]}`), nil
			}), onpremise.WithCredentials(testUser, testPassword))
			_, err := client.Media.Upload(t.Context(), "text/plain", file)
			require.Equal(t, seeks, err == nil)
			n, err := first.Read(make([]byte, 10))
			require.Zero(t, n)
			require.Error(t, err)
			require.NoError(t, first.Close())
			left, err := io.ReadAll(file)
			require.NoError(t, err)
			require.Equal(t, rest, string(left))
		})
	}
}

func TestDownload(t *testing.T) {
	t.Parallel()
	client := (&store{}).client(t, withRequest(func(req *http.Request) { req.Header.Set("X-Chunked", "yes") }))
	content, err := client.Media.Download(t.Context(), "100000")
	require.NoError(t, err)
	require.EqualValues(t, -1, content.Length)
	data, err := io.ReadAll(content)
	require.NoError(t, err)
	require.Len(t, data, 100000)
	require.NoError(t, content.Close())

	_, err = client.Media.Download(t.Context(), "nothing")
	require.ErrorIs(t, err, onpremise.ErrNotFound)
}

func TestTruncatedDownload(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "half")
	}))
	defer server.Close()
	client, err := onpremise.NewClient(server.URL+"/v1", onpremise.WithToken("t"))
	require.NoError(t, err)
	defer client.CloseIdleConnections()
	content, err := client.Media.Download(t.Context(), "f")
	require.NoError(t, err)
	defer content.Close()
	_, err = io.ReadAll(content)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// heapGrowth runs f and returns by how much the heap grew at most.
func heapGrowth(f func()) int64 {
	inUse := func() int64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapInuse)
	}
	runtime.GC()
	before := inUse()
	most := before
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		ticker := time.NewTicker(5 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-stop:
				return
			case <-ticker.C:
				most = max(most, inUse())
			}
		}
	}()
	f()
	close(stop)
	<-stopped
	return most - before
}

// Not parallel, because it measures memory.
func TestMediaIsStreamed(t *testing.T) {
	size := int64(1 << 30)
	if raceEnabled || testing.Short() {
		size = 256 << 20
	}
	s := &store{}
	client := s.client(t)
	upload := func(r io.Reader) func() {
		return func() {
			_, err := client.Media.Upload(t.Context(), largeType, r)
			require.NoError(t, err)
			require.Equal(t, size, s.uploads[len(s.uploads)-1].size)
		}
	}
	for name, f := range map[string]func(){
		"upload of unknown length": upload(io.LimitReader(zeros{}, size)),
		"upload of known length":   upload(io.NewSectionReader(zeros{}, 0, size)),
		"download": func() {
			content, err := client.Media.Download(t.Context(), fmt.Sprint(size))
			require.NoError(t, err)
			require.Equal(t, size, content.Length)
			require.Equal(t, "video/mp4", content.ContentType)
			n, err := io.Copy(io.Discard, content)
			require.NoError(t, err)
			require.Equal(t, size, n)
			require.NoError(t, content.Close())
		},
	} {
		require.Less(t, heapGrowth(f), int64(32<<20), name)
	}
}
