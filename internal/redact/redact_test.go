package redact_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/redact"
)

const secret = `p+ss "wörd" \ 100%25 &c <tok_0123456789>`

func TestHideRemovesEveryForm(t *testing.T) {
	t.Parallel()
	quote := func(s string) string { b, _ := json.Marshal(s); return strings.Trim(string(b), `"`) }
	everyByte := func(format string) string {
		var b strings.Builder
		for i := range len(secret) {
			fmt.Fprintf(&b, format, secret[i])
		}
		return b.String()
	}
	for name, text := range map[string]string{
		"plain":                    secret,
		"twice":                    secret + secret,
		"JSON":                     quote(secret),
		"JSON in JSON":             quote(quote(secret)),
		"JSON without HTML":        strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(secret),
		"JSON, ASCII only":         strings.ReplaceAll(quote(secret), "ö", `\u00F6`),
		"Go":                       strings.Trim(fmt.Sprintf("%+q", secret), `"`),
		"query":                    url.QueryEscape(secret),
		"lowercase query":          strings.ToLower(url.QueryEscape(secret)),
		"path":                     url.PathEscape(secret),
		"every byte":               everyByte("%%%02x"),
		"query in JSON in query":   url.QueryEscape(quote(url.QueryEscape(secret))),
		"HTML":                     html.EscapeString(secret),
		"JSON in HTML":             html.EscapeString(quote(secret)),
		"invalid UTF-8":            secret[:12] + "\xff\xc3" + secret[12:],
		"replacement character":    secret[:12] + "\ufffd" + secret[12:],
		"escaped invalid UTF-8":    secret[:12] + `\ufffd%ff` + secret[12:],
		"line break":               secret[:12] + "\r\n" + secret[12:],
		"cut":                      secret[:len(secret)-1],
		"cut early":                secret[:4],
		"cut in an escape":         quote(secret)[:strings.Index(quote(secret), `\u003c`)+4],
		"cut in a URL":             url.QueryEscape(secret)[:strings.LastIndex(url.QueryEscape(secret), "%")+2],
		"cut before an ellipsis":   secret[:15] + "... is invalid",
		"cut before one as a rune": secret[:15] + "… is invalid",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := redact.Hide("key "+text, secret)
			require.Contains(t, got, "key "+redact.Mark)
			rest := strings.ReplaceAll(strings.ReplaceAll(got, redact.Mark, ""), "is invalid", "")
			require.LessOrEqual(t, len(rest), len("key ... "), rest)
		})
	}
}

func TestHideLeavesTheRestAsItWas(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"a":"\u00e9\/%41&amp;+","b":"abcd"}`:    `{"a":"\u00e9\/%41&amp;+","b":"[redacted]"}`,
		"invalid \xff stays, abcd does not, \xff": "invalid \xff stays, [redacted] does not, \xff",
		"100% of C:\\users & more abc":            "100% of C:\\users & more abc",
		"abcdefgh abcd":                           "[redacted] [redacted]", // one secret begins like the other
		"xyxyxy":                                  "[redacted]",
		"a b":                                     "a b", // too short to be a secret
		"":                                        "",
	} {
		require.Equal(t, want, redact.Hide(text, "abcd", "abcdefgh", "xyxy", "yxyxy", "a", ""))
	}
}

func TestSecretsKnowsAllTokensInUse(t *testing.T) {
	t.Parallel()
	var s redact.Secrets
	require.Equal(t, "nothing", s.Hide("nothing"))
	s.AddPassword("admin", "hunter22")
	s.Add("fixed key")
	token := func(i int) string { return fmt.Sprintf("token-%06d-", i) }
	for i := range 40_000 {
		s.Use(token(i))
		s.Use("busy-token")
		if i%4000 == 0 {
			for _, in := range []int{i, max(0, i-4000)} {
				require.Equal(t, redact.Mark, s.Hide(token(in)))
			}
		}
	}
	for _, text := range []string{"hunter22", "fixed key", "busy-token", "YWRtaW46aHVudGVyMjI", "YWRtaW46aHVudGVyMjI="} {
		require.Equal(t, redact.Mark, strings.TrimSuffix(s.Hide(text), "="))
	}
	require.Equal(t, token(0), s.Hide(token(0))) // the set is bounded
}

func TestSentStaysJSON(t *testing.T) {
	t.Parallel()
	hide := func(text string) string { return redact.Hide(text, "654321", `a":"b`) }
	for raw, want := range map[string]string{
		`{"n":1}`:                   `{"n":1}`,
		`{"n":"654321"}`:            `{"n":"[redacted]"}`,
		`{"n":654321}`:              `"[redacted]"`,
		`{"a":"b"}`:                 `"[redacted]"`,
		`<p>654321</p>`:             `<p>[redacted]</p>`,
		`{"n":"\u0036` + "54321\"}": `{"n":"[redacted]"}`,
	} {
		require.Equal(t, want, string(redact.Sent([]byte(raw), hide)))
	}
}

func TestBodyIsAnExcerptWithoutPartsOfSecrets(t *testing.T) {
	t.Parallel()
	hide := func(text string) string { return redact.Hide(text, secret) }
	for _, before := range []int{0, 2040, 64<<10 - 10} {
		got := redact.Body([]byte(strings.Repeat("x", before)+secret[:12]+"\xff"+secret[12:]), hide)
		require.LessOrEqual(t, len(got), 2<<10)
		require.NotContains(t, got, secret[:4])
	}
}

type opaque struct{ token string }

func (opaque) Error() string { return "opaque" }

func TestErrorHidesSecretsFromEveryVerb(t *testing.T) {
	t.Parallel()
	hide := func(text string) string { return redact.Hide(text, secret) }
	require.NoError(t, redact.Error(nil, hide))
	require.Same(t, io.EOF, redact.Error(io.EOF, hide))
	for _, cause := range []error{
		errors.New("server said " + secret), opaque{secret}, &opaque{secret}, fmt.Errorf("%q: %w", secret, io.EOF),
	} {
		err := redact.Error(cause, hide)
		require.ErrorIs(t, err, cause)
		require.Same(t, err, redact.Error(err, hide))
		for _, v := range []any{err, struct{ err error }{err}, []error{err}, fmt.Errorf("call: %w", err)} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
				require.NotContains(t, fmt.Sprintf(verb, v), secret[len(secret)-15:])
			}
		}
	}
	var found opaque
	require.ErrorAs(t, redact.Error(opaque{secret}, hide), &found)
}

func FuzzHide(f *testing.F) {
	f.Add(secret, "before ", " after")
	f.Add(`\u0041`, `\`, `"`)
	f.Add("%%41", "&", "+")
	f.Fuzz(func(t *testing.T, secret, before, after string) {
		if len(secret) < 4 {
			return
		}
		got := redact.Hide(before+secret+after, secret)
		if !strings.Contains(redact.Mark, secret) && strings.Contains(strings.ReplaceAll(got, redact.Mark, "\x00"), secret) {
			t.Errorf("%q contains %q", got, secret)
		}
	})
}
