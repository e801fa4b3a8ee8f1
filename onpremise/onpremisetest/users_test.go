package onpremisetest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

var start = time.Date(2018, 2, 22, 15, 29, 26, 500, time.UTC)

func TestTokenIsValidForSevenDays(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		response := w.login(200, "boss", "pass word", nil)
		session := at(response, "users", 0).(object)
		ends, err := time.Parse("2006-01-02 15:04:05-07:00", session["expires_after"].(string))
		require.NoError(t, err)
		require.WithinDuration(t, start.Add(7*24*time.Hour), ends, time.Minute)
		require.True(t, strings.HasSuffix(session["expires_after"].(string), "+00:00"))

		mine := w.as(session["token"].(string))
		mine.ok("GET", "/groups", nil)
		w.Advance(ends.Sub(w.Now()) - time.Minute)
		mine.ok("GET", "/groups", nil)
		w.Advance(time.Minute)
		mine.refuse(401, 1005, "GET", "/groups", nil)
	}, onpremisetest.WithStart(start), onpremisetest.WithCredentials("boss", "pass word"))
}

func TestTokenExpiryInRFC3339(t *testing.T) {
	t.Parallel()
	w := newWire(t, onpremisetest.WithRFC3339(), onpremisetest.WithStart(start), onpremisetest.WithTokenLife(time.Hour))
	ends, err := time.Parse(time.RFC3339, at(w.login(200, w.Username(), w.Password(), nil), "users", 0, "expires_after").(string))
	require.NoError(t, err)
	require.WithinDuration(t, start.Add(time.Hour), ends, time.Minute)
}

func TestLoginRequiresThePassword(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		w.login(401, w.Username(), "wrong", nil)
		w.login(401, "nobody", w.Password(), nil)
		w.login(401, "", "", nil)
		w.refuse(401, 1005, "POST", "/users/login", nil) // a token instead of a password
		w.login(400, w.Username(), w.Password(), `{"new_password":`)
	})
}

func TestExpireTokens(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		other := w.as(w.Token())
		w.ok("POST", "/users/logout", nil)
		w.refuse(401, 1005, "GET", "/groups", nil)
		w.refuse(401, 1005, "POST", "/users/logout", nil)
		other.ok("GET", "/groups", nil)
		w.ExpireTokens()
		other.refuse(401, 1005, "GET", "/groups", nil)
		w.as(w.Token()).ok("GET", "/groups", nil)
		for _, header := range []string{"", "Bearer", "Bearer wrong", "Basic " + w.Token(), w.Token()} {
			req := w.request("GET", "/groups", nil)
			req.Header.Set("Authorization", header)
			w.expect(401, req)
		}
	})
}

func TestFreshInstallationRequiresANewPassword(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		first := w.Password()
		response := w.login(403, "admin", first, nil)
		require.EqualValues(t, 1024, at(response, "errors", 0, "code"))
		w.login(403, "admin", first, object{})
		w.login(400, "admin", first, object{"new_password": first})
		w.login(401, "admin", "wrong", object{"new_password": "second"})

		session := w.login(200, "admin", first, object{"new_password": "second"})
		w.as(at(session, "users", 0, "token").(string)).ok("GET", "/groups", nil)
		require.Equal(t, "second", w.Password())
		w.login(401, "admin", first, nil)
		w.login(401, "admin", first, object{"new_password": "second"})
		w.login(200, "admin", "second", nil)
		w.login(200, "admin", "second", object{"new_password": "third"})
		w.login(200, "admin", "third", nil)
	}, onpremisetest.WithFreshInstallation())
}

func TestUserLifecycle(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		ada := object{"username": "ada", "password": "one"}
		require.Equal(t, list{object{"username": "ada"}}, w.ok("POST", "/users", ada)["users"])
		w.refuse(409, 1004, "POST", "/users", ada)
		w.refuse(400, 1008, "POST", "/users", object{"username": "bob"})
		w.refuse(400, 1008, "POST", "/users", object{"username": "bob", "password": nil})
		w.refuse(400, 1009, "POST", "/users", object{"username": " ", "password": "one"})
		require.Equal(t, list{object{"username": "ada", "ROLES": "ROLE_USER"}}, w.ok("GET", "/users/ada", nil)["users"])
		require.Equal(t, "ROLE_ADMIN", at(w.ok("GET", "/users/admin", nil), "users", 0, "ROLES"))
		w.refuse(404, 1006, "GET", "/users/bob", nil)

		require.Equal(t, list{object{"username": "ada"}}, w.ok("PUT", "/users/ada", object{"password": "two"})["users"])
		w.refuse(404, 1006, "PUT", "/users/bob", object{"password": "two"})
		w.refuse(400, 1009, "PUT", "/users/ada", object{"password": ""})
		w.login(401, "ada", "one", nil)
		her := w.as(at(w.login(200, "ada", "two", nil), "users", 0, "token").(string))
		her.ok("GET", "/groups", nil)

		w.ok("DELETE", "/users/ada", nil)
		w.refuse(404, 1006, "DELETE", "/users/ada", nil)
		her.refuse(401, 1005, "GET", "/groups", nil)
		w.login(401, "ada", "two", nil)
		w.refuse(403, 1005, "DELETE", "/users/admin", nil)
	})
}

func TestRoles(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		for _, name := range []string{"ada", "bob"} {
			w.ok("POST", "/users", object{"username": name, "password": "one"})
		}
		her := w.as(at(w.login(200, "ada", "one", nil), "users", 0, "token").(string))
		for _, path := range []string{"/groups", "/health", "/stats/app", "/metrics", "/users/ada"} {
			her.ok("GET", path, nil)
		}
		her.ok("POST", "/contacts", object{"contacts": list{"16315551234"}})
		her.ok("PUT", "/users/ada", object{"password": "two"})
		for _, path := range []string{
			"/users/bob", "/users/admin", "/settings/application", "/settings/application/media/providers",
			"/settings/business/profile", "/settings/profile/about", "/settings/profile/photo", "/certificates/webhooks/ca",
		} {
			her.refuse(403, 1005, "GET", path, nil)
		}
		her.refuse(403, 1005, "PUT", "/users/bob", object{"password": "two"})
		her.refuse(403, 1005, "DELETE", "/users/ada", nil)
		her.refuse(403, 1005, "POST", "/users", object{"username": "eve", "password": "one"})
		her.refuse(403, 1005, "POST", "/account/verify", object{"code": "1"})
	})
}

func TestWithCreated(t *testing.T) {
	t.Parallel()
	w := newWire(t, onpremisetest.WithCreated())
	w.login(201, w.Username(), w.Password(), nil)
	w.call(201, "POST", "/users", object{"username": "ada", "password": "one"})
	w.call(201, "POST", "/groups", object{"subject": "Friends"})
	w.call(201, "POST", "/media", upload{"text/plain", "hello"})
	w.call(201, "POST", "/messages", object{"to": "16315551234", "text": object{"body": "hello"}})
	w.ok("POST", "/contacts", object{"contacts": list{"16315551234"}})
}
