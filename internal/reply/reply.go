// Package reply turns the response to a call into a value or an error. It is the one place that
// decides whether a 2xx response means success.
package reply

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// JSON decodes the response to a call into a T. Its parameters are the results of a method of the
// generated client. It returns an error of the client for a status other than 2xx, and for a body
// that is not a JSON object of the right shape or says that the call failed.
//
// If the response to a delete is a 404 that an earlier attempt of the same call may have caused,
// JSON returns a zero T and no error.
func JSON[T any](resp *http.Response, err error) (*T, error) {
	v := new(T)
	if err := object(resp, err, v); err != nil {
		return nil, err
	}
	return v, nil
}

// Part returns a function that decodes a response as [JSON] does and returns a part of it. If pick
// reports that the response R does not have the part of this name, that is an error of the client.
func Part[R, V any](name string, pick func(*R) (part V, ok bool)) func(*http.Response, error) (V, error) {
	return func(resp *http.Response, err error) (V, error) {
		r := new(R)
		if err := object(resp, err, r); err != nil {
			return *new(V), err
		}
		part, ok := pick(r)
		if call := transport.CallOf(resp); !ok && !call.Gone(resp) {
			return *new(V), call.Fail(resp, fmt.Errorf("response has no %s", name))
		}
		return part, nil
	}
}

// Report is like [Part], for a call for several items. A part that is complete, because it says
// what became of each item, is a result even if the response also says that the call failed: a
// server says so if it has refused every item.
func Report[R, V any](name string, pick func(*R) (part V, ok bool), complete func(V) bool) func(*http.Response, error) (V, error) {
	return func(resp *http.Response, err error) (V, error) {
		r := new(R)
		if OK(resp, err) == nil && json.Unmarshal(transport.Bytes(resp), r) == nil {
			if part, ok := pick(r); ok && complete(part) {
				return part, nil
			}
		}
		return Part(name, pick)(resp, err)
	}
}

// object decodes an object into v, which it leaves as it is if there is nothing left to delete.
func object(resp *http.Response, err error, v any) error {
	if err := OK(resp, err); err != nil {
		return err
	}
	call := transport.CallOf(resp)
	if call.Gone(resp) {
		return nil
	}
	body := transport.Bytes(resp)
	if !isObject(body) {
		return call.Fail(resp, decodeError(resp, errNoObject))
	}
	return decode(call, resp, body, v)
}

func decode(call *transport.Call, resp *http.Response, body []byte, v any) error {
	if err := outcome(call, resp, body); err != nil {
		return err
	}
	if err := json.Unmarshal(body, v); err != nil {
		return call.Fail(resp, decodeError(resp, err))
	}
	return nil
}

// Do sends in as JSON, unless it is nil, to a path below the base URL and decodes the response
// into out, unless it is nil. An error that invalid makes says which parameter is invalid.
func Do(ctx context.Context, doer transport.Doer, base, method, path string, in, out any, invalid func(field, reason string) error) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return invalid("in", err.Error())
		}
		body = bytes.NewReader(b)
	}
	if !strings.HasPrefix(path, "/") {
		return invalid("path", "must begin with a slash")
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(base, "/")+path, body)
	if err != nil {
		return invalid("request", err.Error())
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := doer.Do(req)
	if out == nil {
		return None(resp, err)
	}
	if err := OK(resp, err); err != nil {
		return err
	}
	return decode(transport.CallOf(resp), resp, transport.Bytes(resp), out)
}

// None checks a response with nothing to return. Any body will do, unless it says that the call
// failed or is the HTML page of a proxy.
func None(resp *http.Response, err error) error {
	if err := OK(resp, err); err != nil {
		return err
	}
	call := transport.CallOf(resp)
	switch body := bytes.TrimLeft(transport.Bytes(resp), " \t\r\n"); {
	case call.Gone(resp):
		return nil
	case bytes.HasPrefix(body, []byte("<")):
		return call.Fail(resp, decodeError(resp, errNoObject))
	default:
		return outcome(call, resp, body)
	}
}

// OK checks only the status of the response.
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

// outcome returns an error if the body of a 2xx response says that the call failed: a refusal if
// it gives the reason, otherwise a failure of unknown outcome.
func outcome(call *transport.Call, resp *http.Response, body []byte) error {
	// Reading the body a second time is for the rare ones that may say so.
	if !hasMember(body, `"error`, '"', '{', '[') && !hasMember(body, `"success`, 'f') {
		return nil
	}
	var said struct {
		Success, Error, Errors json.RawMessage
	}
	if json.Unmarshal(body, &said) != nil {
		return nil //nolint:nilerr // JSON reports it, and None accepts any body
	}
	switch {
	case says(said.Error) || says(said.Errors):
		return call.Refuse(resp)
	case string(said.Success) == "false":
		return call.Fail(resp, errNoSuccess)
	}
	return nil
}

var (
	errNoObject  = errors.New("not a JSON object")
	errNoSuccess = errors.New(`response has "success": false`)
)

// hasMember reports whether an object in the body has a member of this name, or of its plural, whose
// value begins with one of the characters. The name follows a quote.
func hasMember(body []byte, name string, first ...byte) bool {
	for {
		_, after, found := bytes.Cut(body, []byte(name))
		if !found {
			return false
		}
		after, _ = bytes.CutPrefix(after, []byte("s"))
		body = bytes.TrimLeft(bytes.TrimPrefix(after, []byte(`"`)), " \t\r\n")
		if value, ok := bytes.CutPrefix(body, []byte(":")); ok {
			value = bytes.TrimLeft(value, " \t\r\n")
			if len(value) > 0 && bytes.IndexByte(first, value[0]) >= 0 {
				return true
			}
		}
	}
}

// says reports whether a member is neither absent nor empty.
func says(member json.RawMessage) bool {
	switch strings.Join(strings.Fields(string(member)), "") {
	case "", "null", `""`, "{}", "[]":
		return false
	}
	return true
}

func isObject(body []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{"))
}

// maxKind is the length of the longest valid media type.
const maxKind = 127 + len("/") + 127

func decodeError(resp *http.Response, err error) error {
	kind, _, parseErr := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if parseErr != nil || !strings.Contains(kind, "/") || len(kind) > maxKind {
		return fmt.Errorf("decode response: %w", err)
	}
	return fmt.Errorf("decode %s response: %w", kind, err)
}
