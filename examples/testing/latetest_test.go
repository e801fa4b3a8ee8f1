package main

// Tests with latetest: a server that remembers and has rules, so a test says what has happened
// in the end, and not which calls brought it about. Take it for everything that is more than one
// call, and for faults: it can act and lose the answer, which no mock can.

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

// No test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var grace = Customer{Phone: "+12025550107", Name: "Grace", Agreed: true}

var welcome = late.CreateTemplateRequest{
	Name: "welcome", Language: "en_US", Category: late.TemplateUtility,
	Components: []late.TemplateComponent{late.Body("Welcome, {{1}}!")},
}

// served returns a Greeter at a server without a socket. latetest.NewServer() without options
// listens on one, for a program that is tested from outside.
func served(t *testing.T) (*latetest.Server, *Greeter) {
	server := latetest.NewServer(latetest.InProcess())
	t.Cleanup(server.Close)
	server.AddTemplate(welcome) // approved at once
	return server, &Greeter{Client: server.Client(), Template: late.TemplateRef{Name: "welcome", Language: "en_US"}}
}

func TestACustomerIsWelcomedOnce(t *testing.T) {
	t.Parallel()
	server, greeter := served(t)

	first, err := greeter.Welcome(t.Context(), grace)
	require.NoError(t, err)
	second, err := greeter.Welcome(t.Context(), grace)
	require.NoError(t, err)

	require.Equal(t, []Outcome{Welcomed, Known}, []Outcome{first, second})
	require.Len(t, server.Messages(), 1)
	require.Equal(t, "+12025550107", server.Messages()[0].Phone)
	require.Equal(t, map[string]string{"1": "Grace"}, server.Messages()[0].Variables)

	page, err := server.Client().Contacts.List(t.Context(), late.ListContactsOptions{OptedIn: new(true)})
	require.NoError(t, err)
	require.Equal(t, "Grace", page.Contacts[0].Name)
}

func TestSomebodyWhoOptedOutBeforeIsNotMessaged(t *testing.T) {
	t.Parallel()
	server, greeter := served(t)
	server.AddContacts(late.CreateContactRequest{Phone: grace.Phone, Name: "Grace", IsOptedIn: new(false)})

	outcome, err := greeter.Welcome(t.Context(), grace)

	require.NoError(t, err)
	require.Equal(t, Known, outcome)
	require.Empty(t, server.Messages())
}

func TestAPhoneThatCannotBeReached(t *testing.T) {
	t.Parallel()
	server, greeter := served(t)
	server.FailPhone(grace.Phone, "Not a WhatsApp number")

	outcome, err := greeter.Welcome(t.Context(), grace)

	require.EqualError(t, err, "Not a WhatsApp number")
	require.Equal(t, Unreached, outcome)
}

// The connection is cut: after the server has sent the message, and before it has seen the call.
// Who waits for the answer cannot tell one from the other, and must not send again.
func TestALostAnswerIsADoubt(t *testing.T) {
	t.Parallel()
	for messages, fault := range []latetest.Fault{0: latetest.CutBefore(), 1: latetest.CutAfter()} {
		server, greeter := served(t)
		server.Inject(fault.On("sendWhatsAppBulk"))

		outcome, err := greeter.Welcome(t.Context(), grace)

		require.ErrorIs(t, err, late.ErrOutcomeUnknown)
		require.Equal(t, InDoubt, outcome)
		require.Len(t, server.Messages(), messages)
		require.Len(t, server.Requests("sendWhatsAppBulk"), 1)
	}
}

// In a bubble of testing/synctest time passes at once where all wait: the retries and their
// pauses are real, and the test takes none. It needs latetest.InProcess, and the server has to
// be made and closed in the bubble.
func TestABusyServerIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, greeter := served(t)
		server.Inject(latetest.Status(503, "busy").With("Retry-After", "30").On("sendWhatsAppBulk").Times(2))
		began := time.Now()

		outcome, err := greeter.Welcome(t.Context(), grace)

		require.NoError(t, err)
		require.Equal(t, Welcomed, outcome)
		require.GreaterOrEqual(t, time.Since(began), time.Minute)
		require.Len(t, server.Requests("sendWhatsAppBulk"), 3)
		require.Len(t, server.Messages(), 1)
	})
}

// Advance moves the clock of the server, where not your program waits but the server takes its
// time: a review, a schedule, a delivery.
func TestATemplateUnderReviewIsNotSent(t *testing.T) {
	t.Parallel()
	server, greeter := served(t)
	news := welcome
	news.Name, greeter.Template.Name = "welcome_2", "welcome_2"
	_, err := server.Client().Templates.Create(t.Context(), news)
	require.NoError(t, err)

	outcome, err := greeter.Welcome(t.Context(), grace)
	require.ErrorIs(t, err, late.ErrInvalidRequest)
	require.Equal(t, Failed, outcome)

	server.Advance(2 * time.Second)
	outcome, err = greeter.Greet(t.Context(), grace) // the contact is there
	require.NoError(t, err)
	require.Equal(t, Welcomed, outcome)
}

func TestTheProgram(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	run(t.Context(), &out)
	require.Contains(t, out.String(), "Ada     welcomed\nAda     known already, and not messaged\n")
	require.Contains(t, out.String(), "What the server has sent:\n+12025550101  Welcome, Ada!\n+12025550104  Welcome, Dmitri!\n")
}
