package dbtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

// newStore returns a store for tests that do not depend on the kind of database.
func newStore(t *testing.T) *campaign.Store {
	t.Helper()
	return database{campaign.SQLite, "sqlite", filepath.Join(t.TempDir(), "campaign.db")}.store(t)
}

// aFault is what becomes of a campaign if a server responds with a fault.
type aFault struct {
	faults []latetest.Fault
	want   campaign.Counts
	err    error // of the run
	reason string
}

// bad limits a fault to the requests that contain the third recipient.
func bad(f latetest.Fault) latetest.Fault {
	return f.When(func(r latetest.Request) bool { return bytes.Contains(r.Body, []byte("16315550002")) })
}

func TestLateMessagesMeetFaults(t *testing.T) {
	t.Parallel()
	const n = 10
	all := func(f latetest.Fault) []latetest.Fault { return []latetest.Fault{f} }
	none, sent, pending := campaign.Counts{Refused: n}, campaign.Counts{Sent: n}, campaign.Counts{Pending: n}
	unknown, oneRefused := campaign.Counts{Unknown: n}, campaign.Counts{Sent: n - 1, Refused: 1}
	platform := func(status, code int) latetest.Fault {
		return latetest.Respond(status, fmt.Sprintf(`{"error":"(#%d) refused","platformError":{"code":%[1]d}}`, code))
	}
	row := func(code string) []latetest.Fault { // nobody is sent anything
		var rows []string
		for i := range n {
			rows = append(rows, fmt.Sprintf(`{"phone":"+1631555%04d","success":false,"error":"%s"}`, i, code))
		}
		return all(latetest.Respond(200, `{"success":true,"summary":{"total":10,"failed":10},"results":[`+strings.Join(rows, ",")+`]}`).Times(1))
	}
	tests := map[string]aFault{
		"none":                                    {nil, sent, nil, ""},
		"slow down":                               {all(latetest.Status(429, "slow down").With("Retry-After", "1").Times(1)), sent, nil, ""},
		"unavailable for a second":                {all(latetest.Status(503, "later").With("Retry-After", "1").Times(1)), sent, nil, ""},
		"unavailable":                             {all(latetest.ProxyPage(503)), unknown, campaign.ErrUnresolved, "503"},
		"one is invalid":                          {all(bad(latetest.Status(400, "invalid phone"))), oneRefused, nil, "invalid phone"},
		"one cannot be processed":                 {all(bad(latetest.Status(422, "no variables"))), oneRefused, nil, "no variables"},
		"one is too large":                        {all(bad(latetest.Status(413, "too large"))), oneRefused, nil, "too large"},
		"all are invalid":                         {all(latetest.Status(400, "invalid")), none, nil, "invalid"},
		"unauthorized":                            {all(latetest.Status(401, "key revoked")), pending, late.ErrUnauthorized, ""},
		"payment due":                             {all(latetest.Status(402, "pay")), pending, late.ErrPaymentRequired, ""},
		"forbidden":                               {all(latetest.Status(403, "plan")), pending, late.ErrForbidden, ""},
		"no such endpoint":                        {all(latetest.ProxyPage(404)), pending, late.ErrNotFound, ""},
		"template not approved":                   {all(latetest.Respond(400, `{"error":"under review","code":"template_not_approved"}`)), pending, late.ErrInvalidRequest, ""},
		"template missing":                        {all(platform(400, 132001)), pending, late.ErrInvalidRequest, ""},
		"template paused":                         {all(platform(400, 132015)), pending, late.ErrInvalidRequest, ""},
		"one lacks a variable":                    {all(bad(platform(400, 132000))), oneRefused, nil, "132000"},
		"limit of the number":                     {all(platform(400, 130429).Times(1)), sent, nil, ""},
		"refused by a 200":                        {all(bad(latetest.Respond(200, `{"success":false,"error":"refused"}`))), oneRefused, nil, "refused"},
		"server error":                            {all(latetest.Status(500, "oops")), unknown, campaign.ErrUnresolved, "oops"},
		"connection lost before":                  {all(latetest.CutBefore()), unknown, campaign.ErrUnresolved, ""},
		"connection lost after":                   {all(latetest.CutAfter()), unknown, campaign.ErrUnresolved, ""},
		"garbage":                                 {all(latetest.Garbage()), unknown, campaign.ErrUnresolved, ""},
		"every row is refused":                    {row("Contact has opted out"), none, nil, "opted out"},
		"every row meets a limit":                 {row("(#130429) Rate limit hit"), sent, nil, ""},
		"every row says the template is disabled": {row("(#132016) Template is disabled"), pending, nil, ""},
		"a row is missing": {
			all(latetest.Respond(200, `{"success":true,"summary":{"total":10,"sent":1},"results":[{"phone":"+16315550000","success":true,"messageId":"m1"}]}`)),
			campaign.Counts{Sent: 1, Unknown: n - 1}, campaign.ErrUnresolved, "no result",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newLate(t)
			server.Inject(tt.faults...)
			c := started(t, newStore(t), welcome, n)
			report, err := c.Run(t.Context(), campaign.LateMessages(server.Client(late.WithMaxRetries(0))))
			if tt.want.Finished() || tt.err != nil {
				require.ErrorIs(t, err, tt.err)
			} else {
				require.Error(t, err)
			}
			require.Equal(t, tt.want, report.Counts)
			phones := map[string]bool{}
			for _, m := range server.Messages() {
				require.False(t, phones[m.Phone], "%s received two messages", m.Phone)
				phones[m.Phone] = true
			}
			for _, item := range itemsOf(t, c) {
				if item.State == campaign.Sent {
					require.NotEmpty(t, item.MessageID)
				} else if item.State != campaign.Pending {
					require.Contains(t, item.Reason, tt.reason)
				}
				if item.State == campaign.Refused {
					require.False(t, phones[item.Phone])
				}
			}
		})
	}
}

func TestUnapprovedTemplateStopsTheRun(t *testing.T) {
	t.Parallel()
	server := newLate(t)
	c := started(t, newStore(t), welcome, 3)
	server.RejectTemplate("welcome", "promotional")
	_, err := c.Run(t.Context(), campaign.LateMessages(server.Client()))
	require.ErrorContains(t, err, "promotional")
	server.RejectTemplate("welcome", "")
	report, err := c.Run(t.Context(), campaign.LateMessages(server.Client()))
	require.NoError(t, err)
	require.Equal(t, campaign.Counts{Sent: 3}, report.Counts)
}

func TestInvalidPlanStopsTheRun(t *testing.T) {
	t.Parallel()
	late1, onPremise := newLate(t), onpremisetest.NewServer(onpremisetest.InProcess())
	t.Cleanup(onPremise.Close)
	template := func(components ...late.TemplateComponent) campaign.Plan {
		return campaign.Plan{Template: late.TemplateRef{Name: "welcome", Language: "en_US", Components: components}, Namespace: "ns"}
	}
	withoutNamespace := template()
	withoutNamespace.Namespace = ""
	for name, tt := range map[string]struct {
		plan   campaign.Plan
		sender campaign.Sender
	}{
		"messages, no template":         {campaign.Plan{}, campaign.LateMessages(late1.Client())},
		"messages, no account":          {welcome, campaign.LateMessages(late1.Client(late.WithAccount("")))},
		"conversations, no template":    {campaign.Plan{}, campaign.LateConversations(late1.Client())},
		"conversations, body component": {template(late.BodyValues("x")), campaign.LateConversations(late1.Client())},
		"conversations, two components": {template(headerOf("image"), headerOf("image")), campaign.LateConversations(late1.Client())},
		"conversations, another header": {template(headerOf("location")), campaign.LateConversations(late1.Client())},
		"on-premise, no template":       {campaign.Plan{}, campaign.OnPremiseMessages(onPremise.Client(), nil)},
		"on-premise, no namespace":      {withoutNamespace, campaign.OnPremiseMessages(onPremise.Client(), nil)},
		"on-premise, another component": {template(headerOf("image")), campaign.OnPremiseMessages(onPremise.Client(), nil)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := started(t, newStore(t), tt.plan, 3)
			report, err := c.Run(t.Context(), tt.sender)
			require.ErrorIs(t, err, campaign.ErrStop)
			require.Equal(t, campaign.Counts{Pending: 3}, report.Counts)
		})
	}
}

// headerOf returns a header component with a file of a kind.
func headerOf(kind string) late.TemplateComponent {
	return late.TemplateComponent{Type: "header", AdditionalProperties: map[string]any{"parameters": []any{
		map[string]any{"type": kind, kind: map[string]any{"link": "https://example.com/file"}},
	}}}
}

// A server that fails does not turn a whole list into items that a person has to check.
func TestRunStopsAfterConsecutiveUnknownOutcomes(t *testing.T) {
	t.Parallel()
	server := newLate(t)
	server.Inject(latetest.Status(500, "oops"))
	c := started(t, newStore(t), welcome, 100)
	sender := campaign.LateMessages(server.Client(late.WithMaxRetries(0)))
	sender.Max = 1
	report, err := c.Run(t.Context(), sender, campaign.WithConcurrency(5))
	require.ErrorIs(t, err, late.ErrOutcomeUnknown)
	require.ErrorContains(t, err, "consecutive")
	require.GreaterOrEqual(t, report.Unknown, 5)
	require.Less(t, report.Unknown, 10, "calls that were in flight")
	require.Equal(t, 100, report.Unknown+report.Pending)
}

func TestRunWaitsForAServerThatCannotBeReached(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	var calls atomic.Int64
	refused := campaign.LateMessages(newLate(t).Client(late.WithBaseURL("http://"+l.Addr().String()), late.WithHTTPClient(nil), late.WithMaxRetries(0)))
	sender := campaign.Sender{Max: 10, Send: func(ctx context.Context, plan campaign.Plan, items []campaign.Item) ([]campaign.Result, error) {
		if calls.Add(1) == 2 {
			cancel()
		}
		return refused.Send(ctx, plan, items)
	}}
	c := started(t, newStore(t), welcome, 10)
	report, err := c.Run(ctx, sender)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, campaign.Counts{Pending: 10}, report.Counts)
	require.EqualValues(t, 2, calls.Load(), "items wait before they are sent again")
}

// One phone number with two appointments.
func TestItemsOfOnePhoneHaveTheirOwnResults(t *testing.T) {
	t.Parallel()
	server := newLate(t)
	server.Inject(latetest.Respond(200, `{"success":true,"summary":{"total":3,"sent":2,"failed":1},"results":[
		{"phone":"+16315550000","success":true,"messageId":"m1"},{"phone":"+16315550000","success":false,"error":"no variable"},{"phone":"+16315550000","success":true,"messageId":"m3"}]}`))
	ctx := t.Context()
	c, err := newStore(t).Create(ctx, "appointments", welcome)
	require.NoError(t, err)
	_, err = c.Add(ctx, late.FromSlice([]campaign.Recipient{
		{Key: "monday", Phone: "+16315550000"}, {Key: "tuesday", Phone: "+16315550000"}, {Key: "friday", Phone: "+16315550000"},
	}))
	require.NoError(t, err)
	require.NoError(t, c.Start(ctx))
	_, err = c.Run(ctx, campaign.LateMessages(server.Client()))
	require.NoError(t, err)
	items := itemsOf(t, c)
	require.Equal(t, []campaign.State{campaign.Sent, campaign.Refused, campaign.Sent}, []campaign.State{items[0].State, items[1].State, items[2].State})
	require.Equal(t, []string{"m1", "", "m3"}, []string{items[0].MessageID, items[1].MessageID, items[2].MessageID})
}

func TestOwnSender(t *testing.T) {
	t.Parallel()
	const n = 4
	own := errors.New("own \x00error")
	sent, unknown := campaign.Counts{Sent: n}, campaign.Counts{Unknown: n}
	once := func(err error) func([]campaign.Result) ([]campaign.Result, error) {
		var calls atomic.Int64
		return func(r []campaign.Result) ([]campaign.Result, error) {
			if calls.Add(1) > 1 {
				return r, nil
			}
			return nil, err
		}
	}
	for name, tt := range map[string]struct {
		send func([]campaign.Result) ([]campaign.Result, error) // changes the results of a success
		want campaign.Counts
		err  error
	}{
		"all results":       {func(r []campaign.Result) ([]campaign.Result, error) { return r, nil }, sent, nil},
		"results and error": {func(r []campaign.Result) ([]campaign.Result, error) { return r, own }, sent, nil},
		"another order":     {func(r []campaign.Result) ([]campaign.Result, error) { slices.Reverse(r); return r, nil }, sent, nil},
		"too many": {func(r []campaign.Result) ([]campaign.Result, error) {
			return append(r, campaign.Result{Key: "of no item"}), nil
		}, sent, nil},
		"no result":         {func([]campaign.Result) ([]campaign.Result, error) { return nil, nil }, unknown, campaign.ErrUnresolved},
		"no result for one": {func(r []campaign.Result) ([]campaign.Result, error) { return r[1:], nil }, campaign.Counts{Sent: n - 1, Unknown: 1}, campaign.ErrUnresolved},
		"an error for one":  {func(r []campaign.Result) ([]campaign.Result, error) { r[0].Err = own; return r, nil }, campaign.Counts{Sent: n - 1, Unknown: 1}, campaign.ErrUnresolved},
		"two results for one": {func(r []campaign.Result) ([]campaign.Result, error) {
			return append(r, campaign.Result{Key: r[0].Key, Err: campaign.ErrNotProcessed}), nil
		}, campaign.Counts{Sent: n - 1, Unknown: 1}, campaign.ErrUnresolved},
		"own error": {func([]campaign.Result) ([]campaign.Result, error) { return nil, own }, unknown, campaign.ErrUnresolved},
		"refused": {func([]campaign.Result) ([]campaign.Result, error) {
			return nil, fmt.Errorf("no: %w", campaign.ErrRefused)
		}, campaign.Counts{Refused: n}, nil},
		"one refused":   {func(r []campaign.Result) ([]campaign.Result, error) { r[0].Err = campaign.ErrRefused; return r, nil }, campaign.Counts{Sent: n - 1, Refused: 1}, nil},
		"not processed": {once(campaign.ErrNotProcessed), sent, nil},
		"stop":          {once(campaign.ErrStop), campaign.Counts{Pending: n}, campaign.ErrStop},
		"stop at one": {func(r []campaign.Result) ([]campaign.Result, error) { r[0].Err = campaign.ErrStop; return r, nil },
			campaign.Counts{Sent: n - 1, Pending: 1}, campaign.ErrStop},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := started(t, newStore(t), campaign.Plan{}, n)
			report, err := c.Run(t.Context(), campaign.Sender{Max: n, Send: func(_ context.Context, _ campaign.Plan, items []campaign.Item) ([]campaign.Result, error) {
				var results []campaign.Result
				for _, item := range items {
					results = append(results, campaign.Result{Key: item.Key, MessageID: "m" + item.Key})
				}
				return tt.send(results)
			}})
			require.ErrorIs(t, err, tt.err)
			require.Equal(t, tt.want, report.Counts)
		})
	}
}

// send runs a campaign with the given recipients and returns its items.
func send(t *testing.T, plan campaign.Plan, sender campaign.Sender, recipients ...campaign.Recipient) ([]campaign.Item, error) {
	t.Helper()
	c, err := newStore(t).Create(t.Context(), t.Name(), plan)
	require.NoError(t, err)
	_, err = c.Add(t.Context(), late.FromSlice(recipients))
	require.NoError(t, err)
	require.NoError(t, c.Start(t.Context()))
	_, err = c.Run(t.Context(), sender)
	return itemsOf(t, c), err
}

func states(items []campaign.Item) (states []campaign.State) {
	for _, item := range items {
		states = append(states, item.State)
	}
	return states
}

var numbered = map[string]string{"2": "b", "10": "j", "1": "a", "3": "c", "4": "d", "5": "e", "6": "f", "7": "g", "8": "h", "9": "i"}

func TestLateConversations(t *testing.T) {
	t.Parallel()
	server := newLate(t)
	var text []string
	for i := range 10 {
		text = append(text, fmt.Sprintf("{{%d}}", i+1))
	}
	server.AddTemplate(late.CreateTemplateRequest{Name: "ten", Language: "en_US", Category: late.TemplateUtility, Components: []late.TemplateComponent{
		late.HeaderMedia("IMAGE", "handle"), late.Body("Hello "+strings.Join(text, " and ")+" bye", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j"),
	}})
	plan := campaign.Plan{Template: late.TemplateRef{Name: "ten", Language: "en_US", Components: []late.TemplateComponent{headerOf("image")}}}
	items, err := send(t, plan, campaign.LateConversations(server.Client()),
		campaign.Recipient{Phone: "+16315550000", Variables: numbered},
		campaign.Recipient{Phone: "+16315550001", Variables: map[string]string{"1": "a"}},
		campaign.Recipient{Phone: "+16315550002", Variables: map[string]string{"name": "a"}},
		campaign.Recipient{Phone: "no number", Variables: numbered},
		campaign.Recipient{Phone: "+16315550004", Variables: numbered},
	)
	require.NoError(t, err)
	require.Equal(t, []campaign.State{campaign.Sent, campaign.Refused, campaign.Refused, campaign.Refused, campaign.Sent}, states(items))
	require.Contains(t, items[1].Reason, "10 parameters")
	require.Contains(t, items[2].Reason, "numbered")
	messages := server.Messages()
	require.Len(t, messages, 2)
	i := slices.IndexFunc(messages, func(m latetest.Message) bool { return m.Phone == items[0].Phone })
	require.Equal(t, messages[i].ID, items[0].MessageID)
	require.Equal(t, numbered, messages[i].Variables)
	var request late.StartConversationRequest
	require.NoError(t, json.Unmarshal(messages[i].Request, &request))
	require.Equal(t, late.ConversationHeaderMedia{Type: "image", Link: "https://example.com/file"}, request.HeaderMedia)
}

func TestLateConversationsMeetFaults(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		set  func(*latetest.Server)
		want campaign.Counts
		err  error
	}{
		"one is invalid":     {func(s *latetest.Server) { s.Inject(bad(latetest.Status(400, "not on WhatsApp"))) }, campaign.Counts{Sent: 3, Refused: 1}, nil},
		"one is lost":        {func(s *latetest.Server) { s.Inject(bad(latetest.CutAfter())) }, campaign.Counts{Sent: 3, Unknown: 1}, campaign.ErrUnresolved},
		"slow down":          {func(s *latetest.Server) { s.Inject(latetest.Status(429, "slow down").Times(2)) }, campaign.Counts{Sent: 4}, nil},
		"no add-on":          {func(s *latetest.Server) { s.Inject(latetest.Status(403, "add-on")) }, campaign.Counts{Pending: 4}, late.ErrAddonRequired},
		"account is offline": {func(s *latetest.Server) { s.FailAccount(s.AccountID(), "token expired") }, campaign.Counts{Pending: 4}, late.ErrInvalidRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newLate(t)
			tt.set(server)
			c := started(t, newStore(t), welcome, 4)
			report, err := c.Run(t.Context(), campaign.LateConversations(server.Client(late.WithMaxRetries(0))))
			require.ErrorIs(t, err, tt.err)
			require.Equal(t, tt.want, report.Counts)
		})
	}
}

func newOnPremise(t *testing.T, opts ...onpremisetest.Option) *onpremisetest.Server {
	t.Helper()
	server := onpremisetest.NewServer(append(opts, onpremisetest.InProcess())...)
	t.Cleanup(server.Close)
	return server
}

var shipped = campaign.Plan{Namespace: "shop", Template: late.TemplateRef{Name: "shipped", Language: "en_US"}}

func TestOnPremiseMessages(t *testing.T) {
	t.Parallel()
	server := newOnPremise(t)
	items, err := send(t, shipped, campaign.OnPremiseMessages(server.Client(), nil),
		campaign.Recipient{Phone: "16315550000", Variables: numbered},
		campaign.Recipient{Phone: "16315550001"},
		campaign.Recipient{Phone: "16315550002", Variables: map[string]string{"1": ""}},
		campaign.Recipient{Phone: "16315550003", Variables: map[string]string{"2": "b"}},
	)
	require.NoError(t, err)
	require.Equal(t, []campaign.State{campaign.Sent, campaign.Sent, campaign.Refused, campaign.Refused}, states(items))
	for _, m := range server.Messages() {
		want := onpremise.TemplateMessage("16315550001", "shop", "shipped", "en_US")
		if m.To == "16315550000" {
			var params []onpremise.TemplateParameter
			for i := range 10 {
				params = append(params, onpremise.TextParam(string(rune('a'+i))))
			}
			want = onpremise.TemplateMessage(m.To, "shop", "shipped", "en_US", onpremise.BodyComponent(params...))
		}
		require.Equal(t, want.Template, m.Template)
		require.Equal(t, want.To, m.To)
		require.Contains(t, []string{items[0].MessageID, items[1].MessageID}, m.ID)
	}

	items, err = send(t, campaign.Plan{}, campaign.OnPremiseMessages(server.Client(), func(_ campaign.Plan, item campaign.Item) onpremise.Message {
		return onpremise.TextMessage(item.Phone, "Hello "+item.Variables["name"])
	}), campaign.Recipient{Phone: "16315550005", Variables: map[string]string{"name": "Ada"}})
	require.NoError(t, err)
	require.Equal(t, campaign.Sent, items[0].State)
	messages := server.Messages()
	require.Equal(t, "Hello Ada", messages[len(messages)-1].Text.Body)
}

func TestOnPremiseMessagesMeetFaults(t *testing.T) {
	t.Parallel()
	code := func(status, code int) onpremisetest.Fault {
		return onpremisetest.Respond(status, fmt.Sprintf(`{"errors":[{"code":%d,"title":"refused"}]}`, code)).On(onpremise.OpSendMessage)
	}
	oneRefused, pending := campaign.Counts{Sent: 3, Refused: 1}, campaign.Counts{Pending: 4}
	for name, tt := range map[string]struct {
		fault onpremisetest.Fault
		want  campaign.Counts
		err   error
	}{
		"not a valid user":          {bad(code(400, 1013)), oneRefused, nil},
		"unknown contact":           {bad(code(404, 1006)), oneRefused, nil},
		"incapable receiver":        {bad(code(400, 1026)), oneRefused, nil},
		"invalid parameter":         {bad(code(400, 1009)), oneRefused, nil},
		"refused by a 200":          {bad(code(200, 1013)), oneRefused, nil},
		"lost":                      {bad(onpremisetest.CutAfter().On(onpremise.OpSendMessage)), campaign.Counts{Sent: 3, Unknown: 1}, campaign.ErrUnresolved},
		"too many requests":         {code(429, 1015).Times(2), campaign.Counts{Sent: 4}, nil},
		"overloaded":                {code(503, 1016).With("Retry-After", "1").Times(2), campaign.Counts{Sent: 4}, nil},
		"template missing":          {code(404, 2001), pending, onpremise.ErrNotFound},
		"template paused, by a 400": {code(400, 2060), pending, onpremise.ErrInvalidRequest},
		"not registered":            {code(400, 1011), pending, onpremise.ErrInvalidRequest},
		"access denied":             {code(403, 1005), pending, onpremise.ErrForbidden},
		"no such endpoint":          {onpremisetest.ProxyPage(404).On(onpremise.OpSendMessage), pending, onpremise.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newOnPremise(t)
			server.Inject(tt.fault)
			var recipients []campaign.Recipient
			for i := range 4 {
				recipients = append(recipients, campaign.Recipient{Phone: fmt.Sprintf("1631555%04d", i)})
			}
			items, err := send(t, shipped, campaign.OnPremiseMessages(server.Client(onpremise.WithMaxRetries(0)), nil), recipients...)
			require.ErrorIs(t, err, tt.err)
			var counts campaign.Counts
			for _, item := range items {
				switch item.State {
				case campaign.Sent:
					counts.Sent++
				case campaign.Refused:
					counts.Refused++
				case campaign.Unknown:
					counts.Unknown++
				case campaign.Pending:
					counts.Pending++
				}
			}
			require.Equal(t, tt.want, counts)
		})
	}
}

func TestItemsWaitAsLongAsTheServerAsks(t *testing.T) {
	t.Parallel()
	server := newLate(t)
	server.Inject(latetest.Status(429, "slow down").With("Retry-After", "3").Times(1))
	_, err := started(t, newStore(t), welcome, 1).Run(t.Context(), campaign.LateMessages(server.Client(late.WithMaxRetries(0))))
	require.NoError(t, err)
	requests := server.Requests(late.OpSendWhatsAppBulk)
	require.Len(t, requests, 2)
	require.GreaterOrEqual(t, requests[1].Time.Sub(requests[0].Time), 2900*time.Millisecond)
}
