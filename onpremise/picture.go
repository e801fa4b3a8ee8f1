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
	// ContentType is its media type, such as image/jpeg. Where it is empty in a request, the
	// data tell it.
	ContentType string
}

// picture reads an answer that is a picture.
func picture(resp *http.Response, err error) (*Picture, error) {
	if err := reply.OK(resp, err); err != nil {
		return nil, err
	}
	p := &Picture{Data: transport.Bytes(resp), ContentType: resp.Header.Get("Content-Type")}
	media, _, _ := mime.ParseMediaType(p.ContentType)
	// A proxy's page would pass for a picture.
	if len(p.Data) == 0 || strings.HasPrefix(media, "text/") || media == "application/json" {
		return nil, lacking(resp, "picture")
	}
	return p, nil
}

// form writes the picture as the only file of a form.
func (p Picture) form() (contentType string, body io.Reader, err error) {
	if len(p.Data) == 0 {
		return "", nil, invalid("File", "is required")
	}
	media := p.ContentType
	if media == "" {
		media = http.DetectContentType(p.Data)
	}
	kind, ok := mediaType(media)
	if !ok || !strings.HasPrefix(kind, "image/") {
		return "", nil, invalid("File", fmt.Sprintf("%q is no media type of a picture", media))
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
