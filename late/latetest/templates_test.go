package latetest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late/latetest"
)

func (w *wire) template(name string, more object) object {
	t := object{
		"accountId": w.AccountID(), "name": name, "category": "MARKETING", "language": "en_US",
		"components": list{object{"type": "BODY", "text": "Hi {{1}}, your code is {{2}}."}},
	}
	for k, v := range more {
		t[k] = v
	}
	return t
}

// status returns the current status of the template.
func (w *wire) status(name string) any {
	w.t.Helper()
	return at(w.ok("GET", "/templates/"+name+"?accountId=ACCOUNT", nil), "template", "status")
}

func TestTemplateReview(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		reply := w.ok("POST", "/templates", w.template("hello", nil))
		require.Equal(t, "PENDING", at(reply, "template", "status"))
		require.Equal(t, w.template("hello", nil)["components"], at(reply, "template", "components"))
		w.Advance(59 * time.Second)
		require.Equal(t, "PENDING", w.status("hello"))
		w.Advance(time.Second)
		require.Equal(t, "APPROVED", w.status("hello"))

		w.RejectTemplate("spam", "Too loud")
		w.ok("POST", "/templates", w.template("spam", nil))
		require.Equal(t, "PENDING", w.status("spam"))
		w.Advance(time.Minute)
		require.Equal(t, "REJECTED", w.status("spam"))

		w.RejectTemplate("spam", "")
		quiet := list{object{"type": "body", "text": "hi"}}
		reply = w.ok("PATCH", "/templates/spam", object{"accountId": w.AccountID(), "components": quiet})
		require.Equal(t, "PENDING", at(reply, "template", "status"), "an update starts a new review")
		require.Equal(t, quiet, at(reply, "template", "components"))
		w.ok("PATCH", "/templates/spam", object{"accountId": w.AccountID(), "components": quiet}) // a retry
		w.Advance(time.Minute)
		require.Equal(t, "APPROVED", w.status("spam"))
		require.Equal(t, []any{"hello", "spam"}, each(w.ok("GET", "/templates?accountId=ACCOUNT", nil)["templates"], "name"))

		w.ok("DELETE", "/templates/spam?accountId=ACCOUNT", nil)
		w.call(404, "GET", "/templates/spam?accountId=ACCOUNT", nil)
		w.call(404, "DELETE", "/templates/spam?accountId=ACCOUNT", nil)
		w.call(404, "PATCH", "/templates/spam", object{"accountId": w.AccountID(), "components": quiet})
	}, latetest.WithReviewTime(time.Minute))
}

func TestTemplateNameIsUniquePerLanguage(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		w.ok("POST", "/templates", w.template("hello", nil))
		reply := w.call(400, "POST", "/templates", w.template("hello", nil))
		require.Equal(t, "whatsapp", reply["platform"])
		require.NotEmpty(t, reply["platformError"])
		w.ok("POST", "/templates", w.template("hello", object{"language": "nb"}))
		require.Equal(t, "en_US", at(w.ok("GET", "/templates/hello?accountId=ACCOUNT", nil), "template", "language"))
		w.ok("DELETE", "/templates/hello?accountId=ACCOUNT", nil)
		require.Equal(t, list{}, w.ok("GET", "/templates?accountId=ACCOUNT", nil)["templates"], "every language is deleted")
	})
}

func TestTemplateRules(t *testing.T) {
	t.Parallel()
	body := object{"type": "body", "text": "Hello"}
	button := func(more object) list {
		b := object{"type": "QUICK_REPLY", "text": "Yes"}
		for k, v := range more {
			b[k] = v
		}
		return list{body, object{"type": "buttons", "buttons": list{b}}}
	}
	buttons := func(n int) list {
		all := list{}
		for range n {
			all = append(all, object{"type": "quick_reply", "text": "Yes"})
		}
		return list{body, object{"type": "BUTTONS", "buttons": all}}
	}
	text := func(s string) list { return list{object{"type": "body", "text": s}} }
	header := func(h object) list { h["type"] = "header"; return list{h, body} }
	for name, tc := range map[string]struct {
		more   object
		status int
	}{
		"every part": {object{"components": list{
			object{"type": "HEADER", "format": "text", "text": "To {{1}}"}, body,
			object{"type": "footer", "text": "Bye"}, button(nil)[1],
		}}, 200},
		"an example":            {object{"components": list{object{"type": "body", "text": "{{1}}", "example": object{"body_text": list{list{"Ada"}}}}}}, 200},
		"a picture":             {object{"components": header(object{"format": "IMAGE", "example": object{"header_handle": list{"4::h"}}})}, 200},
		"a fixed body":          {object{"category": "AUTHENTICATION", "components": list{object{"type": "body", "add_security_recommendation": true}}}, 200},
		"placeholders in order": {object{"components": text("{{2}} and {{1}} and {{1}}")}, 200},
		"ten buttons":           {object{"components": buttons(10)}, 200},
		"a one-time code":       {object{"components": button(object{"type": "otp", "text": "", "otp_type": "COPY_CODE"})}, 200},

		"no account":                   {object{"accountId": ""}, 400},
		"another account":              {object{"accountId": "nobody"}, 404},
		"no name":                      {object{"name": ""}, 400},
		"a capital name":               {object{"name": "Hello"}, 400},
		"a name from a digit":          {object{"name": "1st"}, 400},
		"a name with a dash":           {object{"name": "hello-you"}, 400},
		"no category":                  {object{"category": ""}, 400},
		"another category":             {object{"category": "SPAM"}, 400},
		"no language":                  {object{"language": ""}, 400},
		"no code of a language":        {object{"language": "English"}, 400},
		"no components":                {object{"components": list{}}, 400},
		"components that are wrong":    {object{"components": "hi"}, 400},
		"no body":                      {object{"components": list{object{"type": "footer", "text": "Bye"}}}, 400},
		"two bodies":                   {object{"components": list{body, object{"type": "BODY", "text": "Again"}}}, 400},
		"an unknown part":              {object{"components": list{body, object{"type": "sidebar", "text": "x"}}}, 400},
		"an empty body":                {object{"components": text(" ")}, 400},
		"a long body":                  {object{"components": text(strings.Repeat("x", 1025))}, 400},
		"a gap":                        {object{"components": text("{{1}} {{3}}")}, 400},
		"a placeholder 0":              {object{"components": text("{{0}}")}, 400},
		"a placeholder with a name":    {object{"components": text("{{name}}")}, 400},
		"an example too short":         {object{"components": list{object{"type": "body", "text": "{{1}} {{2}}", "example": object{"body_text": list{list{"Ada"}}}}}}, 400},
		"an unknown header":            {object{"components": header(object{"format": "GIF"})}, 400},
		"an empty header":              {object{"components": header(object{"format": "TEXT"})}, 400},
		"header with two placeholders": {object{"components": header(object{"text": "{{1}} {{2}}"})}, 400},
		"a placeholder in a footer":    {object{"components": list{body, object{"type": "footer", "text": "{{1}}"}}}, 400},
		"no buttons":                   {object{"components": buttons(0)}, 400},
		"eleven buttons":               {object{"components": buttons(11)}, 400},
		"an unknown button":            {object{"components": button(object{"type": "LEVER"})}, 400},
		"a button without text":        {object{"components": button(object{"text": ""})}, 400},
		"a button with a long text":    {object{"components": button(object{"text": strings.Repeat("x", 26)})}, 400},
		"a link without address":       {object{"components": button(object{"type": "URL"})}, 400},
		"a call without number":        {object{"components": button(object{"type": "PHONE_NUMBER"})}, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t)
			w.call(tc.status, "POST", "/templates", w.template("hello", tc.more))
			if components, given := tc.more["components"]; given && tc.more["category"] == nil {
				w.ok("POST", "/templates", w.template("other", nil))
				w.call(tc.status, "PATCH", "/templates/other", object{"accountId": w.AccountID(), "components": components})
			}
		})
	}
}

func TestTemplatesBelongToOneAccount(t *testing.T) {
	t.Parallel()
	w := newWire(t, latetest.WithAccounts("one", "two"))
	w.ok("POST", "/templates", w.template("hello", object{"accountId": "two"}))
	require.Empty(t, w.ok("GET", "/templates?accountId=one", nil)["templates"])
	require.Len(t, w.ok("GET", "/templates?accountId=two", nil)["templates"], 1)
	w.call(404, "GET", "/templates/hello?accountId=one", nil)
	w.call(400, "GET", "/templates/hello", nil)
	w.call(400, "GET", "/templates", nil)
	w.call(400, "DELETE", "/templates/hello", nil)
	w.call(404, "GET", "/templates?accountId=three", nil)
}
