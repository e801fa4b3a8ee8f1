package late

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/wabakit/wabakit-go/internal/redact"
	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/internal/transport"
	"github.com/wabakit/wabakit-go/internal/upload"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// maxFile is the size of the largest file that can be uploaded.
const maxFile = 5 << 30

// OpUploadMedia is the ID of the request that [MediaService.Upload] sends to the storage of the
// server. The contract has no name for it.
const OpUploadMedia = "uploadMedia"

// The transport sends these to other servers, without the API key.
var (
	uploadMedia = transport.Operation{
		ID: OpUploadMedia, Name: "upload file", Method: http.MethodPut, Repeat: transport.Always, Untimed: true,
		ReadOnly:  true, // nobody knows the URL of the file until Upload returns it
		Anonymous: true,
	}
	downloadForeign = transport.Operation{
		ID: OpGetWhatsAppMedia, Method: http.MethodGet, Repeat: transport.Always, Untimed: true, Stream: true, Anonymous: true,
	}
)

// MediaService uploads files that messages can refer to, and downloads the attachments of
// customers. Files are streamed.
type MediaService service

// Presign returns a URL to which a file can be sent with PUT, without the API key, and the public
// URL that the file will have. The size may be 0 if it is unknown. The upload URL is valid for an
// hour and must be kept secret.
//
// Retried on any transient failure.
//
// POST /v1/media/presign
func (s *MediaService) Presign(ctx context.Context, filename, contentType string, size int64) (*PresignedUpload, error) {
	if err := checkRequired("filename", filename); err != nil {
		return nil, err
	}
	kind, _, _ := mime.ParseMediaType(contentType)
	if !slices.Contains(uploadTypes, kind) {
		return nil, invalid("contentType", fmt.Sprintf("%q is not one of %s", contentType, strings.Join(uploadTypes, ", ")))
	}
	if size < 0 || size > maxFile {
		return nil, invalid("size", fmt.Sprintf("must be at most %d bytes", int64(maxFile)))
	}
	return presignedUpload(s.client.api.GetMediaPresignedURL(ctx, lateapi.PresignUploadRequest{
		Filename: filename, ContentType: lateapi.PresignUploadRequestContentType(kind), Size: size,
	}))
}

// uploadTypes are the media types that the server accepts.
var uploadTypes = []string{
	"image/jpeg", "image/png", "image/webp", "image/gif", "image/jpg", "video/mp4", "video/mpeg", "video/quicktime", "video/avi",
	"video/x-msvideo", "video/webm", "video/x-m4v", "application/pdf",
}

// Upload stores the file that r contains from its current offset on, at most 5 GB, and returns its
// public URL. The media type must be one of JPEG, PNG, WebP, GIF, MP4, MPEG, QuickTime, AVI, WebM,
// M4V and PDF. The file is sent to the storage of the server, without the API key. Storage services
// usually require a length, so r should be an [io.Seeker] or have a method Len() int. Upload does
// not close r.
//
// Retried on any transient failure, unless r is not an io.Seeker.
//
// POST /v1/media/presign
func (s *MediaService) Upload(ctx context.Context, filename, contentType string, r io.Reader) (publicURL string, err error) {
	if r == nil {
		return "", invalid("file", "is required")
	}
	file := upload.New(ctx, r)
	presigned, err := s.Presign(ctx, filename, contentType, max(file.Length(), 0))
	if err != nil {
		file.Stop(ctx)
		return "", err
	}
	target, err := url.Parse(presigned.UploadURL)
	if err != nil || target.Host == "" || target.Scheme != "https" && target.Scheme != s.client.base.Scheme {
		file.Stop(ctx)
		return "", &sentinel{"upload file: the server sent an invalid upload URL", nil}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, target.String(), file.Body())
	if err != nil {
		return "", invalid("request", err.Error())
	}
	kind, _, _ := mime.ParseMediaType(contentType) // the signature of the URL covers it
	req.Header.Set("Content-Type", kind)
	req.ContentLength = file.Length()
	if file.Length() == 0 {
		req.Body = http.NoBody
	}
	if file.Replayable() {
		req.GetBody = file.Again
	}
	resp, err := s.client.transport.DoAs(&uploadMedia, req)
	file.Stop(ctx)
	if err := reply.OK(resp, err); err != nil {
		return "", explainUpload(err, file, target)
	}
	return presigned.PublicURL, nil
}

var errUpload = errors.New("upload file")

// explainUpload replaces the cause of err by the reader's own error, if there was one, and redacts
// the signature of the upload URL.
func explainUpload(err error, file *upload.File, target *url.URL) error {
	e, ok := err.(*Error)
	if !ok {
		return err
	}
	var secrets []string
	for _, values := range target.Query() {
		for _, value := range values {
			if len(value) > 8 {
				secrets = append(secrets, value)
			}
		}
	}
	e.Body = redact.Hide(e.Body, secrets...)
	e.Message = redact.Hide(e.Message, secrets...)
	switch failed := file.Err(); {
	case failed != nil:
		e.Err = fmt.Errorf("%w: read file: %w", errUpload, failed)
	case e.Err == nil:
		e.Err = errUpload
	default:
		e.Err = fmt.Errorf("%w: %w", errUpload, e.Err)
	}
	return e
}

// Content is the body of a downloaded file. The caller must close it and must finish reading
// before the context passed to Download is done. Read returns an error if the connection breaks.
type Content struct {
	io.ReadCloser
	ContentType string
	Length      int64 // -1 if unknown
}

// Download returns the file at the URL of an attachment, as in [WebhookAttachment] and
// [MessageAttachment]. The API key is sent only if scheme and host of the URL are those of the
// client's base URL. Attachments of WhatsApp messages expire after 7 days; then it returns
// [ErrInvalidRequest]. Only the context and [WithTimeout] limit the time.
//
// Retried on any transient failure until the response begins.
//
// GET /v1/whatsapp/media/{mediaId}
func (s *MediaService) Download(ctx context.Context, attachmentURL string) (*Content, error) {
	target, err := url.Parse(attachmentURL)
	if err != nil || target.Host == "" || target.Scheme != "https" && target.Scheme != "http" || target.User != nil {
		return nil, invalid("url", "must be an absolute http or https URL")
	}
	target.Fragment = ""
	op, base := &downloadForeign, s.client.base
	if target.Scheme == base.Scheme && strings.EqualFold(target.Host, base.Host) {
		op = operation(OpGetWhatsAppMedia)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return nil, invalid("url", err.Error())
	}
	resp, err := s.client.transport.DoAs(op, req)
	if err := reply.OK(resp, err); err != nil {
		return nil, err
	}
	return &Content{ReadCloser: resp.Body, ContentType: resp.Header.Get("Content-Type"), Length: resp.ContentLength}, nil
}

// operation returns the operation with the given ID.
func operation(id string) *transport.Operation {
	return &operations[slices.IndexFunc(operations, func(op transport.Operation) bool { return op.ID == id })]
}

var presignedUpload = reply.Part("upload URL", func(r *PresignedUpload) (*PresignedUpload, bool) {
	return r, r.UploadURL != "" && r.PublicURL != ""
})
