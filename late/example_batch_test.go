package late_test

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// people yields contacts one after another, as a file or a database does. A batch holds only those
// of the calls in flight.
func people(n int) iter.Seq2[late.ImportContact, error] {
	return func(yield func(late.ImportContact, error) bool) {
		for i := range n {
			if !yield(late.ImportContact{Phone: fmt.Sprintf("+1631555%04d", i), Name: fmt.Sprint("Customer ", i)}, nil) {
				return
			}
		}
	}
}

func ExampleContactsService_ImportMany() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.AddContacts(late.CreateContactRequest{Phone: "+16315550103", Name: "Chloé"})
	client := server.Client()

	contacts := late.FromSlice([]late.ImportContact{
		{Phone: "+16315550103", Name: "Chloé"}, // already exists
		{Phone: "0631 5550104", Name: "Dmitri"},
		{Phone: "+16315550105", Name: "Emma"},
	})
	report, err := client.Contacts.ImportMany(context.Background(),
		late.ImportOptions{DefaultTags: []string{"new"}}, contacts)
	fmt.Println(report.Total, "read:", report.Done, "done,", report.Skipped, "skipped,", report.Refused, "refused")
	for _, p := range report.Problems {
		fmt.Println(p.Index, p.Key, p.State)
	}
	fmt.Println(err) // a refused contact is not an error of the import
	// Output:
	// 3 read: 1 done, 1 skipped, 1 refused
	// 1 0631 5550104 refused
	// <nil>
}

func ExampleContactsService_UpdateMany() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	ada := server.AddContacts(late.CreateContactRequest{Phone: "+16315550101", Name: "Ada"})[0]
	ben := server.AddContacts(late.CreateContactRequest{Phone: "+16315550102", Name: "Ben", Tags: []string{"vip"}})[0]
	client := server.Client()

	ids := late.FromSlice([]string{ada.ID, ben.ID}) // any number of them
	report, err := client.Contacts.UpdateMany(context.Background(),
		late.ContactChange{Action: late.AddTags, Tags: []string{"vip"}}, ids)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Done, "tagged,", report.Skipped, "with the tag already")
	// Output: 1 tagged, 1 with the tag already
}

func ExampleContactsService_UpdateEach() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	ada := server.AddContacts(late.CreateContactRequest{Phone: "+16315550101", Name: "ada"})[0]
	ben := server.AddContacts(late.CreateContactRequest{Phone: "+16315550102", Name: "ben"})[0]
	client := server.Client()

	updates := late.FromSlice([]late.ContactUpdate{
		{ID: ada.ID, Change: late.UpdateContactRequest{Name: new("Ada")}},
		{ID: ben.ID, Change: late.UpdateContactRequest{Name: new("Ben"), IsOptedIn: new(false)}},
	})
	report, err := client.Contacts.UpdateEach(context.Background(), updates)
	fmt.Println(report.Done, "updated", err)
	// Output: 2 updated <nil>
}

func ExampleContactsService_DeleteMany() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.AddContacts(
		late.CreateContactRequest{Phone: "+16315550101", Name: "Ada"},
		late.CreateContactRequest{Phone: "+16315550102", Name: "Ben", Groups: []string{"moved away"}},
	)
	client, ctx := server.Client(), context.Background()

	gone := client.Contacts.All(ctx, late.ListContactsOptions{Group: "moved away"})
	report, err := client.Contacts.DeleteMany(ctx, late.Map(gone, func(c late.Contact) string { return c.ID }))
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(report.Done, "deleted")
	// Output: 1 deleted
}

func ExampleWithConcurrency() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client := server.Client()

	// 1000 per call, at most two calls in flight.
	report, err := client.Contacts.ImportMany(context.Background(), late.ImportOptions{}, people(2500),
		late.WithConcurrency(2))
	fmt.Println(report.Done, err, len(server.Requests("importWhatsAppContacts")), "calls")
	// Output: 2500 <nil> 3 calls
}

func ExampleWithProgress() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client := server.Client()

	_, err := client.Contacts.ImportMany(context.Background(), late.ImportOptions{}, people(2500),
		late.WithConcurrency(1), // for the same output each time
		late.WithProgress(func(p late.Progress) { fmt.Println(p.Done, "so far") }))
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1000 so far
	// 2000 so far
	// 2500 so far
}

// A program that stores each outcome can resume after an interruption.
func ExampleWithOutcome() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.AddContacts(late.CreateContactRequest{Phone: "+16315550001", Name: "Ben"})
	client := server.Client()

	_, err := client.Contacts.ImportMany(context.Background(), late.ImportOptions{}, people(3),
		late.WithOutcome(func(o late.ItemOutcome) { fmt.Println(o.Index, o.Key, o.State) }))
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// 0 +16315550000 done
	// 1 +16315550001 skipped
	// 2 +16315550002 done
}

// A failed call does not stop the batch. The report says which items are worth a retry.
func ExampleBatchReport() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.Status(429, "slow down").With("Retry-After", "600").After(1).Times(1)) // the second call
	client, ctx := server.Client(), context.Background()

	var contacts []late.ImportContact
	for contact := range people(2500) {
		contacts = append(contacts, contact)
	}
	report, err := client.Contacts.ImportMany(ctx, late.ImportOptions{}, late.FromSlice(contacts), late.WithConcurrency(1))
	fmt.Println(report.Done, "done,", report.Refused, "refused:", errors.Is(err, late.ErrRateLimited))

	var retry []late.ImportContact
	for _, p := range report.Problems {
		if errors.Is(p.Err, late.ErrRateLimited) || p.State == late.ItemNotSent {
			retry = append(retry, contacts[p.Index])
		}
	}
	report, err = client.Contacts.ImportMany(ctx, late.ImportOptions{}, late.FromSlice(retry))
	fmt.Println(report.Done, "done,", report.Refused, "refused:", err)
	// Output:
	// 1500 done, 1000 refused: true
	// 1000 done, 0 refused: <nil>
}

func ExampleItemError() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.AddContacts(late.CreateContactRequest{Phone: "+16315550001", Name: "Ben"})
	client := server.Client()

	report, _ := client.Contacts.ImportMany(context.Background(), late.ImportOptions{SkipDuplicates: new(false)}, people(3))
	for _, p := range report.Problems {
		if e, ok := errors.AsType[*late.ItemError](p.Err); ok {
			fmt.Println(p.Key, "was refused:", e.Reason)
		}
	}
	// Output: +16315550001 was refused: Contact with phone +16315550001 already exists
}
