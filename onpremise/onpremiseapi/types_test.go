package onpremiseapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTime(t *testing.T) {
	t.Parallel()
	moment := time.Date(2018, 3, 1, 15, 29, 26, 0, time.UTC)
	for name, tc := range map[string]struct {
		json string
		want time.Time
		ok   bool
	}{
		"as it is sent":     {`"2018-03-01 15:29:26+00:00"`, moment, true},
		"as it is declared": {`"2018-03-01T15:29:26Z"`, moment, true},
		"space and Z":       {`"2018-03-01 15:29:26Z"`, moment, true},
		"another zone":      {`"2018-03-01 17:29:26+02:00"`, moment, true},
		"fraction":          {`"2018-03-01 15:29:26.5+00:00"`, moment.Add(time.Second / 2), true},
		"null":              {`null`, time.Time{}, true},
		"empty":             {`""`, time.Time{}, true},
		"no zone":           {`"2018-03-01 15:29:26"`, time.Time{}, false},
		"number":            {`1519918166`, time.Time{}, false},
		"words":             {`"tomorrow"`, time.Time{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got onpremiseapi.Time
			err := json.Unmarshal([]byte(tc.json), &got)
			if !tc.ok {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got.Time)
		})
	}
	written, err := json.Marshal(onpremiseapi.Time{Time: moment})
	require.NoError(t, err)
	require.Equal(t, `"2018-03-01T15:29:26Z"`, string(written))
}

func TestMilliseconds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]onpremiseapi.Milliseconds{
		`3000`: 3000, `"3000"`: 3000, `"0"`: 0, `-1`: -1, `""`: 0, `null`: 0,
	} {
		require.Equal(t, want, decode[onpremiseapi.Milliseconds](t, text), text)
	}
	for _, text := range []string{`"soon"`, `1.5`, `true`, `{}`, `"9223372036854775808"`} {
		var m onpremiseapi.Milliseconds
		require.Error(t, json.Unmarshal([]byte(text), &m), text)
	}
	require.Equal(t, 3*time.Second, onpremiseapi.Milliseconds(3000).Duration())
}

func TestTimestamp(t *testing.T) {
	t.Parallel()
	moment := time.Date(2018, 2, 15, 11, 30, 35, 0, time.UTC)
	for text, want := range map[string]time.Time{
		`"1518694235"`: moment, `1518694235`: moment, `"0"`: time.Unix(0, 0).UTC(), `null`: {}, `""`: {}, `"soon"`: {},
	} {
		require.Equal(t, want, decode[onpremiseapi.Timestamp](t, text).Time(), text)
	}
	var ts onpremiseapi.Timestamp
	require.Error(t, json.Unmarshal([]byte(`{}`), &ts))
	require.Equal(t, onpremiseapi.Timestamp("1518694235"), onpremiseapi.TimestampAt(moment))
}

func TestHealth(t *testing.T) {
	t.Parallel()
	const connected, disconnected = onpremiseapi.GatewayStatusConnected, onpremiseapi.GatewayStatusDisconnected
	for name, tc := range map[string]struct {
		json string
		want onpremiseapi.Health
	}{
		"word":         {`"connected"`, onpremiseapi.Health{Status: connected}},
		"unknown word": {`"dreaming"`, onpremiseapi.Health{Status: "dreaming"}},
		"node":         {`{"gateway_status":"connected"}`, onpremiseapi.Health{Status: connected}},
		"node of role": {`{"gateway_status":"connected","role":"coreapp","since":1}`, onpremiseapi.Health{Status: connected, Role: onpremiseapi.NodeRoleCoreapp}},
		"role alone":   {`{"role":"coreapp"}`, onpremiseapi.Health{Role: onpremiseapi.NodeRoleCoreapp}},
		"nodes": {
			`{"host1:c1":{"gateway_status":"connected","role":"primary_master"},"host2:c2":{"gateway_status":"disconnected","role":"secondary_master"}}`,
			onpremiseapi.Health{Nodes: map[string]onpremiseapi.NodeStatus{
				"host1:c1": {GatewayStatus: connected, Role: onpremiseapi.NodeRolePrimaryMaster},
				"host2:c2": {GatewayStatus: disconnected, Role: onpremiseapi.NodeRoleSecondaryMaster},
			}},
		},
		"nodes in words":    {`{"a":"connected","b":null}`, onpremiseapi.Health{Nodes: map[string]onpremiseapi.NodeStatus{"a": {GatewayStatus: connected}, "b": {}}}},
		"node's odd name":   {`{"gateway_status":{"gateway_status":"connected"}}`, onpremiseapi.Health{Nodes: map[string]onpremiseapi.NodeStatus{"gateway_status": {GatewayStatus: connected}}}},
		"node with nothing": {`{"a":{"errors":[{"code":1}]}}`, onpremiseapi.Health{Nodes: map[string]onpremiseapi.NodeStatus{"a": {}}}},
		"no nodes":          {`{}`, onpremiseapi.Health{Nodes: map[string]onpremiseapi.NodeStatus{}}},
		"null":              {`null`, onpremiseapi.Health{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := decode[onpremiseapi.HealthResponse](t, `{"health":`+tc.json+`}`).Health
			require.Equal(t, tc.want, got)

			written, err := json.Marshal(got)
			require.NoError(t, err)
			require.Equal(t, tc.want, decode[onpremiseapi.Health](t, string(written)))
		})
	}
	for _, text := range []string{`1`, `[]`, `{"a":1}`, `{"a":[]}`} {
		var h onpremiseapi.Health
		require.Error(t, json.Unmarshal([]byte(text), &h), text)
	}
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
		onpremiseapi.MediaProviderConfig{Basic: onpremiseapi.BasicAuth{Password: secret}},
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
