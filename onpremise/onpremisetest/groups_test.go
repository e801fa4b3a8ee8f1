package onpremisetest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

func (w *wire) group() (path, id string) {
	id = at(w.ok("POST", "/groups", object{"subject": "Friends"}), "groups", 0, "id").(string)
	return "/groups/" + id, id
}

func (w *wire) invite(path string) string {
	return at(w.ok("GET", path+"/invite", nil), "groups", 0, "link").(string)
}

func TestGroupMembers(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		require.Equal(t, list{}, w.ok("GET", "/groups", nil)["groups"])
		w.refuse(400, 1009, "POST", "/groups", object{"subject": " "})
		path, id := w.group()
		other, _ := w.group()
		require.NotEqual(t, path, other)
		groups := w.ok("GET", "/groups", nil)["groups"]
		require.Len(t, groups, 2)
		require.Equal(t, id, at(groups, 0, "id"))

		info := func() object { return at(w.ok("GET", path, nil), "groups", 0).(object) }
		me := w.WaID()
		first := info()
		require.InDelta(t, w.Now().Unix(), first["creation_time"], 60)
		delete(first, "creation_time")
		require.Equal(t, object{"subject": "Friends", "creator": me, "admins": list{me}, "participants": list{me}}, first)

		require.NoError(t, w.JoinGroup(w.invite(path), "+"+ada, "16315555678", ada))
		require.Equal(t, list{me, ada, "16315555678"}, info()["participants"])
		for range 2 {
			w.ok("PATCH", path+"/admins", object{"wa_ids": list{ada, ada}})
			require.Equal(t, list{me, ada}, info()["admins"])
		}
		w.refuse(400, 1009, "PATCH", path+"/admins", object{"wa_ids": list{"16315550000"}})
		for range 2 {
			w.ok("DELETE", path+"/admins", object{"wa_ids": list{ada}})
			require.Equal(t, list{me}, info()["admins"])
		}
		w.ok("PATCH", path+"/admins", object{"wa_ids": list{ada}})
		for range 2 {
			w.ok("DELETE", path+"/participants", object{"wa_ids": list{ada}})
			require.Equal(t, list{me, "16315555678"}, info()["participants"])
			require.Equal(t, list{me}, info()["admins"])
		}
		for _, call := range []struct{ method, what string }{{"PATCH", "/admins"}, {"DELETE", "/admins"}, {"DELETE", "/participants"}} {
			w.refuse(400, 1009, call.method, path+call.what, object{"wa_ids": list{}})
			w.refuse(400, 1008, call.method, path+call.what, object{})
		}
		w.refuse(400, 1009, "DELETE", path+"/admins", object{"wa_ids": list{me}})
		w.refuse(400, 1009, "DELETE", path+"/participants", object{"wa_ids": list{me}})

		w.ok("PUT", path, object{"subject": "Enemies"})
		w.refuse(400, 1009, "PUT", path, object{"subject": ""})
		require.Equal(t, "Enemies", info()["subject"])
		require.Equal(t, "Friends", at(w.ok("GET", other, nil), "groups", 0, "subject"))
	})
}

func TestRevokedInviteIsInvalid(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		path, _ := w.group()
		first := w.invite(path)
		require.Equal(t, first, w.invite(path))
		w.ok("DELETE", path+"/invite", nil)
		second := w.invite(path)
		require.NotEqual(t, first, second)
		require.Error(t, w.JoinGroup(first, ada))
		require.NoError(t, w.JoinGroup(second, ada))
	})
}

func TestMessagesToAGroupUntilItIsLeft(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		path, id := w.group()
		hello := object{"to": id, "recipient_type": "group", "text": object{"body": "hello"}}
		w.ok("POST", "/messages", hello)
		require.Equal(t, onpremiseapi.RecipientTypeGroup, w.Messages()[0].RecipientType)
		w.refuse(400, 1009, "POST", "/messages", with(hello, object{"recipient_type": nil}))
		w.ok("POST", path+"/leave", nil)
		w.refuse(400, 1009, "POST", "/messages", hello)
		require.Equal(t, list{}, w.ok("GET", "/groups", nil)["groups"])
		for _, call := range []struct {
			method, what string
			body         any
		}{
			{"GET", "", nil}, {"PUT", "", object{"subject": "x"}}, {"GET", "/invite", nil}, {"DELETE", "/invite", nil},
			{"DELETE", "/participants", object{"wa_ids": list{ada}}}, {"POST", "/leave", nil}, {"GET", "/icon", nil},
			{"POST", "/icon", form(t, "File", png)}, {"DELETE", "/icon", nil},
			{"PATCH", "/admins", object{"wa_ids": list{ada}}}, {"DELETE", "/admins", object{"wa_ids": list{ada}}},
		} {
			w.refuse(404, 1006, call.method, path+call.what, call.body)
		}
	})
}

func TestGroupIcon(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		path, _ := w.group()
		other, _ := w.group()
		w.refuse(404, 1006, "GET", path+"/icon", nil)
		w.refuse(404, 1006, "DELETE", path+"/icon", nil)
		w.ok("POST", path+"/icon", form(t, "File", png))
		contentType, icon := w.raw(path + "/icon")
		require.Equal(t, "image/png", contentType)
		require.Equal(t, png, icon)
		w.refuse(404, 1006, "GET", other+"/icon", nil)
		w.refuse(400, 1009, "POST", path+"/icon", form(t, "File", "hello"))
		w.refuse(415, 1025, "POST", path+"/icon", upload{"", "hello"})
		w.ok("DELETE", path+"/icon", nil)
		w.refuse(404, 1006, "GET", path+"/icon", nil)
	})
}
