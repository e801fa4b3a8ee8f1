package onpremisetest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func TestAboutIsLimitedTo139Characters(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		const path = "/settings/profile/about"
		about := func() any { return at(w.ok("GET", path, nil), "settings", "profile", "about", "text") }
		require.Empty(t, about())
		w.ok("PATCH", path, object{"text": strings.Repeat("é", 139)})
		w.refuse(400, 1009, "PATCH", path, object{"text": strings.Repeat("é", 140)})
		w.refuse(400, 1009, "PATCH", path, object{"text": ""})
		w.refuse(400, 1008, "PATCH", path, object{})
		require.Equal(t, strings.Repeat("é", 139), about())
	})
}

func TestPhotoAsLinkOrBytes(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		const path = "/settings/profile/photo"
		w.refuse(404, 1006, "GET", path, nil)
		w.refuse(404, 1006, "GET", path+"?format=link", nil)
		w.refuse(404, 1006, "DELETE", path, nil)
		w.ok("POST", path, upload{"image/png", png})
		contentType, photo := w.raw(path)
		require.Equal(t, "image/png", contentType)
		require.Equal(t, png, photo)
		require.Contains(t, at(w.ok("GET", path+"?format=link", nil), "settings", "profile", "photo", "link"), "https://")
		w.refuse(400, 1009, "GET", path+"?format=jpeg", nil)

		w.refuse(400, 1009, "POST", path, upload{"image/png", "hello"})
		w.refuse(400, 1009, "POST", path, form(t, "File", png))
		w.refuse(400, 1008, "POST", path, upload{"image/png", ""})
		_, photo = w.raw(path)
		require.Equal(t, png, photo)
		w.ok("DELETE", path, nil)
		w.refuse(404, 1006, "GET", path, nil)
	})
}

func TestTwoStepPINHasSixDigits(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		const path = "/settings/account/two-step"
		w.refuse(404, 1006, "DELETE", path, nil)
		for _, pin := range []string{"", "12345", "1234567", "12345a"} {
			w.refuse(400, 1009, "POST", path, object{"pin": pin})
		}
		w.ok("POST", path, object{"pin": "123456"})
		w.ok("DELETE", path, nil)
		w.refuse(404, 1006, "DELETE", path, nil)
	})
}

var number = object{"cc": "1", "phone_number": "6505551111", "method": "sms", "cert": "Y2VydA=="}

func TestRegistrationRequiresACode(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		require.Equal(t, "unregistered", w.ok("GET", "/health", nil)["health"])
		hello := object{"to": "16315551234", "text": object{"body": "hello"}}
		w.refuse(400, 1011, "POST", "/messages", hello)
		w.refuse(400, 1011, "POST", "/contacts", object{"contacts": list{"16315551234"}})
		w.refuse(400, 1011, "POST", "/groups", object{"subject": "Friends"})
		w.refuse(400, 1011, "POST", "/account/shards", with(number, object{"shards": 2, "pin": ""}))
		w.refuse(400, 1011, "POST", "/settings/account/two-step", object{"pin": "123456"})
		w.refuse(400, 1025, "POST", "/account/verify", object{"code": ""})
		require.Empty(t, w.Code())

		for _, wrong := range []object{
			{"cc": "+1"}, {"phone_number": "+6505551111"}, {"method": "mail"}, {"cert": "!"}, {"cert": ""},
		} {
			w.refuse(400, 1009, "POST", "/account", with(number, wrong))
		}
		for _, field := range []string{"cc", "phone_number", "method", "cert"} {
			w.refuse(400, 1008, "POST", "/account", with(number, object{field: nil}))
		}
		require.NotEmpty(t, at(w.call(202, "POST", "/account", number), "account", 0, "vname"))
		first := w.Code()
		require.Len(t, first, 6)
		w.call(202, "POST", "/account", with(number, object{"method": "voice"}))
		require.NotEqual(t, first, w.Code())
		w.refuse(400, 1009, "POST", "/account/verify", object{"code": first})
		w.ok("POST", "/account/verify", object{"code": w.Code()})
		require.Empty(t, w.Code())
		w.refuse(400, 1025, "POST", "/account/verify", object{"code": ""})
		require.Equal(t, "connected", w.ok("GET", "/health", nil)["health"])
		w.ok("POST", "/messages", hello)

		resp, _, raw := w.do(w.request("POST", "/account", number))
		require.Equal(t, 201, resp.StatusCode)
		require.Empty(t, raw, "nothing is left to deliver")
		require.Empty(t, w.Code())

		w.ok("POST", "/settings/account/two-step", object{"pin": "123456"})
		w.call(202, "POST", "/account", with(number, object{"cc": "47", "phone_number": "40000000"}))
		require.Equal(t, "16505551111", w.WaID())
		w.ok("POST", "/account/verify", object{"code": w.Code()})
		require.Equal(t, "4740000000", w.WaID())
		w.refuse(404, 1006, "DELETE", "/settings/account/two-step", nil)
	}, onpremisetest.WithUnregistered())
}

func TestPINProtectsTheRegistration(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.ok("POST", "/settings/account/two-step", object{"pin": "123456"})
	shards := with(number, object{"shards": 2})
	w.refuse(400, 1008, "POST", "/account/shards", shards)
	w.refuse(400, 1008, "POST", "/account/shards", with(shards, object{"pin": ""}))
	w.refuse(403, 1005, "POST", "/account/shards", with(shards, object{"pin": "654321"}))
	w.ok("POST", "/account/shards", with(shards, object{"pin": "123456"}))
}

func TestShardsAppearAsNodes(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		shards := object{"cc": "47", "phone_number": "40000000", "shards": 4, "pin": ""}
		nodes := func() object { return w.ok("GET", "/health", nil)["health"].(object) }
		require.Len(t, nodes(), 3)
		w.ok("POST", "/account/shards", shards)
		require.Len(t, nodes(), 6)
		for _, wrong := range []object{{"cc": "1"}, {"phone_number": "1"}, {"shards": 3}, {"shards": "2"}} {
			w.refuse(400, 1009, "POST", "/account/shards", with(shards, wrong))
		}
		require.Len(t, nodes(), 6)
	}, onpremisetest.WithHealthForm(onpremisetest.HealthNodes), onpremisetest.WithPhoneNumber("47", "40000000"))
}
