package main

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newServer returns a server without a socket, and a Greeter that uses it.
func newServer(t *testing.T) (*latetest.Server, *Greeter) {
	server := latetest.NewServer(latetest.InProcess())
	t.Cleanup(server.Close)
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "welcome", Language: "en_US", Category: late.TemplateUtility,
		Components: []late.TemplateComponent{late.Body("Welcome, {{1}}!", "Ada")},
	})
	return server, &Greeter{Client: server.Client(), Template: late.TemplateRef{Name: "welcome", Language: "en_US"}}
}

func TestCustomerIsWelcomedOnce(t *testing.T) {
	t.Parallel()
	server, greeter := newServer(t)

	first, err := greeter.Welcome(t.Context(), ada)
	require.NoError(t, err)
	second, err := greeter.Welcome(t.Context(), ada)
	require.NoError(t, err)

	require.Equal(t, []Result{Welcomed, Known}, []Result{first, second})
	require.Len(t, server.Messages(), 1)
}

func TestNobodyIsMessagedWithoutConsent(t *testing.T) {
	t.Parallel()
	server, greeter := newServer(t)

	result, err := greeter.Welcome(t.Context(), Customer{Phone: "+12025550102", Name: "Björn"})

	require.NoError(t, err)
	require.Equal(t, NoConsent, result)
	require.Empty(t, server.Messages())
	contact, err := server.Client().Contacts.ByPhone(t.Context(), "+12025550102")
	require.NoError(t, err)
	require.False(t, contact.IsOptedIn)
}

// The connection is lost before or after the request is processed. The client cannot know which.
func TestLostConnection(t *testing.T) {
	t.Parallel()
	for messages, fault := range []latetest.Fault{0: latetest.CutBefore(), 1: latetest.CutAfter()} {
		server, greeter := newServer(t)
		server.Inject(fault.On(late.OpSendWhatsAppBulk))

		result, err := greeter.Welcome(t.Context(), ada)

		require.ErrorIs(t, err, late.ErrOutcomeUnknown)
		require.Equal(t, Unknown, result)
		require.Len(t, server.Requests(late.OpSendWhatsAppBulk), 1)
		require.Len(t, server.Messages(), messages)
	}
}

// In a testing/synctest bubble the pauses between retries take no real time.
func TestBusyServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, greeter := newServer(t)
		server.Inject(latetest.Status(503, "busy").With("Retry-After", "30").On(late.OpSendWhatsAppBulk).Times(2))
		began := time.Now()

		result, err := greeter.Welcome(t.Context(), ada)

		require.NoError(t, err)
		require.Equal(t, Welcomed, result)
		require.GreaterOrEqual(t, time.Since(began), time.Minute)
		require.Len(t, server.Messages(), 1)
	})
}

func TestProgram(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	run(t.Context(), &out)
	require.Equal(t, `Ada: welcomed
Ada: known already, not messaged
Björn: no consent, not messaged
Chloé: not reachable
  late: refused: Not a WhatsApp number
`, out.String())
}
