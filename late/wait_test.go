package late_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func TestWaitError(t *testing.T) {
	t.Parallel()
	require.EqualError(t, &late.WaitError{What: "broadcast 1", Err: &late.Error{StatusCode: 404}},
		"late: wait for broadcast 1: no state received: 404 Not Found")
	require.EqualError(t, &late.WaitError{What: "broadcast 1", Last: "sending"}, "late: wait for broadcast 1: last state sending")
	synctest.Test(t, func(t *testing.T) {
		server := newServer(t)
		client := server.Client()
		draft, err := client.Broadcasts.Create(t.Context(), late.CreateBroadcastRequest{Name: "x", Template: hello})
		require.NoError(t, err)
		server.Inject(latetest.Status(503, "busy").On("getWhatsAppBroadcast").After(3).Times(8)) // two polls fail
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		last, err := client.Broadcasts.Wait(ctx, draft.ID, nil, late.WithPollInterval(time.Minute, time.Minute))
		require.Equal(t, late.BroadcastDraft, last.Status)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		e, ok := errors.AsType[*late.WaitError](err)
		require.True(t, ok)
		require.Equal(t, []string{"broadcast " + draft.ID, "draft"}, []string{e.What, e.Last})
		require.NoError(t, ctx.Err(), "Wait returns before the deadline")
	})
}
