package late_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// people yields contacts as a file or a database would, one after another: a batch never holds
// more of them than the calls that are under way.
func people(n int) iter.Seq[late.ImportContact] {
	return func(yield func(late.ImportContact) bool) {
		for i := range n {
			if !yield(late.ImportContact{Phone: fmt.Sprintf("+1631555%04d", i), Name: fmt.Sprint("Customer ", i)}) {
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

	contacts := slices.Values([]late.ImportContact{
		{Phone: "+16315550103", Name: "Chloé"}, // is there already
		{Phone: "0631 5550104", Name: "Dmitri"},
		{Phone: "+16315550105", Name: "Emma"},
	})
	report, err := client.Contacts.ImportMany(context.Background(), contacts,
		late.ImportOptions{DefaultTags: []string{"new"}})
	fmt.Println(report.Total, "read:", report.Done, "done,", report.Skipped, "skipped,", report.Refused, "refused")
	for _, p := range report.Problems {
		fmt.Println(p.Index, p.Key, p.State)
	}
	fmt.Println(err != nil)
	// Output:
	// 3 read: 1 done, 1 skipped, 1 refused
	// 1 0631 5550104 refused
	// true
}

func ExampleContactsService_UpdateMany() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	ada := server.AddContacts(late.CreateContactRequest{Phone: "+16315550101", Name: "Ada"})[0]
	ben := server.AddContacts(late.CreateContactRequest{Phone: "+16315550102", Name: "Ben", Tags: []string{"vip"}})[0]
	client := server.Client()

	ids := slices.Values([]string{ada.ID, ben.ID}) // any number of them
	report, err := client.Contacts.UpdateMany(context.Background(), ids,
		late.ContactChange{Action: late.AddTags, Tags: []string{"vip"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Done, "tagged,", report.Skipped, "with the tag already")
	// Output: 1 tagged, 1 with the tag already
}

func ExampleContactsService_DeleteMany() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.AddContacts(
		late.CreateContactRequest{Phone: "+16315550101", Name: "Ada"},
		late.CreateContactRequest{Phone: "+16315550102", Name: "Ben", Groups: []string{"moved away"}},
	)
	client, ctx := server.Client(), context.Background()

	var listErr error
	ids := func(yield func(string) bool) {
		for contact, err := range client.Contacts.All(ctx, late.ListContactsOptions{Group: "moved away"}) {
			if listErr = err; err != nil || !yield(contact.ID) {
				return
			}
		}
	}
	report, err := client.Contacts.DeleteMany(ctx, ids)
	if err := errors.Join(err, listErr); err != nil {
		fmt.Println(err)
	}
	fmt.Println(report.Done, "deleted")
	// Output: 1 deleted
}

func ExampleWithConcurrency() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client := server.Client()

	// 1000 in a call, and two calls at once.
	report, err := client.Contacts.ImportMany(context.Background(), people(2500), late.ImportOptions{},
		late.WithConcurrency(2))
	fmt.Println(report.Done, err, len(server.Requests("importWhatsAppContacts")), "calls")
	// Output: 2500 <nil> 3 calls
}

func ExampleWithProgress() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client := server.Client()

	_, err := client.Contacts.ImportMany(context.Background(), people(2500), late.ImportOptions{},
		late.WithConcurrency(1), // to have the same output each time
		late.WithProgress(func(p late.Progress) { fmt.Println(p.Done, "so far") }))
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1000 so far
	// 2000 so far
	// 2500 so far
}

// What becomes of each item goes into a file or a database as it is settled, so that a program
// that is interrupted can go on where it was.
func ExampleWithOutcome() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.AddContacts(late.CreateContactRequest{Phone: "+16315550001", Name: "Ben"})
	client := server.Client()

	_, err := client.Contacts.ImportMany(context.Background(), people(3), late.ImportOptions{},
		late.WithOutcome(func(o late.ItemOutcome) { fmt.Println(o.Index, o.Key, o.State) }))
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// 0 +16315550000 done
	// 1 +16315550001 skipped
	// 2 +16315550002 done
}

// A call that failed does not stop the batch. Whoever has the report can send again what is
// worth another try.
func ExampleBatchReport() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.Status(429, "slow down").With("Retry-After", "600").After(1).Times(1)) // the second call
	client, ctx := server.Client(), context.Background()

	contacts := slices.Collect(people(2500))
	report, err := client.Contacts.ImportMany(ctx, slices.Values(contacts), late.ImportOptions{},
		late.WithConcurrency(1))
	fmt.Println(report.Done, "done,", report.Refused, "refused:", errors.Is(err, late.ErrRateLimited))

	var again []late.ImportContact
	for _, p := range report.Problems {
		if errors.Is(p.Err, late.ErrRateLimited) || p.State == late.ItemNotSent {
			again = append(again, contacts[p.Index])
		}
	}
	report, err = client.Contacts.ImportMany(ctx, slices.Values(again), late.ImportOptions{})
	fmt.Println(report.Done, "done,", report.Refused, "refused:", err)
	// Output:
	// 1500 done, 1000 refused: true
	// 1000 done, 0 refused: <nil>
}

// What the server says of one item of a call that it carried out otherwise.
func ExampleItemError() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.AddContacts(late.CreateContactRequest{Phone: "+16315550001", Name: "Ben"})
	client := server.Client()

	report, _ := client.Contacts.ImportMany(context.Background(), people(3),
		late.ImportOptions{SkipDuplicates: new(false)})
	for _, p := range report.Problems {
		if e, ok := errors.AsType[*late.ItemError](p.Err); ok {
			fmt.Println(p.Key, "was refused:", e.Reason)
		}
	}
	// Output: +16315550001 was refused: Contact with phone +16315550001 already exists
}
