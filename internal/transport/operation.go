package transport

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
)

// Operation is one operation of a contract, with what its overlay says about it.
type Operation struct {
	ID     string // operationId
	Name   string // for errors: "create contact"
	Method string
	Path   string // parameters in braces
	Repeat Repeat
	// UnlessFalse names a boolean of the request. If it is false, a call whose outcome is
	// unknown is not retried.
	UnlessFalse string
	// Untimed operations may take minutes; by default their attempts have no timeout.
	Untimed bool
	// Stream operations return a file, which is passed on unread.
	Stream bool
	// AnyType operations return something else than JSON.
	AnyType bool
	// ReadOnly operations change nothing on the server, although their method is not GET.
	ReadOnly bool
	// Login operations carry their own credentials, and are not delayed by the calls that wait
	// for a token.
	Login bool
	// Keyed operations take an Idempotency-Key. A 409 to a request with one means that the server
	// is still processing another request with the same key.
	Keyed bool
	// Anonymous operations carry no token and are not paced, because they go to another server.
	Anonymous bool
}

// Repeat says whether a call can be retried if the server may have processed it.
type Repeat uint8

const (
	// Never is for operations that would message or charge somebody twice, for those whose
	// second response would misreport the first attempt, and for unknown ones.
	Never Repeat = iota
	// Always is for reads and idempotent writes.
	Always
	// Delete is Always, but a 404 to a retry is success: the first attempt may have deleted it.
	Delete
)

// OperationFromContext returns the ID of the operation that the call with this context makes.
// It is empty outside a call and for a request of no known operation.
func OperationFromContext(ctx context.Context) string {
	if call := callFrom(ctx); call != nil {
		return call.Operation.ID
	}
	return ""
}

// harmless reports whether the operation changes nothing, so that its outcome is never unknown. A
// login whose response was lost leaves an unused token. A GET that works only once is not harmless.
func (o *Operation) harmless() bool {
	return o.ReadOnly || o.Login || isRead(o.Method) && o.Repeat != Never
}

func isRead(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// repeatable reports whether req can be retried although the server may have processed it.
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
	var fields map[string]json.RawMessage
	b, err := io.ReadAll(body)
	return err == nil && json.Unmarshal(b, &fields) == nil && string(fields[o.UnlessFalse]) != "false"
}
