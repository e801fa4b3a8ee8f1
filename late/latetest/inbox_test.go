package latetest_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/lateapi"
	"github.com/wabakit/wabakit-go/late/latetest"
)

const inbox = "/v1/inbox/conversations"

// open lets a customer write and returns the path of the conversation.
func (w *wire) open(n int) (path string) {
	w.t.Helper()
	w.ReceiveText(phone(n), "hello")
	return inbox + "/" + at(w.ok("GET", inbox+"?limit=1", nil), "data", 0, "id").(string)
}

func TestCustomerWhoWritesOpensAConversation(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		path := w.open(1)
		w.ReceiveText(phone(1), "anybody there?")
		row := at(w.ok("GET", inbox, nil), "data", 0)
		require.EqualValues(t, 2, at(row, "unreadCount"))
		require.Equal(t, []any{phone(1), "anybody there?"}, []any{at(row, "participantId"), at(row, "lastMessage")})
		require.Equal(t, "active", at(w.ok("GET", path+"?accountId=ACCOUNT", nil), "data", "status"))

		sent := w.ok("POST", path+"/messages", object{"accountId": w.AccountID(), "message": "yes", "buttons": list{
			object{"type": "postback", "title": "Order", "payload": "order"},
		}})
		require.Len(t, w.Messages(), 1)
		require.Equal(t, at(sent, "data", "messageId"), w.Messages()[0].ID)
		require.Equal(t, "yes", w.Messages()[0].Text)
		require.EqualValues(t, 0, at(w.ok("GET", inbox, nil), "data", 0, "unreadCount"), "a reply reads the conversation")

		w.ok("PUT", path, object{"accountId": w.AccountID(), "status": "archived"})
		require.Empty(t, w.ok("GET", inbox+"?status=active", nil)["data"])
		w.ReceiveText(phone(1), "one more")
		require.Len(t, w.ok("GET", inbox+"?status=active", nil)["data"], 1, "a message activates the conversation")
		messages := w.ok("GET", path+"/messages?accountId=ACCOUNT", nil)["messages"]
		require.Equal(t, []any{"hello", "anybody there?", "yes", "one more"}, each(messages, "message"))
		require.Equal(t, []any{"incoming", "incoming", "outgoing", "incoming"}, each(messages, "direction"))

		w.call(400, "PUT", path, object{"accountId": w.AccountID(), "status": "deleted"})
		w.call(404, "GET", inbox+"/unknown?accountId=ACCOUNT", nil)
		w.call(400, "GET", path, nil)
		for _, query := range []string{"limit=101", "limit=0", "status=x", "sortOrder=x", "cursor=%25"} {
			w.call(400, "GET", inbox+"?"+query, nil)
		}
		require.Panics(t, func() { w.ReceiveText("1", "hello") })
	})
}

func TestInboxPagesByCursor(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		for n := range 5 {
			w.ReceiveText(phone(n), fmt.Sprint(n))
			w.Advance(time.Second)
		}
		for order, want := range map[string][]any{"desc": {"4", "3", "2", "1", "0"}, "asc": {"0", "1", "2", "3", "4"}} {
			var got []any
			cursor := ""
			for range 3 {
				page := w.ok("GET", inbox+"?limit=2&sortOrder="+order+"&cursor="+cursor, nil)
				got = append(got, each(page["data"], "lastMessage")...)
				cursor, _ = at(page, "pagination", "nextCursor").(string)
				require.Equal(t, cursor != "", at(page, "pagination", "hasMore"))
			}
			require.Equal(t, want, got)
		}
		path := w.open(0)
		page := w.ok("GET", path+"/messages?accountId=ACCOUNT&limit=1", nil)
		cursor := at(page, "pagination", "nextCursor").(string)
		page = w.ok("GET", path+"/messages?accountId=ACCOUNT&limit=1&cursor="+cursor, nil)
		require.Equal(t, []any{"hello"}, each(page["messages"], "message"))
		require.Equal(t, false, at(page, "pagination", "hasMore"))
	})
}

func TestInboxNamesAccountsThatFailed(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		path := w.open(1)
		w.Receive(late.IncomingMessage{
			WebhookEvent:   late.WebhookEvent{Account: late.WebhookAccount{ID: "two"}},
			WebhookMessage: late.WebhookMessage{Text: "hi", Sender: late.WebhookSender{BusinessScopedUserID: "US.1"}},
		})
		require.Len(t, w.ok("GET", inbox, nil)["data"], 2)
		w.FailAccount("one", "Token expired")
		page := w.ok("GET", inbox, nil)
		require.Equal(t, []any{"US.1"}, each(page["data"], "participantId"))
		require.EqualValues(t, 2, at(page, "meta", "accountsQueried"))
		require.Equal(t, []any{"one"}, each(at(page, "meta", "failedAccounts"), "accountId"))
		w.call(400, "GET", path+"/messages?accountId=one", nil)
		require.Equal(t, list{}, at(w.ok("GET", inbox+"?accountId=two", nil), "meta", "failedAccounts"))
	}, latetest.WithAccounts("one", "two"))
}

func TestInboxNeedsTheAddon(t *testing.T) {
	t.Parallel()
	w := newWire(t, latetest.InProcess(), latetest.WithoutInbox())
	w.call(403, "GET", inbox, nil)
	w.call(403, "POST", inbox, object{})
	for method, path := range map[string]string{"GET": "/x", "PUT": "/x", "POST": "/x/messages"} {
		w.call(403, method, inbox+path, object{})
	}
	w.call(403, "GET", inbox+"/x/messages", nil)
}

func TestReplyNeedsAnOpenWindowOrATemplate(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		w.AddTemplate(lateapi.CreateTemplateRequest{Name: "hello", Language: "en_US", Category: "UTILITY", Components: []lateapi.TemplateComponent{
			{Type: "BODY", Text: "Hello {{1}}"},
		}})
		path := w.open(1)
		text := object{"accountId": w.AccountID(), "message": "hi"}
		w.Advance(23 * time.Hour)
		w.ok("POST", path+"/messages", text)
		w.Advance(2 * time.Hour)
		refused := w.call(400, "POST", path+"/messages", text)
		require.EqualValues(t, 131047, at(refused, "platformError", "code"))
		template := func(components list) object {
			return object{"accountId": w.AccountID(), "template": object{"elements": list{object{
				"name": "hello", "language": "en_US", "components": components,
			}}}}
		}
		w.call(400, "POST", path+"/messages", template(nil))
		w.ok("POST", path+"/messages", template(list{object{"type": "body", "parameters": list{object{"type": "text", "text": "Ada"}}}}))
		w.call(400, "POST", path+"/messages", text)
		w.ReceiveText(phone(1), "here")
		w.ok("POST", path+"/messages", text)

		start := object{
			"accountId": w.AccountID(), "participantId": phone(2), "templateName": "hello", "templateLanguage": "en_US", "templateParams": list{"Bo"},
		}
		started := w.call(201, "POST", inbox, start)["data"]
		w.call(400, "POST", inbox+"/"+at(started, "conversationId").(string)+"/messages", text)
		last := w.Messages()[len(w.Messages())-1]
		require.Equal(t, latetest.Message{
			ID: at(started, "messageId").(string), AccountID: w.AccountID(), ConversationID: at(started, "conversationId").(string),
			Phone: phone(2), Template: "hello", Language: "en_US", Variables: map[string]string{"1": "Bo"}, Request: last.Request, SentAt: last.SentAt,
		}, last)
		for field, wrong := range map[string]any{
			"participantId": "1", "templateName": "", "templateLanguage": "de", "templateParams": list{},
		} {
			bad := object{}
			for k, v := range start {
				bad[k] = v
			}
			bad[field] = wrong
			w.call(400, "POST", inbox, bad)
		}
	})
}

func TestReplyLimits(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		path := w.open(1)
		many := func(n int, title string) list {
			var all list
			for range n {
				all = append(all, object{"type": "postback", "title": title, "payload": "p"})
			}
			return all
		}
		for _, wrong := range []object{
			{"message": ""},
			{"buttons": many(4, "a")},
			{"quickReplies": many(14, "a")},
			{"buttons": many(1, "a"), "quickReplies": many(1, "a")},
			{"buttons": many(1, strings.Repeat("a", 21))},
		} {
			body := object{"accountId": w.AccountID(), "message": "hi"}
			for k, v := range wrong {
				body[k] = v
			}
			w.call(400, "POST", path+"/messages", body)
		}
		require.Empty(t, w.Messages())

		form := new(bytes.Buffer)
		m := multipart.NewWriter(form)
		m.WriteField("accountId", w.AccountID())
		m.WriteField("buttons", `[{"type":"postback","title":"Yes"}]`)
		part, err := m.CreateFormFile("attachment", "a.png")
		require.NoError(t, err)
		part.Write([]byte("\x89PNG"))
		require.NoError(t, m.Close())
		req := w.request("POST", path+"/messages", form.String())
		req.Header.Set("Content-Type", m.FormDataContentType())
		resp, _ := w.do(req)
		require.Equal(t, 200, resp.StatusCode)
		status, content := w.send("GET", w.Messages()[0].AttachmentURL, "", "", false)
		require.Equal(t, 200, status)
		require.Equal(t, "\x89PNG", content)
	})
}

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, latetest.InProcess(), latetest.WithSendTime(time.Second))
		path := w.open(1)
		send := func(text string) (int, any) {
			req := w.request("POST", path+"/messages", object{"accountId": w.AccountID(), "message": text})
			req.Header.Set("Idempotency-Key", "key")
			resp, reply := w.do(req)
			return resp.StatusCode, reply["data"]
		}
		status, _ := send("")
		require.Equal(t, 400, status, "an error is not kept")
		var first any
		var all sync.WaitGroup
		all.Go(func() { status, first = send("hi") })
		synctest.Wait()
		inFlight, _ := send("hi")
		require.Equal(t, 409, inFlight)
		all.Wait()
		require.Equal(t, 200, status)
		status, replayed := send("hi")
		require.Equal(t, 200, status)
		require.Equal(t, first, replayed)
		status, _ = send("bye")
		require.Equal(t, 422, status)
		require.Len(t, w.Messages(), 1)
		w.ReceiveText(phone(1), "hello")
		w.Advance(24 * time.Hour)
		status, again := send("hi")
		require.Equal(t, 200, status)
		require.NotEqual(t, first, again, "a key is forgotten after 24 hours")
	})
}
