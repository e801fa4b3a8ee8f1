package latetest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late/lateapi"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func TestAccountsAndProfilesExistFromTheStart(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		accounts := w.ok("GET", "/v1/accounts?platform=whatsapp", nil)["accounts"]
		require.Equal(t, []any{"one", "two"}, each(accounts, "_id"))
		profile := at(accounts, 0, "profileId", "_id").(string)
		require.Equal(t, profile, at(accounts, 1, "profileId"), "the other form of a profileId")
		require.Equal(t, []any{profile}, each(w.ok("GET", "/v1/profiles", nil)["profiles"], "_id"))
		require.Len(t, w.ok("GET", "/v1/accounts?profileId="+profile, nil)["accounts"], 2)
		require.Empty(t, w.ok("GET", "/v1/accounts?platform=telegram", nil)["accounts"])

		changed := w.ok("PUT", "/v1/accounts/two", object{"displayName": "Support"})
		require.Equal(t, "Support", changed["displayName"])
		require.Equal(t, at(accounts, 1, "username"), changed["username"], "an omitted field does not change")

		w.FailAccount("two", "Token expired")
		require.Equal(t, "healthy", w.ok("GET", "/v1/accounts/one/health", nil)["status"])
		require.Equal(t, list{"Token expired"}, w.ok("GET", "/v1/accounts/two/health", nil)["issues"])
		health := w.ok("GET", "/v1/accounts/health?status=error", nil)
		require.Equal(t, []any{"two"}, each(health["accounts"], "accountId"))
		require.EqualValues(t, 1, at(health, "summary", "needsReconnect"))
		w.FailAccount("two", "")
		require.Empty(t, w.ok("GET", "/v1/accounts/health?status=error", nil)["accounts"])

		w.AddContacts(lateapi.CreateContactRequest{AccountID: "two", Phone: phone(1), Name: "Ada"})
		w.ok("DELETE", "/v1/accounts/two", nil)
		w.call(404, "GET", "/contacts?accountId=two", nil)
		for _, request := range [][2]string{{"DELETE", ""}, {"GET", "/health"}} {
			w.call(404, request[0], "/v1/accounts/two"+request[1], nil)
		}
		w.call(404, "PUT", "/v1/accounts/two", object{})
		w.call(400, "GET", "/v1/accounts/health?status=ill", nil)

		logs := w.ok("GET", "/v1/connections/logs?limit=2", nil)
		require.Equal(t, []any{"disconnect", "reconnect_success"}, each(logs["logs"], "eventType"))
		require.Equal(t, object{"total": 3., "limit": 2., "skip": 0., "pages": 2., "hasMore": true}, logs["pagination"])
		w.call(400, "GET", "/v1/connections/logs?days=8", nil)
		w.Advance(48 * time.Hour)
		require.Empty(t, w.ok("GET", "/v1/connections/logs?days=1", nil)["logs"])
		require.Len(t, w.ok("GET", "/v1/connections/logs?eventType=disconnect", nil)["logs"], 2)
		w.Advance(7 * 24 * time.Hour)
		require.Empty(t, w.ok("GET", "/v1/connections/logs", nil)["logs"], "logs are kept for 7 days")
	}, latetest.WithAccounts("one", "two"))
}

func TestProfileIsDeletedOnlyWithoutAccounts(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		first := at(w.ok("GET", "/v1/profiles", nil), "profiles", 0, "_id").(string)
		second := at(w.call(201, "POST", "/v1/profiles", object{"name": "Shop", "color": "#fff"}), "profile", "_id").(string)
		w.call(409, "POST", "/v1/profiles", object{"name": "Shop"})
		w.call(400, "POST", "/v1/profiles", object{"color": "#fff"})
		w.call(400, "PUT", "/v1/profiles/"+second, object{"name": " "})
		w.ok("PUT", "/v1/profiles/"+second, object{"isDefault": true, "description": "Sells"})
		require.Equal(t, []any{false, true}, each(w.ok("GET", "/v1/profiles", nil)["profiles"], "isDefault"))
		got := w.ok("GET", "/v1/profiles/"+second, nil)["profile"]
		require.Equal(t, []any{"Shop", "Sells", "#fff"}, []any{at(got, "name"), at(got, "description"), at(got, "color")})
		require.EqualValues(t, 2, at(w.ok("GET", "/v1/usage-stats", nil), "usage", "profiles"))
		w.call(400, "DELETE", "/v1/profiles/"+first, nil)
		w.ok("DELETE", "/v1/profiles/"+second, nil)
		for _, method := range []string{"GET", "DELETE"} {
			w.call(404, method, "/v1/profiles/"+second, nil)
		}
		for n := range 9 {
			w.call(201, "POST", "/v1/profiles", object{"name": phone(n)})
		}
		w.call(403, "POST", "/v1/profiles", object{"name": "one too many"})
	})
}

func TestConnectingUsesCodesAndPendingDataOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		profile := at(w.ok("GET", "/v1/profiles", nil), "profiles", 0, "_id").(string)
		page := w.ok("GET", "/v1/connect/whatsapp?profileId="+profile, nil)
		body := object{"profileId": profile, "state": page["state"], "code": "guess"}
		w.call(400, "POST", "/v1/connect/whatsapp", body)
		body["code"], _ = w.Authorize(page["authUrl"].(string))
		w.call(400, "POST", "/v1/connect/telegram", body)
		w.ok("POST", "/v1/connect/whatsapp", body)
		w.call(400, "POST", "/v1/connect/whatsapp", body)
		require.Len(t, w.ok("GET", "/v1/accounts", nil)["accounts"], 2)

		page = w.ok("GET", "/v1/connect/whatsapp?headless=true&profileId="+profile, nil)
		_, token := w.Authorize(page["authUrl"].(string))
		req := w.request("GET", "/v1/connect/pending-data?token="+token, nil)
		req.Header.Del("Authorization") // not needed
		resp, data := w.do(req)
		require.Equal(t, 200, resp.StatusCode)
		require.Equal(t, profile, data["profileId"])
		w.call(404, "GET", "/v1/connect/pending-data?token="+token, nil)
		w.call(400, "GET", "/v1/connect/pending-data", nil)
		w.call(400, "GET", "/v1/connect/whatsapp", nil)
		w.call(404, "GET", "/v1/connect/whatsapp?profileId=nobody", nil)
		require.Panics(t, func() { w.Authorize(page["authUrl"].(string)) })
		called.Store("getPendingOAuthData", true)
	})
}
