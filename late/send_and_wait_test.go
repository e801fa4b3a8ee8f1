package late_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

const sendOperation = late.OpSendWhatsAppBroadcast

func TestSendAndWait(t *testing.T) {
	t.Parallel()
	soon := func(t *testing.T, c *late.Client, id string) {
		t.Helper()
		_, err := c.Broadcasts.Schedule(t.Context(), id, time.Now().Add(time.Hour))
		require.NoError(t, err)
	}
	send := func(t *testing.T, c *late.Client, id string) {
		t.Helper()
		_, err := c.Broadcasts.Send(t.Context(), id)
		require.NoError(t, err)
	}
	for name, tt := range map[string]struct {
		before  func(*testing.T, *late.Client, string) // before the call
		faults  []latetest.Fault
		failing bool                 // every message fails
		timeout time.Duration        // of the context
		status  late.BroadcastStatus // of the result
		is      []error
		waitErr bool
		sends   int // requests to send
		sent    int // messages
	}{
		"draft":                   {status: late.BroadcastCompleted, sends: 1, sent: 1},
		"called again":            {before: send, status: late.BroadcastCompleted, sends: 1, sent: 1},
		"scheduled":               {before: soon, status: late.BroadcastScheduled, is: []error{late.ErrConflict}},
		"failed":                  {failing: true, status: late.BroadcastFailed, is: []error{late.ErrBroadcastFailed}, sends: 1},
		"response lost":           {faults: []latetest.Fault{latetest.CutAfter()}, status: late.BroadcastCompleted, sends: 1, sent: 1},
		"gateway timeout, sent":   {faults: []latetest.Fault{latetest.Truncated()}, status: late.BroadcastCompleted, sends: 1, sent: 1},
		"unknown and never sent":  {faults: []latetest.Fault{latetest.ProxyPage(502)}, status: late.BroadcastDraft, is: []error{late.ErrOutcomeUnknown, late.ErrServer}, sends: 1},
		"refused":                 {faults: []latetest.Fault{latetest.Status(403, "plan")}, status: late.BroadcastDraft, is: []error{late.ErrForbidden}, sends: 1},
		"success that denies it":  {faults: []latetest.Fault{latetest.Respond(200, `{"success":false}`)}, status: late.BroadcastDraft, is: []error{late.ErrOutcomeUnknown}, sends: 1},
		"context ends in send":    {faults: []latetest.Fault{latetest.Hang()}, timeout: time.Minute, status: late.BroadcastDraft, is: []error{context.DeadlineExceeded, late.ErrOutcomeUnknown}, waitErr: true, sends: 1, sent: 1},
		"context ends in polling": {faults: []latetest.Fault{latetest.ProxyPage(502)}, timeout: 30 * time.Second, status: late.BroadcastDraft, is: []error{context.DeadlineExceeded}, waitErr: true, sends: 1},
		"not processed at first":  {faults: []latetest.Fault{latetest.Status(429, "slow down")}, status: late.BroadcastCompleted, sends: 2, sent: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := latetest.NewServer(latetest.InProcess())
				defer server.Close()
				client := server.Client()
				id := draftFor(t, server, client)
				if tt.failing {
					server.FailPhone(testPhone, "blocked")
				}
				if tt.before != nil {
					tt.before(t, client, id)
				}
				for _, fault := range tt.faults {
					server.Inject(fault.On(sendOperation).Times(1))
				}
				ctx := t.Context()
				if tt.timeout > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.timeout)
					defer cancel()
				}
				b, err := client.Broadcasts.SendAndWait(ctx, id)
				require.Equal(t, len(tt.is) > 0, err != nil, err)
				for _, target := range tt.is {
					require.ErrorIs(t, err, target)
				}
				if _, ok := err.(*late.WaitError); ok != tt.waitErr {
					t.Errorf("error is a %T: %v", err, err)
				}
				require.Equal(t, tt.status, b.Status)
				require.Len(t, server.Requests(sendOperation), tt.sends)
				require.Len(t, server.Messages(), tt.sent)
			})
		})
	}
}

func TestSendAndWaitOfNoBroadcast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := latetest.NewServer(latetest.InProcess())
		defer server.Close()
		_, err := server.Client().Broadcasts.SendAndWait(t.Context(), testID)
		require.ErrorIs(t, err, late.ErrNotFound)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = server.Client().Broadcasts.SendAndWait(ctx, testID)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorAs(t, err, new(*late.WaitError))
	})
}

// draftFor returns the ID of a broadcast to one recipient.
func draftFor(t *testing.T, server *latetest.Server, client *late.Client) string {
	t.Helper()
	server.AddTemplate(late.CreateTemplateRequest{
		Name: hello.Name, Category: late.TemplateMarketing, Language: hello.Language, Components: []late.TemplateComponent{late.Body("Hi")},
	})
	b, err := client.Broadcasts.Create(t.Context(), late.CreateBroadcastRequest{
		Name: "News", Template: hello, Recipients: []late.BroadcastRecipient{{Phone: testPhone}},
	})
	require.NoError(t, err)
	return b.ID
}
