package transport

import (
	"net/http"
	"net/url"
	"strings"
)

// matcher finds the operation of a request by its method and path. It is a tree of path
// segments: net/http's ServeMux would do, but allocates for each request and rejects some valid
// base URLs.
type matcher struct {
	base *url.URL // with a slash at its end
	root segment
}

type segment struct {
	literal    map[string]*segment
	parameter  *segment
	operations map[string]*Operation // by method
}

func newMatcher(base *url.URL, operations []Operation) *matcher {
	dir := &url.URL{Scheme: base.Scheme, Host: base.Host, Path: strings.TrimSuffix(base.Path, "/") + "/"}
	dir.RawPath = strings.TrimSuffix(base.EscapedPath(), "/") + "/"
	m := &matcher{base: dir.ResolveReference(&url.URL{Path: "."})} // without dot segments
	for i, op := range operations {
		s := &m.root
		for name := range strings.SplitSeq(strings.TrimPrefix(op.Path, "/"), "/") {
			s = s.child(name)
		}
		if s.operations == nil {
			s.operations = make(map[string]*Operation)
		}
		s.operations[op.Method] = &operations[i]
	}
	return m
}

func (s *segment) child(name string) *segment {
	if strings.HasPrefix(name, "{") {
		if s.parameter == nil {
			s.parameter = new(segment)
		}
		return s.parameter
	}
	if s.literal == nil {
		s.literal = make(map[string]*segment)
	}
	if s.literal[name] == nil {
		s.literal[name] = new(segment)
	}
	return s.literal[name]
}

// find returns the operation of req. A request of no known operation gets one without an ID: a
// read is retried as such, everything else is unsafe.
func (m *matcher) find(req *http.Request) *Operation {
	prefix := "/"
	if req.URL.Host != "" {
		prefix = m.base.EscapedPath()
	}
	path, below := strings.CutPrefix(req.URL.EscapedPath(), prefix)
	if below {
		if op := m.root.find(req.Method, path); op != nil {
			return op
		}
	}
	op := &Operation{Name: strings.ToLower(req.Method) + " request", Method: req.Method}
	if isRead(req.Method) {
		op.Repeat = Always
	}
	return op
}

// complete makes the URL of req absolute.
func (m *matcher) complete(req *http.Request) {
	u := req.URL
	if u.Host != "" {
		return
	}
	path := strings.TrimPrefix(u.EscapedPath(), "/")
	if u.RawPath != "" || m.base.RawPath != "" {
		u.RawPath = m.base.EscapedPath() + path
	}
	u.Scheme, u.Host, u.Path = m.base.Scheme, m.base.Host, m.base.Path+strings.TrimPrefix(u.Path, "/")
	req.Host = u.Host
}

// find prefers a literal segment to a parameter.
func (s *segment) find(method, path string) *Operation {
	name, rest, more := strings.Cut(path, "/")
	for _, next := range [...]*segment{s.literal[name], s.parameter} {
		if next == nil || name == "" {
			continue
		}
		if !more {
			if op := next.operations[method]; op != nil {
				return op
			}
		} else if op := next.find(method, rest); op != nil {
			return op
		}
	}
	return nil
}
