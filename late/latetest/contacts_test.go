package latetest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

func TestContactGetsDefaults(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		c := at(w.ok("POST", "/contacts", w.contact(1, nil)), "contact").(object)
		require.Regexp(t, `^[0-9a-f]{24}$`, c["id"])
		require.Equal(t, true, c["isOptedIn"])
		require.NotEmpty(t, c["optInDate"])
		require.Equal(t, "16315550001", c["waId"])
		require.Equal(t, list{}, c["tags"], "responses include empty lists")
		require.Equal(t, false, c["isBlocked"], "responses include false")
		require.Equal(t, c, at(w.ok("GET", "/contacts/"+c["id"].(string), nil), "contact"))

		c = at(w.ok("POST", "/contacts", w.contact(2, object{
			"isOptedIn": false, "unheardOf": 1, "tags": list{"a", "b", "a"}, "customFields": object{"city": "Oslo"},
		})), "contact").(object)
		require.Equal(t, false, c["isOptedIn"])
		require.Nil(t, c["optInDate"])
		require.Equal(t, list{"a", "b"}, c["tags"])
		require.Equal(t, object{"city": "Oslo"}, c["customFields"])
	})
}

func TestInvalidContactIsRejected(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		more   object
		status int
		param  any
	}{
		"no account":          {object{"accountId": ""}, 400, "accountId"},
		"another account":     {object{"accountId": "nobody"}, 404, "accountId"},
		"no name":             {object{"name": " "}, 400, "name"},
		"no phone":            {object{"phone": ""}, 400, "phone"},
		"phone without plus":  {object{"phone": "16315551234"}, 400, "phone"},
		"a phone from 0":      {object{"phone": "+0631555123"}, 400, "phone"},
		"a phone too short":   {object{"phone": "+163155"}, 400, "phone"},
		"a phone too long":    {object{"phone": "+1631555123456789"}, 400, "phone"},
		"a phone with spaces": {object{"phone": "+1 631 555 1234"}, 400, "phone"},
		"existing phone": {
			object{"phone": phone(1)}, 409, "phone"},
		"name of the wrong type": {object{"name": 5}, 400, "name"},
		"tags of another type":   {object{"tags": "vip"}, 400, "tags"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t)
			w.ok("POST", "/contacts", w.contact(1, nil))
			reply := w.call(tc.status, "POST", "/contacts", w.contact(2, tc.more))
			require.Equal(t, tc.param, reply["param"])
			require.NotEmpty(t, reply["code"])
			require.NotEmpty(t, reply["type"])
			require.EqualValues(t, 1, at(w.ok("GET", "/contacts?accountId=ACCOUNT", nil), "pagination", "total"))
		})
	}
}

func TestContactsAreFilteredSortedAndPaged(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		no := false
		w.AddContacts(
			lateapi.CreateContactRequest{Phone: "+4712345678", Name: "Cleo", Tags: []string{"vip"}, Company: "ACME"},
			lateapi.CreateContactRequest{Phone: "+4712345679", Name: "Ada", Groups: []string{"oslo"}, IsOptedIn: &no},
			lateapi.CreateContactRequest{Phone: "+15551234567", Name: "Bob", Tags: []string{"vip", "new"}, Email: "Bob@example.com"},
			lateapi.CreateContactRequest{Phone: "+15551234568", Name: "Ada", Groups: []string{"bergen"}},
		)
		const first, second, bob, cleo = "+4712345679", "+15551234568", "+15551234567", "+4712345678"
		for query, want := range map[string]list{
			"":                         {first, second, bob, cleo},
			"&tag=vip":                 {bob, cleo},
			"&tag=vi":                  {},
			"&tag=vip&search=aCm":      {cleo},
			"&group=oslo":              {first},
			"&optedIn=true":            {second, bob, cleo},
			"&optedIn=false":           {first},
			"&search=bob%40EXAMPLE":    {bob},
			"&search=%2B4712":          {first, cleo},
			"&search=ada&optedIn=true": {second},
			"&limit=2":                 {first, second},
			"&limit=2&skip=2":          {bob, cleo},
			"&limit=3&skip=3":          {cleo},
			"&skip=9":                  {},
		} {
			reply := w.ok("GET", "/contacts?accountId=ACCOUNT"+query, nil)
			require.Equal(t, want, list(each(reply["contacts"], "phone")), query)
			require.Equal(t, object{"tags": list{"new", "vip"}, "groups": list{"bergen", "oslo"}}, reply["filters"], query)
		}
		page := w.ok("GET", "/contacts?accountId=ACCOUNT&limit=3", nil)
		require.Equal(t, object{"total": 4., "limit": 3., "skip": 0., "hasMore": true}, page["pagination"])
		page = w.ok("GET", "/contacts?accountId=ACCOUNT&limit=3&skip=1", nil)
		require.Equal(t, object{"total": 4., "limit": 3., "skip": 1., "hasMore": false}, page["pagination"])
		page = w.ok("GET", "/contacts?accountId=ACCOUNT", nil)
		require.EqualValues(t, 50, at(page, "pagination", "limit"))
		page = w.ok("GET", "/contacts?accountId=ACCOUNT&limit=5000", nil)
		require.EqualValues(t, 100, at(page, "pagination", "limit"), "the cap")

		for _, wrong := range []string{"limit=0", "limit=-1", "limit=x", "skip=-1", "skip=x", "optedIn=yes"} {
			w.call(400, "GET", "/contacts?accountId=ACCOUNT&"+wrong, nil)
		}
		w.call(400, "GET", "/contacts", nil)
		w.call(404, "GET", "/contacts?accountId=nobody", nil)
	})
}

func TestContactUpdateChangesOnlySentFields(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		path := "/contacts/" + id(w.ok("POST", "/contacts", w.contact(1, object{
			"tags": list{"a"}, "groups": list{"g"}, "notes": "n", "email": "a@example.com", "company": "ACME",
			"customFields": object{"city": "Oslo", "size": "3"},
		})), "contact")
		before := at(w.ok("GET", path, nil), "contact").(object)
		w.Advance(time.Hour)
		changed := func(body object) object {
			return at(w.ok("PUT", path, body), "contact").(object)
		}
		c := changed(object{})
		require.NotEqual(t, before["updatedAt"], c["updatedAt"])
		c["updatedAt"] = before["updatedAt"]
		require.Equal(t, before, c, "omitted fields do not change")

		require.Equal(t, list{}, changed(object{"tags": list{}})["tags"])
		require.Equal(t, list{"h", "i"}, changed(object{"groups": list{"h", "i"}})["groups"])
		c = changed(object{"notes": "", "email": "", "company": ""})
		require.Nil(t, c["notes"])
		require.Nil(t, c["email"])
		require.Nil(t, c["company"])
		require.Equal(t, object{"city": "Bergen", "zip": "5003"},
			changed(object{"customFields": object{"size": nil, "city": "Bergen", "zip": "5003"}})["customFields"])
		require.Equal(t, "Zoe", changed(object{"name": "Zoe"})["name"])
		require.Equal(t, true, changed(object{"isBlocked": true})["isBlocked"])

		out := changed(object{"isOptedIn": false})
		require.Equal(t, false, out["isOptedIn"])
		require.NotEmpty(t, out["optOutDate"])
		require.Equal(t, before["optInDate"], out["optInDate"])
		w.Advance(time.Hour)
		require.Equal(t, out["optOutDate"], changed(object{"isOptedIn": false})["optOutDate"], "no change, no new date")
		again := changed(object{"isOptedIn": true})["optInDate"]
		require.NotEqual(t, before["optInDate"], again)
		w.Advance(time.Hour)
		require.Equal(t, again, changed(object{"isOptedIn": true})["optInDate"])

		w.call(400, "PUT", path, object{"name": ""})
		w.call(400, "PUT", path, object{"isOptedIn": "no"})
		w.call(404, "PUT", "/contacts/65f0c0ffee00000000000000", object{})
	})
}

func TestRenamedContactMovesInTheList(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	added := w.AddContacts(
		lateapi.CreateContactRequest{Phone: phone(1), Name: "A"}, lateapi.CreateContactRequest{Phone: phone(2), Name: "B"},
	)
	w.ok("GET", "/contacts?accountId=ACCOUNT", nil)
	w.ok("PUT", "/contacts/"+added[0].ID, object{"name": "C"})
	require.Equal(t, []any{"B", "C"}, each(w.ok("GET", "/contacts?accountId=ACCOUNT", nil)["contacts"], "name"))
}

func TestDeletedContactIsGone(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		path := "/contacts/" + id(w.ok("POST", "/contacts", w.contact(1, nil)), "contact")
		w.ok("POST", "/contacts", w.contact(2, nil))
		w.ok("DELETE", path, nil)
		w.call(404, "GET", path, nil)
		w.call(404, "DELETE", path, nil)
		require.Equal(t, []any{phone(2)}, each(w.ok("GET", "/contacts?accountId=ACCOUNT", nil)["contacts"], "phone"))
		w.ok("POST", "/contacts", w.contact(1, nil)) // the phone number is available again
	})
}

func TestImportReturnsAResultPerRow(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		there := id(w.ok("POST", "/contacts", w.contact(1, nil)), "contact")
		rows := list{
			object{"phone": phone(1), "name": "There"},
			object{"phone": phone(2), "name": "New", "tags": list{"own", "all"}},
			object{"phone": "12", "name": "Wrong"},
			object{"phone": phone(3), "name": ""},
			object{"phone": phone(2), "name": "Again"},
			object{"phone": phone(1), "name": ""},
		}
		body := object{"accountId": w.AccountID(), "contacts": rows, "defaultTags": list{"all", "csv"}, "defaultGroups": list{"g"}}
		reply := w.ok("POST", "/contacts/import", body)
		require.Equal(t, object{"total": 6., "created": 1., "skipped": 2., "failed": 3.}, reply["summary"])
		results := reply["results"]
		require.Equal(t, []any{false, true, false, false, false, false}, each(results, "success"))
		created := at(results, 1, "contactId").(string)
		require.Equal(t, []any{there, created, nil, nil, created, nil}, each(results, "contactId"),
			"a skipped row names the contact that is there, a failed one does not")
		require.Nil(t, at(results, 1, "error"))
		for _, i := range []int{0, 2, 3, 4, 5} {
			require.NotEmpty(t, at(results, i, "error"))
		}
		c := at(w.ok("GET", "/contacts/"+created, nil), "contact").(object)
		require.Equal(t, list{"own", "all", "csv"}, c["tags"])
		require.Equal(t, list{"g"}, c["groups"])
		require.Equal(t, true, c["isOptedIn"])

		body["skipDuplicates"] = false
		reply = w.ok("POST", "/contacts/import", body)
		require.Equal(t, object{"total": 6., "created": 0., "skipped": 0., "failed": 6.}, reply["summary"])
		require.Equal(t, []any{nil, nil, nil, nil, nil, nil}, each(reply["results"], "contactId"))
	})
}

func TestBulkUpdateIgnoresUnknownIDs(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		first := id(w.ok("POST", "/contacts", w.contact(1, object{"tags": list{"a"}, "groups": list{"g"}})), "contact")
		second := id(w.ok("POST", "/contacts", w.contact(2, object{"isOptedIn": false})), "contact")
		for _, tc := range []struct {
			body     object
			modified float64
			field    string
			want     list // expected for the first and the second contact
		}{
			{object{"action": "addTags", "tags": list{"a", "b"}}, 2, "tags", list{list{"a", "b"}, list{"a", "b"}}},
			{object{"action": "removeTags", "tags": list{"a", "c"}}, 2, "tags", list{list{"b"}, list{"b"}}},
			{object{"action": "addGroups", "groups": list{"g"}}, 1, "groups", list{list{"g"}, list{"g"}}},
			{object{"action": "removeGroups", "groups": list{"g"}}, 2, "groups", list{list{}, list{}}},
			{object{"action": "optIn"}, 1, "isOptedIn", list{true, true}},
			{object{"action": "optOut"}, 2, "isOptedIn", list{false, false}},
			{object{"action": "block"}, 2, "isBlocked", list{true, true}},
			{object{"action": "block"}, 0, "isBlocked", list{true, true}},
			{object{"action": "unblock"}, 2, "isBlocked", list{false, false}},
		} {
			tc.body["contactIds"] = list{first, second, first, "65f0c0ffee00000000ffffff"}
			reply := w.ok("POST", "/contacts/bulk", tc.body)
			require.Equal(t, object{
				"success": true, "action": tc.body["action"], "matched": 2., "modified": tc.modified,
			}, reply)
			after := list{}
			for _, one := range []string{first, second} {
				after = append(after, at(w.ok("GET", "/contacts/"+one, nil), "contact", tc.field))
			}
			require.Equal(t, tc.want, after, "%v", tc.body)
		}
	})
}

func TestBulkDeleteCountsExistingContacts(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		first := id(w.ok("POST", "/contacts", w.contact(1, nil)), "contact")
		w.ok("POST", "/contacts", w.contact(2, nil))
		body := object{"contactIds": list{first, first, "65f0c0ffee00000000ffffff"}}
		require.Equal(t, object{"success": true, "deleted": 1.}, w.ok("DELETE", "/contacts/bulk", body))
		require.Equal(t, object{"success": true, "deleted": 0.}, w.ok("DELETE", "/contacts/bulk", body))
		require.EqualValues(t, 1, at(w.ok("GET", "/contacts?accountId=ACCOUNT", nil), "pagination", "total"))
	})
}

func TestLimitsOfTheContract(t *testing.T) {
	t.Parallel()
	many := func(n int, item any) list {
		all := list{}
		for range n {
			all = append(all, item)
		}
		return all
	}
	row := object{"phone": phone(1), "name": "Ada"}
	for name, tc := range map[string]struct {
		status       int
		method, path string
		body         object
	}{
		"1000 imports":        {200, "POST", "/contacts/import", object{"contacts": many(1000, row)}},
		"1001 imports":        {400, "POST", "/contacts/import", object{"contacts": many(1001, row)}},
		"no imports":          {400, "POST", "/contacts/import", object{"contacts": list{}}},
		"500 updates":         {200, "POST", "/contacts/bulk", object{"action": "block", "contactIds": many(500, "a")}},
		"501 updates":         {400, "POST", "/contacts/bulk", object{"action": "block", "contactIds": many(501, "a")}},
		"no updates":          {400, "POST", "/contacts/bulk", object{"action": "block"}},
		"no action":           {400, "POST", "/contacts/bulk", object{"contactIds": list{"a"}}},
		"an unknown action":   {400, "POST", "/contacts/bulk", object{"action": "delete", "contactIds": list{"a"}}},
		"no tags to add":      {400, "POST", "/contacts/bulk", object{"action": "addTags", "contactIds": list{"a"}}},
		"no groups to remove": {400, "POST", "/contacts/bulk", object{"action": "removeGroups", "contactIds": list{"a"}, "tags": list{"t"}}},
		"500 deletes":         {200, "DELETE", "/contacts/bulk", object{"contactIds": many(500, "a")}},
		"501 deletes":         {400, "DELETE", "/contacts/bulk", object{"contactIds": many(501, "a")}},
		"no deletes":          {400, "DELETE", "/contacts/bulk", object{}},
		"body too large":      {413, "POST", "/contacts/import", object{"defaultTags": list{strings.Repeat("x", 5<<20)}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t)
			tc.body["accountId"] = w.AccountID()
			w.call(tc.status, tc.method, tc.path, tc.body)
		})
	}
}
