package reply_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/internal/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type thing struct {
	Name string `json:"name"`
	Size int    `json:"size"`
}

// named decodes a thing, which cannot do without its name.
var named = reply.Part("name", func(v *thing) (*thing, bool) { return v, v.Name != "" })

type callError struct{ *transport.Failure }

func (e *callError) Error() string { return fmt.Sprintf("%d %v", e.Status, e.Err) }
func (e *callError) Unwrap() error { return e.Err }

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// call sends one request to a server that always responds alike.
func call(t *testing.T, method string, status int, contentType, body string) (*http.Response, error) {
	t.Helper()
	u, err := url.Parse("http://api.test")
	require.NoError(t, err)
	tr := transport.New(transport.Config{
		BaseURL: u,
		Operations: []transport.Operation{
			{ID: "get", Name: "get thing", Method: "GET", Path: "/thing", Repeat: transport.Always},
			{ID: "create", Name: "create thing", Method: "POST", Path: "/thing"},
			{ID: "delete", Name: "delete thing", Method: "DELETE", Path: "/thing", Repeat: transport.Delete},
		},
		Fail: func(f *transport.Failure) error { return &callError{f} },
		HTTPClient: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}},
				Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1}, nil
		})},
	})
	req, err := http.NewRequestWithContext(t.Context(), method, "http://api.test/thing", nil)
	require.NoError(t, err)
	return tr.Do(req)
}

func TestEvery2xxIsSuccess(t *testing.T) {
	t.Parallel()
	for status := 200; status <= 299; status++ {
		for _, contentType := range []string{"application/json", "application/json; charset=utf-8", "text/plain", ""} {
			v, err := reply.JSON[thing](call(t, "POST", status, contentType, " \r\n\t{\"name\":\"x\",\"size\":3,\"later\":[1,{}]}\n"))
			require.NoError(t, err)
			require.Equal(t, thing{"x", 3}, *v)
			require.NoError(t, reply.None(call(t, "POST", status, contentType, "")))
			require.NoError(t, reply.None(call(t, "DELETE", status, contentType, "done")))
			require.NoError(t, reply.OK(call(t, "GET", status, contentType, "<svg>")))
		}
	}
}

// A page is a proxy's, whatever its status. The server may not have seen the call.
func TestNoneRejectsAnHTMLPage(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, reply.None(call(t, "DELETE", 200, "text/html", " \n<html>Log in</html>")), "decode text/html response: not a JSON object")
}

func TestEveryOtherStatusIsAnError(t *testing.T) {
	t.Parallel()
	for _, status := range []int{100, 101, 199, 300, 301, 304, 399, 400, 404, 499, 500, 503, 599, 600, 999} {
		v, err := reply.JSON[thing](call(t, "GET", status, "application/json", `{"name":"x"}`))
		require.Error(t, err, status)
		require.Nil(t, v)
		e, ok := errors.AsType[*callError](err)
		require.True(t, ok)
		require.Equal(t, status, e.Status)
		require.NoError(t, e.Err)
		require.Equal(t, `{"name":"x"}`, string(e.Body))
		require.ErrorAs(t, reply.None(call(t, "GET", status, "application/json", `{}`)), &e)
	}
}

func TestMalformedSuccess(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ contentType, body, says string }{
		"empty":          {"application/json", "", "decode application/json response: not a JSON object"},
		"blank":          {"application/json", " \r\n", "not a JSON object"},
		"null":           {"application/json", "null", "not a JSON object"},
		"array":          {"application/json", `[{"name":"x"}]`, "not a JSON object"},
		"string":         {"application/json", `"x"`, "not a JSON object"},
		"HTML":           {"text/html; charset=utf-8", "<!DOCTYPE html><h1>It works!</h1>", "decode text/html response: not a JSON object"},
		"truncated":      {"application/json", `{"name":"x","si`, "unexpected end"},
		"two objects":    {"application/json", `{"name":"x"}{"name":"y"}`, "after top-level value"},
		"trailing text":  {"application/json", `{"name":"x"} and more`, "after top-level value"},
		"wrong type":     {"application/json", `{"size":"large"}`, "cannot unmarshal"},
		"not UTF-8":      {"application/json", "{\xff}", "invalid character"},
		"byte order":     {"application/json", "\ufeff{}", "not a JSON object"},
		"no type":        {"", "oops", "decode response: "},
		"malformed type": {"\x00;=", "oops", "decode response: "},
		"missing part":   {"application/json", `{"size":3}`, "response has no name"},
		"empty object":   {"application/json", `{}`, "response has no name"},
		"no success":     {"application/json", `{"name":"x","success": false}`, `response has "success": false`},
	} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			t.Run(name+"/"+method, func(t *testing.T) {
				t.Parallel()
				v, err := named(call(t, method, 200, c.contentType, c.body))
				require.Nil(t, v)
				e, ok := errors.AsType[*callError](err)
				require.True(t, ok, err)
				require.Equal(t, 200, e.Status)
				require.Equal(t, c.contentType, e.ContentType)
				require.Equal(t, c.body, string(e.Body))
				require.ErrorContains(t, e.Err, c.says)
				require.Equal(t, method != "GET", errors.Is(err, transport.ErrOutcomeUnknown))
				require.NotErrorIs(t, err, transport.ErrNotSent)
			})
		}
	}
}

// A 2xx response may say in its body that the call failed. With a reason it is a refusal.
func TestSuccessThatSaysItFailed(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]struct{ failed, unknown bool }{
		`{"name":"x","success":true}`:                      {},
		`{"name":"x","success":null,"error":null}`:         {},
		`{"name":"x","error":"","errors":[]}`:              {},
		`{"name":"x","row":{"success":false,"error":"r"}}`: {},
		`{"name":"x","success" :` + "\n" + `false}`:        {failed: true, unknown: true},
		`{"name":"x","success":false,"error":"taken"}`:     {failed: true},
		`{"name":"x","error":{"message":"taken"}}`:         {failed: true},
		`{"name":"x","errors":[{"code":1006}]}`:            {failed: true},
		`{"name":"x","error":["taken"]}`:                   {failed: true},
		`{"error":"taken"}`:                                {failed: true},
	} {
		_, err := named(call(t, "POST", 200, "application/json", body))
		require.Equal(t, want.failed, err != nil, body)
		require.Equal(t, want.unknown, errors.Is(err, transport.ErrOutcomeUnknown), body)
		none := reply.None(call(t, "DELETE", 200, "application/json", body))
		require.Equal(t, want.failed, none != nil, body)
		require.Equal(t, want.unknown, errors.Is(none, transport.ErrOutcomeUnknown), body)
		if e, ok := errors.AsType[*callError](err); ok {
			require.Equal(t, !want.unknown, e.Refused, body)
		}
	}
}

func TestTransportErrorIsReturned(t *testing.T) {
	t.Parallel()
	v, err := reply.JSON[thing](nil, io.EOF)
	require.Nil(t, v)
	require.Equal(t, io.EOF, err)
	require.Equal(t, io.EOF, reply.None(nil, io.EOF))
}
