package latetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

// refusal is an error response.
type refusal struct {
	status int
	body   lateapi.ErrorResponse
}

func (r *refusal) Error() string { return r.body.Error }

// refuse returns an error response with a code and, if a parameter is at fault, its name.
func refuse(status int, code, param, format string, args ...any) *refusal {
	kind := "invalid_request_error"
	switch status {
	case http.StatusUnauthorized:
		kind = "authentication_error"
	case http.StatusNotFound:
		kind = "not_found_error"
	case http.StatusConflict:
		kind = "conflict_error"
	case http.StatusTooManyRequests:
		kind = "rate_limit_error"
	case http.StatusForbidden:
		kind = "permission_error"
	}
	return &refusal{status, lateapi.ErrorResponse{
		Error: fmt.Sprintf(format, args...), Type: kind, Code: code, Param: param,
	}}
}

// invalid returns a 400 for a parameter.
func invalid(param, format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, "invalid_parameter", param, format, args...)
}

// missing returns a 404.
func missing(what string) *refusal {
	return refuse(http.StatusNotFound, strings.ToLower(what)+"_not_found", "", "%s not found", what)
}

// response is a result in the envelope that the server sends it in.
type response struct {
	Success bool   `json:"success"`
	Message string `json:"message"`
	Result  any
}

func succeeded(result any) response { return response{Success: true, Result: result} }

func writeJSON(w http.ResponseWriter, status int, resp any) {
	var b []byte
	var err error
	if _, refused := resp.(lateapi.ErrorResponse); refused {
		b, err = json.Marshal(resp)
	} else {
		var buf bytes.Buffer
		err = encode(&buf, reflect.ValueOf(resp))
		b = buf.Bytes()
	}
	if err != nil {
		panic(fmt.Sprintf("latetest: %T: %v", resp, err))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(b)
}

// encode encodes a response as the server does. The generated types omit zero values, as requests
// require; a response includes false and 0, and omits only empty strings, times and lists.
func encode(buf *bytes.Buffer, v reflect.Value) error {
	plain := func() bool { return !v.Type().Implements(reflect.TypeFor[json.Marshaler]()) }
	switch kind := v.Kind(); {
	case kind == reflect.Slice && plain():
		buf.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				buf.WriteByte(',')
			}
			if err := encode(buf, v.Index(i)); err != nil {
				return err
			}
		}
		buf.WriteByte(']')
		return nil
	case kind == reflect.Struct && plain():
		buf.WriteByte('{')
		if err := encodeFields(buf, v, new(string)); err != nil {
			return err
		}
		buf.WriteByte('}')
		return nil
	}
	// An Encoder writes to buf without a copy, and a newline after the value.
	err := json.NewEncoder(buf).Encode(v.Interface())
	buf.Truncate(buf.Len() - 1)
	return err
}

// encodeFields encodes the fields of a struct and of its embedded structs, separated by sep.
func encodeFields(buf *bytes.Buffer, v reflect.Value, sep *string) error {
	for i, name := range fieldNames(v.Type()) {
		value := v.Field(i)
		if name == "" {
			if value.Kind() == reflect.Interface {
				value = value.Elem()
			}
			if err := encodeFields(buf, value, sep); err != nil {
				return err
			}
			continue
		}
		if absent(value) {
			continue
		}
		buf.WriteString(*sep)
		buf.WriteString(name)
		*sep = ","
		if err := encode(buf, value); err != nil {
			return err
		}
	}
	return nil
}

var knownFieldNames sync.Map // of fieldNames, since a page of rows asks for the same names many times

// fieldNames returns the JSON names of the fields of a struct type, each quoted and with a colon.
// The name of a field whose own fields take its place is empty.
func fieldNames(t reflect.Type) []string {
	if names, ok := knownFieldNames.Load(t); ok {
		return names.([]string)
	}
	var names []string
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if inline := t == reflect.TypeFor[response]() && field.Name == "Result"; inline || field.Anonymous {
			names = append(names, "")
		} else {
			names = append(names, strconv.Quote(name)+":")
		}
	}
	knownFieldNames.Store(t, names)
	return names
}

func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.IsNil()
	case reflect.String:
		return v.Len() == 0
	}
	return v.Type() == reflect.TypeFor[time.Time]() && v.IsZero()
}
