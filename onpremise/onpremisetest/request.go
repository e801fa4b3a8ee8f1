package onpremisetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"reflect"
	"strings"
)

// maxBody is the largest request body that the server accepts, except for media.
const maxBody = 8 << 20

func readBody(r *http.Request) (body []byte, tooLarge bool) {
	body, _ = io.ReadAll(io.LimitReader(r.Body, maxBody+1)) // a truncated body is not valid JSON
	io.Copy(io.Discard, io.LimitReader(r.Body, 16*maxBody)) // otherwise the client keeps writing and never reads the response
	return body, len(body) > maxBody
}

// with adapts a handler that takes a request body.
func with[T any](handle func(*api, *call, T) (any, error)) handler {
	return func(a *api, c *call) (any, error) {
		var in T
		if err := decode(c, &in); err != nil {
			return nil, err
		}
		return handle(a, c, in)
	}
}

// decode decodes the body. Like the production server, it ignores unknown fields.
func decode(c *call, in any) error {
	if mt, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); mt != "application/json" {
		return refuse(http.StatusUnsupportedMediaType, codeRequest, "The body must be application/json")
	}
	err := json.Unmarshal(c.body, in)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		return invalid(wrong.Field, "must not be a %s", wrong.Value)
	case err != nil && json.Valid(c.body):
		return refuse(http.StatusBadRequest, codeInvalid, "%v", err)
	case err != nil:
		return refuse(http.StatusBadRequest, codeRequest, "The body is not valid JSON")
	}
	return complete(c.body, reflect.TypeOf(in).Elem(), "")
}

// complete checks that a body has all required fields and only known enumeration values. The
// generated types omit empty optional fields, so every other field is required.
func complete(raw json.RawMessage, t reflect.Type, path string) error {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Slice {
		var items []json.RawMessage
		json.Unmarshal(raw, &items) // decoded before, so marshaling cannot fail
		for i, item := range items {
			if err := complete(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
		return nil
	}
	value := reflect.New(t)
	if t.Kind() != reflect.Struct {
		json.Unmarshal(raw, value.Interface())
		if one, ok := value.Elem().Interface().(interface{ Valid() bool }); ok && !one.Valid() {
			return invalid(path, "must not be %s", raw)
		}
		return nil
	}
	var members map[string]json.RawMessage
	json.Unmarshal(raw, &members)
	for i := range t.NumField() {
		name, rest, optional := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		optional = optional && strings.Contains(rest, "omit")
		member := members[name]
		inside := strings.TrimPrefix(path+"."+name, ".")
		switch there := len(member) > 0 && !bytes.Equal(member, []byte("null")); {
		case there:
			if err := complete(member, t.Field(i).Type, inside); err != nil {
				return err
			}
		case !optional:
			return absent(inside)
		}
	}
	return nil
}

// filled returns an error response if a string is empty. It takes names and values in turn.
func filled(pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if strings.TrimSpace(pairs[i+1]) == "" {
			return invalid(pairs[i], "must not be empty")
		}
	}
	return nil
}

// atMost returns an error response if a string is longer than n characters.
func atMost(n int, param, value string) error {
	if length := len([]rune(value)); length > n {
		return invalid(param, "has %[2]d characters; at most %[1]d are allowed", n, length)
	}
	return nil
}

// picture reads the uploaded file of a form.
func picture(c *call) (*file, error) {
	mt, params, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if mt != "multipart/form-data" {
		return nil, refuse(http.StatusUnsupportedMediaType, codeRequest, "The body must be multipart/form-data")
	}
	form := multipart.NewReader(bytes.NewReader(c.body), params["boundary"])
	for {
		part, err := form.NextPart()
		if err == io.EOF {
			return nil, absent("File")
		}
		if err != nil {
			return nil, refuse(http.StatusBadRequest, codeRequest, "The body is not a valid form")
		}
		if part.FormName() != "File" {
			continue
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, refuse(http.StatusBadRequest, codeRequest, "The body is not a valid form")
		}
		contentType := http.DetectContentType(content)
		if !strings.HasPrefix(contentType, "image/") {
			return nil, invalid("File", "must be an image, but is %s", contentType)
		}
		return newFile(contentType, content), nil
	}
}
