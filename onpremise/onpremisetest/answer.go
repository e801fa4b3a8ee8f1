package onpremisetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// Codes of the published error list.
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

// codeOf is the code of an error of which only the status is known.
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

// refusal is an answer that says no.
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

// absent refuses a request that lacks a parameter.
func absent(param string) error {
	return refuse(http.StatusBadRequest, codeMissing, "Parameter '%s' is mandatory", param)
}

// invalid refuses a parameter.
func invalid(param, format string, args ...any) error {
	return refuse(http.StatusBadRequest, codeInvalid, "Parameter '"+param+"' "+format, args...)
}

// unneeded refuses a parameter that has no place beside the others.
func unneeded(param, why string) error {
	return refuse(http.StatusBadRequest, codeUnneeded, "Parameter '%s' has no place %s", param, why)
}

// missing refuses a request for something that is not there.
func missing(what string) error {
	return refuse(http.StatusNotFound, codeNotFound, "%s not found", what)
}

// meta stands in every answer.
var meta = onpremiseapi.Meta{Version: "2.53.2", APIStatus: onpremiseapi.APIStatusStable}

// done answers what was carried out and has nothing to tell.
func done() (any, error) { return onpremiseapi.Response{Meta: meta}, nil }

// reply is an answer with a status of its own. A body that is nil is none.
type reply struct {
	status int
	body   any
}

// text is an answer in plain text.
type text string

// file is something that is stored and answered as it came, in pieces, so that a large one
// needs no room in one piece.
type file struct {
	contentType string
	pieces      [][]byte
	size        int64
}

func newFile(contentType string, content []byte) *file {
	return &file{contentType: contentType, pieces: [][]byte{content}, size: int64(len(content))}
}

func write(w http.ResponseWriter, answer any) {
	status := http.StatusOK
	if r, ok := answer.(reply); ok {
		status, answer = r.status, r.body
	}
	h := w.Header()
	var b []byte
	switch answer := answer.(type) {
	case nil:
	case *file:
		h.Set("Content-Type", answer.contentType)
		h.Set("Content-Length", strconv.FormatInt(answer.size, 10))
		w.WriteHeader(status)
		for _, piece := range answer.pieces {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
		return
	case text:
		h.Set("Content-Type", "text/plain; charset=utf-8")
		b = []byte(answer)
	default:
		var err error
		if b, err = json.Marshal(answer); err != nil {
			panic(fmt.Sprintf("onpremisetest: %T: %v", answer, err))
		}
		h.Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	w.Write(b)
}
