package transport

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/wabakit/wabakit-go/internal/redact"
)

const (
	// maxBody bounds a response that is kept in memory, after decompression.
	maxBody = 32 << 20
	// maxErrorBody bounds the body of an error response. The rest is ignored.
	maxErrorBody = 1 << 20
	// maxDrain bounds what is read only to reuse the connection.
	maxDrain = 256 << 10

	// A JSON response may have minValues values, and more in proportion to its length, up to
	// maxValues: each value can take hundreds of bytes in memory, whatever its length.
	minValues     = 10_000
	bytesPerValue = 8
	maxValues     = 250_000
)

func success(resp *http.Response) bool { return resp.StatusCode >= 200 && resp.StatusCode <= 299 }

// readBody reads and closes the body. An error response may be truncated: its status says enough.
func readBody(resp *http.Response, limited *io.LimitedReader) ([]byte, error) {
	defer resp.Body.Close()
	limit := int64(maxBody)
	if !success(resp) {
		limit = maxErrorBody
	}
	*limited = io.LimitedReader{R: resp.Body, N: limit}
	data, err := readAll(limited, resp.ContentLength)
	if err == nil && int64(len(data)) == limit {
		var rest int64
		if rest, err = io.CopyN(io.Discard, resp.Body, maxDrain); rest > 0 {
			err = ErrResponseTooLarge
		} else if err == io.EOF {
			err = nil
		}
	}
	if tooManyValues(data) {
		data, err = nil, fmt.Errorf("%w: too many values", ErrResponseTooLarge)
	}
	if !success(resp) {
		err = nil
	}
	return data, err
}

// readAll is [io.ReadAll] for a reader that probably has size bytes, or an unknown number if size is
// not positive.
func readAll(r io.Reader, size int64) ([]byte, error) {
	if size <= 0 {
		return io.ReadAll(r)
	}
	data := make([]byte, 0, min(size, maxDrain)+1) // one more, to see the end
	for {
		n, err := r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return data, err
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

// tooManyValues reports whether data is JSON with more values than its length allows.
func tooManyValues(data []byte) bool {
	if len(data) < minValues {
		return false
	}
	json := bytes.TrimLeft(data, " \t\r\n")
	if len(json) == 0 || json[0] != '{' && json[0] != '[' {
		return false
	}
	limit := min(minValues+len(data)/bytesPerValue, maxValues)
	// This count includes the contents of strings, but is fast and nearly always enough.
	if bytes.Count(json, []byte{','})+bytes.Count(json, []byte{'{'})+bytes.Count(json, []byte{'['}) <= limit {
		return false
	}
	values, quoted := 0, false
	for i := 0; i < len(json); i++ {
		switch c := json[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case !quoted && (c == ',' || c == '{' || c == '['):
			values++
		}
	}
	return values > limit
}

// stream is the body of a streamed response.
type stream struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelFunc
	trace  *trace
	hide   func(string) string
}

func (s *stream) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = s.trace.explain(s.ctx, redact.Error(err, s.hide))
	}
	return n, err
}

func (s *stream) Close() error {
	defer s.cancel()
	return s.ReadCloser.Close()
}
