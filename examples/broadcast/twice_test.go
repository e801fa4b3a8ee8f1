package main

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late/latetest"
)

func TestABroadcastThatWasSentIsNotSentAgain(t *testing.T) {
	t.Parallel()
	try(t, fewRows, func(t *trial) {
		status, _ := t.run(t.Context())
		require.Zero(t, status)
		t.again(fewRows)
		status, counts := t.run(t.Context())
		require.Equal(t, 1, status)
		require.Equal(t, 3, counts["not sent"])
		require.Contains(t, t.errs.String(), `broadcast "news" exists and is completed`)
		t.messaged(fewPhones...)

		t.again(fewRows)
		t.c.name = "more news"
		status, _ = t.run(t.Context())
		require.Zero(t, status)
		require.Len(t, t.server.Messages(), 6)
	})
}

func TestOfTwoRunsAtOnceTheLaterDoesNotSend(t *testing.T) {
	t.Parallel()
	try(t, fewRows, func(t *trial) {
		var other sync.WaitGroup
		var out, errs bytes.Buffer
		c := *t.c // before the first run changes it
		c.list, c.out, c.errs = mustRead(t.T, fewRows), &out, &errs
		other.Go(func() {
			time.Sleep(10 * time.Second)
			c.run(t.Context())
		})
		t.server.Inject(latetest.Latency(50 * time.Second).On("createWhatsAppBroadcast").Times(1))
		status, _ := t.run(t.Context())
		other.Wait()
		require.Equal(t, 1, status)
		require.Contains(t, t.errs.String(), "exists and is completed")
		t.messaged(fewPhones...)
	})
}
