package late_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
)

func TestConversationListSaysThatItIsPartial(t *testing.T) {
	t.Parallel()
	page := func(rows, meta, next string) string {
		return `{"data":[` + rows + `],"meta":{` + meta + `},"pagination":{"hasMore":` + map[bool]string{true: "true", false: "false"}[next != ""] +
			`,"nextCursor":"` + next + `"}}`
	}
	failed := `"accountsFailed":1,"failedAccounts":[{"accountId":"a2","error":"token expired"}]`
	tests := map[string]struct {
		pages []string // by cursor: the first, then "1", "2"
		ids   []string
		err   string // the end of the error
	}{
		"whole":            {[]string{page(`{"id":"c1"}`, "", "1"), page(`{"id":"c2"}`, "", "")}, []string{"c1", "c2"}, ""},
		"a row moves":      {[]string{page(`{"id":"c1"},{"id":"c2"}`, "", "1"), page(`{"id":"c2"},{"id":"c3"}`, "", "")}, []string{"c1", "c2", "c3"}, ""},
		"empty page":       {[]string{page("", "", "1"), page(`{"id":"c1"}`, "", "")}, []string{"c1"}, ""},
		"account failed":   {[]string{page(`{"id":"c1"}`, failed, "1"), page(`{"id":"c2"}`, failed, "")}, []string{"c1", "c2"}, "could not be read: a2 token expired"},
		"not named":        {[]string{page(`{"id":"c1"}`, `"accountsFailed":2`, "")}, []string{"c1"}, "could not be read"},
		"only named":       {[]string{page("", `"failedAccounts":[{"accountId":"a2","error":"x"}]`, "")}, nil, "could not be read: a2 x"},
		"cursor repeats":   {[]string{page(`{"id":"c1"}`, "", "1"), page(`{"id":"c2"}`, "", "1")}, []string{"c1", "c2"}, "came twice"},
		"no cursor":        {[]string{`{"data":[],"pagination":{"hasMore":true}}`}, nil, "response has no conversations"},
		"no conversations": {[]string{`{"meta":{}}`}, nil, "response has no conversations"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clientOn(t, &wire{respond: func(_ int, r *http.Request) (*http.Response, error) {
				require.Equal(t, testAccount, r.URL.Query().Get("accountId"))
				n := len(r.URL.Query().Get("cursor"))
				return says(200, tt.pages[n]), nil
			}})
			var ids []string
			var last error
			for c, err := range client.Conversations.All(t.Context(), late.ListConversationsOptions{}) {
				require.NoError(t, last, "an error is the last")
				if last = err; err == nil {
					ids = append(ids, c.ID)
				}
			}
			require.Equal(t, tt.ids, ids)
			if tt.err == "" {
				require.NoError(t, last)
				return
			}
			require.ErrorContains(t, last, tt.err)
			if strings.Contains(tt.err, "could not be read") {
				partial, ok := errors.AsType[*late.PartialListError](last)
				require.True(t, ok)
				require.Equal(t, strings.Contains(tt.err, "a2"), len(partial.FailedAccounts) == 1)
			}
		})
	}
}

func TestReplyIsSentAsTheContractHasIt(t *testing.T) {
	t.Parallel()
	rows := []late.ReplyListRow{{ID: "tea", Title: "Tea"}, {ID: "mate", Title: "Mate", Description: "hot"}}
	tests := map[string]struct {
		req  late.ReplyRequest
		body string
	}{
		"text":    {late.ReplyRequest{Text: "Hi", ReplyTo: "m1", LinkPreview: new(false)}, `{"message":"Hi","replyTo":"m1","linkPreview":false}`},
		"account": {late.ReplyRequest{Text: "Hi", AccountID: "a2"}, `{"message":"Hi","accountId":"a2"}`},
		"buttons": {
			late.ReplyRequest{Text: "Tea?", Buttons: []late.ReplyButton{{Type: late.ReplyButtonPostback, Title: "Yes", Payload: "y"}}},
			`{"message":"Tea?","buttons":[{"type":"postback","title":"Yes","payload":"y"}]}`,
		},
		"quick replies": {
			late.ReplyRequest{Text: "Tea?", QuickReplies: []late.QuickReplyButton{{Title: "Yes", Payload: "y"}}},
			`{"message":"Tea?","quickReplies":[{"title":"Yes","payload":"y"}]}`,
		},
		"list": {
			late.ReplyRequest{Text: "Menu", List: &late.ReplyList{Button: "Open", Header: "Drinks", Footer: "Bye", Sections: []late.ReplyListSection{{Rows: rows}}}},
			`{"interactive":{"type":"list","body":{"text":"Menu"},"header":{"type":"text","text":"Drinks"},"footer":{"text":"Bye"},
				"action":{"button":"Open","sections":[{"rows":[{"id":"tea","title":"Tea"},{"id":"mate","title":"Mate","description":"hot"}]}]}}}`,
		},
		"URL button": {
			late.ReplyRequest{Text: "Pay", URLButton: &late.ReplyURLButton{DisplayText: "Pay", URL: "https://example.com"}},
			`{"interactive":{"type":"cta_url","body":{"text":"Pay"},"action":{"name":"cta_url","parameters":{"display_text":"Pay","url":"https://example.com"}}}}`,
		},
		"attachment by URL": {
			late.ReplyRequest{Attachment: &late.ReplyAttachment{URL: "https://example.com/a.ogg", Type: "audio", Name: "a.ogg", VoiceNote: true}},
			`{"attachmentUrl":"https://example.com/a.ogg","attachmentType":"audio","attachmentName":"a.ogg","voiceNote":true}`,
		},
		"location": {late.ReplyRequest{Location: &late.ReplyLocation{}}, `{"location":{"latitude":0,"longitude":0}}`},
		"contacts": {
			late.ReplyRequest{Contacts: []late.ReplyContact{{}}}, `{"contacts":[{"name":{"formatted_name":""}}]}`,
		},
		"template": {
			late.ReplyRequest{Template: &late.TemplateRef{Name: "hello", Language: "en_US", Components: []late.TemplateComponent{late.BodyValues("Ada")}}},
			`{"template":{"elements":[{"name":"hello","language":"en_US","components":[{"type":"body","parameters":[{"type":"text","text":"Ada"}]}]}]}}`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, w := newClient(t, 200, `{"success":true,"data":{"messageId":"m2","conversationId":"c1"}}`)
			tt.req.IdempotencyKey = "Key 1"
			sent, err := client.Conversations.Reply(t.Context(), "c1", tt.req)
			require.NoError(t, err)
			require.Equal(t, "m2", sent.MessageID)
			var want map[string]any
			require.NoError(t, json.Unmarshal([]byte(tt.body), &want))
			if want["accountId"] == nil {
				want["accountId"] = testAccount
			}
			var got map[string]any
			require.NoError(t, json.Unmarshal([]byte(w.bodies[0]), &got))
			require.Equal(t, want, got)
			require.Equal(t, []string{"Key 1"}, w.requests[0].Header[strings.ToLower("Idempotency-Key")])
		})
	}
}

func TestReplyWithAFileIsAForm(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 200, complete)
	_, err := client.Conversations.Reply(t.Context(), "c1", late.ReplyRequest{
		Text: "Look", ReplyTo: "m1", Buttons: []late.ReplyButton{{Type: late.ReplyButtonPostback, Title: "OK"}},
		Attachment: &late.ReplyAttachment{Content: iotest.OneByteReader(strings.NewReader("%PDF-1.7")), Name: `a "b".pdf`},
	})
	require.NoError(t, err)
	_, params, err := mime.ParseMediaType(w.requests[0].Header.Get("Content-Type"))
	require.NoError(t, err)
	form, err := multipart.NewReader(strings.NewReader(w.bodies[0]), params["boundary"]).ReadForm(1 << 20)
	require.NoError(t, err)
	require.Equal(t, map[string][]string{
		"accountId": {testAccount}, "message": {"Look"}, "replyTo": {"m1"}, "buttons": {`[{"title":"OK","type":"postback"}]`},
	}, form.Value)
	file := form.File["attachment"][0]
	require.Equal(t, `a "b".pdf`, file.Filename)
	require.Equal(t, "application/pdf", file.Header.Get("Content-Type"))
	require.EqualValues(t, 8, file.Size)
}

func TestReplyBeyondTheLimitsIsNotSent(t *testing.T) {
	t.Parallel()
	list := func(sections, rows int) *late.ReplyList {
		l := &late.ReplyList{Button: "Open"}
		for range sections {
			s := late.ReplyListSection{Title: "Section"}
			for range rows {
				s.Rows = append(s.Rows, late.ReplyListRow{ID: "id", Title: "Row"})
			}
			l.Sections = append(l.Sections, s)
		}
		return l
	}
	button := late.ReplyButton{Title: "Yes"}
	file := func(n int) *late.ReplyAttachment {
		return &late.ReplyAttachment{Content: bytes.NewReader(make([]byte, n))}
	}
	tests := map[string]struct {
		field string
		req   late.ReplyRequest
	}{
		"nothing":               {"message", late.ReplyRequest{}},
		"four buttons":          {"buttons", late.ReplyRequest{Text: "x", Buttons: []late.ReplyButton{button, button, button, button}}},
		"long button":           {"buttons[0].title", late.ReplyRequest{Text: "x", Buttons: []late.ReplyButton{{Title: strings.Repeat("é", 21)}}}},
		"14 quick replies":      {"quickReplies", late.ReplyRequest{Text: "x", QuickReplies: make([]late.QuickReplyButton, 14)}},
		"untitled quick reply":  {"quickReplies[0].title", late.ReplyRequest{Text: "x", QuickReplies: make([]late.QuickReplyButton, 1)}},
		"both":                  {"quickReplies", late.ReplyRequest{Text: "x", Buttons: []late.ReplyButton{button}, QuickReplies: make([]late.QuickReplyButton, 1)}},
		"list without text":     {"message", late.ReplyRequest{List: list(1, 1)}},
		"list and buttons":      {"interactive", late.ReplyRequest{Text: "x", List: list(1, 1), Buttons: []late.ReplyButton{button}}},
		"list without sections": {"interactive.action.sections", late.ReplyRequest{Text: "x", List: list(0, 0)}},
		"11 rows":               {"interactive.action.sections[0].rows", late.ReplyRequest{Text: "x", List: list(1, 11)}},
		"12 rows in sections":   {"interactive.action.sections", late.ReplyRequest{Text: "x", List: list(2, 6)}},
		"template and text":     {"template", late.ReplyRequest{Text: "x", Template: &hello}},
		"template unnamed":      {"template.name", late.ReplyRequest{Template: &late.TemplateRef{Language: "en"}}},
		"file and URL":          {"attachment", late.ReplyRequest{Attachment: &late.ReplyAttachment{URL: "https://example.com", Content: strings.NewReader("x")}}},
		"neither":               {"attachment", late.ReplyRequest{Attachment: &late.ReplyAttachment{}}},
		"file and location":     {"attachment", late.ReplyRequest{Attachment: file(1), Location: &late.ReplyLocation{}}},
		"URL without type":      {"attachmentType", late.ReplyRequest{Attachment: &late.ReplyAttachment{URL: "https://example.com"}}},
		"empty file":            {"attachment", late.ReplyRequest{Attachment: file(0)}},
		"more than 25 MB":       {"attachment", late.ReplyRequest{Attachment: file(25<<20 + 1)}},
		"long key":              {"Idempotency-Key", late.ReplyRequest{Text: "x", IdempotencyKey: strings.Repeat("k", 256)}},
		"broken key":            {"Idempotency-Key", late.ReplyRequest{Text: "x", IdempotencyKey: "a\nb"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, w := newClient(t, 200, complete)
			_, err := client.Conversations.Reply(t.Context(), "c1", tt.req)
			e, ok := errors.AsType[*late.ValidationError](err)
			require.True(t, ok, "%v", err)
			require.Equal(t, tt.field, e.Field)
			require.Zero(t, w.sent())
		})
	}
	client, w := newClient(t, 200, complete)
	_, err := client.Conversations.Reply(t.Context(), "c1", late.ReplyRequest{
		Attachment: &late.ReplyAttachment{Content: iotest.ErrReader(io.ErrClosedPipe)},
	})
	require.ErrorIs(t, err, io.ErrClosedPipe)
	require.ErrorIs(t, err, late.ErrNotSent)
	require.Zero(t, w.sent())
}

// A reply whose outcome is unknown is not sent again, with or without a key: the server forgets a
// key after any failure.
func TestReplyIsRetriedOnlyIfItWasNotProcessed(t *testing.T) {
	t.Parallel()
	conflict := `{"error":"a request with this key is in flight"}`
	tests := map[string]struct {
		key      string
		statuses []int // 0 is a lost connection
		sent     int
		is       error
	}{
		"lost":                     {"", []int{0}, 1, late.ErrOutcomeUnknown},
		"lost with a key":          {"k", []int{0}, 1, late.ErrOutcomeUnknown},
		"500 with a key":           {"k", []int{500}, 1, late.ErrOutcomeUnknown},
		"429":                      {"", []int{429, 200}, 2, nil},
		"key in flight":            {"k", []int{409, 409, 200}, 3, nil},
		"key in flight for long":   {"k", []int{409, 409, 409, 409}, 4, late.ErrConflict},
		"conflict without a key":   {"", []int{409}, 1, late.ErrConflict},
		"key in flight, then lost": {"k", []int{409, 0}, 2, late.ErrOutcomeUnknown},
		"key with another body":    {"k", []int{422}, 1, late.ErrInvalidRequest},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := &wire{respond: func(n int, _ *http.Request) (*http.Response, error) {
					switch status := tt.statuses[n-1]; status {
					case 0:
						return nil, io.ErrUnexpectedEOF
					case 200:
						return says(200, complete), nil
					default:
						return says(status, conflict), nil
					}
				}}
				_, err := clientOn(t, w).Conversations.Reply(t.Context(), "c1", late.ReplyRequest{Text: "Hi", IdempotencyKey: tt.key})
				require.ErrorIs(t, err, tt.is)
				require.Equal(t, tt.sent, w.sent())
			})
		})
	}
}

func TestClosedWindowIsRecognizedWhereverItsCodeStands(t *testing.T) {
	t.Parallel()
	for body, closed := range map[string]bool{
		`{"error":"x","code":"131047"}`: true,
		`{"error":"x","code":131047}`:   true,
		`{"error":"x","code":"PLATFORM_LIMITATION","platformError":{"code":131047}}`: true,
		`{"error":"x","platformError":{"error":{"code":"131047"}}}`:                  true,
		`{"error":"x","details":"(#131047) Re-engagement message"}`:                  true,
		`{"error":"x","details":{"errors":[{"code":131047}]}}`:                       true,
		`{"error":"x","code":"PLATFORM_LIMITATION"}`:                                 false,
		`{"error":"x","platformError":{"code":1310471,"fbtraceId":"9131047"}}`:       false,
		`{"error":"x","platformError":{"code":470}}`:                                 false,
	} {
		client, _ := newClient(t, 400, body)
		_, err := client.Conversations.Reply(t.Context(), "c1", late.ReplyRequest{Text: "Hi"})
		require.Equal(t, closed, errors.Is(err, late.ErrWindowClosed), body)
		require.ErrorIs(t, err, late.ErrInvalidRequest)
	}
	require.ErrorIs(t, &late.Error{PlatformError: json.RawMessage(`{"code":131047}`)}, late.ErrWindowClosed)
}

func TestMissingAddonIsAnErrorOfItsOwn(t *testing.T) {
	t.Parallel()
	for id := range contractOperations() {
		client, _ := newClient(t, 403, `{"error":"not allowed"}`)
		_, err := wrappers[id](t.Context(), client)
		require.ErrorIs(t, err, late.ErrForbidden, id)
		inbox := strings.Contains(id, "Inbox")
		require.Equal(t, inbox, errors.Is(err, late.ErrAddonRequired), id)
	}
}

func TestStartNeedsATemplateAndAPhoneNumber(t *testing.T) {
	t.Parallel()
	for field, req := range map[string]late.StartConversationRequest{
		"participantId":    {ParticipantID: "6315551234", TemplateName: "hello", TemplateLanguage: "en_US"},
		"templateName":     {ParticipantID: testPhone, TemplateLanguage: "en_US"},
		"templateLanguage": {ParticipantID: testPhone, TemplateName: "hello"},
	} {
		client, w := newClient(t, 201, complete)
		_, err := client.Conversations.Start(t.Context(), req)
		e, ok := errors.AsType[*late.ValidationError](err)
		require.True(t, ok, "%v", err)
		require.Equal(t, field, e.Field)
		require.Zero(t, w.sent())
	}
}

// The data of a token can be read once, so net/http must not repeat the request either.
func TestPendingDataIsReadOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{respond: func(int, *http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }}
		client := clientOn(t, w)
		_, err := client.Connect.PendingData(context.Background(), "token-1")
		require.ErrorIs(t, err, late.ErrOutcomeUnknown)
		require.Equal(t, 1, w.sent())
		require.NotContains(t, err.Error(), "token-1")
	})
}
