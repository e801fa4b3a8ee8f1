package latetest

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

// maxBody is the request size limit of the production server.
const maxBody = 4 << 20

func readBody(r *http.Request) (body []byte, tooLarge bool) {
	most := maxBody
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		most = maxAttachment + maxBody
	}
	body, _ = io.ReadAll(io.LimitReader(r.Body, int64(most)+1)) // a truncated body is not valid JSON
	io.Copy(io.Discard, io.LimitReader(r.Body, 16*maxBody))     // otherwise the client keeps writing and never reads the response
	return body, len(body) > most
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
		return refuse(http.StatusUnsupportedMediaType, "unsupported_media_type", "", "The body must be application/json")
	}
	err := json.Unmarshal(c.body, in)
	var wrong *json.UnmarshalTypeError
	var noTime *time.ParseError
	switch {
	case errors.As(err, &noTime):
		return invalid("", "%s is not a date and time", noTime.Value)
	case errors.As(err, &wrong):
		return invalid(wrong.Field, "%s must not be %s", wrong.Field, wrong.Value)
	case err != nil:
		return refuse(http.StatusBadRequest, "invalid_json", "", "The body is not valid JSON")
	}
	return nil
}

var e164 = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)

// checkPhone returns an error response if a phone number is malformed.
func checkPhone(param, phone string) error {
	switch {
	case phone == "":
		return invalid(param, "%s is required", param)
	case !e164.MatchString(phone):
		return invalid(param, "Invalid phone number %q: must be in E.164 form, such as +16315551234", phone)
	}
	return nil
}

// count returns an error response unless a list has between 1 and most items; 0 means no limit.
func count(param string, n, most int) error {
	switch {
	case n == 0:
		return invalid(param, "%s must not be empty", param)
	case most > 0 && n > most:
		return invalid(param, "%s has %[3]d items; at most %[2]d are allowed", param, most, n)
	}
	return nil
}

// window is the part of a list that a request asks for.
type window struct{ limit, skip int }

func (a *api) window(c *call, usual int) (window, error) {
	w := window{limit: usual}
	for _, param := range []struct {
		name  string
		value *int
		least int
	}{{"limit", &w.limit, 1}, {"skip", &w.skip, 0}} {
		text := c.query.Get(param.name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < param.least {
			return w, invalid(param.name, "%s must be a number from %d", param.name, param.least)
		}
		*param.value = n
	}
	w.limit = min(w.limit, a.cfg.pageCap)
	return w, nil
}

// cut returns the window of a list. The page is never nil.
func cut[T any](w window, all []T) ([]T, lateapi.Pagination) {
	from := min(w.skip, len(all))
	to := min(from+w.limit, len(all))
	return append([]T{}, all[from:to]...), lateapi.Pagination{
		Total: len(all), Limit: w.limit, Skip: w.skip, HasMore: to < len(all),
	}
}
