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

type callError struct{ *transport.Failure }

func (e *callError) Error() string { return fmt.Sprintf("%d %v", e.Status, e.Err) }
func (e *callError) Unwrap() error { return e.Err }

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// call sends one request to a server that gives one answer.
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
		Authorize: func(*http.Request, *transport.Credentials) error { return nil },
		Fail:      func(f *transport.Failure) error { return &callError{f} },
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

// It is a proxy's, whatever its status: the server has perhaps not seen the call.
func TestAPageIsNoSuccess(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, reply.None(call(t, "DELETE", 200, "text/html", " \n<html>Log in</html>")), "the text/html of the answer")
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

func TestASuccessThatIsNotWhatItShouldBe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ contentType, body, says string }{
		"empty":         {"application/json", "", "application/json"},
		"blank":         {"application/json", " \r\n", "application/json"},
		"null":          {"application/json", "null", "application/json"},
		"array":         {"application/json", `[{"name":"x"}]`, "application/json"},
		"string":        {"application/json", `"x"`, "application/json"},
		"number":        {"application/json", `1`, "application/json"},
		"true":          {"application/json", `true`, "application/json"},
		"HTML":          {"text/html; charset=utf-8", "<!DOCTYPE html><h1>It works!</h1>", "text/html"},
		"truncated":     {"application/json", `{"name":"x","si`, "application/json"},
		"two objects":   {"application/json", `{"name":"x"}{"name":"y"}`, "application/json"},
		"trailing text": {"application/json", `{"name":"x"} and more`, "application/json"},
		"wrong type":    {"application/json", `{"size":"large"}`, "application/json"},
		"not UTF-8":     {"application/json", "{\xff}", "application/json"},
		"a mark first":  {"application/json", "\ufeff{}", "application/json"},
		"no type":       {"", "oops", "body"},
		"nonsense type": {"\x00;=", "oops", "body"},
	} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			t.Run(name+"/"+method, func(t *testing.T) {
				t.Parallel()
				v, err := reply.JSON[thing](call(t, method, 200, c.contentType, c.body))
				require.Nil(t, v)
				e, ok := errors.AsType[*callError](err)
				require.True(t, ok, err)
				require.Equal(t, 200, e.Status)
				require.Equal(t, c.contentType, e.Header.Get("Content-Type"))
				require.Equal(t, c.body, string(e.Body))
				require.ErrorContains(t, e.Err, "the "+c.says+" of the answer cannot be read")
				require.Equal(t, method != "GET", errors.Is(err, transport.ErrOutcomeUnknown))
				require.NotErrorIs(t, err, transport.ErrNotSent)
			})
		}
	}
}

func TestAnErrorOfTheTransportIsHandedOn(t *testing.T) {
	t.Parallel()
	v, err := reply.JSON[thing](nil, io.EOF)
	require.Nil(t, v)
	require.Equal(t, io.EOF, err)
	require.Equal(t, io.EOF, reply.None(nil, io.EOF))
}
