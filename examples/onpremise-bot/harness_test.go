package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	sending   = "SendMessage"
	marking   = "MarkMessageAsRead"
	uploading = "UploadMedia"
	ada       = "12025550101"
	björn     = "12025550102"
)

// trial is a bot at a server in memory, in a bubble whose time costs none.
type trial struct {
	*testing.T
	server *onpremisetest.Server
	b      *bot
	out    *buffer
}

func try(t *testing.T, test func(t *trial), serverOptions ...onpremisetest.Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server := onpremisetest.NewServer(append([]onpremisetest.Option{onpremisetest.InProcess()}, serverOptions...)...)
		defer server.Close()
		out := &buffer{}
		tr := &trial{T: t, server: server, b: newBot(server.Client(), out), out: out}
		server.SetWebhookHandler(tr.b.webhook(demoSecret))
		require.NoError(t, tr.b.announce(t.Context(), "https://bot.example.internal", demoSecret))
		test(tr)
	})
}

// settle waits until every event is handled, and what came of the answers is told.
func (t *trial) settle() {
	t.Helper()
	for range demoStatus {
		require.NoError(t, t.server.WaitDelivered(t.Context()))
		t.server.Advance(time.Second)
	}
	require.NoError(t, t.server.WaitDelivered(t.Context()))
}

// sent returns who got what, in no order.
func (t *trial) sent() (sent []string) {
	for _, m := range t.server.Messages() {
		switch {
		case m.Image != nil:
			sent = append(sent, m.To+" picture "+m.Image.Caption)
		case m.Text != nil:
			sent = append(sent, m.To+" "+m.Text.Body)
		}
	}
	return sent
}

// picture is an incoming one.
func (t *trial) picture() onpremise.WebhookMedia { return t.server.AddMedia("image/png", picture(1)) }

// postTo delivers an event as an installation does, and returns the status of the answer.
func postTo(ctx context.Context, hook http.Handler, path, body string) int {
	rec := httptest.NewRecorder()
	req := httptest.NewRequestWithContext(ctx, http.MethodPost, path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	hook.ServeHTTP(rec, req)
	return rec.Code
}

// buffer can be read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func all(t *testing.T, r io.Reader) []byte {
	t.Helper()
	content, err := io.ReadAll(r)
	require.NoError(t, err)
	return content
}
