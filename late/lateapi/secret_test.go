package lateapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

func TestSecretIsSentButNotPrinted(t *testing.T) {
	t.Parallel()
	const secret = "open sesame"
	w := lateapi.UpdateWebhookRequest{Secret: new(lateapi.Secret(secret)), CustomHeaders: map[string]lateapi.Secret{"X-Auth": secret}}
	sent, err := json.Marshal(w)
	require.NoError(t, err)
	require.JSONEq(t, `{"_id":"","secret":"open sesame","customHeaders":{"X-Auth":"open sesame"}}`, string(sent))

	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", *w.Secret)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&log, verb+verb+verb, w, *w.Secret, lateapi.Webhook{Secret: secret})
	}
	require.NotContains(t, log.String(), secret)
	require.NotContains(t, log.String(), fmt.Sprintf("%x", secret))
	require.Contains(t, log.String(), "[secret]")
}

func TestSecretOfAnotherTypeIsKept(t *testing.T) {
	t.Parallel()
	var w lateapi.Webhook
	require.NoError(t, json.Unmarshal([]byte(`{"secret":"a\nb","customHeaders":{"n":1,"b":true}}`), &w))
	require.Equal(t, lateapi.Secret("a\nb"), w.Secret)
	require.Equal(t, map[string]lateapi.Secret{"n": "1", "b": "true"}, w.CustomHeaders)
}

func TestProfileIsReadInEachForm(t *testing.T) {
	t.Parallel()
	for profile, id := range map[string]string{
		`"p1"`: "p1", `{"_id":"p1","name":"Shop"}`: "p1", `{"id":"p1"}`: "p1", `null`: "", `{}`: "",
	} {
		var account lateapi.Account
		require.NoError(t, json.Unmarshal([]byte(`{"_id":"a","profileId":`+profile+`}`), &account), profile)
		require.Equal(t, lateapi.ProfileRef(id), account.ProfileID, profile)
		var entry lateapi.AccountHealthEntry
		require.NoError(t, json.Unmarshal([]byte(`{"accountId":"a","profileId":`+profile+`}`), &entry), profile)
		require.Equal(t, "a", entry.ID)
		require.Equal(t, lateapi.ProfileRef(id), entry.ProfileID, profile)
	}
	require.ErrorContains(t, json.Unmarshal([]byte(`{"profileId":7}`), new(lateapi.Account)), "profileId")
}
