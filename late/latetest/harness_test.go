package latetest_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
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
	"github.com/wabakit/wabakit-go/late/latetest"
)

var (
	loadContract = sync.OnceValues(func() (*openapi3.T, error) {
		return contract.Load("../..", "late")
	})
	called sync.Map // IDs of the operations that tests have called
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

// unchecked is 1 if no test has checked the responses of some operation against the contract.
func unchecked() (code int) {
	doc, err := loadContract()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			if _, ok := called.Load(op.OperationID); !ok {
				fmt.Fprintln(os.Stderr, "not called by any test:", op.OperationID)
				code = 1
			}
		}
	}
	return code
}

// wire sends plain HTTP requests to a server and checks every response against the contract.
type wire struct {
	*latetest.Server
	t       *testing.T
	client  *http.Client
	checker *contract.Checker
}

func newWire(t *testing.T, opts ...latetest.Option) *wire {
	t.Helper()
	doc, err := loadContract()
	require.NoError(t, err)
	w := &wire{Server: latetest.NewServer(opts...), t: t}
	t.Cleanup(w.Close)
	w.client = w.HTTPClient()
	w.checker = contract.Check(t, doc, w.client.Transport)
	w.checker.ResponsesOnly = true
	w.client.Transport = w.checker
	return w
}

// both runs a test with and without a socket.
func both(t *testing.T, run func(t *testing.T, w *wire), opts ...latetest.Option) {
	t.Helper()
	t.Run("socket", func(t *testing.T) {
		t.Parallel()
		run(t, newWire(t, opts...))
	})
	t.Run("in process", func(t *testing.T) {
		t.Parallel()
		run(t, newWire(t, append(slices.Clone(opts), latetest.InProcess())...))
	})
}

type object = map[string]any
type list = []any

// request is a test request. A string body is sent unchanged. A path that does not begin with /v1/
// is one below /v1/whatsapp.
func (w *wire) request(method, path string, body any) *http.Request {
	w.t.Helper()
	var r io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(body)
	default:
		b, err := json.Marshal(body)
		require.NoError(w.t, err)
		r = bytes.NewReader(b)
	}
	if !strings.HasPrefix(path, "/v1/") {
		path = "/v1/whatsapp" + path
	}
	req, err := http.NewRequest(method, w.URL+strings.ReplaceAll(path, "ACCOUNT", w.AccountID()), r)
	require.NoError(w.t, err)
	req.Header.Set("Authorization", "Bearer "+w.APIKey())
	if r != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}

func (w *wire) do(req *http.Request) (*http.Response, object) {
	w.t.Helper()
	resp, err := w.client.Do(req)
	require.NoError(w.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(w.t, err)
	var reply object
	require.NoError(w.t, json.Unmarshal(b, &reply), "%s", b)
	return resp, reply
}

// call sends a request, requires a status, and returns the response.
func (w *wire) call(status int, method, path string, body any) object {
	w.t.Helper()
	resp, reply := w.do(w.request(method, path, body))
	require.Equal(w.t, status, resp.StatusCode, "%v", reply)
	if status < 300 {
		seen := w.Requests()
		called.Store(seen[len(seen)-1].Operation, true)
	}
	if status >= 400 {
		require.NotEmpty(w.t, reply["error"])
	}
	return reply
}

func (w *wire) ok(method, path string, body any) object {
	w.t.Helper()
	return w.call(200, method, path, body)
}

// at returns a value in a response: at(response, "contacts", 0, "name").
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

// phone returns the n-th phone number of a test.
func phone(n int) string { return fmt.Sprintf("+1631555%04d", n) }

func (w *wire) contact(n int, more object) object {
	c := object{"accountId": w.AccountID(), "phone": phone(n), "name": fmt.Sprintf("Contact %04d", n)}
	for k, v := range more {
		c[k] = v
	}
	return c
}

// id returns the ID of the object with the given name in a response.
func id(reply object, name string) string { return at(reply, name, "id").(string) }
