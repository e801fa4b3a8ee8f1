package late_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func phone(i int) string { return fmt.Sprintf("+1631555%07d", i) }

func seedContacts(server *latetest.Server, n int) {
	requests := make([]late.CreateContactRequest, n)
	for i := range requests {
		requests[i] = late.CreateContactRequest{Phone: phone(i), Name: fmt.Sprintf("Person %05d", i)}
	}
	server.AddContacts(requests...)
}

func imports(n int) iter.Seq[late.ImportContact] {
	return func(yield func(late.ImportContact) bool) {
		for i := range n {
			if !yield(late.ImportContact{Phone: phone(i), Name: fmt.Sprint("Person ", i)}) {
				return
			}
		}
	}
}

func adds(n int) iter.Seq[late.BroadcastRecipient] {
	return func(yield func(late.BroadcastRecipient) bool) {
		for i := range n {
			if !yield(late.BroadcastRecipient{Phone: phone(i), Variables: map[string]string{"1": "x"}}) {
				return
			}
		}
	}
}

// A loop that deletes what it gets shifts every page that is still to come.
func TestContactsDeletedWhileIteratedAreAllVisited(t *testing.T) {
	t.Parallel()
	for _, prefetch := range []int{0, 1, 8} {
		t.Run(fmt.Sprint("prefetch ", prefetch), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := latetest.NewServer(latetest.InProcess(), latetest.WithRateLimit(100_000))
				defer server.Close()
				seedContacts(server, 1050)
				client := server.Client()
				visits := map[string]int{}
				for contact, err := range client.Contacts.All(t.Context(), late.ListContactsOptions{}, late.WithPrefetch(prefetch)) {
					require.NoError(t, err)
					visits[contact.ID]++
					require.NoError(t, client.Contacts.Delete(t.Context(), contact.ID))
				}
				require.Len(t, visits, 1050)
				for id, n := range visits {
					require.Equal(t, 1, n, id)
				}
				page, err := client.Contacts.List(t.Context(), late.ListContactsOptions{})
				require.NoError(t, err)
				require.Zero(t, page.Pagination.Total)
			})
		})
	}
}

func TestContactsAddedWhileIteratedAreNotYieldedTwice(t *testing.T) {
	t.Parallel()
	server := latetest.NewServer(latetest.InProcess(), latetest.WithRateLimit(100_000))
	defer server.Close()
	seedContacts(server, 300)
	client := server.Client()
	visits, n := map[string]int{}, 0
	for contact, err := range client.Contacts.All(t.Context(), late.ListContactsOptions{Limit: 20}, late.WithPrefetch(2)) {
		require.NoError(t, err)
		visits[contact.ID]++
		if n++; n%10 == 0 && n < 300 {
			server.AddContacts(late.CreateContactRequest{Phone: phone(1000 + n), Name: "Aaron"}) // sorts before all
		}
	}
	for id, n := range visits {
		require.Equal(t, 1, n, id)
	}
	require.GreaterOrEqual(t, len(visits), 300)
}

func TestBreakingOutLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // a goroutine that is left fails the bubble
		server := latetest.NewServer(latetest.InProcess())
		defer server.Close()
		seedContacts(server, 500)
		server.Inject(latetest.Latency(time.Hour).On("getWhatsAppContacts").After(1))
		for _, err := range server.Client().Contacts.All(t.Context(), late.ListContactsOptions{}, late.WithPrefetch(4)) {
			require.NoError(t, err)
			break
		}
	})
}

func TestAnErrorIsTheLastThingAnIteratorYields(t *testing.T) {
	t.Parallel()
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	seedContacts(server, 120)
	server.Inject(latetest.Status(403, "plan").On("getWhatsAppContacts").After(1))
	var rows, failures int
	for _, err := range server.Client().Contacts.All(t.Context(), late.ListContactsOptions{}) {
		if err != nil {
			require.ErrorIs(t, err, late.ErrForbidden)
			failures++
			continue
		}
		require.Zero(t, failures)
		rows++
	}
	require.Equal(t, 50, rows)
	require.Equal(t, 1, failures)
}

func TestAllBroadcastsAndRecipients(t *testing.T) {
	t.Parallel()
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client := server.Client()
	for i := range 7 {
		_, err := client.Broadcasts.Create(t.Context(), late.CreateBroadcastRequest{Name: fmt.Sprint(i), Template: hello})
		require.NoError(t, err)
	}
	var names []string
	var last string
	for b, err := range client.Broadcasts.All(t.Context(), late.ListBroadcastsOptions{Limit: 2, Skip: 1}) {
		require.NoError(t, err)
		names = append(names, b.Name)
		last = b.ID
	}
	require.Equal(t, []string{"5", "4", "3", "2", "1", "0"}, names)
	report, err := client.Broadcasts.AddRecipientsMany(t.Context(), last, adds(250))
	require.NoError(t, err)
	require.Equal(t, 250, report.Done)
	seen := map[string]bool{}
	for r, err := range client.Broadcasts.AllRecipients(t.Context(), last, late.ListRecipientsOptions{Status: late.DeliveryPending}, late.WithPrefetch(3)) {
		require.NoError(t, err)
		seen[r.Phone] = true
	}
	require.Len(t, seen, 250)
}

// 10,500 contacts in 11 calls, of which one is refused, one is cut for good, one is cut once
// after the server acted, and one meets a server that is busy.
func TestImportManyAddsUpWhenCallsFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := latetest.NewServer(latetest.InProcess())
		defer server.Close()
		first := func(n int) func(latetest.Request) bool {
			return func(r latetest.Request) bool { return contains(r, phone(n)) }
		}
		server.Inject(
			latetest.Status(400, "no").When(first(1000)),
			latetest.CutBefore().When(first(3000)),
			latetest.CutAfter().When(first(5000)).Times(1),
			latetest.Status(429, "busy").With("Retry-After", "3").When(first(7000)).Times(1),
		)
		outcomes := map[late.ItemState]int{}
		var last late.Progress
		report, err := server.Client().Contacts.ImportMany(t.Context(), imports(10_500), late.ImportOptions{DefaultTags: []string{"new"}},
			late.WithConcurrency(3),
			late.WithOutcome(func(o late.ItemOutcome) { outcomes[o.State]++ }),
			late.WithProgress(func(p late.Progress) {
				require.GreaterOrEqual(t, p.Total, last.Total)
				require.LessOrEqual(t, p.Done+p.Skipped+p.Refused+p.NotSent+p.Unknown, p.Total)
				last = p
			}))
		require.ErrorIs(t, err, late.ErrInvalidRequest)
		require.ErrorIs(t, err, late.ErrOutcomeUnknown)
		require.ErrorContains(t, err, "late: import contacts: 2,000 of 10,500 items not done (1,000 refused, 1,000 unknown): 400 no (request ")
		require.Equal(t, &late.BatchReport{
			Total: 10_500, Done: 7_500, Skipped: 1_000, Refused: 1_000, Unknown: 1_000, Problems: report.Problems,
		}, report)
		require.Len(t, report.Problems, 2_000)
		for i, p := range report.Problems[:1000] {
			require.Equal(t, late.ItemOutcome{Index: 1000 + i, Key: phone(1000 + i), State: late.ItemRefused, Err: p.Err}, p)
		}
		for i, p := range report.Problems[1000:] {
			require.Equal(t, late.ItemOutcome{Index: 3000 + i, Key: phone(3000 + i), State: late.ItemUnknown, Err: p.Err}, p)
		}
		require.Equal(t, map[late.ItemState]int{
			late.ItemDone: 7500, late.ItemSkipped: 1000, late.ItemRefused: 1000, late.ItemUnknown: 1000,
		}, outcomes)
		require.Equal(t, late.Progress{Total: 10_500, Done: 7_500, Skipped: 1_000, Refused: 1_000, Unknown: 1_000}, last)
		page, err := server.Client().Contacts.List(t.Context(), late.ListContactsOptions{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, 8_500, page.Pagination.Total, "what the report calls done is there, and nothing else")
	})
}

func contains(r latetest.Request, phone string) bool {
	return strings.Contains(string(r.Body), phone)
}

func TestImportThatRefusesDuplicatesIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		skip  *bool
		calls int
		state late.ItemState
	}{
		{"skipped", nil, 2, late.ItemSkipped},
		{"refused", new(false), 1, late.ItemUnknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := latetest.NewServer(latetest.InProcess())
				defer server.Close()
				server.Inject(latetest.CutAfter().Times(1))
				var states []late.ItemState
				_, _ = server.Client().Contacts.ImportMany(t.Context(), imports(1), late.ImportOptions{SkipDuplicates: tt.skip},
					late.WithOutcome(func(o late.ItemOutcome) { states = append(states, o.State) }))
				require.Equal(t, []late.ItemState{tt.state}, states)
				require.Len(t, server.Requests("importWhatsAppContacts"), tt.calls)
			})
		})
	}
}

func TestItemsThatCannotBeSentAreNamedAndStopNothing(t *testing.T) {
	t.Parallel()
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	rows := []late.ImportContact{{Phone: "0", Name: "x"}, {Phone: phone(1), Name: "Ada"}, {Phone: phone(2)}, {Phone: phone(1), Name: "Ada again"}}
	report, err := server.Client().Contacts.ImportMany(t.Context(), func(yield func(late.ImportContact) bool) {
		for _, row := range rows {
			if !yield(row) {
				return
			}
		}
	}, late.ImportOptions{})
	var invalid *late.ValidationError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, 4, report.Total)
	require.Equal(t, 1, report.Done)
	require.Equal(t, 1, report.Skipped)
	require.Equal(t, 2, report.Refused)
	require.Equal(t, []int{0, 2}, []int{report.Problems[0].Index, report.Problems[1].Index})
}

// What carries messages is never sent again on a doubt, and the report says who is in doubt.
func TestSendManyMessagesNobodyTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := latetest.NewServer(latetest.InProcess())
		defer server.Close()
		addHello(server)
		server.FailPhone(phone(7), "no WhatsApp")
		first := func(n int) func(latetest.Request) bool {
			return func(r latetest.Request) bool { return contains(r, phone(n)) }
		}
		server.Inject(
			latetest.CutAfter().When(first(100)),
			latetest.Status(500, "oops").When(first(200)),
			latetest.Status(503, "soon").With("Retry-After", "1").When(first(300)).Times(1),
			latetest.Status(400, "no").When(first(400)),
			latetest.Garbage().When(first(500)),
		)
		states := map[late.ItemState]int{}
		report, err := server.Client().Messages.SendMany(t.Context(), hello, func(yield func(late.BulkRecipient) bool) {
			for i := range 650 {
				if !yield(late.BulkRecipient{Phone: phone(i), Variables: map[string]string{"1": "x"}}) {
					return
				}
			}
		}, late.WithOutcome(func(o late.ItemOutcome) { states[o.State]++ }))
		require.ErrorIs(t, err, late.ErrOutcomeUnknown)
		require.Equal(t, map[late.ItemState]int{late.ItemDone: 249, late.ItemRefused: 101, late.ItemUnknown: 300}, states)
		require.Equal(t, 650, report.Total)
		require.Equal(t, 401, len(report.Problems))
		var refused *late.ItemError
		require.ErrorAs(t, report.Problems[0].Err, &refused)
		require.Equal(t, "no WhatsApp", refused.Reason)
		messaged := map[string]int{}
		for _, m := range server.Messages() {
			messaged[m.Phone]++
		}
		for phone, n := range messaged {
			require.Equal(t, 1, n, phone)
		}
		require.Len(t, messaged, 449, "done, and the two calls in doubt on which the server acted")
	})
}

func addHello(server *latetest.Server) {
	server.AddTemplate(late.CreateTemplateRequest{
		Name: hello.Name, Language: hello.Language, Category: late.TemplateUtility,
		Components: []late.TemplateComponent{late.Body("Hi {{1}}", "Ada")},
	})
}

func TestUpdateManyAndDeleteMany(t *testing.T) {
	t.Parallel()
	server := latetest.NewServer(latetest.InProcess(), latetest.WithRateLimit(10_000))
	defer server.Close()
	seedContacts(server, 1203)
	client := server.Client()
	ids := func(yield func(string) bool) {
		for c, err := range client.Contacts.All(t.Context(), late.ListContactsOptions{}) {
			if err != nil || !yield(c.ID) {
				return
			}
		}
	}
	report, err := client.Contacts.UpdateMany(t.Context(), ids, late.ContactChange{Action: late.OptOut})
	require.NoError(t, err)
	require.Equal(t, 1203, report.Done)
	report, err = client.Contacts.UpdateMany(t.Context(), ids, late.ContactChange{Action: late.OptOut})
	require.NoError(t, err)
	require.Equal(t, 1203, report.Skipped, "they are as the change makes them already")

	// A sequence that reads while what it reads is deleted still yields everybody.
	report, err = client.Contacts.DeleteMany(t.Context(), ids)
	require.NoError(t, err)
	require.Equal(t, 1203, report.Done)
	require.Len(t, server.Requests("bulkDeleteWhatsAppContacts"), 3)
	page, err := client.Contacts.List(t.Context(), late.ListContactsOptions{})
	require.NoError(t, err)
	require.Zero(t, page.Pagination.Total)

	_, err = client.Contacts.UpdateMany(t.Context(), ids, late.ContactChange{Action: late.AddTags})
	require.ErrorIs(t, err, late.ErrInvalidRequest)
}

func TestCancelledBatchAddsUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := latetest.NewServer(latetest.InProcess())
		defer server.Close()
		addHello(server)
		server.Inject(latetest.Latency(time.Minute).On("sendWhatsAppBulk").After(2))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		report, err := server.Client().Messages.SendMany(ctx, hello, func(yield func(late.BulkRecipient) bool) {
			for i := 0; yield(late.BulkRecipient{Phone: phone(i), Variables: map[string]string{"1": "x"}}); i++ {
			}
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, report.Total, report.Done+report.Skipped+report.Refused+report.NotSent+report.Unknown)
		require.Equal(t, 200, report.Done)
		require.Equal(t, 400, report.Unknown, "four calls were under way")
		require.Len(t, server.Messages(), 200)
		for _, p := range report.Problems {
			require.Equal(t, p.State == late.ItemUnknown, errors.Is(p.Err, late.ErrOutcomeUnknown), p)
		}
	})
}

func TestSharedTransport(t *testing.T) {
	t.Parallel()
	server := latetest.NewServer(latetest.InProcess(), latetest.WithAccounts("one", "two"), latetest.WithRateLimit(10))
	defer server.Close()
	hc := &http.Client{Transport: server}
	client, err := late.NewClient(server.APIKey(), late.WithBaseURL(server.URL), late.WithHTTPClient(hc))
	require.NoError(t, err)
	require.Zero(t, client.RateLimit())
	_, err = client.ForAccount("one").Contacts.List(t.Context(), late.ListContactsOptions{})
	require.NoError(t, err)
	require.Equal(t, 10, client.RateLimit().Limit)
	require.Equal(t, 9, client.ForAccount("two").RateLimit().Remaining)
	require.WithinDuration(t, server.Now().Add(time.Minute), client.RateLimit().Reset, 2*time.Second)
	resp, err := client.API().GetWhatsAppContactWithResponse(t.Context(), "nobody")
	require.NoError(t, err)
	require.Equal(t, 404, resp.HTTPResponse.StatusCode)
	require.NotEmpty(t, resp.JSON404.Error)
	require.Equal(t, http.Client{Transport: server}, *hc, "the caller's client is not changed")
}
