package onpremise_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

// An event is delivered to a handler that anybody may reach: each JSON object is handed over once,
// with all that it holds, and nothing else is.
func FuzzWebhook(f *testing.F) {
	for _, body := range []string{
		event, `{}`, `[]`, `null`, `{"messages":[{"id":1}]}`, `{"messages":[null],"statuses":[[]],"errors":"x","contacts":{}}`, `{"Messages":[{"ID":"x"}]}`,
		`{"messages":[{"id":"m","type":"location","timestamp":1e3,"location":{"latitude":"north"}}],"meta":{"version":"2.39"}}`,
		`{"messages":[{"id":"m"},{"id":"m"}],"statuses":[{"id":"s","status":"read","recipient_id":"1"},{"id":"s","status":"read","recipient_id":"1"}]}`,
		`{"messages":[{"type":"image","image":{"id":"i","mime_type":"image/jpeg","sha256":"00","caption":"c"}},{"type":"unknown","errors":[{"code":501}]}]}`,
		`{"statuses":[{"id":"s","status":"failed","timestamp":"1533332775","errors":[{"code":470,"title":"t","href":"h"}]}]}`,
	} {
		f.Add([]byte(body), "application/json")
	}
	f.Add([]byte(`{}`), `application/json; charset="utf-8"`)
	f.Add([]byte(`{}`), "text/plain")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		media, _, _ := strings.Cut(contentType, ";")
		declared := strings.EqualFold(strings.TrimSpace(media), "application/json")
		typed := func(r *http.Request) { r.Header.Set("Content-Type", contentType) }

		all, events := taking()
		status := deliver(all, string(body), typed)
		var members map[string]json.RawMessage
		if json.Unmarshal(body, &members) != nil || members == nil {
			require.Contains(t, []int{400, 415}, status)
			require.Empty(t, *events)
			return
		}
		if status == 415 { // a parameter that cannot be read is as bad as another type
			require.False(t, declared && !strings.Contains(contentType, ";"))
			require.Empty(t, *events)
			return
		}
		require.True(t, declared, contentType)
		require.Equal(t, 200, status)
		require.Len(t, *events, 1)
		came := (*events)[0]
		require.Equal(t, compact(t, body), compact(t, came.Raw))

		var items []json.RawMessage
		if !ambiguous(members) && json.Unmarshal(members["messages"], &items) == nil {
			require.Len(t, came.Messages, len(items))
			for i, m := range came.Messages {
				if string(items[i]) != "null" {
					require.Equal(t, compact(t, items[i]), compact(t, m.Raw))
				}
			}
		}
		require.Equal(t, plain(came), reread(t, came))

		once, seen := taking(onpremise.WithDeduplication(nil))
		require.Equal(t, 200, deliver(once, string(body), typed))
		require.Equal(t, 200, deliver(once, string(body), typed))
		known := map[string]bool{}
		for _, e := range *seen {
			for _, m := range e.Messages {
				require.False(t, m.ID != "" && known["m"+m.ID], "message %s came twice", m.ID)
				known["m"+m.ID] = true
			}
			for _, s := range e.Statuses {
				id := "s" + s.ID + "\x00" + s.RecipientID + "\x00" + string(s.Status)
				require.False(t, s.ID != "" && s.Status != "" && known[id], "status %s came twice", s.ID)
				known[id] = true
			}
		}
		for _, m := range came.Messages {
			require.True(t, known["m"+m.ID], "message %s was lost", m.ID)
		}
	})
}

// ambiguous reports whether a list stands there under a name of another case, too.
func ambiguous(members map[string]json.RawMessage) bool {
	for name := range members {
		if name != "messages" && strings.EqualFold(name, "messages") {
			return true
		}
	}
	return false
}

func compact(t *testing.T, data []byte) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, json.Compact(&b, data))
	return b.String()
}

// plain is an event without the form in which it came, and without lists that hold nothing.
func plain(e *onpremise.WebhookEvent) onpremise.WebhookEvent {
	b := onpremise.WebhookEvent{Contacts: some(e.Contacts), Messages: some(e.Messages), Statuses: some(e.Statuses), Errors: some(e.Errors)}
	for i := range b.Messages {
		b.Messages[i].Raw = nil
	}
	return b
}

func some[T any](list []T) []T { return append([]T(nil), list...) }

// reread is what an event reads as that has been written.
func reread(t *testing.T, e *onpremise.WebhookEvent) onpremise.WebhookEvent {
	t.Helper()
	written, err := json.Marshal(e)
	require.NoError(t, err)
	back := new(onpremise.WebhookEvent)
	require.NoError(t, json.Unmarshal(written, back))
	return plain(back)
}

// What takes a few bytes to send would take a thousand to hold, whoever sends it.
func TestEventThatWouldGrowInMemoryIsRefused(t *testing.T) {
	t.Parallel()
	const n = 1 << 20
	for _, body := range []string{
		`{"messages":[` + strings.Repeat(`{},`, n) + `{}]}`,
		`{"messages":[` + strings.Repeat(`0,`, n) + `0]}`,
		`{"messages":[{"contacts":[` + strings.Repeat(`{},`, n) + `{}]}]}`,
		`{"messages":[{"text":{"body":"\""}},` + strings.Repeat(`{"contacts":[null]},`, n/8) + `{}]}`,
	} {
		h, events := taking(onpremise.WithDeduplication(nil))
		require.Equal(t, 413, deliver(h, body), body[:40])
		require.Empty(t, *events)
	}
	// Long is not many: a message cannot be kept out by what somebody writes in it.
	h, events := taking(onpremise.WithDeduplication(nil))
	require.Equal(t, 200, deliver(h, `{"messages":[{"id":"m","text":{"body":"\\\"`+strings.Repeat(`{,\",[`, n)+`"}}]}`))
	require.Len(t, *events, 1)
	require.Len(t, (*events)[0].Messages, 1)

	many := strings.Repeat(`{"from":"16315551234","id":"","timestamp":"1518694235","type":"text","text":{"body":"hi"}},`, 5000)
	require.Equal(t, 200, deliver(h, `{"messages":[`+many+`{}]}`), "thousands of messages are not too many")
}
