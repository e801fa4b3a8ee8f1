package late_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
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

// generate yields item(0) to item(n-1).
func generate[T any](n int, item func(i int) T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for i := range n {
			if !yield(item(i), nil) {
				return
			}
		}
	}
}

func imports(n int) iter.Seq2[late.ImportContact, error] {
	return generate(n, func(i int) late.ImportContact {
		return late.ImportContact{Phone: phone(i), Name: fmt.Sprint("Person ", i)}
	})
}

func adds(n int) iter.Seq2[late.BroadcastRecipient, error] {
	return generate(n, func(i int) late.BroadcastRecipient {
		return late.BroadcastRecipient{Phone: phone(i), Variables: map[string]string{"1": "x"}}
	})
}

func sends(n int) iter.Seq2[late.BulkRecipient, error] {
	return generate(n, func(i int) late.BulkRecipient {
		return late.BulkRecipient{Phone: phone(i), Variables: map[string]string{"1": "x"}}
	})
}

// newServer returns a server with the template hello and practically no rate limit.
func newServer(t *testing.T) *latetest.Server {
	server := latetest.NewServer(latetest.InProcess(), latetest.WithRateLimit(100_000))
	t.Cleanup(server.Close)
	addHello(server)
	return server
}

func addHello(server *latetest.Server) {
	server.AddTemplate(late.CreateTemplateRequest{
		Name: hello.Name, Language: hello.Language, Category: late.TemplateUtility,
		Components: []late.TemplateComponent{late.Body("Hi {{1}}", "Ada")},
	})
}

// has selects requests whose body contains the n-th phone number.
func has(n int) func(latetest.Request) bool {
	return func(r latetest.Request) bool { return strings.Contains(string(r.Body), phone(n)) }
}

func contactID(c late.Contact) string { return c.ID }

// One call is refused, one loses its connection each time, one loses it once after the server
// acted, and one is rate limited.
func TestImportManyWithFailingCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := newServer(t)
		server.Inject(
			latetest.Status(400, "no").When(has(1000)),
			latetest.CutBefore().When(has(3000)),
			latetest.CutAfter().When(has(5000)).Times(1),
			latetest.Status(429, "busy").With("Retry-After", "3").When(has(7000)).Times(1),
		)
		outcomes := map[late.ItemState]int{}
		ids := map[string]bool{}
		var last late.Progress
		report, err := server.Client().Contacts.ImportMany(t.Context(), late.ImportOptions{DefaultTags: []string{"new"}}, imports(10_500),
			late.WithConcurrency(3),
			late.WithOutcome(func(o late.ItemOutcome) {
				outcomes[o.State]++
				if o.State == late.ItemDone {
					ids[o.ID] = true
				}
			}),
			late.WithProgress(func(p late.Progress) {
				require.GreaterOrEqual(t, p.Total, last.Total)
				require.LessOrEqual(t, p.Done+p.Skipped+p.Refused+p.NotSent+p.Unknown, p.Total)
				last = p
			}))
		require.ErrorIs(t, err, late.ErrInvalidRequest)
		require.ErrorIs(t, err, late.ErrOutcomeUnknown)
		require.ErrorContains(t, err, "late: 2,000 of 10,500 items not done (1,000 refused, 1,000 unknown): import contacts: 400 no (request ")
		failure, ok := errors.AsType[*late.BatchError](err)
		require.True(t, ok)
		require.Same(t, report, failure.Report)
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
		require.Len(t, ids, 7500, "each contact has its ID")
		require.Equal(t, late.Progress{Total: 10_500, Done: 7_500, Skipped: 1_000, Refused: 1_000, Unknown: 1_000}, last)
		page, err := server.Client().Contacts.List(t.Context(), late.ListContactsOptions{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, 8_500, page.Pagination.Total)
	})
}

func TestImportManyDuplicates(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		skip  *bool
		calls int
		state late.ItemState
	}{
		"skipped are retried":     {nil, 2, late.ItemSkipped},
		"refused are not retried": {new(false), 1, late.ItemUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := newServer(t)
				server.Inject(latetest.CutAfter().Times(1))
				var states []late.ItemState
				_, _ = server.Client().Contacts.ImportMany(t.Context(), late.ImportOptions{SkipDuplicates: test.skip}, imports(1),
					late.WithOutcome(func(o late.ItemOutcome) { states = append(states, o.State) }))
				require.Equal(t, []late.ItemState{test.state}, states)
				require.Len(t, server.Requests("importWhatsAppContacts"), test.calls)
			})
		})
	}
}

// Refused items are rows of the report; only report.Err makes them an error.
func TestRefusedItemsAreNotAnError(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	server.FailPhone(phone(5), "no WhatsApp")
	report, err := server.Client().Contacts.ImportMany(t.Context(), late.ImportOptions{SkipDuplicates: new(false)}, late.FromSlice([]late.ImportContact{
		{Phone: "0", Name: "x"}, {Phone: phone(1), Name: "Ada"}, {Phone: phone(2)}, {Phone: phone(1), Name: "Ada again"},
	}))
	require.NoError(t, err)
	require.Equal(t, []int{4, 1, 3}, []int{report.Total, report.Done, report.Refused})
	require.Equal(t, []int{0, 2, 3}, []int{report.Problems[0].Index, report.Problems[1].Index, report.Problems[2].Index})
	err = report.Err()
	_, invalid := errors.AsType[*late.ValidationError](err)
	item, refused := errors.AsType[*late.ItemError](err)
	require.True(t, invalid && refused)
	require.Contains(t, item.Reason, "already exists")
	require.EqualError(t, err, `late: 3 of 4 items not done (3 refused): phone: "0" is not in E.164 form, such as +16315551234`)

	ids := map[string]bool{}
	report, err = server.Client().Messages.SendMany(t.Context(), hello, sends(10), late.WithOutcome(func(o late.ItemOutcome) { ids[o.ID] = true }))
	require.NoError(t, err)
	require.Equal(t, []int{9, 1}, []int{report.Done, report.Refused})
	require.Len(t, ids, 10, "nine message IDs and none for the refused recipient")
	require.EqualError(t, report.Err(), "late: 1 of 10 items not done (1 refused): refused: no WhatsApp")
	require.NoError(t, (&late.BatchReport{Total: 3, Done: 3}).Err())
}

func TestBatchErrorsThatUsersBuild(t *testing.T) {
	t.Parallel()
	require.EqualError(t, &late.BatchError{}, "late: the batch failed")
	require.EqualError(t, &late.BatchError{Err: errors.New("bad line 7")}, "late: stopped after 0 items: bad line 7")
	require.EqualError(t, &late.BatchError{Report: &late.BatchReport{Total: 1, NotSent: 1, Problems: []late.ItemOutcome{{State: late.ItemNotSent}}}},
		"late: 1 of 1 item not done (1 not sent)")
}

// Items that a failing source yielded before its error are sent and reported.
func TestSequenceFails(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	errSource := errors.New("bad line 151")
	report, err := server.Client().Messages.SendMany(t.Context(), hello, func(yield func(late.BulkRecipient, error) bool) {
		for r := range sends(150) {
			if !yield(r, nil) {
				return
			}
		}
		require.False(t, yield(late.BulkRecipient{}, errSource))
	})
	require.ErrorIs(t, err, errSource)
	require.EqualError(t, err, "late: stopped after 150 items: bad line 151")
	require.Equal(t, &late.BatchReport{Total: 150, Done: 150}, report)
	require.Len(t, server.Messages(), 150)
}

// Sends are not retried if they may have been processed, and the report says which.
func TestSendManyMessagesNobodyTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := newServer(t)
		server.FailPhone(phone(7), "no WhatsApp")
		server.Inject(
			latetest.CutAfter().When(has(100)),
			latetest.Status(500, "oops").When(has(200)),
			latetest.Status(503, "soon").With("Retry-After", "1").When(has(300)).Times(1),
			latetest.Status(400, "no").When(has(400)),
			latetest.Garbage().When(has(500)),
		)
		states := map[late.ItemState]int{}
		report, err := server.Client().Messages.SendMany(t.Context(), hello, sends(650),
			late.WithOutcome(func(o late.ItemOutcome) { states[o.State]++ }))
		require.ErrorIs(t, err, late.ErrOutcomeUnknown)
		require.Equal(t, map[late.ItemState]int{late.ItemDone: 249, late.ItemRefused: 101, late.ItemUnknown: 300}, states)
		require.Equal(t, 650, report.Total)
		require.Len(t, report.Problems, 401)
		require.Equal(t, &late.ItemError{Reason: "no WhatsApp"}, report.Problems[0].Err)
		messaged := map[string]int{}
		for _, m := range server.Messages() {
			messaged[m.Phone]++
		}
		for phone, n := range messaged {
			require.Equal(t, 1, n, phone)
		}
		require.Len(t, messaged, 449, "done, and the two calls of unknown outcome that the server processed")
	})
}

func TestUpdateAndDeleteMany(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	seedContacts(server, 1203)
	contacts := server.Client().Contacts
	ids := late.Map(contacts.All(t.Context(), late.ListContactsOptions{}), contactID)
	for _, want := range []late.BatchReport{{Total: 1203, Done: 1203}, {Total: 1203, Skipped: 1203}} {
		report, err := contacts.UpdateMany(t.Context(), late.ContactChange{Action: late.OptOut}, ids)
		require.NoError(t, err)
		require.Equal(t, &want, report)
	}
	updates := late.Map(contacts.All(t.Context(), late.ListContactsOptions{Limit: 100}), func(c late.Contact) late.ContactUpdate {
		return late.ContactUpdate{ID: c.ID, Change: late.UpdateContactRequest{Name: new("New " + c.Name)}}
	})
	report, err := contacts.UpdateEach(t.Context(), updates)
	require.NoError(t, err)
	require.Equal(t, &late.BatchReport{Total: 1203, Done: 1203}, report)
	ada, err := contacts.ByPhone(t.Context(), phone(7))
	require.NoError(t, err)
	require.Equal(t, "New Person 00007", ada.Name)

	report, err = contacts.UpdateEach(t.Context(), late.FromSlice([]late.ContactUpdate{{ID: "none"}, {}, {ID: ada.ID}}))
	require.NoError(t, err)
	require.Equal(t, []int{1, 2}, []int{report.Done, report.Refused})
	require.ErrorIs(t, report.Problems[0].Err, late.ErrNotFound)
	server.Inject(latetest.Status(403, "plan").On("updateWhatsAppContact").Times(1))
	_, err = contacts.UpdateEach(t.Context(), late.FromSlice([]late.ContactUpdate{{ID: ada.ID}}))
	require.ErrorIs(t, err, late.ErrForbidden, "a refusal that is not of the item is an error")

	report, err = contacts.DeleteMany(t.Context(), ids)
	require.NoError(t, err)
	require.Equal(t, 1203, report.Done)
	require.Len(t, server.Requests("bulkDeleteWhatsAppContacts"), 3)
	page, err := contacts.List(t.Context(), late.ListContactsOptions{})
	require.NoError(t, err)
	require.Zero(t, page.Pagination.Total)
	_, err = contacts.ByPhone(t.Context(), phone(7))
	require.ErrorIs(t, err, late.ErrNotFound)
	require.EqualError(t, err, "late: get contact by phone: not found")

	_, err = contacts.UpdateMany(t.Context(), late.ContactChange{Action: late.AddTags}, ids)
	require.ErrorIs(t, err, late.ErrInvalidRequest)
}

func TestByPhoneIsExact(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	server.AddContacts(
		late.CreateContactRequest{Phone: "+163155500010", Name: "Longer"}, late.CreateContactRequest{Phone: "+16315550001", Name: "Exact"},
		late.CreateContactRequest{Phone: "+16315550009", Name: "Named 16315550001"},
	)
	contact, err := server.Client().Contacts.ByPhone(t.Context(), "+16315550001")
	require.NoError(t, err)
	require.Equal(t, "Exact", contact.Name)
	_, err = server.Client().Contacts.ByPhone(t.Context(), "16315550001")
	require.ErrorIs(t, err, late.ErrInvalidRequest)
}

func TestCanceledBatchAddsUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := newServer(t)
		server.Inject(latetest.Latency(time.Minute).On("sendWhatsAppBulk").After(2))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		report, err := server.Client().Messages.SendMany(ctx, hello, sends(math.MaxInt))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, report.Total, report.Done+report.Skipped+report.Refused+report.NotSent+report.Unknown)
		require.Equal(t, 200, report.Done)
		require.Equal(t, 400, report.Unknown, "four calls were in flight")
		require.Len(t, server.Messages(), 200)
		for _, p := range report.Problems {
			require.Equal(t, p.State == late.ItemUnknown, errors.Is(p.Err, late.ErrOutcomeUnknown), p)
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	report, err := newServer(t).Client().Messages.SendMany(ctx, hello, func(yield func(late.BulkRecipient, error) bool) {
		for n := 0; yield(late.BulkRecipient{Phone: "invalid"}, nil); n++ {
			if n == 10 {
				cancel()
			}
		}
	})
	require.EqualError(t, err, fmt.Sprintf(`late: %d of %[1]d items not done (%[1]d refused): phone: "invalid" is not in E.164 form, such as +16315551234; `+
		`stopped after %[1]d items: context canceled`, report.Total))
}

// Nil values and absurd numbers mean the default.
func TestBatchOptionsNeverPanic(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	contacts := server.Client().Contacts
	report, err := contacts.ImportMany(t.Context(), late.ImportOptions{}, nil, nil, late.WithOutcome(nil), late.WithProgress(nil))
	require.NoError(t, err)
	require.Zero(t, report.Total)
	for _, n := range []int{math.MinInt, 0, 1_000_000} {
		_, err = contacts.ImportMany(t.Context(), late.ImportOptions{}, imports(2), late.WithConcurrency(n), late.WithOutcome(nil))
		require.NoError(t, err)
		for _, err := range contacts.All(t.Context(), late.ListContactsOptions{}, nil, late.WithPrefetch(n)) {
			require.NoError(t, err)
		}
	}
	var none iter.Seq2[late.Contact, error]
	report, err = contacts.DeleteMany(t.Context(), late.Map(none, contactID))
	require.NoError(t, err)
	require.Zero(t, report.Total)
	_, err = contacts.DeleteMany(t.Context(), late.Map[late.Contact, string](contacts.All(t.Context(), late.ListContactsOptions{}), nil))
	require.ErrorIs(t, err, late.ErrInvalidRequest)
	report, err = contacts.DeleteMany(t.Context(), late.FromSeq[string](nil))
	require.NoError(t, err)
	require.Zero(t, report.Total)
}

// A panic reaches the goroutine of the caller, also if it happens on one of the package.
func TestPanicsReachTheCaller(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	seedContacts(server, 200)
	panicAfter := func(n int) late.Option {
		return late.WithMiddleware(func(next late.Doer) late.Doer {
			return doerFunc(func(r *http.Request) (*http.Response, error) {
				if n--; n < 0 {
					panic("middleware")
				}
				return next.Do(r)
			})
		})
	}
	broken, secondPage := server.Client(panicAfter(0)), server.Client(panicAfter(1))
	client := server.Client()
	for name, call := range map[string]func(){
		"middleware of a batch": func() { _, _ = broken.Messages.SendMany(t.Context(), hello, sends(10)) },
		"middleware of a prefetched page": func() {
			for range secondPage.Contacts.All(t.Context(), late.ListContactsOptions{}, late.WithPrefetch(1)) {
			}
		},
		"outcome": func() {
			_, _ = client.Contacts.ImportMany(t.Context(), late.ImportOptions{}, imports(10), late.WithOutcome(func(late.ItemOutcome) { panic("outcome") }))
		},
		"outcome of an invalid item": func() {
			invalid := late.FromSlice(make([]late.ImportContact, 3))
			_, _ = client.Contacts.ImportMany(t.Context(), late.ImportOptions{}, invalid, late.WithOutcome(func(late.ItemOutcome) { panic("outcome") }))
		},
		"progress": func() {
			_, _ = client.Contacts.ImportMany(t.Context(), late.ImportOptions{}, imports(10), late.WithProgress(func(late.Progress) { panic("progress") }))
		},
	} {
		require.Panics(t, call, name)
	}
}

type doerFunc func(*http.Request) (*http.Response, error)

func (f doerFunc) Do(r *http.Request) (*http.Response, error) { return f(r) }

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
