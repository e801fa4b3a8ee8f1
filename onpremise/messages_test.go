package onpremise_test

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
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
			onpremise.ContactsMessage(testTo, onpremise.Contact{
				Name: onpremise.ContactName{FormattedName: "Ada L."}, Phones: []onpremise.ContactPhone{{Phone: "+1", WaID: "1"}},
			}),
			`{"contacts":[{"name":{"formatted_name":"Ada L."},"phones":[{"phone":"+1","wa_id":"1"}]}],"to":"16315551234","type":"contacts"}`,
		},
		"template": {
			onpremise.TemplateMessage(testTo, "ns", "order", onpremise.Fallback("en_US"),
				onpremise.TextParam("Ada"), onpremise.CurrencyParam("$10.50", "USD", 10500),
				onpremise.EpochParam("today", utc), onpremise.DateTimeParam("Sunday", onpremise.PartsOf(utc)),
				onpremise.DateTimeParam("at 7", onpremise.DateTimeComponent{Hour: new(7)})),
			`{"hsm":{"element_name":"order","language":{"code":"en_US","policy":"fallback"},"localizable_params":[{"default":"Ada"},` +
				`{"currency":{"amount_1000":10500,"currency_code":"USD"},"default":"$10.50"},` +
				`{"date_time":{"unix_epoch":{"timestamp":1772323500}},"default":"today"},` +
				`{"date_time":{"component":{"day_of_month":1,"day_of_week":7,"hour":0,"minute":5,"month":3,"year":2026}},"default":"Sunday"},` +
				`{"date_time":{"component":{"hour":7}},"default":"at 7"}],"namespace":"ns"},"to":"16315551234","type":"hsm"}`,
		},
		"template without values": {
			onpremise.TemplateMessage(testTo, "ns", "hello", onpremise.Deterministic("de")),
			`{"hsm":{"element_name":"hello","language":{"code":"de","policy":"deterministic"},"localizable_params":[],"namespace":"ns"},"to":"16315551234","type":"hsm"}`,
		},
		"a field that no function sets": {
			func() onpremise.Message { m := onpremise.TextMessage(testTo, "now"); m.TTL = new(0); return m }(),
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

func TestMessagesThatNoServerTakesAreNotSent(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 200, `{}`)
	with := func(m onpremise.Message, change func(*onpremise.Message)) onpremise.Message { change(&m); return m }
	text := onpremise.TextMessage(testTo, "hi")
	template := onpremise.TemplateMessage(testTo, "ns", "t", onpremise.Fallback("en"))
	for field, m := range map[string]onpremise.Message{
		"to":                              onpremise.TextMessage("", "hi"),
		"text.body":                       onpremise.TextMessage(testTo, ""),
		"text":                            {To: testTo},
		"image":                           onpremise.ImageMessage(testTo, onpremise.MediaRef{}, ""),
		"video":                           with(text, func(m *onpremise.Message) { m.Video = &onpremiseapi.Video{ID: "f"} }),
		"audio":                           with(onpremise.AudioMessage(testTo, onpremise.MediaID("f")), func(m *onpremise.Message) { m.Audio.Link = "l" }),
		"document.provider":               with(onpremise.DocumentMessage(testTo, onpremise.MediaID("f"), "", ""), func(m *onpremise.Message) { m.Document.Provider = &onpremise.Provider{Name: "p"} }),
		"contacts":                        onpremise.ContactsMessage(testTo),
		"contacts[0].name.formatted_name": onpremise.ContactsMessage(testTo, onpremise.Contact{}),
		"location.latitude":               onpremise.LocationMessage(testTo, 90.1, 0, "", ""),
		"location.longitude":              onpremise.LocationMessage(testTo, 0, math.NaN(), "", ""),
		"hsm.namespace":                   onpremise.TemplateMessage(testTo, "", "t", onpremise.Fallback("en")),
		"hsm.element_name":                onpremise.TemplateMessage(testTo, "ns", "", onpremise.Fallback("en")),
		"hsm.language.code":               onpremise.TemplateMessage(testTo, "ns", "t", onpremise.Fallback("")),
		"hsm.language.policy":             onpremise.TemplateMessage(testTo, "ns", "t", onpremise.Language{Code: "en"}),
		"hsm.localizable_params[0].date_time": with(template, func(m *onpremise.Message) {
			m.HSM.LocalizableParams = []onpremise.LocalizableParam{{DateTime: &onpremise.DateTime{}}}
		}),
		"ttl": with(text, func(m *onpremise.Message) { m.TTL = new(-1) }),
	} {
		_, err := client.Messages.Send(t.Context(), m)
		var v *onpremise.ValidationError
		require.ErrorAs(t, err, &v, field)
		require.Equal(t, field, v.Field)
	}
	require.Zero(t, w.sent())
}

func TestMessageThatWasTakenWithoutAnIDIsAnErrorWithTheBody(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"messages":[],"meta":{"version":"v2"}}`, `{"messages":[{"id":""}]}`, `{}`, `queued`} {
		client, w := newClient(t, 200, body)
		id, err := client.Messages.Send(t.Context(), onpremise.TextMessage(testTo, "hi"))
		require.Empty(t, id)
		var e *onpremise.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, body, e.Body)
		require.Equal(t, 200, e.StatusCode)
		require.ErrorIs(t, err, onpremise.ErrOutcomeUnknown)
		require.Equal(t, 1, w.sent())
	}
}

func TestMessageIsSentOnceWhateverHappens(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func() (*http.Response, error){
		"500":                      func() (*http.Response, error) { return says(500, ""), nil },
		"503":                      func() (*http.Response, error) { return says(503, ""), nil },
		"a connection that is cut": func() (*http.Response, error) { return nil, errors.New("connection reset") },
	} {
		w := &wire{answer: func(int, *http.Request) (*http.Response, error) { return answer() }}
		_, err := clientOn(t, w).Messages.Send(t.Context(), onpremise.TextMessage(testTo, "hi"))
		require.ErrorIs(t, err, onpremise.ErrOutcomeUnknown, name)
		require.Equal(t, 1, w.sent())
	}
}
