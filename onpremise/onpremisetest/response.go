package onpremisetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// Error codes of the published list.
const (
	codeGeneric    = 1000
	codeTooLong    = 1001
	codeExists     = 1004
	codeDenied     = 1005
	codeNotFound   = 1006
	codeMissing    = 1008
	codeInvalid    = 1009
	codeUnneeded   = 1010
	codeNotReady   = 1011
	codeUser       = 1013
	codeTooMany    = 1015
	codeOverloaded = 1016
	codePassword   = 1024
	codeRequest    = 1025
)

var titles = map[int]string{
	codeGeneric: "Generic error", codeTooLong: "Message too long", codeExists: "Resource already exists",
	codeDenied: "Access denied", codeNotFound: "Resource not found", codeMissing: "Required parameter is missing",
	codeInvalid: "Parameter value is not valid", codeUnneeded: "Parameter is not required",
	codeNotReady: "Service not ready", codeUser: "User is not valid", codeTooMany: "Too many requests",
	codeOverloaded: "System overloaded", codePassword: "Password change required", codeRequest: "Request is not valid",
}

// codeOf returns the error code for a status.
func codeOf(status int) int {
	switch status {
	case http.StatusBadRequest:
		return codeRequest
	case http.StatusUnauthorized, http.StatusForbidden:
		return codeDenied
	case http.StatusNotFound:
		return codeNotFound
	case http.StatusConflict:
		return codeExists
	case http.StatusTooManyRequests:
		return codeTooMany
	case http.StatusServiceUnavailable:
		return codeOverloaded
	}
	return codeGeneric
}

// refusal is an error response.
type refusal struct {
	status  int
	code    int
	details string
}

func (r *refusal) Error() string { return r.details }

func (r *refusal) body() onpremiseapi.Response {
	return onpremiseapi.Response{Meta: meta, Errors: []onpremiseapi.ErrorInfo{{
		Code: r.code, Title: titles[r.code], Details: r.details,
		Href: "https://developers.facebook.com/docs/whatsapp/api/errors/",
	}}}
}

func refuse(status, code int, format string, args ...any) error {
	return &refusal{status, code, fmt.Sprintf(format, args...)}
}

// absent returns the error for a missing parameter.
func absent(param string) error {
	return refuse(http.StatusBadRequest, codeMissing, "Parameter '%s' is mandatory", param)
}

// invalid returns the error for an invalid parameter.
func invalid(param, format string, args ...any) error {
	return refuse(http.StatusBadRequest, codeInvalid, "Parameter '"+param+"' "+format, args...)
}

// unneeded returns the error for a parameter that does not fit the others.
func unneeded(param, why string) error {
	return refuse(http.StatusBadRequest, codeUnneeded, "Parameter '%s' is not allowed %s", param, why)
}

// missing returns a 404.
func missing(what string) error {
	return refuse(http.StatusNotFound, codeNotFound, "%s not found", what)
}

// meta is part of every response.
var meta = onpremiseapi.Meta{Version: "2.53.2", APIStatus: onpremiseapi.APIStatusStable}

// done is the response to an operation that returns nothing.
func done() (any, error) { return onpremiseapi.Response{Meta: meta}, nil }

// reply is a response with its own status. A nil body is empty.
type reply struct {
	status int
	body   any
}

// text is a plain-text response.
type text string

// file is a stored file, kept in pieces so that a large file needs no contiguous memory.
type file struct {
	contentType string
	pieces      [][]byte
	size        int64
}

func newFile(contentType string, content []byte) *file {
	return &file{contentType: contentType, pieces: [][]byte{content}, size: int64(len(content))}
}

func write(w http.ResponseWriter, response any) {
	status := http.StatusOK
	if r, ok := response.(reply); ok {
		status, response = r.status, r.body
	}
	h := w.Header()
	var b []byte
	switch response := response.(type) {
	case nil:
	case *file:
		h.Set("Content-Type", response.contentType)
		h.Set("Content-Length", strconv.FormatInt(response.size, 10))
		w.WriteHeader(status)
		for _, piece := range response.pieces {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
		return
	case text:
		h.Set("Content-Type", "text/plain; charset=utf-8")
		b = []byte(response)
	default:
		var err error
		if b, err = json.Marshal(response); err != nil {
			panic(fmt.Sprintf("onpremisetest: %T: %v", response, err))
		}
		h.Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	w.Write(b)
}
