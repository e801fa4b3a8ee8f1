package onpremisetest_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/internal/contract"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

var (
	loadContract = sync.OnceValues(func() (*openapi3.T, error) {
		return contract.Load("../..", "onpremise")
	})
	succeeded, refused sync.Map // IDs of the operations that a test has seen do so
)

func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 && flag.Lookup("test.run").Value.String() == "" {
		code = unchecked()
	}
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// unchecked is 1 if no test has checked a success and an error response of some operation against
// the contract.
func unchecked() (code int) {
	doc, err := loadContract()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			for what, seen := range map[string]*sync.Map{"success": &succeeded, "refusal": &refused} {
				if _, ok := seen.Load(op.OperationID); !ok {
					fmt.Fprintln(os.Stderr, "no", what, "in any test:", op.OperationID)
					code = 1
				}
			}
		}
	}
	return code
}

// wire sends plain HTTP requests to a server and checks every response against the contract.
type wire struct {
	*onpremisetest.Server
	t      *testing.T
	client *http.Client
	token  string // sent with every request
}

func newWire(t *testing.T, opts ...onpremisetest.Option) *wire {
	t.Helper()
	doc, err := loadContract()
	require.NoError(t, err)
	w := &wire{Server: onpremisetest.NewServer(opts...), t: t}
	t.Cleanup(w.Close)
	w.client = w.HTTPClient()
	checker := contract.Check(t, doc, w.client.Transport)
	checker.ResponsesOnly = true
	w.client.Transport = checker
	w.token = w.Token()
	return w
}

// both runs a test with and without a socket.
func both(t *testing.T, run func(t *testing.T, w *wire), opts ...onpremisetest.Option) {
	t.Helper()
	t.Run("socket", func(t *testing.T) {
		t.Parallel()
		run(t, newWire(t, opts...))
	})
	t.Run("in process", func(t *testing.T) {
		t.Parallel()
		run(t, newWire(t, append(slices.Clone(opts), onpremisetest.InProcess())...))
	})
}

type object = map[string]any
type list = []any

// upload is a request body that is not JSON.
type upload struct{ contentType, content string }

// request is a test request. A string body is sent unchanged as JSON.
func (w *wire) request(method, path string, body any) *http.Request {
	w.t.Helper()
	var r io.Reader
	contentType := "application/json"
	switch body := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(body)
	case upload:
		r, contentType = strings.NewReader(body.content), body.contentType
	default:
		b, err := json.Marshal(body)
		require.NoError(w.t, err)
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, w.URL+path, r)
	require.NoError(w.t, err)
	req.Header.Set("Authorization", "Bearer "+w.token)
	if r != nil && contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return req
}

// do sends a request, and returns the response body raw and, if it is JSON, decoded.
func (w *wire) do(req *http.Request) (*http.Response, object, string) {
	w.t.Helper()
	resp, err := w.client.Do(req)
	require.NoError(w.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(w.t, err)
	var response object
	if resp.Header.Get("Content-Type") == "application/json" && len(b) > 0 && b[0] == '{' {
		require.NoError(w.t, json.Unmarshal(b, &response), "%s", b)
	}
	return resp, response, string(b)
}

// call sends a request, requires a status, and returns the response.
func (w *wire) call(status int, method, path string, body any) object {
	w.t.Helper()
	return w.expect(status, w.request(method, path, body))
}

func (w *wire) expect(status int, req *http.Request) object {
	w.t.Helper()
	resp, response, raw := w.do(req)
	require.Equal(w.t, status, resp.StatusCode, "%s %s: %s", req.Method, req.URL.Path, raw)
	seen := w.Requests()
	operation := seen[len(seen)-1].Operation
	if status < 400 {
		succeeded.Store(operation, true)
		return response
	}
	refused.Store(operation, true)
	for _, field := range []string{"code", "title", "details"} {
		require.NotEmpty(w.t, at(response, "errors", 0, field), "%v", response)
	}
	require.NotEmpty(w.t, at(response, "meta", "version"))
	return response
}

func (w *wire) ok(method, path string, body any) object {
	w.t.Helper()
	return w.call(200, method, path, body)
}

// refuse sends a request and requires an error response with the given code.
func (w *wire) refuse(status, code int, method, path string, body any) {
	w.t.Helper()
	response := w.call(status, method, path, body)
	require.EqualValues(w.t, code, at(response, "errors", 0, "code"), "%v", response)
}

// raw returns the raw response to a GET.
func (w *wire) raw(path string) (contentType, body string) {
	w.t.Helper()
	resp, _, body := w.do(w.request("GET", path, nil))
	require.Equal(w.t, 200, resp.StatusCode, body)
	seen := w.Requests()
	succeeded.Store(seen[len(seen)-1].Operation, true)
	return resp.Header.Get("Content-Type"), body
}

// as returns a wire that uses the token of another user.
func (w *wire) as(token string) *wire {
	other := *w
	other.token = token
	return &other
}

// login sends credentials, and a body if there is one.
func (w *wire) login(status int, user, password string, body any) object {
	w.t.Helper()
	req := w.request("POST", "/users/login", body)
	req.SetBasicAuth(user, password)
	return w.expect(status, req)
}

// at returns a value in a response: at(response, "contacts", 0, "wa_id").
func at(v any, keys ...any) any {
	for _, key := range keys {
		switch k := key.(type) {
		case string:
			v = v.(object)[k]
		case int:
			v = v.(list)[k]
		}
	}
	return v
}

// each returns a field of every object in a list.
func each(v any, field string) []any {
	all := []any{}
	for _, one := range v.(list) {
		all = append(all, one.(object)[field])
	}
	return all
}

// with returns a copy of an object with other members; nil removes a member.
func with(base, more object) object {
	o := object{}
	for _, m := range []object{base, more} {
		for k, v := range m {
			if o[k] = v; v == nil {
				delete(o, k)
			}
		}
	}
	return o
}

// png is the smallest valid PNG signature.
const png = "\x89PNG\r\n\x1a\n0123"

// form returns a form with one file.
func form(t *testing.T, field, content string) upload {
	t.Helper()
	var b strings.Builder
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile(field, "file")
	require.NoError(t, err)
	_, err = io.WriteString(part, content)
	require.NoError(t, err)
	require.NoError(t, m.Close())
	return upload{m.FormDataContentType(), b.String()}
}
