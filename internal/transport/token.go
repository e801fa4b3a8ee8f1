package transport

import (
	"errors"
	"net/http"
)

// ErrNoOtherToken is the error of a [TokenFunc] that has no replacement for a rejected token.
var ErrNoOtherToken = errors.New("there is no other token")

// authorize gets the token of an attempt. Logins and anonymous operations need none.
func authorize(next handler, token TokenFunc) handler {
	if token == nil {
		return next
	}
	return func(call *Call, req *http.Request) (*http.Response, error) {
		if call.Operation.Login || call.Operation.Anonymous {
			return next(call, req)
		}
		call.token, call.replacement = call.replacement, ""
		if call.token == "" {
			var err error
			if call.token, err = token(call, ""); err != nil {
				return nil, err
			}
		}
		return next(call, req)
	}
}

// reauthorize gets the token again if the attempt was delayed since.
func reauthorize(next handler, token TokenFunc) handler {
	if token == nil {
		return next
	}
	return func(call *Call, req *http.Request) (*http.Response, error) {
		if call.delayed && !call.Operation.Login && !call.Operation.Anonymous {
			var err error
			if call.token, err = token(call, ""); err != nil {
				return nil, err
			}
		}
		return next(call, req)
	}
}

// replaceToken asks once per call for another token than the one that got a 401, and reports
// whether the call is worth another attempt.
func replaceToken(call *Call, token TokenFunc) (bool, error) {
	if token == nil || call.token == "" || call.replaced {
		return false, nil
	}
	call.replaced = true
	other, err := token(call, call.token)
	if errors.Is(err, ErrNoOtherToken) || err == nil && other == call.token {
		return false, nil
	}
	call.replacement = other
	return err == nil, err
}
