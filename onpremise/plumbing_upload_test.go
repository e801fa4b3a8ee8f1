package onpremise_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/plumbing"
)

// impatient sends the first file to next without reading all of it.
func impatient(next http.RoundTripper) http.RoundTripper {
	begun := false
	return roundTrip(func(req *http.Request) (*http.Response, error) {
		if !begun && req.ContentLength != 0 {
			begun = true
			req = req.Clone(req.Context())
			req.GetBody, req.Body = nil, io.NopCloser(io.LimitReader(req.Body, 10))
		}
		return next.RoundTrip(req)
	})
}

// A file is sent again from where it stood when the upload began, or, where it cannot be read
// again, not at all.
func TestAFileIsSentAgainWholeOrNotAtAll(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789"), 5_000)
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	const start = 6
	begun := func(t *testing.T, r io.ReadSeeker) io.ReadSeeker {
		_, err := r.Seek(start, io.SeekStart)
		require.NoError(t, err)
		return r
	}
	plumb(t, func(api *plumbing.API, t *testing.T) {
		for _, tt := range []struct {
			name  string
			open  func(*testing.T) io.Reader
			want  []byte
			again bool
		}{
			{"bytes", func(t *testing.T) io.Reader { return begun(t, bytes.NewReader(content)) }, content[start:], true},
			{"a file", func(t *testing.T) io.Reader {
				f, err := os.Open(path)
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, f.Close()) })
				return begun(t, f)
			}, content[start:], true},
			{"any seeker", func(t *testing.T) io.Reader {
				return struct{ io.ReadSeeker }{begun(t, bytes.NewReader(content))}
			}, content[start:], true},
			{"a buffer", func(*testing.T) io.Reader { return bytes.NewBuffer(content) }, content, false},
			{"any reader", func(*testing.T) io.Reader { return bare{bytes.NewReader(content)} }, content, false},
		} {
			for _, f := range append([]plumbing.Fault{refused}, plumbing.Faults...) {
				for name, way := range map[string]func(http.RoundTripper) http.RoundTripper{
					"": func(next http.RoundTripper) http.RoundTripper { return next }, " before it is read": impatient,
				} {
					t.Run(tt.name+"/"+f.Name+name, func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) {
							s := &installed{login: &plumbing.Server{Instant: true}, calls: api.Server("UploadMedia", f)}
							client, w := logsIn(t, way(s), 3)
							_, err := client.Media.Upload(t.Context(), "video/mp4", tt.open(t))
							seen := s.calls.Seen()
							if !tt.again || f.Doubt {
								require.Len(t, seen, 1)
								require.Equal(t, w.Told("UploadMedia"), api.Failed(t, err).Attempts)
								return
							}
							require.NoError(t, err)
							require.Len(t, seen, 2)
							require.Equal(t, string(tt.want), string(seen[1].Body))
							if name == "" {
								w.Check(t, api.Operation("UploadMedia"), s.calls, tt.want != nil)
							}
						})
					})
				}
			}
		}
	})
}

func TestACallerWhoLeavesABlockedUploadIsGoneAtOnce(t *testing.T) {
	plumb(t, func(api *plumbing.API, t *testing.T) {
		for name, way := range map[string]func(*testing.T, *plumbing.Server) http.RoundTripper{
			"in memory": func(_ *testing.T, s *plumbing.Server) http.RoundTripper { return s },
			"over a connection": func(t *testing.T, s *plumbing.Server) http.RoundTripper {
				rt, _ := s.Listen(t)
				return rt
			},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					file, writer := io.Pipe()
					defer writer.Close()
					ctx, cancel := context.WithCancel(t.Context())
					time.AfterFunc(time.Second, cancel)
					begin := time.Now()
					_, err := clientOn(t, way(t, api.Server("UploadMedia"))).Media.Upload(ctx, "video/mp4", file)
					require.Equal(t, time.Second, time.Since(begin))
					require.ErrorIs(t, err, context.Canceled)
				})
			})
		}
	})
}
