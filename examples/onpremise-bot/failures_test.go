package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

// One message of an event fails: the other is not answered again when the event comes again.
func TestHalfAnEvent(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.server.Inject(onpremisetest.Status(403, "not now").On(sending).After(1).Times(3))
		t.server.ReceiveJSON(event("m1", "m2"))
		t.settle()
		require.ElementsMatch(t, []string{ada + " You wrote: m1", ada + " You wrote: m2"}, t.sent())
		require.Len(t, t.server.Deliveries()[0].Attempts, 4)
		require.Equal(t, 2, t.b.received)
	})
}

func TestWhatFailsComesAgainAndIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]onpremisetest.Fault{
		"a refused message":     onpremisetest.Status(403, "not now").On(sending).Times(2),
		"a rate limit":          onpremisetest.Status(429, "slow down").On(sending).Times(9),
		"a mark that fails":     onpremisetest.Status(503, "busy").On(marking).Times(9),
		"a mark in doubt":       onpremisetest.CutAfter().On(marking).Times(9),
		"an upload that fails":  onpremisetest.Status(507, "Disk full").On(uploading).Times(3),
		"an upload in doubt":    onpremisetest.CutAfter().On(uploading).Times(2),
		"a file that fails":     onpremisetest.Status(503, "busy").On("DownloadMedia").Times(9),
		"half a file":           onpremisetest.Truncated().On("DownloadMedia").Times(2),
		"a login that fails":    onpremisetest.Status(503, "busy").On("LoginUser").Times(9),
		"nothing but refusals":  onpremisetest.Status(401, "no").Times(7),
		"a server that is gone": onpremisetest.CutBefore().On("LoginUser", "DownloadMedia", uploading, marking).Times(30),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			try(t, func(t *trial) {
				t.server.ExpireTokens()
				t.server.Inject(fault)
				id := t.server.Receive(onpremise.IncomingMessage{From: ada, Image: t.picture()})
				t.settle()
				require.Equal(t, []string{ada + " picture " + caption}, t.sent())
				require.True(t, t.server.IsRead(id))
				require.Greater(t, len(t.server.Deliveries()[0].Attempts), 1)
				require.Contains(t, t.out.String(), "put off   a picture from 12025550101 comes again: ")
				require.Equal(t, tally{received: 1, answered: 1, read: 1, arrived: 1, seen: 1}, t.b.tally)
			})
		})
	}
}

// Whether the server has acted or not cannot be known.
func TestADoubtfulAnswerIsNotRepeated(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]onpremisetest.Fault{
		"cut before": onpremisetest.CutBefore(), "cut after": onpremisetest.CutAfter(), "garbage": onpremisetest.Garbage(),
		"a proxy": onpremisetest.ProxyPage(502), "no answer": onpremisetest.Hang(), "no id": onpremisetest.Answer(200, `{}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			try(t, func(t *trial) {
				t.server.Inject(fault.On(sending))
				id := t.server.ReceiveText(ada, "hello")
				t.settle()
				t.server.ReceiveJSON(string(t.server.Deliveries()[0].Body))
				t.settle()
				require.Len(t, t.server.Requests(sending), 1)
				require.False(t, t.server.IsRead(id), "for a person to look at")
				require.Equal(t, 1, t.b.inDoubt)
				require.EqualError(t, t.b.summary(), "of 1 messages 1 were not answered, or nobody knows")
			})
		})
	}
}

func TestWhatCannotBeAnsweredDoesNotComeAgain(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		gone := t.server.Receive(onpremise.IncomingMessage{From: ada, Image: onpremise.WebhookMedia{ID: "gone"}})
		nameless := t.server.Receive(onpremise.IncomingMessage{From: björn, Type: onpremise.TypeImage})
		t.settle()
		require.Empty(t, t.sent())
		require.False(t, t.server.IsRead(gone))
		require.False(t, t.server.IsRead(nameless))
		require.Equal(t, 2, t.b.givenUp)
		require.Error(t, t.b.summary())
		require.Len(t, t.server.Deliveries()[0].Attempts, 1)
	})
}

// An answer that is refused leaves no copy of the picture behind.
func TestACopyThatIsNotSentIsRemoved(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.server.Inject(onpremisetest.Status(400, "never").On(sending))
		t.server.Receive(onpremise.IncomingMessage{From: ada, Image: t.picture()})
		t.settle()
		require.Len(t, t.server.Requests(uploading), 1)
		require.Len(t, t.server.Requests("DeleteMedia"), 1)
		require.Equal(t, 1, t.b.givenUp)
	})
}

// The token ends again and again, at every stage of an answer.
func TestTheTokenEndsInTheMiddle(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"DownloadMedia", uploading, sending, marking} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			try(t, func(t *trial) {
				t.server.Inject(onpremisetest.Latency(2 * time.Second).On(operation).Times(1))
				time.AfterFunc(time.Second, t.server.ExpireTokens)
				id := t.server.Receive(onpremise.IncomingMessage{From: ada, Image: t.picture()})
				t.settle()
				require.Equal(t, []string{ada + " picture " + caption}, t.sent())
				require.True(t, t.server.IsRead(id))
				require.Len(t, t.server.Requests("LoginUser"), 2)
			})
		})
	}
}

func TestManyPeopleAndAShortToken(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.server.Inject(onpremisetest.Latency(time.Second).On(sending))
		var ids, want []string
		for i := range 300 {
			phone := fmt.Sprintf("1202555%04d", i)
			ids = append(ids, t.server.ReceiveText(phone, "hello"))
			want = append(want, phone+" You wrote: hello")
		}
		t.settle()
		require.ElementsMatch(t, want, t.sent())
		for _, id := range ids {
			require.True(t, t.server.IsRead(id))
		}
		require.Greater(t, len(t.server.Requests("LoginUser")), 2)
	}, onpremisetest.WithTokenLife(5*time.Second))
}
