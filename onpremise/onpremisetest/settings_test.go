package onpremisetest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

var usual = object{
	"callback_backoff_delay_ms": "3000", "max_callback_backoff_delay_ms": "900000", "callback_persist": true,
	"pass_through": true, "sent_status": false, "unhealthy_interval": 30., "heartbeat_interval": 5.,
	"webhooks": object{"max_concurrent_requests": 6.},
}

const settings = "/settings/application"

func TestSettingsUpdateChangesOnlySentFields(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		require.Equal(t, usual, w.ok("GET", settings, nil))
		w.ok("PATCH", settings, object{})
		require.Equal(t, usual, w.ok("GET", settings, nil))
		w.ok("PATCH", settings, object{
			"callback_backoff_delay_ms": 10, "pass_through": false, "sent_status": true, "on_call_pager": "g",
			"media": object{"auto_download": list{"image", "voice"}}, "heartbeat_interval": 6,
			"webhooks": object{"url": "https://bot.example/hook"},
		})
		w.ok("PATCH", settings, object{
			"max_callback_backoff_delay_ms": "20", "sent_status": false, "callback_persist": false, "unhealthy_interval": 31,
			"webhooks": object{"max_concurrent_requests": 24},
		})
		require.Equal(t, object{
			"callback_backoff_delay_ms": "10", "max_callback_backoff_delay_ms": "20", "callback_persist": false,
			"pass_through": false, "sent_status": false, "unhealthy_interval": 31., "heartbeat_interval": 6., "on_call_pager": "g",
			"media":    object{"auto_download": list{"image", "voice"}},
			"webhooks": object{"max_concurrent_requests": 24., "url": "https://bot.example/hook"},
		}, w.ok("GET", settings, nil))
		w.ok("PATCH", settings, object{"webhooks": object{"url": ""}, "media": object{"auto_download": list{}}})
		changed := w.ok("GET", settings, nil)
		require.Nil(t, at(changed, "webhooks", "url"))
		require.Empty(t, at(changed, "media", "auto_download"))
		w.ok("DELETE", settings, nil)
		require.Equal(t, usual, w.ok("GET", settings, nil))
	})
}

func TestInvalidSettingsChangeNothing(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		for _, wrong := range []object{
			{"callback_backoff_delay_ms": "soon"}, {"callback_backoff_delay_ms": "-1"}, {"max_callback_backoff_delay_ms": -1},
			{"unhealthy_interval": -1}, {"heartbeat_interval": -1}, {"sent_status": "yes"},
			{"media": object{"auto_download": list{"image."}}}, {"media": object{"auto_download": "image"}},
			{"webhooks": object{"max_concurrent_requests": 7}}, {"webhooks": object{"url": "http://bot.example/"}},
			{"webhooks": object{"url": "bot"}}, {"webhooks": object{"url": "ftp://127.0.0.1/"}}, {"webhooks": object{"url": "https:///x"}},
		} {
			w.refuse(400, 1009, "PATCH", settings, with(object{"pass_through": false}, wrong))
		}
		require.Equal(t, usual, w.ok("GET", settings, nil))
		w.ok("PATCH", settings, object{"callback_backoff_delay_ms": 0, "heartbeat_interval": 0})
		for _, url := range []string{"http://127.0.0.1:1/", "http://[::1]:1/", "http://localhost:1/"} {
			w.ok("PATCH", settings, object{"webhooks": object{"url": url}})
		}
	})
}

func TestMediaProviderReplacesOneOfTheSameName(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		const path = settings + "/media/providers"
		providers := func() any { return at(w.ok("GET", path, nil), "settings", "application", "media", "providers") }
		require.Equal(t, list{}, providers())
		one := object{"name": "one", "type": "www", "config": object{"bearer": "secret"}}
		two := object{"name": "two", "config": object{"basic": object{"username": "u", "password": "p"}}}
		w.ok("POST", path, list{one, two})
		changed := object{"name": "one", "type": "www"}
		w.ok("POST", path, list{changed})
		require.Equal(t, list{changed, two}, providers())
		w.ok("DELETE", path+"/one", nil)
		w.refuse(404, 1006, "DELETE", path+"/one", nil)
		require.Equal(t, list{two}, providers())
		for _, wrong := range []object{
			{"name": ""}, {"type": "ftp"}, {"config": object{"bearer": "b", "basic": object{"username": "u"}}},
			{"config": object{"basic": object{"password": "p"}}},
		} {
			w.call(400, "POST", path, list{one, with(one, wrong)})
		}
		w.call(400, "POST", path, one)
		require.Equal(t, list{two}, providers())
	})
}

func TestBackupRoundTrip(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		w.ok("PATCH", settings, object{"sent_status": true, "callback_persist": false, "callback_backoff_delay_ms": "7"})
		w.ok("POST", settings+"/media/providers", list{object{"name": "one", "config": object{"bearer": "secret"}}})
		w.ok("PATCH", "/settings/profile/about", object{"text": "Here"})
		w.ok("POST", "/settings/business/profile", business)
		w.ok("POST", "/settings/account/two-step", object{"pin": "123456"})
		before := w.ok("GET", settings, nil)
		data := at(w.ok("POST", "/settings/backup", object{"password": "key"}), "settings", "data").(string)
		require.NotContains(t, data, "secret")
		w.refuse(400, 1008, "POST", "/settings/backup", object{})
		w.refuse(400, 1009, "POST", "/settings/backup", object{"password": ""})

		other := newWire(t, onpremisetest.InProcess(), onpremisetest.WithUnregistered())
		for _, wrong := range []object{
			{"password": "no"}, {"data": data[8:]}, {"data": "!"}, {"data": "AAAA"}, {"data": ""}, {"password": ""},
		} {
			other.refuse(400, 1009, "POST", "/settings/restore", with(object{"password": "key", "data": data}, wrong))
		}
		require.Equal(t, usual, other.ok("GET", settings, nil))
		other.ok("POST", "/settings/restore", object{"password": "key", "data": data})
		require.Equal(t, before, other.ok("GET", settings, nil))
		require.Equal(t, "secret", at(other.ok("GET", settings+"/media/providers", nil),
			"settings", "application", "media", "providers", 0, "config", "bearer"))
		require.Equal(t, "Here", at(other.ok("GET", "/settings/profile/about", nil), "settings", "profile", "about", "text"))
		require.Equal(t, any(business), at(other.ok("GET", "/settings/business/profile", nil), "settings", "business", "profile"))
		require.Equal(t, "connected", other.ok("GET", "/health", nil)["health"], "the registration is restored")
		other.ok("DELETE", "/settings/account/two-step", nil)
	})
}

var business = object{
	"address": strings.Repeat("é", 256), "description": strings.Repeat("d", 256), "email": "a@example.com",
	"vertical": strings.Repeat("v", 128), "websites": list{"https://a.example", "http://b.example"},
}

func TestBusinessProfileIsReplaced(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		const path = "/settings/business/profile"
		profile := func() any { return at(w.ok("GET", path, nil), "settings", "business", "profile") }
		empty := object{"address": "", "description": "", "email": "", "vertical": "", "websites": list{}}
		require.Equal(t, any(empty), profile())
		w.ok("POST", path, business)
		require.Equal(t, any(business), profile())
		for _, field := range []string{"address", "description", "email", "vertical", "websites"} {
			w.refuse(400, 1008, "POST", path, with(business, object{field: nil}))
		}
		for _, wrong := range []object{
			{"address": strings.Repeat("é", 257)}, {"description": strings.Repeat("d", 257)}, {"email": "a"},
			{"email": strings.Repeat("a", 120) + "@example.com"}, {"vertical": strings.Repeat("v", 129)},
			{"websites": list{"https://a.example", "https://b.example", "https://c.example"}}, {"websites": list{"a.example"}},
			{"websites": list{"https://a.example/" + strings.Repeat("a", 256)}}, {"websites": "https://a.example"},
		} {
			w.refuse(400, 1009, "POST", path, with(business, wrong))
		}
		require.Equal(t, any(business), profile())
		w.ok("POST", path, empty)
		require.Equal(t, any(empty), profile())
	})
}
