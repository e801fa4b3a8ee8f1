package onpremise_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func ExampleContactsService_Check() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.AddWhatsAppUsers("+1 631 555 1234") // no others
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

// Wait polls until every lookup is complete.
func ExampleContactsService_Wait() {
	server := onpremisetest.NewServer(onpremisetest.InProcess(), onpremisetest.WithLookupTime(10*time.Millisecond))
	defer server.Close()
	client := server.Client()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	contacts, err := client.Contacts.Wait(ctx, []string{"+1 631 555 1234"},
		onpremise.WithPollInterval(5*time.Millisecond, time.Second))
	if err != nil {
		fmt.Println(err) // a *onpremise.WaitError: contacts has the last results
		return
	}
	fmt.Println(contacts[0].Status, contacts[0].WaID)
	// Output: valid 16315551234
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
		fmt.Println(e.What+":", e.Last)
	}
	fmt.Println(contacts[0].Status, errors.Is(err, context.DeadlineExceeded))
	// Output:
	// lookup of 1 contacts: 1 processing
	// processing true
}

func ExampleContactsService_CheckMany() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.AddWhatsAppUsers("+1 631 555 0001", "+1 631 555 0002")
	client := server.Client()

	phones := []string{"+1 631 555 0001", "+1 631 555 0002", "+1 631 555 0003"}
	for contact, err := range client.Contacts.CheckMany(context.Background(), onpremise.FromSlice(phones)) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(contact.Input, contact.Status, contact.WaID)
	}
	// Output:
	// +1 631 555 0001 valid 16315550001
	// +1 631 555 0002 valid 16315550002
	// +1 631 555 0003 invalid
}
