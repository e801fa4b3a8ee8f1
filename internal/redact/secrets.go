package redact

import (
	"cmp"
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// Mark replaces a secret in a text.
const Mark = "[redacted]"

const (
	// minSecret is the length of the shortest secret that is searched for. Shorter ones occur by
	// chance in every text.
	minSecret = 3
	// minPart is the length of the shortest beginning of a secret that is removed where a text was
	// cut off.
	minPart = 4
	// maxTokens bounds the tokens that a set remembers. A set forgets tokens that were not among
	// the last maxTokens/2 that were used.
	maxTokens = 1 << 14
)

// Secrets is a set of secrets to keep out of texts. The zero value is an empty set. It is safe for
// concurrent use.
type Secrets struct {
	last atomic.Pointer[string] // the token used last

	mu     sync.Mutex
	fixed  map[string]bool
	tokens map[string]uint64 // when each was used last, counted in uses
	uses   uint64
}

// Add adds secrets that are never forgotten.
func (s *Secrets) Add(secrets ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fixed == nil {
		s.fixed = map[string]bool{}
	}
	for _, secret := range secrets {
		s.fixed[secret] = true
	}
}

// AddPassword adds a password and the forms in which basic authentication sends it.
func (s *Secrets) AddPassword(username, password string) {
	if password != "" {
		both := []byte(username + ":" + password)
		s.Add(password, base64.RawStdEncoding.EncodeToString(both), base64.RawURLEncoding.EncodeToString(both))
	}
}

// Use adds a token that is about to be sent.
func (s *Secrets) Use(token string) {
	if last := s.last.Load(); last != nil && *last == token {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last.Store(&token)
	if s.tokens == nil {
		s.tokens = map[string]uint64{}
	}
	s.uses++
	s.tokens[token] = s.uses
	if len(s.tokens) > maxTokens {
		maps.DeleteFunc(s.tokens, func(_ string, used uint64) bool { return used+maxTokens/2 <= s.uses })
	}
}

// Hide replaces the secrets in text, in whatever form they are quoted.
func (s *Secrets) Hide(text string) string {
	s.mu.Lock()
	all := slices.AppendSeq(make([]string, 0, len(s.fixed)+len(s.tokens)), maps.Keys(s.fixed))
	all = slices.AppendSeq(all, maps.Keys(s.tokens))
	s.mu.Unlock()
	return Hide(text, all...)
}

// Hide replaces secrets in text: as they are; escaped for JSON, Go, URLs or HTML, also more than
// once; with control characters or invalid UTF-8 in the middle; and cut off at the end of the text
// or before an ellipsis.
func Hide(text string, secrets ...string) string {
	d := decode(text)
	cuts := d.cuts()
	var spans []span
	for _, secret := range secrets {
		if len(secret) < minSecret {
			continue
		}
		spans = appendMatches(spans, text, secret, nil)
		plain := decode(secret).text
		if len(plain) < minSecret || plain == secret && d.text == text {
			plain = secret // the same search, but for the cuts
		} else {
			spans = appendMatches(spans, d.text, plain, d.source)
		}
		for _, cut := range cuts {
			if n := partAt(d.text[:cut], plain); n > 0 {
				spans = append(spans, span{d.at(cut - n).start, d.at(cut - 1).end})
			}
		}
	}
	return replace(text, spans)
}

// span is a part of a text.
type span struct{ start, end int }

// appendMatches appends the places of secret in text. If source is not nil, text is decoded, and
// source says where each of its bytes comes from.
func appendMatches(spans []span, text, secret string, source []span) []span {
	for from := 0; ; {
		i := strings.Index(text[from:], secret)
		if i < 0 {
			return spans
		}
		match := span{from + i, from + i + len(secret)}
		from = match.end
		if source != nil {
			match = span{source[match.start].start, source[match.end-1].end}
		}
		spans = append(spans, match)
	}
}

// partAt returns the length of the longest beginning of secret, short of all of it, that text ends
// with, or 0.
func partAt(text, secret string) int {
	for n := min(len(text), len(secret)-1); n >= minPart; n-- {
		if text[len(text)-n] == secret[0] && text[len(text)-n:] == secret[:n] {
			return n
		}
	}
	return 0
}

func replace(text string, spans []span) string {
	if len(spans) == 0 {
		return text
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	var b strings.Builder
	done := 0
	for i, s := range spans {
		if i == 0 || s.start >= done {
			b.WriteString(text[done:s.start])
			b.WriteString(Mark)
		}
		done = max(done, s.end)
	}
	b.WriteString(text[done:])
	return b.String()
}

// decoded is a text without escapes.
type decoded struct {
	text   string
	source []span // where each byte of text comes from; nil if nothing was escaped
}

func (d decoded) at(i int) span {
	if d.source == nil {
		return span{i, i + 1}
	}
	return d.source[i]
}

// cuts returns the places where something may have cut the text off: its end, also in the middle
// of an escape, and each ellipsis.
func (d decoded) cuts() []int {
	cuts := []int{len(d.text)}
	tail := max(0, len(d.text)-len(`\u000`))
	if i := strings.LastIndexAny(d.text[tail:], `\%&`); i >= 0 {
		cuts = append(cuts, tail+i)
	}
	for _, ellipsis := range []string{"...", "…"} {
		for from := 0; len(cuts) < 16; {
			i := strings.Index(d.text[from:], ellipsis)
			if i < 0 {
				break
			}
			cuts = append(cuts, from+i)
			from += i + len(ellipsis)
		}
	}
	return cuts
}

// decode removes escapes until none is left, as servers quote what is quoted already.
func decode(text string) decoded {
	d := decoded{text: text}
	for range 4 {
		if !d.once() {
			break
		}
	}
	return d
}

// once removes one layer of escapes, and reports whether there was one.
func (d *decoded) once() bool {
	special := func(r rune) bool {
		return r < ' ' || r == 0x7f || r == utf8.RuneError || r == '\\' || r == '%' || r == '&' || r == '+'
	}
	if !strings.ContainsFunc(d.text, special) {
		return false
	}
	text, source := make([]byte, 0, len(d.text)), make([]span, 0, len(d.text))
	changed := false
	for i := 0; i < len(d.text); {
		plain, size := unescape(d.text[i:])
		changed = changed || plain != d.text[i:i+size]
		for range len(plain) {
			source = append(source, span{d.at(i).start, d.at(i + size - 1).end})
		}
		if len(plain) == size { // not an escape: each byte for itself
			for j := range size {
				source[len(source)-size+j] = d.at(i + j)
			}
		}
		text = append(text, plain...)
		i += size
	}
	d.text, d.source = string(text), source
	return changed
}

// unescape decodes what text begins with, and returns how long that is. Control characters and
// invalid UTF-8 are nothing.
func unescape(text string) (plain string, size int) {
	switch c := text[0]; {
	case c == '\\' && len(text) > 1:
		return unescapeBackslash(text)
	case c == '%' && len(text) > 2:
		if b, err := strconv.ParseUint(text[1:3], 16, 8); err == nil {
			return string([]byte{byte(b)}), 3
		}
	case c == '&':
		return unescapeEntity(text)
	case c == '+': // a space in a query
		return " ", 1
	case c < ' ' || c == 0x7f:
		return "", 1
	case c >= utf8.RuneSelf:
		r, size := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError {
			return "", size
		}
		return text[:size], size
	}
	return text[:1], 1
}

func unescapeBackslash(text string) (plain string, size int) {
	switch c := text[1]; c {
	case '"', '\'', '\\', '/':
		return text[1:2], 2
	case 'a', 'b', 'f', 'n', 'r', 't', 'v':
		return "", 2
	case 'x', 'u':
		if r, tail, ok := hexEscape(text); ok {
			if c == 'x' {
				return string([]byte{byte(r)}), len(text) - len(tail)
			}
			if low, rest, ok := hexEscape(tail); ok && r>>10 == 0xd800>>10 && low>>10 == 0xdc00>>10 {
				return string((r&0x3ff<<10 | low&0x3ff) + 0x10000), len(text) - len(rest)
			}
			return string(r), len(text) - len(tail)
		}
	}
	return text[:1], 1
}

// hexEscape reads \xHH or \uHHHH.
func hexEscape(text string) (r rune, tail string, ok bool) {
	size := len(`\u0000`)
	if strings.HasPrefix(text, `\x`) {
		size = len(`\x00`)
	} else if !strings.HasPrefix(text, `\u`) {
		return 0, text, false
	}
	if len(text) < size {
		return 0, text, false
	}
	code, err := strconv.ParseUint(text[2:size], 16, 16)
	return rune(code), text[size:], err == nil
}

var entities = map[string]string{"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'"}

func unescapeEntity(text string) (plain string, size int) {
	end := strings.IndexByte(text[:min(len(text), len("&#1114111;"))], ';')
	if end < 0 {
		return text[:1], 1
	}
	name := text[1:end]
	if plain, ok := entities[name]; ok {
		return plain, end + 1
	}
	if digits, ok := strings.CutPrefix(name, "#"); ok {
		base := 10
		if strings.HasPrefix(digits, "x") || strings.HasPrefix(digits, "X") {
			digits, base = digits[1:], 16
		}
		if code, err := strconv.ParseUint(digits, base, 21); err == nil {
			return string(rune(code)), end + 1
		}
	}
	return text[:1], 1
}
