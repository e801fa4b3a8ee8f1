package onpremise

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/internal/transport"
	"github.com/wabakit/wabakit-go/internal/upload"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// MediaService uploads and downloads media. Files are streamed.
type MediaService service

// maxUnasked is the largest upload sent without "Expect: 100-continue". For larger files the server
// can reject the token or the size before the body is sent.
const maxUnasked = 1 << 20

// Upload stores the file that r contains, from its current offset to its end, and returns the ID of
// the file. The contentType may have parameters: "audio/ogg; codecs=opus". The length is sent if r
// is an [io.Seeker], such as an *os.File, or has a Len method. Upload does not close r.
//
// Upload returns a [*ValidationError] if the file is empty, and wraps an error that r returns. If
// ctx ends, Upload returns at once; a Read of r that blocks then continues on a goroutine until it
// returns, and its bytes are lost. Otherwise r is not read after Upload has returned.
//
// Retried only if the request was not processed, and only if r is an [io.Seeker], because a retry
// could store a second file.
//
// POST /media
func (s *MediaService) Upload(ctx context.Context, contentType string, r io.Reader) (id string, err error) {
	if _, ok := mediaType(contentType); !ok {
		return "", invalid("contentType", fmt.Sprintf("%q is not a valid media type", contentType))
	}
	if r == nil {
		return "", invalid("file", "is required")
	}
	file := upload.New(ctx, r)
	if file.Length() == 0 {
		return "", errEmptyUpload
	}
	req, err := onpremiseapi.NewUploadMediaRequestWithBody(s.client.auth.server, contentType, file.Body())
	if err != nil {
		return "", fmt.Errorf("onpremise: upload media: %w", err)
	}
	req.ContentLength = file.Length()
	if file.Replayable() {
		req.GetBody = file.Again
	}
	if file.Length() < 0 || file.Length() > maxUnasked {
		req.Header.Set("Expect", "100-continue")
	}
	resp, err := s.client.auth.Do(req.WithContext(ctx))
	file.Stop(ctx)
	uploaded, err := reply.JSON[onpremiseapi.UploadMediaResponse](resp, err)
	if err == nil && (len(uploaded.Media) == 0 || uploaded.Media[0].ID == "") {
		err = missingField(resp, "media ID")
	}
	if err = explainUpload(file, resp, err); err != nil {
		return "", err
	}
	return uploaded.Media[0].ID, nil
}

var (
	errNotRewindable = errors.New("the token was rejected and the file cannot be read again; a new call gets a new token")
	errEmptyUpload   = invalid("file", "must not be empty")
)

// explainUpload replaces err with the reader's own error, if there was one, and explains why an
// upload was not retried after a 401.
func explainUpload(file *upload.File, resp *http.Response, err error) error {
	failed := file.Err()
	e, ok := err.(*Error)
	switch {
	case failed == upload.ErrEmpty:
		return errEmptyUpload
	case failed != nil:
		failed = fmt.Errorf("read the file: %w", failed)
		switch {
		case ok:
			e.Err = failed
			if e.Outcome == OutcomeUnknown {
				e.Outcome = OutcomeRefused // a truncated upload is never stored
			}
		case err == nil:
			return transport.CallOf(resp).Fail(resp, failed) // the server did not wait for the end
		default:
			return fmt.Errorf("onpremise: upload media: %w", failed)
		}
	case ok && e.StatusCode == http.StatusUnauthorized && e.Err == nil && !file.Replayable():
		e.Err = errNotRewindable
	}
	return err
}

// Content is the body of a downloaded file. The caller must close it and must finish reading before
// the context passed to Download is done. Read returns an error if the connection breaks.
type Content struct {
	io.ReadCloser
	ContentType string
	Length      int64 // -1 if unknown
}

// Download returns a file as a stream. Only ctx and [WithTimeout] limit how long it may take. It
// returns [ErrNotFound] if there is none.
//
// Retried on any transient failure until the response begins.
//
// GET /media/{MediaId}
func (s *MediaService) Download(ctx context.Context, id string) (*Content, error) {
	if err := checkID("MediaId", id); err != nil {
		return nil, err
	}
	resp, err := s.client.api.DownloadMedia(ctx, id)
	if err := reply.OK(resp, err); err != nil {
		return nil, err
	}
	return &Content{ReadCloser: resp.Body, ContentType: resp.Header.Get("Content-Type"), Length: resp.ContentLength}, nil
}

// Delete deletes a file.
//
// Retried on any transient failure.
//
// DELETE /media/{MediaId}
func (s *MediaService) Delete(ctx context.Context, id string) error {
	if err := checkID("MediaId", id); err != nil {
		return err
	}
	return reply.None(s.client.api.DeleteMedia(ctx, id))
}
