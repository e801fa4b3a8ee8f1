package late_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

const (
	uploadURL = "https://storage.example.com/f?X-Amz-Signature=0123456789abcdef"
	publicURL = "https://cdn.example.com/f"
)

// storage presigns, and sends the statuses to the uploads; 0 is a lost connection.
func storage(statuses ...int) *wire {
	uploads := 0
	return &wire{respond: func(_ int, r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost {
			return says(200, `{"uploadUrl":"`+uploadURL+`","publicUrl":"`+publicURL+`"}`), nil
		}
		uploads++
		if status := statuses[uploads-1]; status != 0 {
			return says(status, "<Error><Signature>0123456789abcdef</Signature></Error>"), nil
		}
		return nil, io.ErrUnexpectedEOF
	}}
}

func TestUploadGoesToTheStorageWithoutTheKey(t *testing.T) {
	t.Parallel()
	stream := func() io.Reader { return iotest.OneByteReader(strings.NewReader("file")) }
	seeker := func() io.Reader {
		r := strings.NewReader("not this; file")
		_, _ = r.Seek(10, io.SeekStart)
		return r
	}
	tests := map[string]struct {
		file     func() io.Reader
		statuses []int
		uploads  int
		size     string // as presigned
		is       error
	}{
		"seeker":              {seeker, []int{200}, 1, `,"size":4`, nil},
		"buffer":              {func() io.Reader { return bytes.NewBufferString("file") }, []int{201}, 1, `,"size":4`, nil},
		"stream":              {stream, []int{204}, 1, "", nil},
		"seeker, lost":        {seeker, []int{0, 503, 200}, 3, `,"size":4`, nil},
		"stream, lost":        {stream, []int{0}, 1, "", io.ErrUnexpectedEOF},
		"stream, 503":         {stream, []int{503}, 1, "", late.ErrServer},
		"signature has ended": {seeker, []int{403}, 1, `,"size":4`, late.ErrForbidden},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := storage(tt.statuses...)
				got, err := clientOn(t, w).Media.Upload(t.Context(), "a.png", "image/png", tt.file())
				require.ErrorIs(t, err, tt.is)
				require.Equal(t, 1+tt.uploads, w.sent())
				require.JSONEq(t, `{"filename":"a.png","contentType":"image/png"`+tt.size+`}`, w.bodies[0])
				require.NotEmpty(t, w.requests[0].Header.Get("Authorization"))
				for i, r := range w.requests[1:] {
					require.Equal(t, uploadURL, r.URL.String())
					require.Equal(t, "image/png", r.Header.Get("Content-Type"))
					require.Empty(t, r.Header.Get("Authorization"))
					require.Equal(t, "file", w.bodies[1+i])
				}
				if err == nil {
					require.Equal(t, publicURL, got)
					return
				}
				require.ErrorContains(t, err, "upload file")
				require.NotContains(t, err.Error(), "0123456789abcdef")
				require.NotErrorIs(t, err, late.ErrOutcomeUnknown)
				require.NotErrorIs(t, err, late.ErrAddonRequired)
			})
		})
	}
}

func TestUploadReportsTheErrorOfTheReader(t *testing.T) {
	t.Parallel()
	w := storage(200)
	_, err := clientOn(t, &failingBody{w}).Media.Upload(t.Context(), "a.png", "image/png", iotest.ErrReader(io.ErrClosedPipe))
	require.ErrorIs(t, err, io.ErrClosedPipe)
	require.ErrorContains(t, err, "read file")
}

// failingBody fails as net/http does if a body cannot be read.
type failingBody struct{ next http.RoundTripper }

func (f *failingBody) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPut {
		_, err := io.ReadAll(r.Body)
		return nil, err
	}
	return f.next.RoundTrip(r)
}

func TestUploadThatIsKnownToFailIsNotBegun(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 200, complete)
	for field, call := range map[string]func() error{
		"contentType": func() error {
			_, err := client.Media.Upload(t.Context(), "a.txt", "text/plain", strings.NewReader("x"))
			return err
		},
		"filename": func() error { _, err := client.Media.Presign(t.Context(), "", "image/png", 1); return err },
		"size":     func() error { _, err := client.Media.Presign(t.Context(), "a", "image/png", 5<<30+1); return err },
		"file":     func() error { _, err := client.Media.Upload(t.Context(), "a", "image/png", nil); return err },
	} {
		err := call()
		e, ok := errors.AsType[*late.ValidationError](err)
		require.True(t, ok, "%v", err)
		require.Equal(t, field, e.Field)
	}
	require.Zero(t, w.sent())

	for _, target := range []string{"http://storage.example.com/f", "/f", "ftp://storage.example.com/f"} {
		client, w := newClient(t, 200, `{"uploadUrl":"`+target+`","publicUrl":"`+publicURL+`"}`)
		_, err := client.Media.Upload(t.Context(), "a.png", "image/png", strings.NewReader("x"))
		require.EqualError(t, err, "late: upload file: the server sent an invalid upload URL")
		require.Equal(t, 1, w.sent())
	}
}

func TestDownloadSendsTheKeyToTheHostOfTheAPIOnly(t *testing.T) {
	t.Parallel()
	for target, key := range map[string]bool{
		"https://getlate.dev/api/v1/whatsapp/media/m1?accountId=a": true,
		"https://GETLATE.dev/elsewhere":                            true,
		"https://getlate.dev.example.com/api/v1/whatsapp/media/m1": false,
		"https://getlate.dev:8443/api/v1/whatsapp/media/m1":        false,
		"http://getlate.dev/api/v1/whatsapp/media/m1":              false,
		"https://zernio.com/api/v1/whatsapp/media/m1":              false,
		"https://cdn.example.com/f.jpg":                            false,
	} {
		w := &wire{respond: func(int, *http.Request) (*http.Response, error) {
			return says(200, "bytes", "Content-Type", "image/jpeg"), nil
		}}
		content, err := clientOn(t, w).Media.Download(t.Context(), target)
		require.NoError(t, err, target)
		data, err := io.ReadAll(content)
		require.NoError(t, err)
		require.NoError(t, content.Close())
		require.Equal(t, "bytes", string(data))
		require.Equal(t, "image/jpeg", content.ContentType)
		require.EqualValues(t, 5, content.Length)
		require.Equal(t, key, w.requests[0].Header.Get("Authorization") != "", target)
	}
}

// A redirect to another host does not carry the key along.
func TestDownloadThatIsRedirected(t *testing.T) {
	t.Parallel()
	w := &wire{respond: func(n int, _ *http.Request) (*http.Response, error) {
		if n == 1 {
			return says(302, "", "Location", "https://cdn.example.com/f"), nil
		}
		return says(200, "bytes"), nil
	}}
	content, err := clientOn(t, w).Media.Download(t.Context(), late.DefaultBaseURL+"/v1/whatsapp/media/m1")
	require.NoError(t, err)
	require.NoError(t, content.Close())
	require.NotEmpty(t, w.requests[0].Header.Get("Authorization"))
	require.Empty(t, w.requests[1].Header.Get("Authorization"))
}

func TestDownloadFails(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 400, `{"error":"the media has expired"}`)
	_, err := client.Media.Download(t.Context(), late.DefaultBaseURL+"/v1/whatsapp/media/m1")
	require.ErrorIs(t, err, late.ErrInvalidRequest)
	require.EqualError(t, err, "late: download attachment: 400 the media has expired (request "+w.requests[0].Header.Get("X-Request-Id")+")")
	for _, target := range []string{"", "m1", "/v1/whatsapp/media/m1", "file:///etc/passwd", "https://user:pw@getlate.dev/f"} {
		_, err := client.Media.Download(t.Context(), target)
		require.ErrorIs(t, err, late.ErrNotSent, target)
	}
	require.Equal(t, 1, w.sent())
}

// The signature of an upload URL covers the media type, so the upload must send the type that was
// presigned, without parameters.
func TestUploadSendsThePresignedType(t *testing.T) {
	t.Parallel()
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	_, err := server.Client().Media.Upload(t.Context(), "a.png", "Image/PNG; name=a", strings.NewReader("x"))
	require.NoError(t, err)
}
