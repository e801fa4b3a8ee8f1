package onpremiseapi_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

func TestRequestSendsWhatIsSetAndNothingElse(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		request any
		want    string
	}{
		"settings unset":         {onpremiseapi.ApplicationSettingsUpdate{}, `{}`},
		"settings false":         {onpremiseapi.ApplicationSettingsUpdate{PassThrough: new(false), SentStatus: new(false), CallbackPersist: new(false)}, `{"callback_persist":false,"pass_through":false,"sent_status":false}`},
		"settings zero":          {onpremiseapi.ApplicationSettingsUpdate{HeartbeatInterval: new(0), UnhealthyInterval: new(0)}, `{"heartbeat_interval":0,"unhealthy_interval":0}`},
		"settings empty":         {onpremiseapi.ApplicationSettingsUpdate{OnCallPager: new("")}, `{"on_call_pager":""}`},
		"settings delay":         {onpremiseapi.ApplicationSettingsUpdate{CallbackBackoffDelay: new(onpremiseapi.Milliseconds(0)), MaxCallbackBackoffDelay: new(onpremiseapi.Milliseconds(1500))}, `{"callback_backoff_delay_ms":"0","max_callback_backoff_delay_ms":"1500"}`},
		"settings no media":      {onpremiseapi.ApplicationSettingsUpdate{Media: &onpremiseapi.MediaSettings{AutoDownload: []onpremiseapi.MediaKind{}}}, `{"media":{"auto_download":[]}}`},
		"settings media unset":   {onpremiseapi.ApplicationSettingsUpdate{Media: &onpremiseapi.MediaSettings{}}, `{"media":{}}`},
		"settings image":         {onpremiseapi.ApplicationSettingsUpdate{Media: &onpremiseapi.MediaSettings{AutoDownload: []onpremiseapi.MediaKind{onpremiseapi.MediaKindImage}}}, `{"media":{"auto_download":["image"]}}`},
		"settings no webhook":    {onpremiseapi.ApplicationSettingsUpdate{Webhooks: &onpremiseapi.WebhookSettingsUpdate{URL: new("")}}, `{"webhooks":{"url":""}}`},
		"settings webhook limit": {onpremiseapi.ApplicationSettingsUpdate{Webhooks: &onpremiseapi.WebhookSettingsUpdate{MaxConcurrentRequests: new(12)}}, `{"webhooks":{"max_concurrent_requests":12}}`},

		"message bare":          {onpremiseapi.Message{To: "1"}, `{"to":"1"}`},
		"message text":          {onpremiseapi.Message{To: "1", Type: onpremiseapi.MessageTypeText, Text: &onpremiseapi.Text{Body: "hi"}}, `{"to":"1","type":"text","text":{"body":"hi"}}`},
		"message to group":      {onpremiseapi.Message{To: "g", RecipientType: onpremiseapi.RecipientTypeGroup, Text: &onpremiseapi.Text{}}, `{"to":"g","recipient_type":"group","text":{"body":""}}`},
		"message no preview":    {onpremiseapi.Message{To: "1", PreviewURL: new(false)}, `{"to":"1","preview_url":false}`},
		"message ttl":           {onpremiseapi.Message{To: "1", TTL: new(0)}, `{"to":"1","ttl":0}`},
		"message image by id":   {onpremiseapi.Message{To: "1", Image: &onpremiseapi.Image{ID: "m"}}, `{"to":"1","image":{"id":"m"}}`},
		"message image by link": {onpremiseapi.Message{To: "1", Image: &onpremiseapi.Image{Link: "https://example.com/a.png", Caption: "c"}}, `{"to":"1","image":{"link":"https://example.com/a.png","caption":"c"}}`},
		"message audio":         {onpremiseapi.Message{To: "1", Audio: &onpremiseapi.Audio{Link: "https://example.com/a", Provider: &onpremiseapi.Provider{Name: "p"}}}, `{"to":"1","audio":{"link":"https://example.com/a","provider":{"name":"p"}}}`},
		"message video":         {onpremiseapi.Message{To: "1", Video: &onpremiseapi.Video{ID: "m"}}, `{"to":"1","video":{"id":"m"}}`},
		"message document":      {onpremiseapi.Message{To: "1", Document: &onpremiseapi.Document{ID: "m", Filename: "f.pdf"}}, `{"to":"1","document":{"id":"m","filename":"f.pdf"}}`},
		"message location":      {onpremiseapi.Message{To: "1", Location: &onpremiseapi.Location{Latitude: "0", Longitude: "0"}}, `{"to":"1","location":{"latitude":"0","longitude":"0","name":"","address":""}}`},
		"message contacts": {
			onpremiseapi.Message{To: "1", Contacts: []onpremiseapi.ContactCard{{Name: onpremiseapi.ContactName{FormattedName: "A B"}, Phones: []onpremiseapi.ContactPhone{{Phone: "+1"}}}}},
			`{"to":"1","contacts":[{"name":{"formatted_name":"A B"},"phones":[{"phone":"+1"}]}]}`,
		},
		"message no contacts": {onpremiseapi.Message{To: "1", Contacts: []onpremiseapi.ContactCard{}}, `{"to":"1","contacts":[]}`},
		"message template": {
			onpremiseapi.Message{To: "1", Type: onpremiseapi.MessageTypeHSM, HSM: &onpremiseapi.HSM{Namespace: "n", ElementName: "e", Language: onpremiseapi.Language{Policy: onpremiseapi.LanguagePolicyDeterministic, Code: "en"}}},
			`{"to":"1","type":"hsm","hsm":{"namespace":"n","element_name":"e","language":{"policy":"deterministic","code":"en"},"localizable_params":[]}}`,
		},

		"param text":     {onpremiseapi.LocalizableParam{Default: ""}, `{"default":""}`},
		"param currency": {onpremiseapi.LocalizableParam{Default: "$0", Currency: &onpremiseapi.Currency{CurrencyCode: "USD"}}, `{"default":"$0","currency":{"currency_code":"USD","amount_1000":0}}`},
		"param midnight": {
			onpremiseapi.LocalizableParam{Default: "d", DateTime: &onpremiseapi.DateTime{Component: &onpremiseapi.DateTimeComponent{DayOfWeek: onpremiseapi.DayOfWeekFriday, Hour: new(0), Minute: new(0)}}},
			`{"default":"d","date_time":{"component":{"day_of_week":5,"hour":0,"minute":0}}}`,
		},
		"param no hour":  {onpremiseapi.LocalizableParam{Default: "d", DateTime: &onpremiseapi.DateTime{Component: &onpremiseapi.DateTimeComponent{Year: 1977}}}, `{"default":"d","date_time":{"component":{"year":1977}}}`},
		"param epoch":    {onpremiseapi.LocalizableParam{Default: "d", DateTime: &onpremiseapi.DateTime{UnixEpoch: &onpremiseapi.DateTimeUnixEpoch{}}}, `{"default":"d","date_time":{"unix_epoch":{"timestamp":0}}}`},
		"card without":   {onpremiseapi.ContactCard{}, `{}`},
		"card emptied":   {onpremiseapi.ContactCard{URLs: []onpremiseapi.ContactURL{}, IMs: []string{}}, `{"urls":[],"ims":[]}`},
		"login":          {onpremiseapi.LoginRequest{}, `{}`},
		"first login":    {onpremiseapi.LoginRequest{NewPassword: "p"}, `{"new_password":"p"}`},
		"provider plain": {onpremiseapi.MediaProvider{Name: "p", Type: "www"}, `{"name":"p","type":"www"}`},
		"provider token": {onpremiseapi.MediaProvider{Name: "p", Config: onpremiseapi.MediaProviderConfig{Bearer: "t"}}, `{"name":"p","config":{"bearer":"t"}}`},
		"provider basic": {onpremiseapi.MediaProvider{Name: "p", Config: onpremiseapi.MediaProviderConfig{Basic: onpremiseapi.BasicAuth{Username: "u", Password: "p"}}}, `{"name":"p","config":{"basic":{"username":"u","password":"p"}}}`},
		"profile":        {onpremiseapi.BusinessProfile{}, `{"address":"","description":"","email":"","vertical":"","websites":[]}`},
		"about":          {onpremiseapi.ProfileAbout{}, `{"text":""}`},
		"shards":         {onpremiseapi.SetShardsRequest{CountryCode: "1", PhoneNumber: "2", PIN: "3", Shards: 32}, `{"cc":"1","phone_number":"2","pin":"3","shards":32}`},
		"code":           {onpremiseapi.RequestCodeRequest{CountryCode: "1", PhoneNumber: "2", Certificate: "c", Method: onpremiseapi.CodeMethodSMS}, `{"cc":"1","phone_number":"2","cert":"c","method":"sms"}`},
		"contacts":       {onpremiseapi.CheckContactsRequest{Contacts: []string{"+1"}}, `{"contacts":["+1"]}`},
		"contacts wait":  {onpremiseapi.CheckContactsRequest{Contacts: []string{"+1"}, Blocking: onpremiseapi.BlockingWait}, `{"contacts":["+1"],"blocking":"wait"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := json.Marshal(tc.request)
			require.NoError(t, err)
			require.JSONEq(t, tc.want, string(got))
		})
	}
}

func TestQuerySendsWhatIsSetAndNothingElse(t *testing.T) {
	t.Parallel()
	const server = "https://wa.example.com/v1/"

	req, err := onpremiseapi.NewGetProfilePhotoRequest(server, &onpremiseapi.GetProfilePhotoParams{})
	require.NoError(t, err)
	require.Equal(t, server+"settings/profile/photo", req.URL.String())

	req, err = onpremiseapi.NewGetProfilePhotoRequest(server, &onpremiseapi.GetProfilePhotoParams{Format: new("link")})
	require.NoError(t, err)
	require.Equal(t, server+"settings/profile/photo?format=link", req.URL.String())
}

func TestPathsAndBodiesOfTheMendedOperations(t *testing.T) {
	t.Parallel()
	const server = "https://wa.example.com/v1/"

	req, err := onpremiseapi.NewDeleteGroupIconRequest(server, "16315551234-1530825318")
	require.NoError(t, err)
	require.Equal(t, http.MethodDelete, req.Method)
	require.Equal(t, "/v1/groups/16315551234-1530825318/icon", req.URL.Path)
	require.Nil(t, req.Body)

	req, err = onpremiseapi.NewGetUserRequest(server, "a/b")
	require.NoError(t, err)
	require.Equal(t, "/v1/users/a%2Fb", req.URL.EscapedPath())

	req, err = onpremiseapi.NewUploadMediaRequestWithBody(server, "audio/ogg; codecs=opus", http.NoBody)
	require.NoError(t, err)
	require.Equal(t, "audio/ogg; codecs=opus", req.Header.Get("Content-Type"))

	req, err = onpremiseapi.NewUploadCertificateRequestWithTextBody(server, "-----BEGIN CERTIFICATE-----")
	require.NoError(t, err)
	require.Equal(t, "text/plain", req.Header.Get("Content-Type"))
	require.EqualValues(t, len("-----BEGIN CERTIFICATE-----"), req.ContentLength)
}
