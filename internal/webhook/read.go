package webhook

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

// A decoded value takes far more memory than the shortest JSON for it. A body may have freeValues,
// and one more for every bytesPerValue of its size.
const (
	freeValues    = 4096
	bytesPerValue = 8
)

// maxGrown bounds the memory that a sender gets for a Content-Length alone.
const maxGrown = 64 << 10

// read returns the body of a delivery, decompressed and verified: a JSON object.
func (h *Handler) read(w http.ResponseWriter, r *http.Request) ([]byte, *Refusal) {
	if h.Admit != nil {
		if refusal := h.Admit(r); refusal != nil {
			return nil, refusal
		}
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, &Refusal{http.StatusMethodNotAllowed, "method " + r.Method}
	}
	// A browser sends JSON to another site only with that site's consent.
	if t := r.Header.Get("Content-Type"); !isJSON(t) {
		return nil, &Refusal{http.StatusUnsupportedMediaType, "content type " + t}
	}
	body, refusal := h.body(w, r)
	if refusal != nil {
		return nil, refusal
	}
	if h.Verify != nil {
		if refusal := h.Verify(r.Header, body); refusal != nil {
			return nil, refusal
		}
	}
	if values(body) > freeValues+len(body)/bytesPerValue {
		return nil, &Refusal{http.StatusRequestEntityTooLarge, "too many values for the size of the body"}
	}
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); !bytes.HasPrefix(trimmed, []byte("{")) || !json.Valid(trimmed) {
		return nil, &Refusal{http.StatusBadRequest, "the body is not a JSON object"}
	}
	return body, nil
}

func (h *Handler) body(w http.ResponseWriter, r *http.Request) ([]byte, *Refusal) {
	var reader io.Reader = http.MaxBytesReader(w, r.Body, h.MaxBodySize)
	var err error
	switch encoding := strings.ToLower(r.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		reader, err = gzip.NewReader(reader)
	default:
		return nil, &Refusal{http.StatusUnsupportedMediaType, "content encoding " + encoding}
	}
	var buf bytes.Buffer
	buf.Grow(int(min(max(r.ContentLength, 0), maxGrown)) + bytes.MinRead)
	if err == nil {
		_, err = buf.ReadFrom(io.LimitReader(reader, h.MaxBodySize+1))
	}
	body := buf.Bytes()
	_, tooLong := errors.AsType[*http.MaxBytesError](err)
	_, corrupt := errors.AsType[flate.CorruptInputError](err)
	switch {
	case tooLong || int64(len(body)) > h.MaxBodySize:
		return nil, &Refusal{http.StatusRequestEntityTooLarge, "the body is too large"}
	case corrupt || errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum):
		return nil, &Refusal{http.StatusBadRequest, err.Error()}
	case err != nil: // not a 400: the sender may try again
		return nil, &Refusal{http.StatusRequestTimeout, err.Error()}
	}
	return body, nil
}

func isJSON(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == "application/json" || strings.HasSuffix(media, "+json"))
}

// values counts objects, arrays and their members, which bounds the decoded values.
func values(data []byte) (n int) {
	quoted := false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case !quoted && (c == '{' || c == '[' || c == ','):
			n++
		}
	}
	return n
}
