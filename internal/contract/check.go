package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// Checker is a transport that checks requests and responses against a contract.
type Checker struct {
	// ResponsesOnly skips requests, for tests that violate the contract on purpose.
	ResponsesOnly bool

	tb     TB
	router router
	next   http.RoundTripper

	mu     sync.Mutex
	called map[string]bool
}

// Check returns a transport that sends requests through next and reports every request and
// response that violates doc. It does not check authentication.
func Check(tb TB, doc *openapi3.T, next http.RoundTripper) *Checker {
	return &Checker{tb: tb, router: newRouter(doc), next: next, called: map[string]bool{}}
}

// Called lists the IDs of the operations that were called.
func (c *Checker) Called() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.called))
}

// RoundTrip sends a request, and checks it and its response.
func (c *Checker) RoundTrip(req *http.Request) (*http.Response, error) {
	c.tb.Helper()
	route, params := c.router.find(req)
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, errors.Join(err, req.Body.Close())
		}
		req.Body.Close()
		sent := req.Clone(req.Context())
		sent.Body = io.NopCloser(bytes.NewReader(body))
		req = sent
	}
	if route == nil {
		if !c.ResponsesOnly {
			c.tb.Errorf("contract: no operation is called by %s %s", req.Method, req.URL.Path)
		}
		return c.next.RoundTrip(req)
	}
	c.mu.Lock()
	c.called[route.Operation.OperationID] = true
	c.mu.Unlock()

	input := requestInput(route, params, req, body)
	if !c.ResponsesOnly {
		for _, err := range checkRequest(input, body) {
			c.tb.Errorf("contract: request of %s: %v", route.Operation.OperationID, err)
		}
	}
	resp, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	response, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(response), failing{err}))
	if err == nil {
		err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
			RequestValidationInput: input, Status: resp.StatusCode, Header: resp.Header,
			Body: io.NopCloser(bytes.NewReader(response)), Options: input.Options,
		})
	}
	if err != nil {
		c.tb.Errorf("contract: response %d of %s: %v", resp.StatusCode, route.Operation.OperationID, err)
	}
	return resp, nil
}

// failing is a body that ends with the error that reading it returned.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}

func requestInput(route *routers.Route, params map[string]string, req *http.Request, body []byte) *openapi3filter.RequestValidationInput {
	copied := req.Clone(context.Background()) // the validator replaces the body of the request
	copied.Body = io.NopCloser(bytes.NewReader(body))
	copied.ContentLength = int64(len(body))
	return &openapi3filter.RequestValidationInput{
		Request: copied, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			SkipSettingDefaults: true, IncludeResponseStatus: true, MultiError: true,
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
		},
	}
}

// checkRequest lists the problems of a request, including parameters and properties that the
// contract does not declare: servers ignore them silently.
func checkRequest(input *openapi3filter.RequestValidationInput, body []byte) []error {
	var list []error
	if err := openapi3filter.ValidateRequest(context.Background(), input); err != nil {
		list = append(list, err)
	}
	op, item := input.Route.Operation, input.Route.PathItem
	for name := range input.Request.URL.Query() {
		if op.Parameters.GetByInAndName("query", name) == nil && item.Parameters.GetByInAndName("query", name) == nil {
			list = append(list, fmt.Errorf("the query parameter %s is not in the contract", name))
		}
	}
	switch {
	case len(body) == 0:
		return list
	case op.RequestBody == nil:
		return append(list, errors.New("the contract has no body"))
	}
	media := op.RequestBody.Value.Content.Get(input.Request.Header.Get("Content-Type"))
	var value any
	if media == nil || media.Schema == nil || json.Unmarshal(body, &value) != nil {
		return list
	}
	for _, path := range undeclared(media.Schema.Value, value, "body") {
		list = append(list, fmt.Errorf("%s is not in the contract", path))
	}
	return list
}

// undeclared lists the properties of value that schema does not declare.
func undeclared(schema *openapi3.Schema, value any, path string) []string {
	switch value := value.(type) {
	case []any:
		var list []string
		if schema.Items != nil {
			for i, item := range value {
				list = append(list, undeclared(schema.Items.Value, item, fmt.Sprintf("%s[%d]", path, i))...)
			}
		}
		return list
	case map[string]any:
		known := map[string]*openapi3.Schema{}
		rest, open := properties(schema, known)
		var list []string
		for _, name := range slices.Sorted(maps.Keys(value)) {
			sub := known[name]
			if sub == nil {
				sub = rest
			}
			switch {
			case sub != nil:
				list = append(list, undeclared(sub, value[name], path+"."+name)...)
			case !open:
				list = append(list, path+"."+name)
			}
		}
		return list
	}
	return nil
}

// properties returns the properties that a schema and its parts declare, the schema of additional
// properties, and whether any are allowed.
func properties(schema *openapi3.Schema, known map[string]*openapi3.Schema) (rest *openapi3.Schema, open bool) {
	for name, p := range schema.Properties {
		known[name] = p.Value
	}
	if extra := schema.AdditionalProperties; extra.Schema != nil {
		rest, open = extra.Schema.Value, true
	} else if extra.Has != nil {
		open = *extra.Has
	}
	parts := slices.Concat(schema.AllOf, schema.OneOf, schema.AnyOf)
	for _, part := range parts {
		r, o := properties(part.Value, known)
		if r != nil {
			rest = r
		}
		open = open || o
	}
	// In the overlay, a typed object with additional members has a property for them; a bare
	// object may have any.
	bare := len(schema.Properties) == 0 && len(parts) == 0 && schema.AdditionalProperties.Has == nil
	return rest, open || bare || schema.Properties["additionalProperties"] != nil
}

// router finds the operation of a request, with or without the path of a server of the contract.
type router struct{ mux *http.ServeMux }

func newRouter(doc *openapi3.T) router {
	bases := []string{""}
	for _, server := range doc.Servers {
		if u, err := url.Parse(server.URL); err == nil {
			bases = append(bases, strings.TrimSuffix(u.EscapedPath(), "/"))
		}
	}
	slices.Sort(bases)
	mux := http.NewServeMux()
	for _, base := range slices.Compact(bases) {
		for path, item := range doc.Paths.Map() {
			for method, op := range item.Operations() {
				mux.Handle(method+" "+base+path, &match{
					route: &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op},
				})
			}
		}
	}
	return router{mux}
}

// find returns the route and the path parameters of a request, or nil.
func (r router) find(req *http.Request) (*routers.Route, map[string]string) {
	m := &match{}
	r.mux.ServeHTTP(m, req.Clone(context.Background()))
	return m.route, m.params
}

// match is a handler of the mux. The ResponseWriter is the match that receives the result.
type match struct {
	httptest.ResponseRecorder
	route  *routers.Route
	params map[string]string
}

func (m *match) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	found, ok := w.(*match)
	if !ok {
		return
	}
	found.route, found.params = m.route, map[string]string{}
	for _, name := range parameter.FindAllStringSubmatch(m.route.Path, -1) {
		found.params[name[1]] = req.PathValue(name[1])
	}
}

var parameter = regexp.MustCompile(`\{(\w+)\}`)
