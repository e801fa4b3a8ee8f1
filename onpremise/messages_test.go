package onpremise_test

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

var utc = time.Date(2026, time.March, 1, 0, 5, 0, 0, time.UTC) // a Sunday

func TestMessagesOfEveryKind(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		message onpremise.Message
		want    string
	}{
		"text":            {onpremise.TextMessage(testTo, "hello"), `{"text":{"body":"hello"},"to":"16315551234","type":"text"}`},
		"text, preview":   {onpremise.PreviewMessage(testTo, "http://x"), `{"preview_url":true,"text":{"body":"http://x"},"to":"16315551234","type":"text"}`},
		"to a group":      {onpremise.ToGroup(onpremise.TextMessage(testGroup, "hi")), `{"recipient_type":"group","text":{"body":"hi"},"to":"16315551234-1500000000","type":"text"}`},
		"image by ID":     {onpremise.ImageMessage(testTo, onpremise.MediaID("f"), ""), `{"image":{"id":"f"},"to":"16315551234","type":"image"}`},
		"image by link":   {onpremise.ImageMessage(testTo, onpremise.MediaLink("https://x/a.png", ""), "look"), `{"image":{"caption":"look","link":"https://x/a.png"},"to":"16315551234","type":"image"}`},
		"image, provider": {onpremise.ImageMessage(testTo, onpremise.MediaLink("https://x/a.png", "cdn"), ""), `{"image":{"link":"https://x/a.png","provider":{"name":"cdn"}},"to":"16315551234","type":"image"}`},
		"audio":           {onpremise.AudioMessage(testTo, onpremise.MediaID("f")), `{"audio":{"id":"f"},"to":"16315551234","type":"audio"}`},
		"video":           {onpremise.VideoMessage(testTo, onpremise.MediaLink("l", "p"), "c"), `{"to":"16315551234","type":"video","video":{"caption":"c","link":"l","provider":{"name":"p"}}}`},
		"document":        {onpremise.DocumentMessage(testTo, onpremise.MediaID("f"), "a.pdf", "c"), `{"document":{"caption":"c","filename":"a.pdf","id":"f"},"to":"16315551234","type":"document"}`},
		"document, bare":  {onpremise.DocumentMessage(testTo, onpremise.MediaID("f"), "", ""), `{"document":{"id":"f"},"to":"16315551234","type":"document"}`},
		"location":        {onpremise.LocationMessage(testTo, 38.9806263495, -0.000001, "Beach", "1 Road"), `{"location":{"address":"1 Road","latitude":"38.9806263495","longitude":"-0.000001","name":"Beach"},"to":"16315551234","type":"location"}`},
		"contacts": {
			onpremise.ContactsMessage(testTo, onpremise.ContactCard{
				Name: onpremise.ContactName{FormattedName: "Ada L."}, Phones: []onpremise.ContactPhone{{Phone: "+1", WaID: "1"}},
			}),
			`{"contacts":[{"name":{"formatted_name":"Ada L."},"phones":[{"phone":"+1","wa_id":"1"}]}],"to":"16315551234","type":"contacts"}`,
		},
		"hsm": {
			onpremise.HSMMessage(testTo, "ns", "order", onpremise.Fallback("en_US"),
				onpremise.HSMText("Ada"), onpremise.HSMCurrency("$10.50", "USD", 10500),
				onpremise.HSMEpoch("today", utc), onpremise.HSMDateTime("Sunday", onpremise.PartsOf(utc)),
				onpremise.HSMDateTime("at 7", onpremise.DateTimeComponent{Hour: new(7)})),
			`{"hsm":{"element_name":"order","language":{"code":"en_US","policy":"fallback"},"localizable_params":[{"default":"Ada"},` +
				`{"currency":{"amount_1000":10500,"currency_code":"USD"},"default":"$10.50"},` +
				`{"date_time":{"unix_epoch":{"timestamp":1772323500}},"default":"today"},` +
				`{"date_time":{"component":{"day_of_month":1,"day_of_week":7,"hour":0,"minute":5,"month":3,"year":2026}},"default":"Sunday"},` +
				`{"date_time":{"component":{"hour":7}},"default":"at 7"}],"namespace":"ns"},"to":"16315551234","type":"hsm"}`,
		},
		"template": {
			onpremise.TemplateMessage(testTo, "ns", "order", "en_US",
				onpremise.HeaderComponent(onpremise.ImageParam(onpremise.MediaID("f"))),
				onpremise.BodyComponent(onpremise.TextParam("Ada"), onpremise.CurrencyParam("$10.50", "USD", 10500), onpremise.DateTimeParam("Sunday")),
				onpremise.QuickReplyComponent(0, "later"), onpremise.URLComponent(1, "4711")),
			`{"template":{"components":[{"parameters":[{"image":{"id":"f"},"type":"image"}],"type":"header"},` +
				`{"parameters":[{"text":"Ada","type":"text"},{"currency":{"amount_1000":10500,"code":"USD","fallback_value":"$10.50"},"type":"currency"},` +
				`{"date_time":{"fallback_value":"Sunday"},"type":"date_time"}],"type":"body"},` +
				`{"index":"0","parameters":[{"payload":"later","type":"payload"}],"sub_type":"quick_reply","type":"button"},` +
				`{"index":"1","parameters":[{"text":"4711","type":"text"}],"sub_type":"url","type":"button"}],` +
				`"language":{"code":"en_US","policy":"deterministic"},"name":"order","namespace":"ns"},"to":"16315551234","type":"template"}`,
		},
		"template, media headers": {
			onpremise.TemplateMessage(testTo, "ns", "order", "de", onpremise.HeaderComponent(
				onpremise.VideoParam(onpremise.MediaLink("l", "p")), onpremise.DocumentParam(onpremise.MediaID("f"), "a.pdf"))),
			`{"template":{"components":[{"parameters":[{"type":"video","video":{"link":"l","provider":{"name":"p"}}},` +
				`{"document":{"filename":"a.pdf","id":"f"},"type":"document"}],"type":"header"}],` +
				`"language":{"code":"de","policy":"deterministic"},"name":"order","namespace":"ns"},"to":"16315551234","type":"template"}`,
		},
		"buttons": {
			change(onpremise.ButtonsMessage(testTo, "Tea?", onpremise.ReplyButton{ID: "y", Title: "Yes"}, onpremise.ReplyButton{ID: "n", Title: "No"}),
				func(m *onpremise.Message) {
					m.Interactive.Header = &onpremise.InteractiveHeader{Type: onpremise.HeaderImage, Image: &onpremise.Image{ID: "f"}}
					m.Interactive.Footer = &onpremise.InteractiveFooter{Text: "small"}
				}),
			`{"interactive":{"action":{"buttons":[{"reply":{"id":"y","title":"Yes"},"type":"reply"},{"reply":{"id":"n","title":"No"},"type":"reply"}]},` +
				`"body":{"text":"Tea?"},"footer":{"text":"small"},"header":{"image":{"id":"f"},"type":"image"},"type":"button"},"to":"16315551234","type":"interactive"}`,
		},
		"list": {
			onpremise.ListMessage(testTo, "Which?", "Menu", onpremise.ListSection{Rows: []onpremise.ListRow{{ID: "1", Title: "Green", Description: "from Japan"}}}),
			`{"interactive":{"action":{"button":"Menu","sections":[{"rows":[{"description":"from Japan","id":"1","title":"Green"}]}]},` +
				`"body":{"text":"Which?"},"type":"list"},"to":"16315551234","type":"interactive"}`,
		},
		"sticker": {onpremise.StickerMessage(testTo, onpremise.MediaID("f")), `{"sticker":{"id":"f"},"to":"16315551234","type":"sticker"}`},
		"hsm without values": {
			onpremise.HSMMessage(testTo, "ns", "hello", onpremise.Deterministic("de")),
			`{"hsm":{"element_name":"hello","language":{"code":"de","policy":"deterministic"},"localizable_params":[],"namespace":"ns"},"to":"16315551234","type":"hsm"}`,
		},
		"TTL of zero": {
			change(onpremise.TextMessage(testTo, "now"), func(m *onpremise.Message) { m.TTL = new(0) }),
			`{"text":{"body":"now"},"to":"16315551234","ttl":0,"type":"text"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, w := newClient(t, 201, `{"messages":[{"id":"m1"}]}`)
			id, err := client.Messages.Send(t.Context(), tt.message)
			require.NoError(t, err)
			require.Equal(t, "m1", id)
			require.Equal(t, tt.want, canonical(t, w.bodies[0]))
			require.Equal(t, "POST /v1/messages", w.requests[0].Method+" "+w.requests[0].URL.Path)
		})
	}
}

func canonical(t *testing.T, body string) string {
	t.Helper()
	var v any
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	require.NoError(t, d.Decode(&v))
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

func change(m onpremise.Message, f func(*onpremise.Message)) onpremise.Message { f(&m); return m }

func TestInvalidMessagesAreNotSent(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 200, `{}`)
	file, long := onpremise.MediaID("f"), func(n int) string { return strings.Repeat("é", n) }
	text := onpremise.TextMessage(testTo, "hi")
	button := onpremise.ReplyButton{ID: "y", Title: "Yes"}
	row := onpremise.ListRow{ID: "1", Title: "One"}
	buttons := func(b ...onpremise.ReplyButton) onpremise.Message { return onpremise.ButtonsMessage(testTo, "?", b...) }
	list := func(s ...onpremise.ListSection) onpremise.Message {
		return onpremise.ListMessage(testTo, "?", "Menu", s...)
	}
	rows := func(r ...onpremise.ListRow) onpremise.ListSection { return onpremise.ListSection{Rows: r} }
	header := func(m onpremise.Message, h onpremise.InteractiveHeader) onpremise.Message {
		return change(m, func(m *onpremise.Message) { m.Interactive.Header = &h })
	}
	template := func(c ...onpremise.TemplateComponent) onpremise.Message {
		return onpremise.TemplateMessage(testTo, "ns", "t", "en", c...)
	}
	hsm := onpremise.HSMMessage(testTo, "ns", "t", onpremise.Fallback("en"))
	for _, tt := range []struct {
		field   string
		message onpremise.Message
	}{
		{"to", onpremise.TextMessage("", "hi")},
		{"ttl", change(text, func(m *onpremise.Message) { m.TTL = new(-1) })},
		{"text", onpremise.Message{To: testTo}},
		{"text.body", onpremise.TextMessage(testTo, "")},
		{"text.body", onpremise.TextMessage(testTo, long(4097))},
		{"image", onpremise.ImageMessage(testTo, onpremise.MediaRef{}, "")},
		{"image.caption", onpremise.ImageMessage(testTo, file, long(1025))},
		{"video", change(text, func(m *onpremise.Message) { m.Video = &onpremise.Video{ID: "f"} })},
		{"audio", change(onpremise.AudioMessage(testTo, file), func(m *onpremise.Message) { m.Audio.Link = "l" })},
		{"document.provider", change(onpremise.DocumentMessage(testTo, file, "", ""), func(m *onpremise.Message) { m.Document.Provider = &onpremise.Provider{Name: "p"} })},
		{"sticker", onpremise.StickerMessage(testTo, onpremise.MediaRef{})},
		{"contacts", onpremise.ContactsMessage(testTo)},
		{"contacts[0].name.formatted_name", onpremise.ContactsMessage(testTo, onpremise.ContactCard{})},
		{"location.latitude", onpremise.LocationMessage(testTo, 90.1, 0, "", "")},
		{"location.longitude", onpremise.LocationMessage(testTo, 0, math.NaN(), "", "")},

		{"interactive.body.text", onpremise.ButtonsMessage(testTo, "", button)},
		{"interactive.body.text", onpremise.ButtonsMessage(testTo, long(1025), button)},
		{"interactive.footer.text", change(buttons(button), func(m *onpremise.Message) { m.Interactive.Footer = &onpremise.InteractiveFooter{Text: long(61)} })},
		{"interactive.type", change(buttons(button), func(m *onpremise.Message) { m.Interactive.Type = "product" })},
		{"interactive.header.text", header(buttons(button), onpremise.InteractiveHeader{Type: onpremise.HeaderText, Text: long(61)})},
		{"interactive.header.image", header(buttons(button), onpremise.InteractiveHeader{Type: onpremise.HeaderImage})},
		{"interactive.header.type", header(buttons(button), onpremise.InteractiveHeader{})},
		{"interactive.header.type", header(list(rows(row)), onpremise.InteractiveHeader{Type: onpremise.HeaderImage, Image: &onpremise.Image{ID: "f"}})},
		{"interactive.action.buttons", buttons()},
		{"interactive.action.buttons", buttons(button, button, button, button)},
		{"interactive.action.buttons[1].reply.id", buttons(button, button)},
		{"interactive.action.buttons[0].reply.id", buttons(onpremise.ReplyButton{ID: long(257), Title: "Yes"})},
		{"interactive.action.buttons[0].reply.title", buttons(onpremise.ReplyButton{ID: "y", Title: long(21)})},
		{"interactive.action.button", onpremise.ListMessage(testTo, "?", long(21), rows(row))},
		{"interactive.action.sections", list()},
		{"interactive.action.sections", list(rows(tenRowsAndOne()...))},
		{"interactive.action.sections[0].title", list(rows(row), rows(row))},
		{"interactive.action.sections[0].title", list(onpremise.ListSection{Title: long(25), Rows: []onpremise.ListRow{row}})},
		{"interactive.action.sections[0].rows", list(rows())},
		{"interactive.action.sections[0].rows[1].id", list(rows(row, row))},
		{"interactive.action.sections[0].rows[0].id", list(rows(onpremise.ListRow{ID: long(201), Title: "One"}))},
		{"interactive.action.sections[0].rows[0].title", list(rows(onpremise.ListRow{ID: "1", Title: long(25)}))},
		{"interactive.action.sections[0].rows[0].description", list(rows(onpremise.ListRow{ID: "1", Title: "One", Description: long(73)}))},

		{"template.namespace", onpremise.TemplateMessage(testTo, "", "t", "en")},
		{"template.name", onpremise.TemplateMessage(testTo, "ns", "", "en")},
		{"template.language.code", onpremise.TemplateMessage(testTo, "ns", "t", "")},
		{"template.language.policy", change(template(), func(m *onpremise.Message) { m.Template.Language.Policy = onpremise.LanguageFallback })},
		{"template.components[0].type", template(onpremise.TemplateComponent{})},
		{"template.components[0].sub_type", template(onpremise.TemplateComponent{Type: "button"})},
		{"template.components[0].index", template(onpremise.URLComponent(3, "x"))},
		{"template.components[0].parameters[0].type", template(onpremise.BodyComponent(onpremise.TemplateParameter{}))},
		{"template.components[0].parameters[0].text", template(onpremise.BodyComponent(onpremise.TextParam("")))},
		{"template.components[0].parameters[0].payload", template(onpremise.QuickReplyComponent(0, ""))},
		{"template.components[0].parameters[0].currency", template(onpremise.BodyComponent(onpremise.TemplateParameter{Type: "currency"}))},
		{"template.components[0].parameters[0].image", template(onpremise.HeaderComponent(onpremise.ImageParam(onpremise.MediaRef{})))},

		{"hsm.namespace", onpremise.HSMMessage(testTo, "", "t", onpremise.Fallback("en"))},
		{"hsm.element_name", onpremise.HSMMessage(testTo, "ns", "", onpremise.Fallback("en"))},
		{"hsm.language.code", onpremise.HSMMessage(testTo, "ns", "t", onpremise.Fallback(""))},
		{"hsm.language.policy", onpremise.HSMMessage(testTo, "ns", "t", onpremise.Language{Code: "en"})},
		{"hsm.localizable_params[0].date_time", change(hsm, func(m *onpremise.Message) {
			m.HSM.LocalizableParams = []onpremise.LocalizableParam{{DateTime: &onpremise.DateTime{}}}
		})},
	} {
		_, err := client.Messages.Send(t.Context(), tt.message)
		var v *onpremise.ValidationError
		require.ErrorAs(t, err, &v, tt.field)
		require.Equal(t, tt.field, v.Field)
	}
	require.Zero(t, w.sent())
}

func tenRowsAndOne() (rows []onpremise.ListRow) {
	for i := range 11 {
		rows = append(rows, onpremise.ListRow{ID: strconv.Itoa(i), Title: "Row"})
	}
	return rows
}

func TestClosedWindowHasAnErrorOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 200} {
		client, _ := newClient(t, status, `{"errors":[{"code":470,"title":"Message failed to send because more than 24 hours have passed"}]}`)
		_, err := client.Messages.Send(t.Context(), onpremise.TextMessage(testTo, "hi"))
		require.ErrorIs(t, err, onpremise.ErrWindowClosed)
	}
}
