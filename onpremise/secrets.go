package onpremise

import "github.com/wabakit/wabakit-go/internal/redact"

// redactIn redacts secrets of a request in the error of its call.
func redactIn(err error, secrets ...string) error {
	if e, ok := err.(*Error); ok {
		e.hide(func(text string) string { return redact.Hide(text, secrets...) })
	}
	return err
}
