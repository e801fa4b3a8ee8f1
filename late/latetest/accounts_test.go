package latetest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

func TestBulkSendReturnsAResultPerRecipient(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		w.approve("hello")
		w.FailPhone(phone(2), "Not on WhatsApp")
		body := object{
			"accountId": w.AccountID(), "template": object{"name": "hello", "language": "en_US"},
			"recipients": list{recipient(1), recipient(2), object{"phone": "3"}, object{"phone": phone(4)}, recipient(1)},
		}
		reply := w.ok("POST", "/bulk", body)
		require.Equal(t, object{"total": 5., "sent": 2., "failed": 3.}, reply["summary"])
		require.Equal(t, []any{true, false, false, false, true}, each(reply["results"], "success"))
		require.NotEmpty(t, at(reply, "results", 0, "messageId"))
		require.Equal(t, "Not on WhatsApp", at(reply, "results", 1, "error"))
		require.Len(t, w.Messages(), 2, "a duplicate gets two messages")
		require.Empty(t, w.Messages()[0].BroadcastID)

		var many list
		for n := range 101 {
			many = append(many, recipient(n))
		}
		for _, more := range []object{
			{"accountId": ""}, {"recipients": list{}}, {"recipients": many}, {"template": object{"name": "hello"}},
			{"template": object{"name": "other", "language": "en_US"}},
		} {
			wrong := object{}
			for _, m := range []object{body, more} {
				for k, v := range m {
					wrong[k] = v
				}
			}
			w.call(400, "POST", "/bulk", wrong)
		}
		body["accountId"] = "nobody"
		w.call(404, "POST", "/bulk", body)
		require.Len(t, w.Messages(), 2)
	})
}

func TestGroupsFollowFromContacts(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		no := false
		w.AddContacts(
			lateapi.CreateContactRequest{Phone: phone(1), Name: "A", Groups: []string{"b", "a"}},
			lateapi.CreateContactRequest{Phone: phone(2), Name: "B", Groups: []string{"a"}, IsOptedIn: &no},
			lateapi.CreateContactRequest{Phone: phone(3), Name: "C"},
		)
		groups := func() any { return w.ok("GET", "/groups?accountId=ACCOUNT", nil)["groups"] }
		reply := w.ok("GET", "/groups?accountId=ACCOUNT", nil)
		require.Equal(t, list{
			object{"name": "a", "totalCount": 2., "optedInCount": 1.},
			object{"name": "b", "totalCount": 1., "optedInCount": 1.},
		}, reply["groups"])
		require.Equal(t, object{"totalContacts": 3., "optedInContacts": 2., "groupCount": 2.}, reply["summary"])

		rename := object{"accountId": w.AccountID(), "oldName": "b", "newName": "c"}
		require.EqualValues(t, 1, w.ok("POST", "/groups", rename)["modified"])
		w.call(404, "POST", "/groups", rename)
		require.Equal(t, []any{"a", "c"}, each(groups(), "name"))
		w.ok("POST", "/groups", object{"accountId": w.AccountID(), "oldName": "c", "newName": "a"})
		require.Equal(t, list{object{"name": "a", "totalCount": 2., "optedInCount": 1.}}, groups(), "the groups are merged")

		remove := object{"accountId": w.AccountID(), "groupName": "a"}
		require.EqualValues(t, 2, w.ok("DELETE", "/groups", remove)["modified"])
		w.call(404, "DELETE", "/groups", remove)
		require.Equal(t, list{}, groups())
		require.EqualValues(t, 3, at(w.ok("GET", "/contacts?accountId=ACCOUNT", nil), "pagination", "total"), "the contacts remain")

		w.call(400, "GET", "/groups", nil)
		w.call(404, "GET", "/groups?accountId=nobody", nil)
		w.call(400, "POST", "/groups", object{"accountId": w.AccountID(), "oldName": "a"})
		w.call(400, "POST", "/groups", object{"accountId": w.AccountID(), "newName": "a"})
		w.call(404, "POST", "/groups", object{"accountId": "nobody", "oldName": "a", "newName": "b"})
		w.call(400, "DELETE", "/groups", object{"accountId": w.AccountID()})
		w.call(404, "DELETE", "/groups", object{"accountId": "nobody", "groupName": "a"})
	})
}

func TestBusinessProfileUpdateChangesOnlySentFields(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		update := func(status int, more object) {
			more["accountId"] = w.AccountID()
			w.call(status, "POST", "/business-profile", more)
		}
		profile := func() any { return w.ok("GET", "/business-profile?accountId=ACCOUNT", nil)["businessProfile"] }
		require.Equal(t, object{}, profile())
		update(200, object{
			"about": strings.Repeat("é", 139), "description": strings.Repeat("x", 512), "email": "a@example.com",
			"websites": list{"https://a.example", "http://b.example"}, "address": "Oslo", "vertical": "RETAIL",
		})
		update(200, object{"address": "", "websites": list{}, "profilePictureHandle": "4::h"})
		require.Equal(t, object{
			"about": strings.Repeat("é", 139), "description": strings.Repeat("x", 512), "email": "a@example.com",
			"websites": list{}, "vertical": "RETAIL", "profilePictureUrl": "https://pps.whatsapp.net/4::h",
		}, profile())
		for _, wrong := range []object{
			{"about": strings.Repeat("x", 140)}, {"description": strings.Repeat("x", 513)}, {"email": "a"},
			{"websites": list{"https://a.example", "https://b.example", "https://c.example"}}, {"websites": list{"a.example"}},
			{"websites": "https://a.example"},
		} {
			update(400, wrong)
		}
		w.call(400, "GET", "/business-profile", nil)
		w.call(400, "POST", "/business-profile", object{})
		w.call(404, "GET", "/business-profile?accountId=nobody", nil)
		w.call(404, "POST", "/business-profile", object{"accountId": "nobody"})
	})
}
