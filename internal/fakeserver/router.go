package fakeserver

import (
	"net/http"
	"slices"
	"strings"
)

// Route is an operation of an API.
type Route struct {
	ID     string
	Method string
	Path   string // with parameters in braces
}

// Router finds the operation of a request.
type Router struct {
	mux        http.ServeMux
	operations map[string]string // by pattern
}

// NewRouter returns a router for routes whose paths follow base.
func NewRouter(base string, routes []Route) *Router {
	r := &Router{operations: map[string]string{}}
	for _, route := range routes {
		pattern := route.Method + " " + strings.TrimSuffix(base, "/") + route.Path
		r.operations[pattern] = route.ID
		r.mux.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
	}
	return r
}

// Operations lists the IDs of the routes.
func (r *Router) Operations() []string {
	var ids []string
	for _, id := range r.operations {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Match returns the operation of a request and sets the request's path values. If only the method
// does not match, operation is empty and allow lists the methods that do.
func (r *Router) Match(req *http.Request) (operation, allow string) {
	w := buffer{header: http.Header{}}
	r.mux.ServeHTTP(&w, req)
	if w.status != 0 { // not found, or a redirect to a clean path
		return "", w.header.Get("Allow")
	}
	return r.operations[req.Pattern], ""
}
