package transport

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Operation is one operation of a contract, with what its overlay says of it.
type Operation struct {
	ID     string // operationId
	Name   string // as it stands in an error: "create contact"
	Method string
	Path   string // its parameters in braces
	Repeat Repeat
	// UnlessFalse names a boolean of the request. Where it is false, the operation is not
	// repeated on a doubt.
	UnlessFalse string
	// Untimed operations may take minutes; an attempt has no timeout by default.
	Untimed bool
	// Stream operations answer with a file, which is handed over as it comes.
	Stream bool
	// ReadOnly operations write nothing, although their method is not GET.
	ReadOnly bool
	// Login operations carry their own credentials and need no token.
	Login bool
}

// Repeat says whether a call that may or may not have happened can be sent again.
type Repeat uint8

const (
	// Never is for what would message or charge somebody twice, for what would misreport the
	// first attempt, and for every operation that no contract knows.
	Never Repeat = iota
	// Always is for reads and for writes whose repetition changes nothing.
	Always
	// Delete is Always, but a 404 to a repeat is success: the first attempt may have done it.
	Delete
)

// safe reports whether the operation reads only, so that no outcome of it can be in doubt.
func (o *Operation) safe() bool { return o.ReadOnly || isRead(o.Method) }

func isRead(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// repeatable reports whether req can be sent again although it may have been acted on.
func (o *Operation) repeatable(req *http.Request) bool {
	if o.Repeat == Never {
		return false
	}
	if o.UnlessFalse == "" || req.GetBody == nil {
		return o.UnlessFalse == ""
	}
	body, err := req.GetBody()
	if err != nil {
		return false
	}
	defer body.Close()
	b, err := io.ReadAll(body)
	if err != nil {
		return false
	}
	var fields map[string]json.RawMessage
	return json.Unmarshal(b, &fields) == nil && string(fields[o.UnlessFalse]) != "false"
}

// table finds the operation of a request. Matching is net/http's own.
type table struct{ mux *http.ServeMux }

type entry struct{ Operation }

func (*entry) ServeHTTP(http.ResponseWriter, *http.Request) {}

func newTable(base *url.URL, operations []Operation) table {
	mux := http.NewServeMux()
	prefix := strings.TrimSuffix(base.EscapedPath(), "/")
	for _, op := range operations {
		mux.Handle(op.Method+" "+prefix+op.Path, &entry{op})
	}
	return table{mux}
}

func (t table) find(req *http.Request) *Operation {
	h, _ := t.mux.Handler(req)
	if e, ok := h.(*entry); ok {
		return &e.Operation
	}
	return &Operation{Name: strings.ToLower(req.Method) + " request", Method: req.Method}
}
