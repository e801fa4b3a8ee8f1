package transport

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// send passes the attempt through the middleware to the caller's client.
func send(clients source, innermost func(Doer) Doer, middleware []func(Doer) Doer) handler {
	guarded := &guardedClient{source: clients}
	guarded.redirect = guarded.checkRedirect
	var doer Doer = guarded
	if innermost != nil {
		doer = innermost(doer)
	}
	for i := len(middleware) - 1; i >= 0; i-- {
		if middleware[i] == nil {
			continue
		}
		if wrapped := middleware[i](doer); wrapped != nil {
			doer = wrapped
		}
	}
	return func(_ *Call, req *http.Request) (*http.Response, error) {
		if len(middleware) > 0 { // which may change the URL of the attempt
			u := *req.URL
			req.URL = &u
		}
		resp, err := doer.Do(req)
		// The URL repeats what the error says already, and its query may contain personal data.
		for e, ok := errors.AsType[*url.Error](err); ok; e, ok = errors.AsType[*url.Error](err) {
			err = e.Err
		}
		if err == nil && resp == nil {
			err = errors.New("the middleware returned neither a response nor an error")
		}
		return resp, err
	}
}

// guardedClient is the caller's client with stricter redirects. net/http sends credentials on to
// another port, to a subdomain and from https to http, and makes a GET of a redirected POST,
// whose response would pass for that of the POST. Only CheckRedirect can prevent that, so each
// attempt uses a shallow copy of the client as it is at that moment.
type guardedClient struct {
	source
	redirect func(next *http.Request, via []*http.Request) error // checkRedirect
}

func (g *guardedClient) Do(req *http.Request) (*http.Response, error) {
	if call := callFrom(req.Context()); call != nil {
		req = call.trace.enter(req)
		defer call.trace.leave()
	}
	own := g.copy()
	own.CheckRedirect = g.redirect
	if !isRead(req.Method) {
		req = hideIdempotencyKey(req)
	}
	return own.Do(req)
}

func (g *guardedClient) checkRedirect(next *http.Request, via []*http.Request) error {
	first, crossHost := via[0], false
	for _, r := range append(via[1:len(via):len(via)], next) {
		crossHost = crossHost || r.URL.Scheme != first.URL.Scheme || r.URL.Host != first.URL.Host
	}
	call := callFrom(next.Context())
	read := isRead(first.Method) && (call == nil || call.Operation.harmless())
	if next.Method != first.Method || crossHost && !read {
		return http.ErrUseLastResponse
	}
	if crossHost {
		next.Header.Del("Authorization")
		next.Header.Del("Referer") // its query may contain personal data
	}
	if call != nil {
		*next = *next.WithContext(call.trace.redirected(next.Context()))
	}
	check := g.current().CheckRedirect
	if check == nil {
		if len(via) >= 10 {
			return &redirectError{errors.New("stopped after 10 redirects")}
		}
		return nil
	}
	err := check(next, via)
	if err != nil && err != http.ErrUseLastResponse {
		err = &redirectError{err}
	}
	return err
}

// redirectError is the reason why no further redirect was followed.
type redirectError struct{ err error }

func (e *redirectError) Error() string { return e.err.Error() }
func (e *redirectError) Unwrap() error { return e.err }

// hideIdempotencyKey changes the case of an idempotency key's name, which means nothing to the
// server: net/http would resend a write that has such a header.
func hideIdempotencyKey(req *http.Request) *http.Request {
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		if values, ok := req.Header[name]; ok {
			req = req.Clone(req.Context())
			delete(req.Header, name)
			req.Header[strings.ToLower(name)] = values
		}
	}
	return req
}
