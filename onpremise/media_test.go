package onpremise_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

// store takes files in and gives files out, neither of which it holds.
type store struct {
	mu      sync.Mutex
	uploads []received
	token   string // that holds
	logins  int
	early   int // the status of an answer before the file is read; 0 reads it
}

type received struct {
	length   int64
	sum      string
	chunked  bool
	kind     string
	size     int64
	expected bool
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch {
	case strings.HasSuffix(r.URL.Path, "/users/login"):
		s.mu.Lock()
		s.logins++
		s.token = fmt.Sprint("token-", s.logins)
		token := s.token
		s.mu.Unlock()
		fmt.Fprintf(w, `{"users":[{"token":%q}]}`, token)
	case r.Method == http.MethodGet:
		n, err := strconv.ParseInt(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:], 10, 64)
		if err != nil {
			w.WriteHeader(404)
			return
		}
		w.Header().Set("Content-Type", "video/mp4")
		if r.Header.Get("X-Chunked") == "" {
			w.Header().Set("Content-Length", strconv.FormatInt(n, 10))
		}
		io.Copy(w, io.LimitReader(endless{}, n))
	default:
		s.mu.Lock()
		holds := r.Header.Get("Authorization") == "Bearer "+s.token
		early := s.early
		s.mu.Unlock()
		if !holds {
			w.WriteHeader(401)
			return
		}
		if early != 0 {
			w.WriteHeader(early)
			return
		}
		sum, to := sha256.New(), io.Discard
		if r.Header.Get("Content-Type") != long {
			to = sum
		}
		n, err := io.Copy(to, r.Body)
		if err != nil {
			w.WriteHeader(400)
			return
		}
		s.mu.Lock()
		s.uploads = append(s.uploads, received{
			r.ContentLength, hexed(sum), len(r.TransferEncoding) > 0, r.Header.Get("Content-Type"), n, r.Header.Get("Expect") != "",
		})
		s.mu.Unlock()
		io.WriteString(w, `{"media":[{"id":"f"}]}`)
	}
}

// long is the media type of files that are too long to be summed up in a test.
const long = "video/x-long"

func hexed(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

func sumOf(data []byte) string { sum := sha256.Sum256(data); return hex.EncodeToString(sum[:]) }

// endless is a file without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func storeClient(t *testing.T, s *store, opts ...onpremise.Option) *onpremise.Client {
	t.Helper()
	server := httptest.NewServer(s)
	tr := &http.Transport{ExpectContinueTimeout: 5 * time.Second}
	t.Cleanup(func() { tr.CloseIdleConnections(); server.Close() })
	client, err := onpremise.NewClient(server.URL+"/v1", append([]onpremise.Option{
		onpremise.WithCredentials("u", "p"), onpremise.WithHTTPClient(&http.Client{Transport: tr}), onpremise.WithMaxRetries(0),
	}, opts...)...)
	require.NoError(t, err)
	return client
}

// peak runs f and returns by how much the heap has grown at the most while it ran.
func peak(f func()) int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, most := int64(m.HeapInuse), int64(m.HeapInuse)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		often := time.NewTicker(5 * time.Millisecond)
		defer often.Stop()
		for {
			select {
			case <-stop:
				return
			case <-often.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, int64(m.HeapInuse))
			}
		}
	}()
	f()
	close(stop)
	<-stopped
	return most - before
}

// Not parallel: it measures memory.
func TestMediaStream(t *testing.T) {
	size := int64(1 << 30)
	if raceEnabled || testing.Short() {
		size = 256 << 20
	}
	s := &store{}
	client := storeClient(t, s)
	for name, f := range map[string]func(){
		"upload of unknown length": func() {
			_, err := client.Media.Upload(t.Context(), long, io.LimitReader(endless{}, size))
			require.NoError(t, err)
			require.Equal(t, size, s.uploads[len(s.uploads)-1].size)
		},
		"upload of known length": func() {
			_, err := client.Media.Upload(t.Context(), long, io.NewSectionReader(zeros{}, 0, size))
			require.NoError(t, err)
			require.Equal(t, size, s.uploads[len(s.uploads)-1].length)
		},
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
		grown := peak(f)
		t.Logf("%s of %d MiB: %d KiB more memory", name, size>>20, grown>>10)
		require.Less(t, grown, int64(32<<20), name)
	}
}

type zeros struct{}

func (zeros) ReadAt(p []byte, _ int64) (int, error) { clear(p); return len(p), nil }

func TestDownload(t *testing.T) {
	t.Parallel()
	client := storeClient(t, &store{token: "x"}, onpremise.WithMiddleware(func(next onpremise.Doer) onpremise.Doer {
		return doer(func(req *http.Request) (*http.Response, error) {
			req.Header.Set("X-Chunked", "yes")
			return next.Do(req)
		})
	}))
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

type doer func(*http.Request) (*http.Response, error)

func (f doer) Do(req *http.Request) (*http.Response, error) { return f(req) }

func TestDownloadThatBreaksOffSaysSo(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "half")
	}))
	defer server.Close()
	client, err := onpremise.NewClient(server.URL+"/v1", onpremise.WithToken("t"))
	require.NoError(t, err)
	defer http.DefaultClient.CloseIdleConnections()
	content, err := client.Media.Download(t.Context(), "f")
	require.NoError(t, err)
	defer content.Close()
	_, err = io.ReadAll(content)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}
