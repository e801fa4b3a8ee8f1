package onpremise

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// MediaService is the files that messages carry. They stream: none is held in memory.
type MediaService service

// maxUnasked is the size from which the server is asked whether it takes the file before it
// gets it: it can refuse the token or the size without a gigabyte that goes nowhere.
const maxUnasked = 1 << 20

// Upload stores a file, read from r to its end, and returns its ID. The media type can have
// parameters: "audio/ogg; codecs=opus". The length is sent ahead where r tells it: an
// io.Seeker (an *os.File, say) or anything with a Len method does. It is read from where it
// stands, and is not closed.
//
// An error of r is the cause of the error of Upload. Once Upload has returned, r is not read any
// more, unless it cannot seek and a Read of it went on when the call ended early.
//
// It is never repeated on a doubt, because a repeat could leave a file that nobody knows. After
// a token that has ended, and where the server did not act, it is repeated if r is an io.Seeker.
//
// POST /media
func (s *MediaService) Upload(ctx context.Context, contentType string, r io.Reader) (id string, err error) {
	if _, ok := mediaType(contentType); !ok {
		return "", invalid("contentType", fmt.Sprintf("%q is no media type", contentType))
	}
	if r == nil {
		return "", invalid("file", "is required")
	}
	file := newUpload(ctx, r)
	req, err := onpremiseapi.NewUploadMediaRequestWithBody(s.client.auth.server, contentType, file.body())
	if err != nil {
		return "", fmt.Errorf("onpremise: upload media: %w", err)
	}
	req.ContentLength = file.length
	if file.length == 0 {
		req.Body = http.NoBody
	}
	if file.seeker != nil {
		req.GetBody = file.again
	}
	if file.length < 0 || file.length > maxUnasked {
		req.Header.Set("Expect", "100-continue")
	}
	resp, err := s.client.auth.Do(req.WithContext(ctx))
	file.stop(ctx)
	uploaded, err := reply.JSON[onpremiseapi.UploadMediaResponse](resp, err)
	if err == nil && (len(uploaded.Media) == 0 || uploaded.Media[0].ID == "") {
		err = lacking(resp, "media ID")
	}
	if err = file.explain(err); err != nil {
		return "", err
	}
	return uploaded.Media[0].ID, nil
}

// Content is a file that comes in. It has to be closed, and read before the context of its
// download ends. One that breaks off is an error of Read.
type Content struct {
	io.ReadCloser
	ContentType string
	Length      int64 // -1 where the server does not tell it
}

// Download returns a file as it comes in, or [ErrNotFound]. No time limit holds for it but that
// of the context and of [WithTimeout].
//
// It is retried until the file begins to come in.
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

// Delete removes a file.
//
// It is retried; a repeat that finds nothing is success.
//
// DELETE /media/{MediaId}
func (s *MediaService) Delete(ctx context.Context, id string) error {
	if err := checkID("MediaId", id); err != nil {
		return err
	}
	return reply.None(s.client.api.DeleteMedia(ctx, id))
}
