package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func TestTextIsAnsweredWithText(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		id := t.server.ReceiveText(ada, "hello")
		t.settle()
		require.Equal(t, []string{ada + " You wrote: hello"}, t.sent())
		require.True(t, t.server.IsRead(id))
		require.Equal(t, tally{received: 1, answered: 1, read: 1, arrived: 1, seen: 1}, t.b.tally)
		require.NoError(t, t.b.summary())
	})
}

func TestALongTextFitsIntoTheAnswer(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.server.ReceiveText(ada, strings.Repeat("ü", 4096))
		t.settle()
		require.Equal(t, []string{ada + " You wrote: " + strings.Repeat("ü", 200) + "…"}, t.sent())
	})
}

func TestAPictureIsAnsweredWithACopyOfIt(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		content := append(picture(1), make([]byte, 3<<20)...) // more than goes through at once
		media := t.server.AddMedia("image/png", content)
		id := t.server.Receive(onpremise.IncomingMessage{From: ada, Image: media})
		t.settle()
		require.Equal(t, []string{ada + " picture " + caption}, t.sent())
		require.True(t, t.server.IsRead(id))

		sent := t.server.Messages()[0].Image.ID
		require.NotEqual(t, media.ID, sent)
		copied, err := t.b.client.Media.Download(t.Context(), sent)
		require.NoError(t, err)
		defer copied.Close()
		require.Equal(t, "image/png", copied.ContentType)
		require.True(t, string(content) == string(all(t.T, copied)))
	})
}

func TestOtherKinds(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		group, err := t.b.client.Groups.Create(t.Context(), "friends")
		require.NoError(t, err)
		ids := []string{
			t.server.Receive(onpremise.IncomingMessage{From: ada, Type: "sticker"}),
			t.server.Receive(onpremise.IncomingMessage{From: björn, Location: onpremise.WebhookLocation{Name: "Here"}}),
			t.server.Receive(onpremise.IncomingMessage{From: ada, GroupID: group.ID, Type: onpremise.TypeUnknown}),
		}
		t.settle()
		require.ElementsMatch(t, []string{ada + " " + sorry, björn + " " + sorry, group.ID + " " + sorry}, t.sent())
		for _, id := range ids {
			require.True(t, t.server.IsRead(id))
		}
	})
}

// An answer to a notice would be one to the business itself.
func TestWhatNeedsNoAnswer(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.server.ReceiveSystem(onpremise.WebhookSystem{Type: "group_user_joined", GroupID: "g", Users: []string{ada}})
		t.server.ReceiveJSON(`{"messages":[{"from":"12025550101","type":"text","text":{"body":"no id"}}]}`)
		t.server.ReceiveJSON(`{"messages":[{"id":"m1","type":"text","text":{"body":"nobody"}}],"new":[1]}`)
		t.server.ReceiveJSON(`{}`)
		t.server.ReceiveError(onpremise.ErrorInfo{Code: 1001, Title: "Down", Details: "of late"})
		t.server.ReceiveStatus(onpremise.MessageStatus{ID: "m2", RecipientID: ada, Status: onpremise.StatusFailed,
			Errors: []onpremise.ErrorInfo{{Title: "Not deliverable"}}})
		t.settle()
		require.Empty(t, t.sent())
		require.Contains(t, t.out.String(), "fault     1001 Down of late\n")
		require.Contains(t, t.out.String(), "failed    the answer to 12025550101 did not arrive: Not deliverable\n")
		require.Equal(t, tally{failed: 1}, t.b.tally)
	})
}

func event(ids ...string) string {
	var messages []string
	for _, id := range ids {
		messages = append(messages, fmt.Sprintf(`{"id":%q,"from":%q,"type":"text","text":{"body":%q}}`, id, ada, id))
	}
	return `{"messages":[` + strings.Join(messages, ",") + `]}`
}

func TestADeliveryThatComesAgainIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		id := t.server.ReceiveText(ada, "hello")
		require.NoError(t, t.server.WaitDelivered(t.Context()))
		for range 5 {
			t.server.ReceiveJSON(string(t.server.Deliveries()[0].Body))
		}
		t.settle()
		require.Len(t, t.sent(), 1)
		require.True(t, t.server.IsRead(id))
	})
}

func TestDeliveriesAtOnceAreAnsweredOnce(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.server.Inject(onpremisetest.Latency(5 * time.Second).On(sending))
		id := t.server.ReceiveText(ada, "hello")
		for range 20 {
			t.server.ReceiveJSON(string(t.server.Deliveries()[0].Body))
		}
		t.settle()
		require.Len(t, t.sent(), 1)
		require.True(t, t.server.IsRead(id))
	})
}

// The installation hangs up in the midst of the answer, and delivers the event again.
func TestTheInstallationHangsUp(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.server.Inject(onpremisetest.Latency(10 * time.Second).On(sending))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		hook, path := t.b.webhook(demoSecret), "/webhook/"+demoSecret
		t.server.SetWebhookHandler(hook)
		var calls sync.WaitGroup
		calls.Go(func() { assert.Equal(t, http.StatusOK, postTo(ctx, hook, path, event("m1"))) })
		synctest.Wait() // until it is being answered
		t.server.ReceiveJSON(event("m1"))
		calls.Wait()
		require.NoError(t, t.server.WaitDelivered(t.Context()))
		require.Len(t, t.sent(), 1)
		require.Equal(t, 1, t.b.answered)
	})
}

func TestWhoDoesNotKnowTheSecretIsTurnedAway(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		for path, want := range map[string]int{
			"/webhook/": 401, "/webhook/wrong": 401, "/webhook/" + demoSecret + "/": 401, "/": 404, "/webhook/" + demoSecret: 200,
		} {
			require.Equal(t, want, postTo(t.Context(), t.b.webhook(demoSecret), path, event("m "+path)), path)
		}
		require.Equal(t, []string{ada + " You wrote: m /webhook/" + demoSecret}, t.sent())
	})
}
