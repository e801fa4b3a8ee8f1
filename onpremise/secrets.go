package onpremise

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"
)

const redacted = "[redacted]"

// maxTokens is how many tokens are remembered, to be kept out of errors. Those that ended some
// time ago open nothing.
const maxTokens = 16

// secrets are what no error may hold. A server that quotes them would carry them into logs.
type secrets struct {
	mu     sync.Mutex
	fixed  []string
	tokens []string // the latest last
}

// keep adds a password, in the forms in which it is sent.
func (s *secrets) keep(username, password string) {
	if password == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range []string{base64.StdEncoding.EncodeToString([]byte(username + ":" + password)), password} {
		if !slices.Contains(s.fixed, secret) {
			s.fixed = append(s.fixed, secret)
		}
	}
}

// add adds a token.
func (s *secrets) add(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.Contains(s.tokens, token) {
		return
	}
	if len(s.tokens) == maxTokens {
		s.tokens = slices.Delete(s.tokens, 0, 1)
	}
	s.tokens = append(s.tokens, token)
}

func (s *secrets) hide(text string) string {
	s.mu.Lock()
	all := slices.Concat(s.fixed, s.tokens)
	s.mu.Unlock()
	return hide(text, all...)
}

// minSecret is the length from which something is a secret: what is shorter stands in every
// text, and hides nothing but the text.
const minSecret = 3

// hide redacts secrets in text, also as JSON and as a URL write them.
func hide(text string, secrets ...string) string {
	var forms []string
	for _, secret := range secrets {
		if len(secret) >= minSecret {
			forms = append(forms, secret, quote(secret, true), quote(secret, false), url.QueryEscape(secret))
		}
	}
	// The longest first, so that nothing is left of one that begins like another.
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, form := range forms {
		pairs = append(pairs, form, redacted)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// quote writes a secret as it stands in JSON, of which there are two ways.
func quote(secret string, escapeHTML bool) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(escapeHTML)
	_ = e.Encode(secret) // a string can be written
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(b.String()), `"`), `"`)
}

// without redacts secrets of a request in the error of its call.
func without(err error, secrets ...string) error {
	if e, ok := err.(*Error); ok {
		e.hide(func(text string) string { return hide(text, secrets...) })
	}
	return err
}
