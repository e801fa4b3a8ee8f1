package transport

import "net/http"

func authorize(next handler, credentials func(*http.Request) error) handler {
	return func(call *Call, req *http.Request) (*http.Response, error) {
		if err := credentials(req); err != nil {
			return nil, unsent(req, err)
		}
		return next(call, req)
	}
}
