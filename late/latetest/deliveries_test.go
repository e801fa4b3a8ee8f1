package latetest_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late/lateapi"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func TestDeliveryFollowsTheClock(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		w.approve("hello")
		var all []any
		for n := range 40 {
			all = append(all, recipient(n))
		}
		w.FailPhone(phone(7), "Not on WhatsApp")
		path := w.draft(all...)
		require.EqualValues(t, 40, at(w.ok("GET", path+"/recipients", nil), "summary", "pending"))
		w.ok("POST", path+"/send", nil)

		before := map[string]float64{}
		seen := map[string]bool{}
		for range 12 {
			page := w.ok("GET", path+"/recipients?limit=100", nil)
			b, s := w.broadcast(path), page["summary"].(object)
			counts := map[any]float64{}
			for _, status := range each(page["recipients"], "status") {
				counts[status]++
				seen[status.(string)] = true
			}
			for _, status := range []string{"pending", "sent", "delivered", "read", "failed"} {
				require.Equal(t, counts[status], s[status], status)
			}
			require.EqualValues(t, 40, s["total"])
			require.EqualValues(t, 1, b["failedCount"])
			require.EqualValues(t, 39, b["sentCount"], "includes delivered and read messages")
			require.Equal(t, counts["delivered"]+counts["read"], b["deliveredCount"])
			require.Equal(t, counts["read"], b["readCount"])
			for _, count := range []string{"deliveredCount", "readCount"} {
				require.GreaterOrEqual(t, b[count].(float64), before[count])
				before[count] = b[count].(float64)
			}
			w.Advance(time.Second)
		}
		require.EqualValues(t, 39, before["readCount"])
		require.Equal(t, map[string]bool{"sent": true, "delivered": true, "read": true, "failed": true}, seen)

		failed := w.ok("GET", path+"/recipients?status=failed", nil)
		require.Equal(t, []any{phone(7)}, each(failed["recipients"], "phone"))
		require.Equal(t, "Not on WhatsApp", at(failed, "recipients", 0, "error"))
		require.Nil(t, at(failed, "recipients", 0, "messageId"))
		require.EqualValues(t, 1, at(failed, "pagination", "total"))
		require.EqualValues(t, 40, at(failed, "summary", "total"), "the summary includes all recipients")
		read := at(w.ok("GET", path+"/recipients?status=read&limit=1", nil), "recipients", 0).(object)
		for _, field := range []string{"messageId", "sentAt", "deliveredAt", "readAt", "name", "variables"} {
			require.NotEmpty(t, read[field], field)
		}
	})
}

func TestRecipientsFailIndividually(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		w.approve("hello")
		no := false
		w.AddContacts(lateapi.CreateContactRequest{Phone: phone(1), Name: "Out", IsOptedIn: &no})
		blocked := w.AddContacts(lateapi.CreateContactRequest{Phone: phone(2), Name: "Blocked"})[0].ID
		w.ok("PUT", "/contacts/"+blocked, object{"isBlocked": true})
		known := w.AddContacts(lateapi.CreateContactRequest{Phone: phone(3), Name: "Known"})[0].ID
		w.FailPhone(phone(5), "No such phone")
		path := w.draft(recipient(1), recipient(2), recipient(3), object{"phone": phone(4)}, recipient(5))
		reply := w.ok("POST", path+"/send", nil)
		require.Equal(t, object{"success": true, "status": "completed", "sent": 1., "failed": 4., "total": 5.}, reply)
		errors := each(w.ok("GET", path+"/recipients", nil)["recipients"], "error")
		for i, want := range []string{"opted out", "blocked", "", "{{1}} is missing", "No such phone"} {
			if want == "" {
				require.Nil(t, errors[i])
			} else {
				require.Contains(t, errors[i], want)
			}
		}
		require.Len(t, w.Messages(), 1)
		c := at(w.ok("GET", "/contacts/"+known, nil), "contact").(object)
		require.EqualValues(t, 1, c["messagesSentCount"])
		require.NotEmpty(t, c["lastMessageSentAt"])

		path = w.draft(recipient(5))
		reply = w.ok("POST", path+"/send", nil)
		require.Equal(t, object{"success": false, "status": "failed", "sent": 0., "failed": 1., "total": 1.}, reply)
		require.Equal(t, "failed", w.broadcast(path)["status"])
	})
}

func TestTemplateVariablesOverrideRecipientVariables(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.approve("hello")
	path := "/broadcasts/" + id(w.ok("POST", "/broadcasts", object{
		"accountId": w.AccountID(), "name": "News", "recipients": list{object{"phone": phone(1)}},
		"template": object{"name": "hello", "language": "en_US", "components": list{
			object{"type": "body", "parameters": list{object{"type": "text", "text": "all"}}},
		}},
	}), "broadcast")
	require.EqualValues(t, 1, w.ok("POST", path+"/send", nil)["sent"])
}

func TestSendingABroadcastRequiresAnApprovedTemplate(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		path := w.draft(recipient(1))
		require.Contains(t, w.call(400, "POST", path+"/send", nil)["error"], "does not exist")
		w.ok("POST", "/templates", w.template("hello", object{"language": "nb"}))
		w.Advance(time.Hour)
		w.call(400, "POST", path+"/send", nil) // another language

		w.RejectTemplate("hello", "Too loud")
		w.ok("POST", "/templates", w.template("hello", object{"components": list{object{"type": "body", "text": "Hi"}}}))
		require.Contains(t, w.call(400, "POST", path+"/send", nil)["error"], "under review")
		w.Advance(time.Hour)
		require.Contains(t, w.call(400, "POST", path+"/send", nil)["error"], "Too loud")
		require.Equal(t, "draft", w.broadcast(path)["status"])
		w.RejectTemplate("hello", "")
		w.ok("POST", path+"/send", nil)
	})
}

func TestSendTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, latetest.InProcess(), latetest.WithSendTime(10*time.Second))
		w.approve("hello")
		path := w.draft(recipient(1), recipient(2), recipient(3))
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		_, err := w.client.Do(w.request("POST", path+"/send", nil).WithContext(ctx))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Len(t, w.Messages(), 1)
		b := w.broadcast(path)
		require.Equal(t, "sending", b["status"])
		require.EqualValues(t, 1, b["sentCount"])
		require.Equal(t, []any{phone(2), phone(3)}, each(w.ok("GET", path+"/recipients?status=pending", nil)["recipients"], "phone"))
		w.call(400, "POST", path+"/send", nil)
		w.Advance(15 * time.Second)
		require.Equal(t, "completed", w.broadcast(path)["status"], "sending continues after the client has gone")
		require.Len(t, w.Messages(), 3)

		begin := time.Now()
		path = w.draft(recipient(1), recipient(2))
		require.EqualValues(t, 2, w.ok("POST", path+"/send", nil)["sent"])
		require.Equal(t, 20*time.Second, time.Since(begin))
		require.Equal(t, "completed", w.broadcast(path)["status"])
	})
}
