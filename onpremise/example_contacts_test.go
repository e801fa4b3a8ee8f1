package onpremise_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func ExampleContactsService_Check() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.AddWhatsAppUsers("+1 631 555 1234") // and nil else
	client, ctx := server.Client(), context.Background()

	contacts, err := client.Contacts.Check(ctx, []string{"+1 (631) 555-1234", "+1 631 555 9999"},
		onpremise.CheckBlocking)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range contacts {
		fmt.Println(c.Input, c.Status, c.WaID)
	}
	// Output:
	// +1 (631) 555-1234 valid 16315551234
	// +1 631 555 9999 invalid
}

// The lookups go on in the background, and it asks again for those that are not ready.
func ExampleContactsService_Wait() {
	server := onpremisetest.NewServer(onpremisetest.InProcess(), onpremisetest.WithLookupTime(10*time.Millisecond))
	defer server.Close()
	client := server.Client()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	contacts, err := client.Contacts.Wait(ctx, []string{"+1 631 555 1234"},
		onpremise.WithPollInterval(5*time.Millisecond, time.Second))
	if err != nil {
		fmt.Println(err) // a *onpremise.WaitError: contacts holds what is known by then
		return
	}
	fmt.Println(contacts[0].Status, contacts[0].WaID)
	// Output: valid 16315551234
}

func ExampleWithPollInterval() {
	server := onpremisetest.NewServer(onpremisetest.InProcess(), onpremisetest.WithLookupTime(10*time.Millisecond))
	defer server.Close()
	client := server.Client()

	// The first pause, and the longest one that it grows to.
	contacts, err := client.Contacts.Wait(context.Background(), []string{"+1 631 555 1234"},
		onpremise.WithPollInterval(5*time.Millisecond, time.Second))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contacts[0].Status)
	// Output: valid
}

func ExampleWaitError() {
	server := onpremisetest.NewServer(onpremisetest.InProcess(), onpremisetest.WithLookupTime(time.Hour))
	defer server.Close()
	client := server.Client()

	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	contacts, err := client.Contacts.Wait(ctx, []string{"+1 631 555 1234"},
		onpremise.WithPollInterval(time.Minute, 10*time.Minute))
	if e, ok := errors.AsType[*onpremise.WaitError](err); ok {
		fmt.Println(e.What, "is", e.Last)
	}
	fmt.Println(contacts[0].Status, errors.Is(err, context.DeadlineExceeded))
	// Output:
	// the lookup of contacts (1) is still processing 1
	// processing true
}

// phones yields numbers as a file or a database would, one after another.
func phones(n int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range n {
			if !yield(fmt.Sprintf("+1 631 555 %04d", i)) {
				return
			}
		}
	}
}

func ExampleContactsService_CheckMany() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.AddWhatsAppUsers("+1 631 555 0001", "+1 631 555 0002")
	client := server.Client()

	var ids []string
	report, err := client.Contacts.CheckMany(context.Background(), phones(1000), func(c onpremise.CheckedContact) {
		if c.Status == onpremise.ContactValid {
			ids = append(ids, c.WaID)
		}
	})
	if err != nil {
		fmt.Println(err) // the report tells which phones are to be looked up again
	}
	fmt.Println(report.Done, "looked up, on WhatsApp:", ids)
	// Output: 1000 looked up, on WhatsApp: [16315550001 16315550002]
}

func ExampleWithConcurrency() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client := server.Client()

	// 100 in a call, and two calls at once.
	report, err := client.Contacts.CheckMany(context.Background(), phones(250), nil, onpremise.WithConcurrency(2))
	fmt.Println(report.Done, err, len(server.Requests("CheckContact")), "calls")
	// Output: 250 <nil> 3 calls
}

func ExampleWithProgress() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client := server.Client()

	_, err := client.Contacts.CheckMany(context.Background(), phones(250), nil,
		onpremise.WithConcurrency(1), // to have the same output each time
		onpremise.WithProgress(func(p onpremise.Progress) { fmt.Println(p.Done, "so far") }))
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// 100 so far
	// 200 so far
	// 250 so far
}

func ExampleWithOutcome() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client := server.Client()

	list := slices.Values([]string{"+1 631 555 0001", "", "+1 631 555 0002"})
	_, err := client.Contacts.CheckMany(context.Background(), list, nil,
		onpremise.WithOutcome(func(o onpremise.ItemOutcome) { fmt.Printf("%d %q %s\n", o.Index, o.Key, o.State) }))
	fmt.Println(errors.Is(err, onpremise.ErrInvalidRequest))
	// Output:
	// 1 "" refused
	// 0 "+1 631 555 0001" done
	// 2 "+1 631 555 0002" done
	// true
}

// A call that failed does not stop the batch. What is worth another try is in the report.
func ExampleBatchReport() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.Status(429, "slow down").With("Retry-After", "600").On("CheckContact").Times(1))
	client, ctx := server.Client(), context.Background()

	report, err := client.Contacts.CheckMany(ctx, phones(250), nil, onpremise.WithConcurrency(1))
	fmt.Println(report.Done, "done,", report.Refused, "refused:", errors.Is(err, onpremise.ErrRateLimited))

	var again []string
	for _, p := range report.Problems {
		again = append(again, p.Key) // looking up twice does no harm
	}
	report, err = client.Contacts.CheckMany(ctx, slices.Values(again), nil)
	fmt.Println(report.Done, "done,", report.Refused, "refused:", err)
	// Output:
	// 150 done, 100 refused: true
	// 100 done, 0 refused: <nil>
}
