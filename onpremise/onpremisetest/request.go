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

// maxBody is what the server takes, but for media.
const maxBody = 8 << 20

func readBody(r *http.Request) (body []byte, tooLarge bool) {
	body, _ = io.ReadAll(io.LimitReader(r.Body, maxBody+1)) // a body that breaks off is no JSON
	io.Copy(io.Discard, io.LimitReader(r.Body, 16*maxBody)) // or the client would write on and not read
	return body, len(body) > maxBody
}

// with makes a handler of one that takes a body.
func with[T any](handle func(*api, *call, T) (any, error)) handler {
	return func(a *api, c *call) (any, error) {
		var in T
		if err := decode(c, &in); err != nil {
			return nil, err
		}
		return handle(a, c, in)
	}
}

// decode reads the body. Fields that it has and in has not are passed over, as the real
// server does.
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

// complete checks that a body has everything that its type requires, and in an enumeration
// nothing that is not in it. The generated types leave out what is optional, so what they do
// not is required.
func complete(raw json.RawMessage, t reflect.Type, path string) error {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Slice {
		var items []json.RawMessage
		json.Unmarshal(raw, &items) // has been decoded before, as everything here
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

// filled refuses texts that are empty, given as name and value in turn.
func filled(pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if strings.TrimSpace(pairs[i+1]) == "" {
			return invalid(pairs[i], "must not be empty")
		}
	}
	return nil
}

// atMost refuses a text that is longer than n characters.
func atMost(n int, param, value string) error {
	if length := len([]rune(value)); length > n {
		return invalid(param, "must not be longer than %d characters, and has %d", n, length)
	}
	return nil
}

// picture reads the file of a form.
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
			return nil, invalid("File", "must be a picture, and is %s", contentType)
		}
		return newFile(contentType, content), nil
	}
}
