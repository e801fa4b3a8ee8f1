package onpremisetest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

const ada = "16315551234"

// kinds are valid messages.
func kinds(w *wire) map[string]object {
	id := func(contentType string) string {
		return at(w.ok("POST", "/media", upload{contentType, "content"}), "media", 0, "id").(string)
	}
	w.ok("POST", settings+"/media/providers", list{object{"name": "shop"}})
	to := func(kind string, content any) object { return object{"to": ada, "type": kind, kind: content} }
	linked := object{"link": "https://a.example/file", "provider": object{"name": "shop"}}
	return map[string]object{
		"bare text": {"to": ada, "text": object{"body": "hello"}},
		"text":      with(to("text", object{"body": strings.Repeat("é", 4096)}), object{"recipient_type": "individual", "ttl": 0}),
		"preview":   with(to("text", object{"body": "see http://a.example"}), object{"preview_url": true}),
		"image":     to("image", object{"id": id("image/jpeg"), "caption": "A picture"}),
		"audio":     to("audio", object{"id": id("audio/ogg; codecs=opus")}),
		"video":     to("video", object{"link": "https://a.example/file"}),
		"document":  to("document", with(linked, object{"filename": "a.pdf"})),
		"any file":  to("document", object{"id": id("image/png")}),
		"location":  to("location", object{"latitude": "-90", "longitude": "180.0", "name": "", "address": ""}),
		"contacts": to("contacts", list{object{
			"name": object{"formatted_name": "Ada"}, "birthday": "1815-12-10", "emails": list{object{"email": "a@example.com", "type": "HOME"}},
		}}),
		"template": to("hsm", object{
			"namespace": "shop", "element_name": "hello", "language": object{"policy": "deterministic", "code": "en"},
			"localizable_params": list{
				object{"default": "$10", "currency": object{"currency_code": "USD", "amount_1000": 10000}},
				object{"default": "now", "date_time": object{"unix_epoch": object{"timestamp": 0}}},
				object{"default": "noon", "date_time": object{"component": object{"hour": 0, "minute": 59, "month": 12, "day_of_month": 31, "day_of_week": 7}}},
				object{"default": "Ada"},
			},
		}),
	}
}

func TestEveryKindOfMessageIsSent(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		ids := map[any]bool{}
		all := kinds(w)
		for name, m := range all {
			t.Log(name)
			id := at(w.ok("POST", "/messages", m), "messages", 0, "id")
			sent := w.Messages()
			last := sent[len(sent)-1]
			require.Equal(t, id, last.ID)
			require.Equal(t, ada, last.To)
			require.NotEmpty(t, last.Type)
			require.Equal(t, onpremiseapi.RecipientTypeIndividual, last.RecipientType)
			require.WithinDuration(t, w.Now(), last.SentAt, time.Minute)
			ids[id] = true
		}
		require.Len(t, ids, len(all))
	})
}

func TestInvalidMessageIsRejected(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		good := kinds(w)
		jpeg := at(good["image"], "image", "id")
		param := func(p object) object {
			return object{"hsm": with(good["template"]["hsm"].(object), object{"localizable_params": list{p}})}
		}
		place := func(more object) object {
			return object{"location": with(good["location"]["location"].(object), more)}
		}
		card := func(more object) object { return object{"contacts": list{more}} }
		for name, tc := range map[string]struct {
			of    string
			wrong object
			code  int
		}{
			"no receiver":             {"text", object{"to": nil}, 1008},
			"an empty receiver":       {"text", object{"to": ""}, 1009},
			"a plus":                  {"text", object{"to": "+" + ada}, 1009},
			"a short number":          {"text", object{"to": "123"}, 1009},
			"an unknown receiver":     {"text", object{"recipient_type": "person"}, 1009},
			"no such group":           {"text", object{"recipient_type": "group"}, 1009},
			"an unknown type":         {"text", object{"type": "reaction"}, 1009},
			"a type that only comes":  {"text", object{"type": "voice", "text": nil}, 1009},
			"an unknown one":          {"text", object{"type": "unknown", "text": nil}, 1009},
			"no content":              {"text", object{"text": nil}, 1008},
			"content of another type": {"text", object{"text": nil, "image": object{"id": jpeg}}, 1010},
			"more than its content":   {"text", object{"image": object{"id": jpeg}}, 1010},
			"a text without a body":   {"text", object{"text": object{}}, 1008},
			"an empty text":           {"text", object{"text": object{"body": " "}}, 1009},
			"a long text":             {"text", object{"text": object{"body": strings.Repeat("é", 4097)}}, 1001},
			"a preview of nothing":    {"text", object{"preview_url": true}, 1009},
			"a preview of a picture":  {"image", object{"preview_url": false}, 1010},
			"a negative time":         {"text", object{"ttl": -1}, 1009},
			"a time that is none":     {"text", object{"ttl": "P1D"}, 1009},

			"neither id nor link":    {"image", object{"image": object{"caption": "A"}}, 1008},
			"both id and link":       {"image", object{"image": object{"id": jpeg, "link": "https://a.example"}}, 1010},
			"an id and a provider":   {"image", object{"image": object{"id": jpeg, "provider": object{"name": "shop"}}}, 1010},
			"an unknown id":          {"document", object{"document": object{"id": "x"}}, 1009},
			"a file of another type": {"audio", object{"audio": object{"id": jpeg}}, 1009},
			"another one":            {"video", object{"video": object{"id": jpeg}}, 1009},
			"a link that is none":    {"video", object{"video": object{"link": "a.example"}}, 1009},
			"an unknown provider":    {"video", object{"video": object{"link": "https://a.example", "provider": object{"name": "x"}}}, 1009},
			"a nameless provider":    {"video", object{"video": object{"link": "https://a.example", "provider": object{}}}, 1008},

			"no latitude":        {"location", place(object{"latitude": nil}), 1008},
			"no address":         {"location", place(object{"address": nil}), 1008},
			"beyond the pole":    {"location", place(object{"latitude": "90.1"}), 1009},
			"around the world":   {"location", place(object{"longitude": "-181"}), 1009},
			"no degrees":         {"location", place(object{"longitude": "NaN"}), 1009},
			"no cards":           {"contacts", object{"contacts": list{}}, 1009},
			"a nameless card":    {"contacts", card(object{"birthday": "1815-12-10"}), 1008},
			"half a name":        {"contacts", card(object{"name": object{"first_name": "Ada"}}), 1008},
			"a birthday":         {"contacts", card(object{"name": object{"formatted_name": "Ada"}, "birthday": "10.12.1815"}), 1009},
			"half an address":    {"contacts", card(object{"name": object{"formatted_name": "Ada"}, "addresses": list{object{"city": "London"}}}), 1008},
			"an untyped address": {"contacts", card(object{"name": object{"formatted_name": "Ada"}, "emails": list{object{"email": "a@example.com"}}}), 1008},

			"no namespace":      {"template", object{"hsm": with(good["template"]["hsm"].(object), object{"namespace": nil})}, 1008},
			"an empty name":     {"template", object{"hsm": with(good["template"]["hsm"].(object), object{"element_name": ""})}, 1009},
			"no parameters":     {"template", object{"hsm": with(good["template"]["hsm"].(object), object{"localizable_params": nil})}, 1008},
			"a policy":          {"template", object{"hsm": with(good["template"]["hsm"].(object), object{"language": object{"policy": "best", "code": "en"}})}, 1009},
			"no language":       {"template", object{"hsm": with(good["template"]["hsm"].(object), object{"language": object{"policy": "fallback"}})}, 1008},
			"no default":        {"template", param(object{}), 1008},
			"an empty default":  {"template", param(object{"default": ""}), 1009},
			"a currency":        {"template", param(object{"default": "x", "currency": object{"currency_code": "dollar", "amount_1000": 1}}), 1009},
			"no amount":         {"template", param(object{"default": "x", "currency": object{"currency_code": "USD"}}), 1008},
			"money and time":    {"template", param(object{"default": "x", "currency": object{"currency_code": "USD", "amount_1000": 1}, "date_time": object{}}), 1010},
			"no time":           {"template", param(object{"default": "x", "date_time": object{}}), 1008},
			"two times":         {"template", param(object{"default": "x", "date_time": object{"component": object{}, "unix_epoch": object{"timestamp": 1}}}), 1010},
			"a month":           {"template", param(object{"default": "x", "date_time": object{"component": object{"month": 13}}}), 1009},
			"an hour":           {"template", param(object{"default": "x", "date_time": object{"component": object{"hour": 24}}}), 1009},
			"a weekday":         {"template", param(object{"default": "x", "date_time": object{"component": object{"day_of_week": 8}}}), 1009},
			"an epoch as words": {"template", param(object{"default": "x", "date_time": object{"unix_epoch": object{"timestamp": "now"}}}), 1009},
		} {
			t.Log(name)
			w.refuse(400, tc.code, "POST", "/messages", with(good[tc.of], tc.wrong))
		}
		w.AddWhatsAppUsers("16315555678")
		w.refuse(400, 1013, "POST", "/messages", good["text"])
		require.Empty(t, w.Messages())
	})
}

func TestMessageStatusFollowsTheClock(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		w.ok("POST", "/messages", object{"to": ada, "text": object{"body": "hello"}})
		seen := []onpremiseapi.MessageState{}
		for range 12 {
			if s := w.Messages()[0].Status; len(seen) == 0 || s != seen[len(seen)-1] {
				seen = append(seen, s)
			}
			w.Advance(time.Second)
		}
		require.Equal(t, []onpremiseapi.MessageState{"sent", "delivered", "read"}, seen)

		w.FailPhone("+"+ada, "Phone is off")
		w.ok("POST", "/messages", object{"to": ada, "text": object{"body": "hello"}})
		w.FailPhone(ada, "")
		w.ok("POST", "/messages", object{"to": ada, "text": object{"body": "hello"}})
		require.Equal(t, onpremiseapi.MessageStateFailed, w.Messages()[1].Status)
		require.Equal(t, onpremiseapi.MessageStateSent, w.Messages()[2].Status)
	})
}

func TestMessagesAreCopies(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.ok("POST", "/messages", object{"to": ada, "text": object{"body": "hello"}})
	w.Messages()[0].Text.Body = "changed"
	require.Equal(t, "hello", w.Messages()[0].Text.Body)
}

func TestReceivedMessageIsMarkedAsRead(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		id := w.ReceiveText(ada, "hello")
		require.False(t, w.IsRead(id))
		w.refuse(400, 1009, "PUT", "/messages/"+id, object{"status": "delivered"})
		w.refuse(400, 1008, "PUT", "/messages/"+id, object{})
		w.refuse(404, 1006, "PUT", "/messages/other", object{"status": "read"})
		require.False(t, w.IsRead(id))
		for range 2 {
			w.ok("PUT", "/messages/"+id, object{"status": "read"})
			require.True(t, w.IsRead(id))
		}
	})
}
