package onpremisetest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func TestHealthFormats(t *testing.T) {
	t.Parallel()
	for form, want := range map[onpremisetest.HealthForm]any{
		onpremisetest.HealthWord: "disconnected",
		onpremisetest.HealthNode: object{"gateway_status": "disconnected"},
		onpremisetest.HealthNodes: object{
			"master-1":  object{"gateway_status": "disconnected", "role": "primary_master"},
			"master-2":  object{"gateway_status": "disconnected", "role": "secondary_master"},
			"coreapp-1": object{"gateway_status": "disconnected", "role": "coreapp"},
		},
	} {
		both(t, func(t *testing.T, w *wire) {
			w.SetHealth(onpremiseapi.GatewayStatusDisconnected)
			require.Equal(t, want, w.ok("GET", "/health", nil)["health"])
			w.SetHealth("")
			resp, _, raw := w.do(w.request("GET", "/health", nil))
			require.Equal(t, 200, resp.StatusCode)
			require.Contains(t, raw, `"connected"`)
		}, onpremisetest.WithHealthForm(form))
	}
}

func TestStatsAsJSONOrText(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		w.ok("POST", "/messages", object{"to": ada, "text": object{"body": "hello"}})
		w.ReceiveText(ada, "hello")
		for _, tc := range []struct {
			path   string
			outer  string
			inner  string
			count  string
			amount int
		}{
			{"/stats/app", "stats", "app", "messages_sent", 1}, {"/stats/app", "stats", "app", "callbacks_waiting", 1},
			{"/stats/db", "stats", "db", "users", 1}, {"/metrics", "metrics", "client", "messages_received", 1},
		} {
			require.EqualValues(t, tc.amount, at(w.ok("GET", tc.path, nil), tc.outer, tc.inner, tc.count))
			contentType, text := w.raw(tc.path + "?format=prometheus")
			require.True(t, strings.HasPrefix(contentType, "text/plain"), contentType)
			require.Contains(t, text, "\n"+tc.inner+"_"+tc.count+" 1\n")
			w.refuse(400, 1009, "GET", tc.path+"?format=xml", nil)
		}
		require.NotEmpty(t, at(w.ok("GET", "/support", nil), "support", "debug_info", "wa_id"))
	})
}
