package transport

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// send hands the attempt to the caller's client.
func send(clients source, innermost func(Doer) Doer, middleware []func(Doer) Doer) handler {
	var doer Doer = guard(clients)
	if innermost != nil {
		doer = innermost(doer)
	}
	for i := len(middleware) - 1; i >= 0; i-- {
		doer = middleware[i](doer)
	}
	return func(_ *Call, req *http.Request) (*http.Response, error) {
		if len(middleware) > 0 { // what it changes is the attempt's own
			req.Header = req.Header.Clone()
		}
		resp, err := doer.Do(req)
		// The URL would repeat what the error says already, and its query names people.
		for e, ok := errors.AsType[*url.Error](err); ok; e, ok = errors.AsType[*url.Error](err) {
			err = e.Err
		}
		if err == nil && resp == nil {
			err = errors.New("the middleware returned neither a response nor an error")
		}
		return resp, err
	}
}

// guarded is the caller's client with a stricter eye on redirects. net/http sends the
// credentials on to another port, to a subdomain and from https to http, and makes a GET of
// a redirected POST, whose answer would pass for that of the POST. A client cannot be told
// otherwise but by its CheckRedirect, so each attempt takes a shallow copy of the client as
// it is at that moment; its transport, jar and timeout are the caller's own.
type guarded struct {
	source
	redirect func(next *http.Request, via []*http.Request) error
}

func guard(clients source) *guarded {
	g := &guarded{source: clients}
	g.redirect = g.checkRedirect
	return g
}

func (g *guarded) Do(req *http.Request) (*http.Response, error) {
	own := g.copy()
	own.CheckRedirect = g.redirect
	if !isRead(req.Method) {
		req = unkeyed(req)
	}
	return own.Do(req)
}

func (g *guarded) checkRedirect(next *http.Request, via []*http.Request) error {
	first, abroad := via[0], false
	for _, r := range append(via[1:len(via):len(via)], next) {
		abroad = abroad || r.URL.Scheme != first.URL.Scheme || r.URL.Host != first.URL.Host
	}
	if next.Method != first.Method || abroad && !isRead(first.Method) {
		return http.ErrUseLastResponse
	}
	if abroad {
		next.Header.Del("Authorization")
		next.Header.Del("Referer") // its query names people
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

// unkeyed hides an idempotency key from net/http, which would take it for a leave to resend a
// write silently. The server gets it, since the case of a header's name means nothing.
func unkeyed(req *http.Request) *http.Request {
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		if values, ok := req.Header[name]; ok {
			req = req.Clone(req.Context())
			delete(req.Header, name)
			req.Header[strings.ToLower(name)] = values
		}
	}
	return req
}
