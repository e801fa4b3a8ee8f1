package latetest

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

const (
	storagePath = "/storage/"
	maxUpload   = 5 << 30
	uploadTime  = time.Hour          // how long an upload URL is valid
	mediaKept   = 7 * 24 * time.Hour // how long an inbound attachment can be downloaded
)

// uploadTypes are the media types that can be uploaded.
var uploadTypes = []string{
	"image/jpeg", "image/jpg", "image/png", "image/webp", "image/gif", "video/mp4", "video/mpeg", "video/quicktime",
	"video/avi", "video/x-msvideo", "video/webm", "video/x-m4v", "application/pdf",
}

// file is an uploaded file, or an inbound attachment.
type file struct {
	contentType string
	content     []byte
	stored      bool
	expires     time.Time
	signature   string   // of the upload URL
	account     *account // of an inbound attachment
}

func (a *api) presign(c *call, in lateapi.PresignUploadRequest) (any, error) {
	switch {
	case in.Filename == "":
		return nil, invalid("filename", "filename is required")
	case !slices.Contains(uploadTypes, string(in.ContentType)):
		return nil, invalid("contentType", "contentType %q is not allowed", in.ContentType)
	case in.Size < 0 || in.Size > maxUpload:
		return nil, invalid("size", "size must be at most %d bytes", int64(maxUpload))
	}
	kind, _, _ := strings.Cut(string(in.ContentType), "/")
	if kind == "application" {
		kind = "document"
	}
	key := a.id() + path.Ext(in.Filename)
	f := &file{contentType: string(in.ContentType), expires: c.now.Add(uploadTime), signature: Sign(a.cfg.apiKey, key)}
	a.files[key] = f
	public := a.host + storagePath + key
	return object{"uploadUrl": public + "?X-Amz-Signature=" + f.signature, "publicUrl": public, "key": key, "type": kind}, nil
}

// serveStorage stores and serves uploaded files. Like a storage service, it rejects a PUT that
// has an Authorization header besides the signature in its URL.
func (a *api) serveStorage(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	f, now := a.files[strings.TrimPrefix(r.URL.Path, storagePath)], a.clock.Now()
	a.mu.Unlock()
	var status int
	switch {
	case f == nil:
		status = http.StatusNotFound
	case r.Method == http.MethodGet:
		a.mu.Lock()
		defer a.mu.Unlock()
		if f.stored {
			f.serve(w)
			return
		}
		status = http.StatusNotFound
	case r.Method != http.MethodPut:
		status = http.StatusMethodNotAllowed
	case r.Header.Get("Authorization") != "":
		status = http.StatusBadRequest
	case r.URL.Query().Get("X-Amz-Signature") != f.signature, now.After(f.expires), r.Header.Get("Content-Type") != f.contentType:
		status = http.StatusForbidden
	default:
		status = a.store(f, r.Body)
	}
	w.WriteHeader(status)
}

func (a *api) store(f *file, body io.Reader) (status int) {
	content, err := io.ReadAll(io.LimitReader(body, maxUpload+1))
	switch {
	case err != nil:
		return http.StatusBadRequest
	case int64(len(content)) > maxUpload:
		return http.StatusRequestEntityTooLarge
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !f.stored {
		a.uploads++
	}
	f.content, f.stored = content, true
	return http.StatusOK
}

func (f *file) serve(w http.ResponseWriter) {
	w.Header().Set("Content-Type", f.contentType)
	w.Write(f.content)
}

func (a *api) getMedia(c *call) (any, error) {
	acc, err := a.queried(c)
	if err != nil {
		return nil, err
	}
	f := a.media[c.PathValue("mediaId")]
	switch {
	case f == nil || f.account != acc:
		return nil, missing("Media")
	case !c.now.Before(f.expires):
		return nil, refuse(http.StatusBadRequest, "media_expired", "", "The media has expired")
	}
	return f, nil
}

// AddMedia stores a file of a customer and returns it in the form in which a message for
// [Server.Receive] refers to it. It can be downloaded for 7 days, with the API key. It belongs to
// the first account.
func (s *Server) AddMedia(contentType string, content []byte) late.WebhookAttachment {
	a := s.api
	a.mu.Lock()
	defer a.mu.Unlock()
	acc := s.seeded("")
	id := a.id()
	a.media[id] = &file{
		contentType: contentType, content: bytes.Clone(content), account: acc, expires: a.clock.Now().Add(mediaKept),
	}
	return late.WebhookAttachment{
		Type: attachmentType(contentType),
		URL:  fmt.Sprintf("%s/v1/whatsapp/media/%s?accountId=%s", s.URL, id, acc.id),
	}
}

func attachmentType(contentType string) string {
	mediaType, _, _ := mime.ParseMediaType(contentType)
	kind, _, _ := strings.Cut(mediaType, "/")
	if kind == "image" || kind == "video" || kind == "audio" {
		return kind
	}
	return "file"
}
