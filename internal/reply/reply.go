// Package reply makes a value or an error of a response.
package reply

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// JSON decodes the answer to a call into a T. It takes what a method of the generated client
// returns. Every 2xx is success; a success that is not the JSON object it should be, and every
// other status, is an error of the client.
//
// Where a delete finds nothing, and an earlier attempt of the same call may be why, the answer
// is a zero T and no error.
func JSON[T any](resp *http.Response, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	call, v := transport.CallOf(resp), new(T)
	if resp.StatusCode >= 300 || resp.StatusCode < 200 {
		if call.Gone(resp) {
			return v, nil
		}
		return nil, call.Fail(resp, nil)
	}
	if err := decode(transport.Bytes(resp), v); err != nil {
		return nil, call.Fail(resp, unreadable(resp, err))
	}
	return v, nil
}

// None is JSON for an answer that holds nothing to return: whatever it holds, but for the page of
// a proxy, which tells nothing of the server.
func None(resp *http.Response, err error) error {
	if err := OK(resp, err); err != nil {
		return err
	}
	if call := transport.CallOf(resp); !call.Gone(resp) && bytes.HasPrefix(bytes.TrimSpace(transport.Bytes(resp)), []byte("<")) {
		return call.Fail(resp, unreadable(resp, errNoObject))
	}
	return nil
}

// OK looks at the status of the answer alone.
func OK(resp *http.Response, err error) error {
	if err != nil {
		return err
	}
	call := transport.CallOf(resp)
	if resp.StatusCode >= 200 && resp.StatusCode <= 299 || call.Gone(resp) {
		return nil
	}
	return call.Fail(resp, nil)
}

var errNoObject = errors.New("it is not a JSON object")

// decode accepts any field and any value that a later server may add, but nothing that is not
// an object: null, or a page of a proxy, would pass for an empty answer.
func decode(data []byte, v any) error {
	if trimmed := bytes.TrimLeft(data, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' {
		return errNoObject
	}
	return json.Unmarshal(data, v)
}

func unreadable(resp *http.Response, err error) error {
	return fmt.Errorf("the %s of the answer cannot be read: %w", kind(resp), err)
}

// maxKind is the length of the longest media type that there can be.
const maxKind = 127 + len("/") + 127

// kind is the media type of the answer, for an error.
func kind(resp *http.Response) string {
	value := resp.Header.Get("Content-Type")
	if media, _, err := mime.ParseMediaType(value); err == nil && strings.Contains(media, "/") && len(media) <= maxKind {
		return media
	}
	return "body"
}
