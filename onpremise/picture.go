package onpremise

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/internal/transport"
)

// Picture is a profile photo or the icon of a group.
type Picture struct {
	Data []byte
	// ContentType is the media type, such as "image/jpeg". If it is empty in a request, it is
	// detected from Data.
	ContentType string
}

// picture returns the picture in a response.
func picture(resp *http.Response, err error) (*Picture, error) {
	if err := reply.OK(resp, err); err != nil {
		return nil, err
	}
	p := &Picture{Data: transport.Bytes(resp), ContentType: resp.Header.Get("Content-Type")}
	media, _, _ := mime.ParseMediaType(p.ContentType)
	// This may be an error page of a proxy.
	if len(p.Data) == 0 || strings.HasPrefix(media, "text/") || media == "application/json" {
		return nil, missingField(resp, "picture")
	}
	return p, nil
}

// contentType returns the media type of the image, with and without its parameters.
func (p Picture) contentType() (full, kind string, err error) {
	if len(p.Data) == 0 {
		return "", "", invalid("File", "is required")
	}
	if full = p.ContentType; full == "" {
		full = http.DetectContentType(p.Data)
	}
	kind, ok := mediaType(full)
	if !ok || !strings.HasPrefix(kind, "image/") {
		return "", "", invalid("File", fmt.Sprintf("%q is not the media type of an image", full))
	}
	return full, kind, nil
}

// form returns a multipart form that contains the image as its only file.
func (p Picture) form() (contentType string, body io.Reader, err error) {
	media, kind, err := p.contentType()
	if err != nil {
		return "", nil, err
	}
	var buf bytes.Buffer
	form := multipart.NewWriter(&buf)
	part, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="File"; filename="picture.` + strings.TrimPrefix(kind, "image/") + `"`},
		"Content-Type":        {media},
	})
	if err == nil {
		_, err = part.Write(p.Data)
	}
	if err == nil {
		err = form.Close()
	}
	return form.FormDataContentType(), bytes.NewReader(buf.Bytes()), err
}
