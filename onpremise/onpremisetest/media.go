package onpremisetest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// pieceSize is how much of a file is stored in one piece.
const pieceSize = 256 << 10

// receive reads an upload of any size.
func receive(r *http.Request) (*file, error) {
	f := &file{contentType: r.Header.Get("Content-Type")}
	piece := make([]byte, 0, pieceSize)
	for {
		n, err := r.Body.Read(piece[len(piece):cap(piece)])
		piece = piece[:len(piece)+n]
		f.size += int64(n)
		if len(piece) == cap(piece) {
			f.pieces = append(f.pieces, piece)
			piece = make([]byte, 0, pieceSize)
		}
		if err == io.EOF {
			f.pieces = append(f.pieces, slices.Clone(piece)) // trims the capacity
			return f, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func (a *api) uploadMedia(c *call) (any, error) {
	f := c.upload
	if f == nil { // the token expired while the body was read
		return nil, refuse(http.StatusUnauthorized, codeDenied, "The token is not valid")
	}
	if _, _, err := mime.ParseMediaType(f.contentType); err != nil {
		return nil, refuse(http.StatusUnsupportedMediaType, codeRequest, "The Content-Type must be that of the file")
	}
	if f.size == 0 {
		return nil, refuse(http.StatusBadRequest, codeMissing, "The file is empty")
	}
	return reply{a.cfg.created, onpremiseapi.UploadMediaResponse{
		Meta: meta, Media: []onpremiseapi.UploadedMedia{{ID: a.store(f)}},
	}}, nil
}

func (a *api) store(f *file) (id string) {
	n := a.next()
	id = fmt.Sprintf("%08x-ff4e-4d9b-b110-%012x", uint32(n)*2654435761, n)
	a.media[id] = f
	return id
}

func (a *api) downloadMedia(c *call) (any, error) {
	f := a.media[c.PathValue("MediaId")]
	if f == nil {
		return nil, missing("Media")
	}
	return f, nil
}

func (a *api) deleteMedia(c *call) (any, error) {
	id := c.PathValue("MediaId")
	if a.media[id] == nil {
		return nil, missing("Media")
	}
	delete(a.media, id)
	return done()
}

// AddMedia stores a file and returns it in the form in which a message for [Server.Receive]
// refers to it.
func (s *Server) AddMedia(contentType string, content []byte) onpremiseapi.WebhookMedia {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	sum := sha256.Sum256(content)
	return onpremiseapi.WebhookMedia{
		ID:       s.api.store(newFile(contentType, slices.Clone(content))),
		MIMEType: contentType, SHA256: hex.EncodeToString(sum[:]),
	}
}
