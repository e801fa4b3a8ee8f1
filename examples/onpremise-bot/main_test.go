package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDemo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		require.NoError(t, runDemo(t.Context(), &out))
		require.Equal(t, 4, strings.Count(out.String(), "replied to"))
	})
}

func TestReply(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		message onpremise.IncomingMessage
		faults  []onpremisetest.Fault
		want    string // of the text; empty for none
		calls   int    // of SendMessage
		read    bool
	}{
		"text":       {message: text("hello"), want: "You wrote: hello", calls: 1, read: true},
		"long text":  {message: text(strings.Repeat("ä", 4000)), want: "You wrote: " + strings.Repeat("ä", 200) + "…", calls: 1, read: true},
		"unknown":    {message: onpremise.IncomingMessage{Type: "order"}, want: "I understand text, images and buttons.", calls: 1, read: true},
		"refused":    {message: text("hello"), faults: []onpremisetest.Fault{onpremisetest.Status(400, "no").On(onpremise.OpSendMessage)}, calls: 1},
		"unread":     {message: text("hello"), faults: []onpremisetest.Fault{onpremisetest.Status(400, "no").On(onpremise.OpMarkMessageAsRead)}, want: "You wrote: hello", calls: 1},
		"processed":  {message: text("hello"), faults: []onpremisetest.Fault{onpremisetest.CutAfter().On(onpremise.OpSendMessage)}, want: "You wrote: hello", calls: 1},
		"fails once": {message: text("hello"), faults: []onpremisetest.Fault{onpremisetest.Status(501, "no").On(onpremise.OpSendMessage).Times(1)}, want: "You wrote: hello", calls: 2, read: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := onpremisetest.NewServer(onpremisetest.InProcess())
				defer server.Close()
				b := &bot{client: server.Client(), out: io.Discard}
				server.SetWebhookHandler(b.webhook("secret"))
				require.NoError(t, b.client.Application.UpdateSettings(t.Context(), onpremise.ApplicationSettingsUpdate{
					Webhooks: &onpremise.WebhookSettingsUpdate{URL: new("https://bot.example.com/webhook?key=secret")},
				}))
				server.Inject(test.faults...)
				test.message.From = "12025550101"

				id := server.Receive(test.message)
				require.NoError(t, server.WaitDelivered(t.Context()))

				require.Len(t, server.Requests(onpremise.OpSendMessage), test.calls)
				require.Equal(t, test.read, server.IsRead(id))
				if test.want == "" {
					require.Empty(t, server.Messages())
				} else {
					require.Len(t, server.Messages(), 1)
					require.Equal(t, test.want, server.Messages()[0].Text.Body)
				}
			})
		})
	}
}

func text(body string) onpremise.IncomingMessage {
	return onpremise.IncomingMessage{Type: onpremise.TypeText, Text: onpremise.WebhookText{Body: body}}
}
