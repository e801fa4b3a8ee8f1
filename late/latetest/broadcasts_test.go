package latetest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late/lateapi"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// approve adds an approved template with one placeholder.
func (w *wire) approve(name string) {
	w.AddTemplate(lateapi.CreateTemplateRequest{
		Name: name, Category: lateapi.TemplateCategoryUtility, Language: "en_US",
		Components: []lateapi.TemplateComponent{{Type: "body", Text: "Hi {{1}}"}},
	})
}

func recipient(n int) object {
	return object{"phone": phone(n), "name": "Ada", "variables": object{"1": "Ada"}}
}

// draft creates a broadcast of the template "hello" and returns its path.
func (w *wire) draft(recipients ...any) string {
	w.t.Helper()
	return "/broadcasts/" + id(w.ok("POST", "/broadcasts", object{
		"accountId": w.AccountID(), "name": "News", "description": "Monthly",
		"template": object{"name": "hello", "language": "en_US"}, "recipients": append(list{}, recipients...),
	}), "broadcast")
}

func (w *wire) broadcast(path string) object {
	w.t.Helper()
	return at(w.ok("GET", path, nil), "broadcast").(object)
}

func in(w *wire, d time.Duration) object {
	return object{"scheduledAt": w.Now().Add(d).Format(time.RFC3339Nano)}
}

func TestBroadcastIsSentToEveryRecipientOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		w.approve("hello")
		path := w.draft(recipient(1), recipient(2), recipient(1))
		b := w.broadcast(path)
		require.Equal(t, "draft", b["status"])
		require.EqualValues(t, 2, b["recipientCount"])
		require.EqualValues(t, 0, b["sentCount"], "responses include 0")
		require.Equal(t, object{"name": "hello", "language": "en_US"}, b["template"])

		reply := w.ok("PATCH", path+"/recipients", object{"recipients": list{recipient(2), recipient(3), recipient(3)}})
		require.Equal(t, object{"success": true, "added": 1., "duplicates": 2., "totalRecipients": 3.}, reply)
		reply = w.ok("DELETE", path+"/recipients", object{"phones": list{phone(1), phone(1), phone(9)}})
		require.Equal(t, object{"success": true, "removed": 1., "totalRecipients": 2.}, reply)
		require.Empty(t, w.Messages())

		reply = w.ok("POST", path+"/send", nil)
		require.Equal(t, object{"success": true, "status": "completed", "sent": 2., "failed": 0., "total": 2.}, reply)
		b = w.broadcast(path)
		require.Equal(t, "completed", b["status"])
		require.NotEmpty(t, b["startedAt"])
		require.NotEmpty(t, b["completedAt"])

		sent := w.Messages()
		require.Len(t, sent, 2)
		for i, m := range sent {
			require.Equal(t, phone(i+2), m.Phone)
			require.Equal(t, "hello", m.Template)
			require.Equal(t, "en_US", m.Language)
			require.Equal(t, map[string]string{"1": "Ada"}, m.Variables)
			require.Equal(t, path, "/broadcasts/"+m.BroadcastID)
			require.Equal(t, w.AccountID(), m.AccountID)
			require.NotEmpty(t, m.ID)
		}

		// A broadcast that was sent does not change anymore.
		w.call(400, "POST", path+"/send", nil)
		w.call(400, "POST", path+"/schedule", in(w, time.Hour))
		w.call(400, "DELETE", path+"/schedule", nil)
		w.call(400, "PATCH", path+"/recipients", object{"recipients": list{recipient(4)}})
		w.call(400, "DELETE", path+"/recipients", object{"phones": list{phone(2)}})
		w.call(400, "DELETE", path, nil)
		require.Len(t, w.Messages(), 2)
	})
}

func TestScheduledBroadcastIsSentOnTime(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		w.approve("hello")
		path := w.draft(recipient(1))
		reply := w.ok("POST", path+"/schedule", in(w, time.Hour))
		require.Equal(t, "scheduled", at(reply, "broadcast", "status"))
		at1 := at(reply, "broadcast", "scheduledAt")
		require.NotEmpty(t, at1)

		w.call(400, "POST", path+"/schedule", in(w, 2*time.Hour)) // no longer a draft
		w.call(400, "PATCH", path+"/recipients", object{"recipients": list{recipient(2)}})
		w.call(400, "DELETE", path, nil)

		reply = w.ok("DELETE", path+"/schedule", nil)
		require.Equal(t, "draft", at(reply, "broadcast", "status"))
		require.Nil(t, at(reply, "broadcast", "scheduledAt"))
		w.call(400, "DELETE", path+"/schedule", nil)
		w.Advance(2 * time.Hour)
		require.Equal(t, "draft", w.broadcast(path)["status"])

		due := w.Now().Add(30*24*time.Hour - time.Second)
		w.ok("POST", path+"/schedule", object{"scheduledAt": due})
		w.Advance(30*24*time.Hour - 2*time.Second)
		require.Equal(t, "scheduled", w.broadcast(path)["status"])
		require.Empty(t, w.Messages())
		w.Advance(time.Hour)
		require.Len(t, w.Messages(), 1, "no request is needed")
		require.WithinDuration(t, due, w.Messages()[0].SentAt, time.Second)
		b := w.broadcast(path)
		require.Equal(t, "completed", b["status"])
		require.EqualValues(t, 1, b["readCount"])

		early := w.draft(recipient(1))
		w.ok("POST", early+"/schedule", in(w, time.Hour))
		w.ok("POST", early+"/send", nil) // a scheduled broadcast can be sent now
		w.Advance(2 * time.Hour)
		require.Len(t, w.Messages(), 2, "it is not sent twice")
	})
}

func TestScheduledBroadcastWithoutTemplateFails(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	path := w.draft(recipient(1))
	w.ok("POST", path+"/schedule", in(w, time.Hour))
	w.Advance(time.Hour)
	require.Equal(t, "failed", w.broadcast(path)["status"])
	require.Contains(t, at(w.ok("GET", path+"/recipients", nil), "recipients", 0, "error"), "does not exist")
	require.Empty(t, w.Messages())
}

func TestBroadcastsAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		w.approve("hello")
		first, second, third := w.draft(recipient(1)), w.draft(), w.draft(recipient(1))
		w.ok("POST", first+"/send", nil)
		w.ok("POST", third+"/schedule", in(w, time.Hour))
		for query, want := range map[string][]any{
			"":                      {third, second, first},
			"&status=draft":         {second},
			"&status=completed":     {first},
			"&status=scheduled":     {third},
			"&status=cancelled":     {},
			"&limit=2":              {third, second},
			"&limit=2&skip=2":       {first},
			"&limit=1&status=draft": {second},
			"&limit=1000&skip=1":    {second, first},
		} {
			reply := w.ok("GET", "/broadcasts?accountId=ACCOUNT"+query, nil)
			paths := []any{}
			for _, one := range each(reply["broadcasts"], "id") {
				paths = append(paths, "/broadcasts/"+one.(string))
			}
			require.Equal(t, want, paths, query)
		}
		page := w.ok("GET", "/broadcasts?accountId=ACCOUNT&limit=2", nil)
		require.Equal(t, object{"total": 3., "limit": 2., "skip": 0., "hasMore": true}, page["pagination"])
		w.call(400, "GET", "/broadcasts", nil)
		w.call(400, "GET", "/broadcasts?accountId=ACCOUNT&status=lost", nil)
		w.call(400, "GET", "/broadcasts?accountId=ACCOUNT&limit=x", nil)
		w.call(404, "GET", "/broadcasts?accountId=nobody", nil)
		w.ok("DELETE", second, nil)
		w.call(404, "DELETE", second, nil)
		require.Len(t, w.ok("GET", "/broadcasts?accountId=ACCOUNT", nil)["broadcasts"], 2)
	})
}

func TestRecipientsArePaged(t *testing.T) {
	t.Parallel()
	w := newWire(t, latetest.WithPageCap(150))
	var all []any
	for n := range 260 {
		all = append(all, recipient(n))
	}
	path := w.draft(all...)
	page := w.ok("GET", path+"/recipients", nil)
	require.Equal(t, object{"total": 260., "limit": 100., "skip": 0., "hasMore": true}, page["pagination"])
	page = w.ok("GET", path+"/recipients?limit=1000&skip=150", nil)
	require.Equal(t, object{"total": 260., "limit": 150., "skip": 150., "hasMore": false}, page["pagination"])
	require.Len(t, page["recipients"], 110)
	require.Equal(t, phone(150), at(page, "recipients", 0, "phone"))
	w.call(400, "GET", path+"/recipients?status=lost", nil)
	w.call(400, "GET", path+"/recipients?skip=-1", nil)
}

func TestInvalidBroadcastIsRejected(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.approve("hello")
	template := object{"name": "hello", "language": "en_US"}
	for _, more := range []object{
		{"accountId": ""}, {"name": ""}, {"template": nil}, {"template": object{"name": "hello"}},
		{"template": object{"language": "en"}}, {"recipients": list{object{"phone": "1"}}}, {"recipients": list{object{}}},
	} {
		body := object{"accountId": w.AccountID(), "name": "News", "template": template}
		for k, v := range more {
			body[k] = v
		}
		w.call(400, "POST", "/broadcasts", body)
	}
	w.call(404, "POST", "/broadcasts", object{"accountId": "nobody", "name": "News", "template": template})

	empty, path := w.draft(), w.draft(recipient(1))
	var many list
	for n := range 1001 {
		many = append(many, recipient(n))
	}
	for _, tc := range []struct {
		method, path string
		body         any
	}{
		{"POST", empty + "/send", nil},
		{"POST", empty + "/schedule", in(w, time.Hour)},
		{"POST", path + "/schedule", in(w, -time.Second)},
		{"POST", path + "/schedule", in(w, 30*24*time.Hour+time.Minute)},
		{"POST", path + "/schedule", object{}},
		{"POST", path + "/schedule", object{"scheduledAt": "tomorrow"}},
		{"POST", path + "/schedule", object{"scheduledAt": 5}},
		{"PATCH", path + "/recipients", object{"recipients": many}},
		{"PATCH", path + "/recipients", object{"recipients": list{}}},
		{"PATCH", path + "/recipients", object{"recipients": list{recipient(2), object{"phone": "2"}}}},
		{"DELETE", path + "/recipients", object{"phones": list{}}},
	} {
		w.call(400, tc.method, tc.path, tc.body)
	}
	require.EqualValues(t, 1, w.broadcast(path)["recipientCount"], "one malformed phone rejects the whole list")
	w.ok("PATCH", path+"/recipients", object{"recipients": many[:1000]})
	for _, tc := range [][2]string{
		{"GET", ""}, {"DELETE", ""}, {"POST", "/send"}, {"DELETE", "/schedule"}, {"GET", "/recipients"},
	} {
		w.call(404, tc[0], "/broadcasts/65f0c0ffee00000000000000"+tc[1], nil)
	}
	w.call(404, "POST", "/broadcasts/1/schedule", in(w, time.Hour))
	w.call(404, "PATCH", "/broadcasts/1/recipients", object{"recipients": list{recipient(1)}})
	w.call(404, "DELETE", "/broadcasts/1/recipients", object{"phones": list{phone(1)}})
}
