package onpremiseapi_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

func TestWebhookMessageOfEveryKind(t *testing.T) {
	t.Parallel()
	file := onpremiseapi.WebhookMedia{ID: "f", MIMEType: "application/x", SHA256: "00", Caption: "c"}
	named := file
	named.Filename = "a.bin"
	const fileJSON = `{"id":"f","mime_type":"application/x","sha256":"00","caption":"c"}`
	const namedJSON = `{"id":"f","mime_type":"application/x","sha256":"00","caption":"c","filename":"a.bin"}`
	for name, tc := range map[string]struct {
		body string
		want onpremiseapi.IncomingMessage
	}{
		"text":     {`{"type":"text","text":{"body":"hi"}}`, onpremiseapi.IncomingMessage{Type: onpremiseapi.MessageTypeText, Text: onpremiseapi.WebhookText{Body: "hi"}}},
		"image":    {`{"type":"image","image":` + fileJSON + `}`, onpremiseapi.IncomingMessage{Type: onpremiseapi.MessageTypeImage, Image: file}},
		"video":    {`{"type":"video","video":` + fileJSON + `}`, onpremiseapi.IncomingMessage{Type: onpremiseapi.MessageTypeVideo, Video: file}},
		"voice":    {`{"type":"voice","voice":` + fileJSON + `}`, onpremiseapi.IncomingMessage{Type: onpremiseapi.MessageTypeVoice, Voice: file}},
		"audio":    {`{"type":"audio","audio":` + namedJSON + `}`, onpremiseapi.IncomingMessage{Type: onpremiseapi.MessageTypeAudio, Audio: named}},
		"document": {`{"type":"document","document":` + namedJSON + `}`, onpremiseapi.IncomingMessage{Type: onpremiseapi.MessageTypeDocument, Document: named}},
		"location": {
			`{"type":"location","location":{"latitude":38.9,"longitude":-131.5,"name":"Beach","url":"https://example.com"}}`,
			onpremiseapi.IncomingMessage{Type: onpremiseapi.MessageTypeLocation, Location: onpremiseapi.WebhookLocation{Latitude: 38.9, Longitude: -131.5, Name: "Beach", URL: "https://example.com"}},
		},
		"contacts": {
			`{"type":"contacts","contacts":[{"name":{"formatted_name":"A B"},"org":{"company":"C"},"phones":[{"phone":"+1","wa_id":"1"}],"ims":[]}]}`,
			onpremiseapi.IncomingMessage{Type: onpremiseapi.MessageTypeContacts, Contacts: []onpremiseapi.ContactCard{{
				Name: onpremiseapi.ContactName{FormattedName: "A B"}, Org: onpremiseapi.ContactOrg{Company: "C"},
				Phones: []onpremiseapi.ContactPhone{{Phone: "+1", WaID: "1"}}, IMs: []string{},
			}}},
		},
		"system": {
			`{"type":"system","system":{"body":"b","group_id":"g","operator":"o","type":"group_user_joined","users":["u"]}}`,
			onpremiseapi.IncomingMessage{Type: "system", System: onpremiseapi.WebhookSystem{Body: "b", GroupID: "g", Operator: "o", Type: onpremiseapi.SystemTypeGroupUserJoined, Users: []string{"u"}}},
		},
		"answer in a group": {
			`{"group_id":"g","context":{"from":"2","id":"m","mentions":["3"]},"type":"text","text":{"body":"yes"}}`,
			onpremiseapi.IncomingMessage{GroupID: "g", Context: onpremiseapi.MessageContext{From: "2", ID: "m", Mentions: []string{"3"}}, Type: onpremiseapi.MessageTypeText, Text: onpremiseapi.WebhookText{Body: "yes"}},
		},
		"unknown": {
			`{"type":"unknown","errors":[{"code":501,"title":"Unknown message type"}]}`,
			onpremiseapi.IncomingMessage{Type: onpremiseapi.MessageTypeUnknown, Errors: []onpremiseapi.ErrorInfo{{Code: 501, Title: "Unknown message type"}}},
		},
		"kind of the future": {`{"type":"hologram","hologram":{"id":"s"}}`, onpremiseapi.IncomingMessage{Type: "hologram"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event := decode[onpremiseapi.WebhookEvent](t, `{"messages":[`+tc.body+`]}`)
			require.Len(t, event.Messages, 1)
			got := event.Messages[0]
			require.JSONEq(t, tc.body, string(got.Raw))
			got.Raw = nil
			require.Equal(t, tc.want, got)
		})
	}
}

func TestWebhookEvent(t *testing.T) {
	t.Parallel()
	event := decode[onpremiseapi.WebhookEvent](t, `{
		"contacts":[{"profile":{"name":"Kerry"},"wa_id":"16315551234"}],
		"messages":[{"from":"16315551234","id":"ABGG","timestamp":"1518694235","text":{"body":"hi"},"type":"text"}],
		"statuses":[
			{"id":"gBGG","recipient_id":"1206","status":"failed","timestamp":"1533332775","errors":[{"code":470,"title":"outside the window"}]},
			{"id":"gBGH","status":"warned","timestamp":1533332776,"conversation":{"id":"c"}}],
		"errors":[{"code":1008,"title":"t","details":null}],
		"later":{}}`)

	require.Equal(t, []onpremiseapi.WebhookContact{{Profile: onpremiseapi.WebhookContactProfile{Name: "Kerry"}, WaID: "16315551234"}}, event.Contacts)
	require.Equal(t, time.Date(2018, 2, 15, 11, 30, 35, 0, time.UTC), event.Messages[0].Timestamp.Time())
	require.Equal(t, onpremiseapi.MessageStateFailed, event.Statuses[0].Status)
	require.Equal(t, 470, event.Statuses[0].Errors[0].Code)
	require.Equal(t, onpremiseapi.MessageState("warned"), event.Statuses[1].Status)
	require.Equal(t, onpremiseapi.Timestamp("1533332776"), event.Statuses[1].Timestamp)
	require.Equal(t, 1008, event.Errors[0].Code)
}

func TestWebhookMessageIsWrittenWithoutWhatItLacks(t *testing.T) {
	t.Parallel()
	message := onpremiseapi.IncomingMessage{
		From: "1", ID: "m", Timestamp: onpremiseapi.TimestampAt(time.Unix(1518694235, 0)),
		Type: onpremiseapi.MessageTypeText, Text: onpremiseapi.WebhookText{Body: "hi"},
		Raw: json.RawMessage(`{"not":"sent"}`),
	}
	got, err := json.Marshal(onpremiseapi.WebhookEvent{Messages: []onpremiseapi.IncomingMessage{message}})
	require.NoError(t, err)
	require.JSONEq(t, `{"messages":[{"from":"1","id":"m","timestamp":"1518694235","type":"text","text":{"body":"hi"}}]}`, string(got))
}
