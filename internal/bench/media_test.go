package bench_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// fileSize is what a file holds that goes up or comes down.
func fileSize() int64 {
	if long() {
		return 1 << 30
	}
	return 64 << 20
}

func BenchmarkMedia(b *testing.B) {
	for _, t := range transfers {
		b.Run(t.name, func(b *testing.B) {
			m := newInstallation(b)
			p := t.pair(m)
			p.bench(b, "by-hand", func(b *testing.B) {
				t.time.report(b, p.ratio(b))
				t.heap.report(b, m.growth(p.sdk))
			})
		})
	}
}

// transfers are the ways that a file can go. A file on a disk can seek, what comes over a
// network cannot.
var transfers = []struct {
	name       string
	time, heap *figure
	pair       func(*installation) pair
}{
	{"upload", uploadTime, uploadHeap, func(m *installation) pair {
		return m.upload(m.size, func() io.Reader { return m.file() })
	}},
	{"upload-stream", streamTime, streamHeap, func(m *installation) pair {
		return m.upload(-1, func() io.Reader { return struct{ io.Reader }{m.file()} })
	}},
	{"download", downloadTime, downloadHeap, (*installation).download},
}

// installation takes files in and gives files out, neither of which it holds.
type installation struct {
	size   int64
	url    string
	client *http.Client
	sdk    *onpremise.Client
	used   atomic.Pointer[gauge] // of memory, where it is measured
}

func newInstallation(tb testing.TB) *installation {
	m := &installation{size: fileSize()}
	server := httptest.NewServer(m)
	transport := new(http.Transport)
	tb.Cleanup(func() { transport.CloseIdleConnections(); server.Close() })
	m.url, m.client = server.URL+"/v1", &http.Client{Transport: transport}
	var err error
	m.sdk, err = onpremise.NewClient(m.url, onpremise.WithToken(token), onpremise.WithHTTPClient(m.client))
	require.NoError(tb, err)
	return m
}

// growth returns by how many MiB the heap grows at the most while a file goes its way.
func (m *installation) growth(transfer func(int)) float64 {
	transfer(1) // what is kept for the next one is there
	used := newGauge(heap)
	m.used.Store(used)
	defer m.used.Store(nil)
	transfer(1)
	return used.grown()
}

func (m *installation) upload(length int64, file func() io.Reader) pair {
	return pair{
		sdk: times(func() error {
			_, err := m.sdk.Media.Upload(context.Background(), "video/mp4", file())
			return err
		}),
		baseline: times(func() error {
			req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, m.url+"/media", file())
			if err != nil {
				return err
			}
			req.ContentLength = length
			req.Header.Set("Authorization", "Bearer "+token)
			req.Header.Set("Content-Type", "video/mp4")
			return doByHand(m.client, req, new(onpremiseapi.UploadMediaResponse))
		}),
	}
}

func (m *installation) download() pair {
	return pair{
		sdk: times(func() error {
			content, err := m.sdk.Media.Download(context.Background(), "f")
			if err != nil {
				return err
			}
			return m.receive(content)
		}),
		baseline: times(func() error {
			req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, m.url+"/media/f", nil)
			if err != nil {
				return err
			}
			req.Header.Set("Authorization", "Bearer "+token)
			resp, err := m.client.Do(req)
			if err != nil {
				return err
			}
			return m.receive(resp.Body)
		}),
	}
}

func (m *installation) receive(content io.ReadCloser) error {
	defer content.Close()
	n, err := io.Copy(io.Discard, content)
	if err == nil && n != m.size {
		err = fmt.Errorf("%d bytes of %d", n, m.size)
	}
	return err
}

// ServeHTTP answers an upload once it has read the file, and a download with one.
func (m *installation) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method == http.MethodGet {
		w.Header().Set("Content-Type", "video/mp4")
		w.Header().Set("Content-Length", strconv.FormatInt(m.size, 10))
		must(second(io.Copy(w, m.file())))
		return
	}
	n, err := io.Copy(io.Discard, req.Body)
	must(err)
	if n != m.size {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	must(second(io.WriteString(w, `{"media":[{"id":"f"}]}`)))
}

func second[T any](_ T, err error) error { return err }

// file is a file of zeros: what a disk takes to read hides nothing.
func (m *installation) file() *io.SectionReader { return io.NewSectionReader(m, 0, m.size) }

// ReadAt reads from the file, and looks at the memory meanwhile.
func (m *installation) ReadAt(p []byte, at int64) (int, error) {
	clear(p)
	if used := m.used.Load(); used != nil {
		used.look()
	}
	return len(p), nil
}
