package latetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

// refusal is an answer that says no.
type refusal struct {
	status int
	body   lateapi.ErrorResponse
}

func (r *refusal) Error() string { return r.body.Error }

// refuse says no with a code and, where a parameter is to blame, its name.
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

// invalid refuses a parameter.
func invalid(param, format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, "invalid_parameter", param, format, args...)
}

// missing refuses a request for something that is not there.
func missing(what string) *refusal {
	return refuse(http.StatusNotFound, strings.ToLower(what)+"_not_found", "", "%s not found", what)
}

func writeJSON(w http.ResponseWriter, status int, answer any) {
	var b []byte
	var err error
	if _, refused := answer.(lateapi.ErrorResponse); refused {
		b, err = json.Marshal(answer)
	} else {
		var buf bytes.Buffer
		err = encode(&buf, reflect.ValueOf(answer))
		b = buf.Bytes()
	}
	if err != nil {
		panic(fmt.Sprintf("latetest: %T: %v", answer, err))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(b)
}

// encode writes an answer as the server would. The generated types leave out whatever is
// zero, as requests need it; an answer says false and 0, and leaves out only texts, times
// and lists that are not there.
func encode(buf *bytes.Buffer, v reflect.Value) error {
	_, marshals := v.Interface().(json.Marshaler)
	switch {
	case v.Kind() == reflect.Slice && !marshals:
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
	case v.Kind() == reflect.Struct && !marshals:
		buf.WriteByte('{')
		if err := encodeFields(buf, v, new(string)); err != nil {
			return err
		}
		buf.WriteByte('}')
		return nil
	}
	b, err := json.Marshal(v.Interface())
	buf.Write(b)
	return err
}

// encodeFields writes the fields of a struct and of those embedded in it, with sep between.
func encodeFields(buf *bytes.Buffer, v reflect.Value, sep *string) error {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.Anonymous {
			if err := encodeFields(buf, v.Field(i), sep); err != nil {
				return err
			}
			continue
		}
		if absent(v.Field(i)) {
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		fmt.Fprintf(buf, "%s%q:", *sep, name)
		*sep = ","
		if err := encode(buf, v.Field(i)); err != nil {
			return err
		}
	}
	return nil
}

func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.IsNil()
	case reflect.String:
		return v.Len() == 0
	}
	t, isTime := v.Interface().(time.Time)
	return isTime && t.IsZero()
}
