package onpremiseapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func decode[T any](t *testing.T, body string) T {
	t.Helper()
	var v T
	require.NoError(t, json.Unmarshal([]byte(body), &v))
	return v
}

// Unset fields are omitted, and pointers to zero values are sent.
func TestRequestsOmitUnsetFields(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		request any
		want    string
	}{
		{onpremiseapi.ApplicationSettingsUpdate{}, `{}`},
		{
			onpremiseapi.ApplicationSettingsUpdate{PassThrough: new(false), HeartbeatInterval: new(0), OnCallPager: new(""), CallbackBackoffDelay: new(onpremiseapi.Milliseconds(0))},
			`{"pass_through":false,"heartbeat_interval":0,"on_call_pager":"","callback_backoff_delay_ms":"0"}`,
		},
		{onpremiseapi.ApplicationSettingsUpdate{Media: &onpremiseapi.MediaSettings{}}, `{"media":{}}`},
		{onpremiseapi.ApplicationSettingsUpdate{Media: &onpremiseapi.MediaSettings{AutoDownload: []onpremiseapi.MediaKind{}}}, `{"media":{"auto_download":[]}}`},
		{onpremiseapi.ApplicationSettingsUpdate{Webhooks: &onpremiseapi.WebhookSettingsUpdate{URL: new("")}}, `{"webhooks":{"url":""}}`},
		{onpremiseapi.Message{To: "1"}, `{"to":"1"}`},
		{onpremiseapi.Message{To: "1", PreviewURL: new(false), TTL: new(0), Text: &onpremiseapi.Text{}}, `{"to":"1","preview_url":false,"ttl":0,"text":{"body":""}}`},
		{onpremiseapi.Message{To: "1", Contacts: []onpremiseapi.ContactCard{}}, `{"to":"1","contacts":[]}`},
		{onpremiseapi.Location{Latitude: "0", Longitude: "0"}, `{"latitude":"0","longitude":"0","name":"","address":""}`},
		{onpremiseapi.HSM{Namespace: "n"}, `{"namespace":"n","element_name":"","language":{"code":"","policy":""},"localizable_params":[]}`},
		{onpremiseapi.DateTimeComponent{DayOfWeek: onpremiseapi.DayOfWeekFriday, Hour: new(0)}, `{"day_of_week":5,"hour":0}`},
		{onpremiseapi.DateTimeUnixEpoch{}, `{"timestamp":0}`},
		{onpremiseapi.ContactCard{}, `{}`},
		{onpremiseapi.ContactCard{URLs: []onpremiseapi.ContactURL{}, IMs: []string{}}, `{"urls":[],"ims":[]}`},
		{onpremiseapi.LoginRequest{}, `{}`},
		{onpremiseapi.BusinessProfile{}, `{"address":"","description":"","email":"","vertical":"","websites":[]}`},
		{onpremiseapi.CheckContactsRequest{Contacts: []string{"+1"}}, `{"contacts":["+1"]}`},
	} {
		got, err := json.Marshal(tt.request)
		require.NoError(t, err)
		require.JSONEq(t, tt.want, string(got))
	}
}

// Servers send more forms than the contract declares.
func TestDecodeEveryForm(t *testing.T) {
	t.Parallel()
	const connected, disconnected = onpremiseapi.GatewayStatusConnected, onpremiseapi.GatewayStatusDisconnected
	type (
		ms     = onpremiseapi.Milliseconds
		stamp  = onpremiseapi.Timestamp
		health = onpremiseapi.Health
		node   = onpremiseapi.NodeStatus
	)
	moment := time.Date(2018, 3, 1, 15, 29, 26, 0, time.UTC)
	at := func(v time.Time) onpremiseapi.Time { return onpremiseapi.Time{Time: v} }
	for _, tt := range []struct {
		text string
		want any
	}{
		{`"2018-03-01 15:29:26+00:00"`, at(moment)},
		{`"2018-03-01T15:29:26Z"`, at(moment)},
		{`"2018-03-01 15:29:26Z"`, at(moment)},
		{`"2018-03-01 17:29:26+02:00"`, at(moment)},
		{`"2018-03-01 15:29:26.5+00:00"`, at(moment.Add(time.Second / 2))},
		{`null`, at(time.Time{})},
		{`""`, at(time.Time{})},

		{`3000`, ms(3000)},
		{`"3000"`, ms(3000)},
		{`-1`, ms(-1)},
		{`""`, ms(0)},
		{`null`, ms(0)},

		{`"1518694235"`, stamp("1518694235")},
		{`1518694235`, stamp("1518694235")},
		{`"soon"`, stamp("soon")},
		{`null`, stamp("")},

		{`"connected"`, health{Status: connected}},
		{`"dreaming"`, health{Status: "dreaming"}},
		{`{"gateway_status":"connected"}`, health{Status: connected}},
		{`{"gateway_status":"connected","role":"coreapp","since":1}`, health{Status: connected, Role: onpremiseapi.NodeRoleCoreapp}},
		{`{"role":"coreapp"}`, health{Role: onpremiseapi.NodeRoleCoreapp}},
		{
			`{"host1:c1":{"gateway_status":"connected","role":"primary_master"},"host2:c2":{"gateway_status":"disconnected"}}`,
			health{Nodes: map[string]node{"host1:c1": {GatewayStatus: connected, Role: onpremiseapi.NodeRolePrimaryMaster}, "host2:c2": {GatewayStatus: disconnected}}},
		},
		{`{"a":"connected","b":null}`, health{Nodes: map[string]node{"a": {GatewayStatus: connected}, "b": {}}}},
		{`{"gateway_status":{"gateway_status":"connected"}}`, health{Nodes: map[string]node{"gateway_status": {GatewayStatus: connected}}}},
		{`{}`, health{Nodes: map[string]node{}}},
		{`null`, health{}},
	} {
		got := reflect.New(reflect.TypeOf(tt.want))
		require.NoError(t, json.Unmarshal([]byte(tt.text), got.Interface()), tt.text)
		require.Equal(t, tt.want, got.Elem().Interface(), tt.text)
	}
	for text, v := range map[string]any{
		`"2018-03-01 15:29:26"`: new(onpremiseapi.Time), `1519918166`: new(onpremiseapi.Time), `"tomorrow"`: new(onpremiseapi.Time),
		`"soon"`: new(ms), `1.5`: new(ms), `true`: new(ms), `"9223372036854775808"`: new(ms),
		`{}`: new(stamp),
		`1`:  new(health), `[]`: new(health), `{"a":1}`: new(health), `{"a":[]}`: new(health),
	} {
		require.Error(t, json.Unmarshal([]byte(text), v), text)
	}
	require.Equal(t, 3*time.Second, ms(3000).Duration())
	require.Equal(t, time.Unix(0, 0).UTC(), stamp("0").Time())
	require.Equal(t, stamp("1519918166"), onpremiseapi.TimestampAt(moment))
	for h, want := range map[*health]bool{
		{Status: connected}:    true,
		{Status: disconnected}: false,
		{}:                     false,
		{Nodes: map[string]node{"a": {GatewayStatus: connected}, "b": {GatewayStatus: connected}}}:    true,
		{Nodes: map[string]node{"a": {GatewayStatus: connected}, "b": {GatewayStatus: disconnected}}}: false,
	} {
		require.Equal(t, want, h.Connected(), h)
	}
}

func TestOmittedSettingsHaveTheirDefaults(t *testing.T) {
	t.Parallel()
	defaults := onpremiseapi.ApplicationSettings{
		CallbackBackoffDelay: 3000, MaxCallbackBackoffDelay: 900000, CallbackPersist: true, PassThrough: true,
		UnhealthyInterval: 30, HeartbeatInterval: 5, Webhooks: onpremiseapi.WebhookSettings{MaxConcurrentRequests: 6},
	}
	require.Equal(t, defaults, decode[onpremiseapi.ApplicationSettings](t, `{}`))
	require.Equal(t, defaults, decode[onpremiseapi.ApplicationSettings](t, `{"pass_through":null,"webhooks":null,"callback_backoff_delay_ms":null}`))

	set := decode[onpremiseapi.ApplicationSettings](t, `{"callback_backoff_delay_ms":1000,"max_callback_backoff_delay_ms":"2000","callback_persist":false,
		"media":{"auto_download":["image"]},"webhooks":{"url":"https://example.com","max_concurrent_requests":12},"pass_through":false,"sent_status":true,
		"unhealthy_interval":0,"heartbeat_interval":0}`)
	require.Equal(t, onpremiseapi.ApplicationSettings{
		CallbackBackoffDelay: 1000, MaxCallbackBackoffDelay: 2000, SentStatus: true,
		Media:    onpremiseapi.MediaSettings{AutoDownload: []onpremiseapi.MediaKind{onpremiseapi.MediaKindImage}},
		Webhooks: onpremiseapi.WebhookSettings{URL: "https://example.com", MaxConcurrentRequests: 12},
	}, set)
}

// The generated client decodes 200 and 201 alike, and the errors of every operation.
func TestParseResponses(t *testing.T) {
	t.Parallel()
	parse := func(status int, body string) *onpremiseapi.SendMessageHTTPResponse {
		sent, err := onpremiseapi.ParseSendMessageHTTPResponse(&http.Response{
			StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)),
		})
		require.NoError(t, err)
		return sent
	}
	for _, status := range []int{http.StatusOK, http.StatusCreated} {
		sent := parse(status, `{"messages":[{"id":"m"}]}`)
		require.Equal(t, "m", sent.JSON2XX.Messages[0].ID)
		require.Nil(t, sent.JSONDefault)
	}
	refused := parse(http.StatusNotFound, `{"errors":[{"code":1006,"title":"Resource not found","details":"no such group","href":"https://example.com/1006"}]}`)
	require.Nil(t, refused.JSON2XX)
	require.Equal(t, []onpremiseapi.ErrorInfo{{Code: 1006, Title: "Resource not found", Details: "no such group", Href: "https://example.com/1006"}}, refused.JSONDefault.Errors)
}

func TestSecretsAreNeitherPrintedNorLogged(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	for _, v := range []any{
		onpremiseapi.LoginRequest{NewPassword: secret},
		onpremiseapi.Session{Token: secret},
		onpremiseapi.CreateUserRequest{Password: secret},
		onpremiseapi.UpdateUserRequest{Password: secret},
		onpremiseapi.SetShardsRequest{PIN: secret},
		onpremiseapi.EnableTwoStepRequest{PIN: secret},
		onpremiseapi.RequestCodeRequest{PIN: secret},
		onpremiseapi.RegisterAccountRequest{Code: secret},
		onpremiseapi.BackupRequest{Password: secret},
		onpremiseapi.RestoreRequest{Password: secret},
		onpremiseapi.MediaProviderConfig{Bearer: secret},
		onpremiseapi.MediaProvider{Config: onpremiseapi.MediaProviderConfig{Basic: onpremiseapi.BasicAuth{Password: secret}}},
		onpremiseapi.LoginResponse{Users: []onpremiseapi.Session{{Token: secret}}},
		&onpremiseapi.Session{Token: secret},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			printed := fmt.Sprintf(verb, v)
			require.NotContains(t, printed, secret)
			require.NotContains(t, printed, fmt.Sprintf("%x", secret))
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("sent", "value", v)
		require.NotContains(t, log.String(), secret)
		require.Contains(t, log.String(), "[redacted]")

		sent, err := json.Marshal(v)
		require.NoError(t, err)
		require.Contains(t, string(sent), secret)
	}
	require.Equal(t, "{ExpiresAfter:0001-01-01 00:00:00 +0000 UTC Token:}", fmt.Sprint(onpremiseapi.Session{}))
}

func TestIncomingMessages(t *testing.T) {
	t.Parallel()
	media := onpremiseapi.WebhookMedia{ID: "f", MIMEType: "application/x", SHA256: "00", Caption: "c", Filename: "a.bin"}
	const mediaJSON = `{"id":"f","mime_type":"application/x","sha256":"00","caption":"c","filename":"a.bin"}`
	for body, want := range map[string]onpremiseapi.IncomingMessage{
		`{"from":"1","id":"m","timestamp":1518694235,"type":"text","text":{"body":"hi"}}`: {
			From: "1", ID: "m", Timestamp: "1518694235", Type: onpremiseapi.MessageTypeText, Text: onpremiseapi.WebhookText{Body: "hi"},
		},
		`{"type":"image","image":` + mediaJSON + `}`:       {Type: onpremiseapi.MessageTypeImage, Image: media},
		`{"type":"video","video":` + mediaJSON + `}`:       {Type: onpremiseapi.MessageTypeVideo, Video: media},
		`{"type":"voice","voice":` + mediaJSON + `}`:       {Type: onpremiseapi.MessageTypeVoice, Voice: media},
		`{"type":"audio","audio":` + mediaJSON + `}`:       {Type: onpremiseapi.MessageTypeAudio, Audio: media},
		`{"type":"document","document":` + mediaJSON + `}`: {Type: onpremiseapi.MessageTypeDocument, Document: media},
		`{"type":"location","location":{"latitude":38.9,"longitude":-131.5,"name":"Beach","url":"https://example.com"}}`: {
			Type: onpremiseapi.MessageTypeLocation, Location: onpremiseapi.WebhookLocation{Latitude: 38.9, Longitude: -131.5, Name: "Beach", URL: "https://example.com"},
		},
		`{"type":"contacts","contacts":[{"name":{"formatted_name":"A B"},"org":{"company":"C"},"phones":[{"phone":"+1","wa_id":"1"}],"ims":[]}]}`: {
			Type: onpremiseapi.MessageTypeContacts, Contacts: []onpremiseapi.ContactCard{{
				Name: onpremiseapi.ContactName{FormattedName: "A B"}, Org: onpremiseapi.ContactOrg{Company: "C"},
				Phones: []onpremiseapi.ContactPhone{{Phone: "+1", WaID: "1"}}, IMs: []string{},
			}},
		},
		`{"type":"system","system":{"body":"b","group_id":"g","operator":"o","type":"group_user_joined","users":["u"]}}`: {
			Type: "system", System: onpremiseapi.WebhookSystem{Body: "b", GroupID: "g", Operator: "o", Type: onpremiseapi.SystemTypeGroupUserJoined, Users: []string{"u"}},
		},
		`{"group_id":"g","context":{"from":"2","id":"m","mentions":["3"]},"type":"unknown","errors":[{"code":501,"title":"Unknown message type"}]}`: {
			GroupID: "g", Context: onpremiseapi.MessageContext{From: "2", ID: "m", Mentions: []string{"3"}},
			Type: onpremiseapi.MessageTypeUnknown, Errors: []onpremiseapi.ErrorInfo{{Code: 501, Title: "Unknown message type"}},
		},
		`{"type":"hologram","hologram":{"id":"s"}}`: {Type: "hologram"},
	} {
		event := decode[onpremiseapi.WebhookEvent](t, `{"messages":[`+body+`]}`)
		require.Equal(t, want, event.Messages[0])
	}
	written, err := json.Marshal(onpremiseapi.IncomingMessage{ID: "m", Raw: json.RawMessage(`{"not":"written"}`)})
	require.NoError(t, err)
	require.JSONEq(t, `{"id":"m"}`, string(written))
}

func TestWebhookEvent(t *testing.T) {
	t.Parallel()
	event := decode[onpremiseapi.WebhookEvent](t, `{
		"contacts":[{"profile":{"name":"Kerry"},"wa_id":"16315551234"}],
		"statuses":[
			{"id":"gBGG","recipient_id":"1206","status":"failed","timestamp":"1533332775","errors":[{"code":470,"title":"outside the window"}]},
			{"id":"gBGH","status":"warned","timestamp":1533332776,"conversation":{"id":"c"}}],
		"errors":[{"code":1008,"title":"t","details":null}],
		"later":{}}`)
	require.Equal(t, []onpremiseapi.WebhookContact{{Profile: onpremiseapi.WebhookContactProfile{Name: "Kerry"}, WaID: "16315551234"}}, event.Contacts)
	require.Equal(t, onpremiseapi.MessageStateFailed, event.Statuses[0].Status)
	require.Equal(t, 470, event.Statuses[0].Errors[0].Code)
	require.Equal(t, onpremiseapi.MessageState("warned"), event.Statuses[1].Status)
	require.Equal(t, onpremiseapi.Timestamp("1533332776"), event.Statuses[1].Timestamp)
	require.Equal(t, 1008, event.Errors[0].Code)
}
