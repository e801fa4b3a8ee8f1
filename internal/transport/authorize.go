package transport

import "net/http"

// Credentials is what one call knows of its token.
type Credentials struct {
	Bore  string // the token of the latest attempt
	Next  string // a token for the next one
	Err   error  // why there is none
	Final bool   // a 401 is no reason for another token, or no longer
}

func authorize(next handler, credentials func(*http.Request, *Credentials) error) handler {
	return func(call *Call, req *http.Request) (*http.Response, error) {
		if err := credentials(req, &call.Credentials); err != nil {
			return nil, unsent(req, err)
		}
		return next(call, req)
	}
}
