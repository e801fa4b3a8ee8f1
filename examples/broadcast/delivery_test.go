package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// The answer to the sending is lost after the server has acted: it is sent once, and the
// program finds out.
func TestALostAnswerToTheSendingMessagesNobodyTwice(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]latetest.Fault{
		"cut": latetest.CutAfter(), "cut head": latetest.CutHead(), "cut body": latetest.Truncated(), "garbage": latetest.Garbage(),
	} {
		for _, perRecipient := range []time.Duration{0, 4 * time.Second, time.Minute} { // a minute: longer than findOutFor in all
			t.Run(name+perRecipient.String(), func(t *testing.T) {
				t.Parallel()
				try(t, fewRows, func(t *trial) {
					t.server.Inject(fault.On("sendWhatsAppBroadcast"))
					status, counts := t.run(t.Context())
					require.Zero(t, status, t.errs.String())
					require.Equal(t, 3, counts["delivered"]+counts["read"])
					require.Contains(t, t.out.String(), "the answer was lost")
					require.Len(t, t.server.Requests("sendWhatsAppBroadcast"), 1)
					t.messaged(fewPhones...)
				}, latetest.WithSendTime(perRecipient))
			})
		}
	}
}

// The connection is cut, or a proxy answers, before the server has acted.
func TestASendingThatDidNotHappenIsToldSo(t *testing.T) {
	t.Parallel()
	for _, fault := range []latetest.Fault{
		latetest.CutBefore(), latetest.ProxyPage(502), latetest.Status(500, "no"), latetest.Status(503, "no"), latetest.Status(504, "no"),
	} {
		try(t, fewRows, func(t *trial) {
			t.server.Inject(fault.On("sendWhatsAppBroadcast"))
			status, counts := t.run(t.Context())
			require.Equal(t, 1, status)
			require.Equal(t, 3, counts["not sent"])
			require.Contains(t, t.errs.String(), "it is still a draft")
			require.Contains(t, t.errs.String(), "Nobody was messaged")
			require.Len(t, t.server.Requests("sendWhatsAppBroadcast"), 1)
			t.messaged()
		})
	}
}

func TestASendingThatTheServerPutsOffIsRepeated(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 503} {
		try(t, fewRows, func(t *trial) {
			t.server.Inject(latetest.Status(status, "later").With("Retry-After", "3").On("sendWhatsAppBroadcast").Times(1))
			status, _ := t.run(t.Context())
			require.Zero(t, status, t.errs.String())
			require.Equal(t, 1, t.acted())
			t.messaged(fewPhones...)
		})
	}
}

func TestADoubtThatNobodyCanResolve(t *testing.T) {
	t.Parallel()
	try(t, fewRows, func(t *trial) {
		t.server.Inject(
			latetest.CutAfter().On("sendWhatsAppBroadcast"),
			latetest.CutBefore().On("getWhatsAppBroadcast").After(1), // the first look precedes the sending
			latetest.CutBefore().On("getWhatsAppBroadcastRecipients"))
		status, counts := t.run(t.Context())
		require.Equal(t, 1, status)
		require.Equal(t, 3, counts["unknown"])
		require.Contains(t, t.errs.String(), "x.csv:2: unknown: +12025550100 Ada: the server told nothing of its message\n")
		require.Contains(t, t.errs.String(), "before you send it to anybody again")
		t.messaged(fewPhones...)
	})
}

func TestCtrlCWhileTheServerSends(t *testing.T) {
	t.Parallel()
	for name, faults := range map[string][]latetest.Fault{
		"no fault": nil, "lost answer": {latetest.CutAfter().On("sendWhatsAppBroadcast")}, "no answer": {latetest.Hang().On("sendWhatsAppBroadcast")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			try(t, manyRows(1001), func(t *trial) {
				t.server.Inject(faults...)
				status, counts := t.run(t.stopAfter(50 * time.Second))
				require.Equal(t, 130, status)
				if name == "no fault" {
					require.Positive(t, counts["still to be sent"])
					require.Positive(t, counts["read"])
					require.Contains(t, t.errs.String(), "The server goes on sending")
				}
				require.Equal(t, 1001, counts["still to be sent"]+counts["sent"]+counts["delivered"]+counts["read"])
				t.messaged(phonesOf(t.c.list)...)
			}, latetest.WithSendTime(100*time.Millisecond))
		})
	}
}

func TestCtrlCBeforeTheSendingReachedTheServer(t *testing.T) {
	t.Parallel()
	try(t, fewRows, func(t *trial) {
		t.server.Inject(latetest.Latency(time.Hour).On("sendWhatsAppBroadcast"))
		status, counts := t.run(t.stopAfter(time.Minute))
		require.Equal(t, 130, status)
		require.Equal(t, 3, counts["not sent"])
		t.messaged()
	})
}

func TestCtrlCWhileTheMessagesArrive(t *testing.T) {
	t.Parallel()
	try(t, manyRows(300), func(t *trial) {
		status, counts := t.run(t.stopAfter(3500 * time.Millisecond))
		require.Equal(t, 130, status)
		require.Positive(t, counts["sent"])
		require.Contains(t, t.errs.String(), "is completed")
		t.messaged(phonesOf(t.c.list)...)
	})
}

func TestAServerThatGoesAwayAfterTheSending(t *testing.T) {
	t.Parallel()
	try(t, manyRows(350), func(t *trial) {
		t.server.Inject(latetest.CutBefore().On("getWhatsAppBroadcastRecipients").When(func(r latetest.Request) bool {
			return r.Query.Get("skip") == "200"
		}))
		status, counts := t.run(t.Context())
		require.Equal(t, 1, status)
		require.Equal(t, 150, counts["unknown"])
		t.messaged(phonesOf(t.c.list)...)
	})
}

func TestARecipientWhoIsNotInTheFile(t *testing.T) {
	t.Parallel()
	try(t, fewRows, func(t *trial) {
		t.server.Inject(latetest.Answer(200, `{"success":true,"recipients":[{"phone":"+12025550100","status":"read"},
			{"phone":"+12025550101","status":"bounced"},{"phone":"+12025550199","status":"sent"}],"summary":{"total":3,"sent":3},
			"pagination":{"total":3,"limit":100}}`).On("getWhatsAppBroadcastRecipients"))
		status, counts := t.run(t.Context())
		require.Equal(t, 1, status)
		require.Equal(t, map[string]int{"read": 1, "unknown": 2, "duplicate": 1, "unusable": 2}, counts)
		require.Contains(t, t.errs.String(), "has 1 recipients who are not in x.csv")
		require.Contains(t, t.errs.String(), `Bob: the server calls its message "bounced"`)
	})
}

func TestABroadcastOfWhichAllFails(t *testing.T) {
	t.Parallel()
	try(t, fewRows, func(t *trial) {
		for _, phone := range fewPhones {
			t.server.FailPhone(phone, "Not a WhatsApp number")
		}
		status, counts := t.run(t.Context())
		require.Zero(t, status)
		require.Equal(t, 3, counts["failed"])
		require.Equal(t, 3, strings.Count(t.errs.String(), ": Not a WhatsApp number\n"))
		require.Equal(t, late.BroadcastFailed, t.c.broadcast.Status)
	})
}

func phonesOf(l *list) (phones []string) {
	for _, r := range l.rows {
		phones = append(phones, r.phone)
	}
	return phones
}
