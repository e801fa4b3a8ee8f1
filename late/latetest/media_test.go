package latetest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// send sends a request without checking the contract, and returns the status and the body.
func (w *wire) send(method, url, contentType, body string, key bool) (int, string) {
	w.t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	require.NoError(w.t, err)
	req.Header.Set("Content-Type", contentType)
	if key {
		req.Header.Set("Authorization", "Bearer "+w.APIKey())
	}
	resp, err := w.HTTPClient().Do(req)
	require.NoError(w.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(w.t, err)
	return resp.StatusCode, string(b)
}

func TestUploadURLRejectsTheAPIKey(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		body := object{"filename": "menu.pdf", "contentType": "application/pdf", "size": 4}
		up := w.ok("POST", "/v1/media/presign", body)
		require.Equal(t, "document", up["type"])
		upload, public := up["uploadUrl"].(string), up["publicUrl"].(string)
		for _, test := range []struct {
			method, url, contentType string
			key                      bool
			status                   int
		}{
			{"GET", public, "", false, 404},
			{"PUT", upload, "application/pdf", true, 400},
			{"PUT", public, "application/pdf", false, 403},
			{"PUT", upload, "image/png", false, 403},
			{"POST", upload, "application/pdf", false, 405},
			{"PUT", public + "x", "application/pdf", false, 404},
			{"PUT", upload, "application/pdf", false, 200},
		} {
			status, _ := w.send(test.method, test.url, test.contentType, "%PDF", test.key)
			require.Equal(t, test.status, status, test)
		}
		status, content := w.send("GET", public, "", "", false)
		require.Equal(t, 200, status)
		require.Equal(t, "%PDF", content)
		require.EqualValues(t, 1, at(w.ok("GET", "/v1/usage-stats", nil), "usage", "uploads"))
		w.Advance(time.Hour + time.Second)
		status, _ = w.send("PUT", upload, "application/pdf", "%PDF", false)
		require.Equal(t, 403, status, "the URL has expired")

		for field, wrong := range map[string]any{"filename": "", "contentType": "text/html", "size": int64(6 << 30)} {
			bad := object{"filename": "menu.pdf", "contentType": "application/pdf"}
			bad[field] = wrong
			w.call(400, "POST", "/v1/media/presign", bad)
		}
	})
}

func TestInboundMediaNeedTheKeyAndExpire(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		file := w.AddMedia("image/png", []byte("\x89PNG"))
		require.Equal(t, "image", file.Type)
		resp, err := w.client.Do(w.request("GET", strings.TrimPrefix(file.URL, w.URL), nil))
		require.NoError(t, err)
		b, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, "\x89PNG", string(b))
		require.Equal(t, "image/png", resp.Header.Get("Content-Type"))
		status, _ := w.send("GET", file.URL, "", "", false)
		require.Equal(t, 401, status)
		w.call(404, "GET", "/media/unknown?accountId=ACCOUNT", nil)
		w.call(400, "GET", "/media/unknown", nil)
		w.Advance(7 * 24 * time.Hour)
		w.call(400, "GET", strings.TrimPrefix(file.URL, w.URL), nil)
		called.Store("getWhatsAppMedia", true)
	})
}
