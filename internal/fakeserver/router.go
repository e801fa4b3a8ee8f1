package fakeserver

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Route is an operation of an API.
type Route struct {
	ID     string
	Method string
	Path   string // with its parameters in braces
}

// Router finds the route of a request. Where several fit, the one whose path has a word
// where the others have a parameter is taken.
type Router struct {
	base   string // path before those of the routes
	routes []route
}

type route struct {
	Route
	segments []string
}

// NewRouter returns a router of routes whose paths begin after base.
func NewRouter(base string, routes []Route) *Router {
	r := &Router{base: strings.TrimSuffix(base, "/")}
	for _, one := range routes {
		r.routes = append(r.routes, route{one, strings.Split(one.Path, "/")})
	}
	slices.SortStableFunc(r.routes, func(a, b route) int { // a brace sorts after every letter
		return slices.Compare(a.segments, b.segments)
	})
	return r
}

// Has reports whether there is a route of the id.
func (r *Router) Has(id string) bool {
	return slices.ContainsFunc(r.routes, func(one route) bool { return one.ID == id })
}

// Match returns the id of the route and the parameters of the path. Where only the method
// does not fit, the id is empty and allowed has the methods that do.
func (r *Router) Match(req *http.Request) (id string, params map[string]string, allowed []string) {
	path, ok := strings.CutPrefix(req.URL.EscapedPath(), r.base)
	if !ok {
		return "", nil, nil
	}
	segments := strings.Split(path, "/")
	for _, one := range r.routes {
		params, ok := fit(one.segments, segments)
		if !ok {
			continue
		}
		if one.Method == req.Method {
			return one.ID, params, nil
		}
		allowed = append(allowed, one.Method)
	}
	slices.Sort(allowed)
	return "", nil, allowed
}

func fit(pattern, segments []string) (map[string]string, bool) {
	if len(pattern) != len(segments) {
		return nil, false
	}
	params := map[string]string{}
	for i, p := range pattern {
		name, isParam := strings.CutPrefix(p, "{")
		if !isParam {
			if p != segments[i] {
				return nil, false
			}
			continue
		}
		value, err := url.PathUnescape(segments[i])
		if err != nil || value == "" {
			return nil, false
		}
		params[strings.TrimSuffix(name, "}")] = value
	}
	return params, true
}
