package late_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// The examples run against a server in memory.
func exampleServer() *latetest.Server {
	server := latetest.NewServer(latetest.InProcess())
	server.AddContacts(
		late.CreateContactRequest{Phone: "+16315550101", Name: "Ada", Tags: []string{"vip"}},
		late.CreateContactRequest{Phone: "+16315550102", Name: "Ben", IsOptedIn: new(false)},
		late.CreateContactRequest{Phone: "+16315550103", Name: "Chloé", Tags: []string{"vip"}},
	)
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "opening_hours", Language: "en_US", Category: late.TemplateMarketing,
		Components: []late.TemplateComponent{late.Body("Hello {{1}}, we are open again.", "Ada")},
	})
	return server
}

func ExampleContactsService_Create() {
	server := exampleServer()
	defer server.Close()
	client := server.Client()

	_, err := client.Contacts.Create(context.Background(), late.CreateContactRequest{
		Phone: "+16315550101", Name: "Ada", IsOptedIn: new(true),
	})
	if errors.Is(err, late.ErrConflict) {
		fmt.Println("somebody has this number already")
	}
	// Output: somebody has this number already
}

func ExampleContactsService_All() {
	server := exampleServer()
	defer server.Close()
	client := server.Client()

	for contact, err := range client.Contacts.All(context.Background(), late.ListContactsOptions{Tag: "vip"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(contact.Name, contact.Phone)
	}
	// Output:
	// Ada +16315550101
	// Chloé +16315550103
}

func ExampleContactsService_Update() {
	server := exampleServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	page, err := client.Contacts.List(ctx, late.ListContactsOptions{Search: "Ada"})
	if err != nil {
		fmt.Println(err)
		return
	}
	contact, err := client.Contacts.Update(ctx, page.Contacts[0].ID, late.UpdateContactRequest{
		Tags:         []string{},                              // replaced by none
		CustomFields: map[string]*string{"plan": new("gold")}, // merged; nil removes one
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contact.Name, len(contact.Tags), contact.CustomFields["plan"])
	// Output: Ada 0 gold
}

func ExampleContactsService_ImportMany() {
	server := exampleServer()
	defer server.Close()
	client := server.Client()

	people := slices.Values([]late.ImportContact{
		{Phone: "+16315550103", Name: "Chloé"}, // is there already
		{Phone: "0631 5550104", Name: "Dmitri"},
		{Phone: "+16315550105", Name: "Emma"},
	})
	report, err := client.Contacts.ImportMany(context.Background(), people, late.ImportOptions{DefaultTags: []string{"new"}})
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

func ExampleMessagesService_SendMany() {
	server := exampleServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	recipients := func(yield func(late.BulkRecipient) bool) {
		for contact, err := range client.Contacts.All(ctx, late.ListContactsOptions{OptedIn: new(true)}) {
			if err != nil || !yield(late.BulkRecipient{Phone: contact.Phone, Variables: map[string]string{"1": contact.Name}}) {
				return
			}
		}
	}
	report, err := client.Messages.SendMany(ctx, late.TemplateRef{Name: "opening_hours", Language: "en_US"}, recipients)
	fmt.Println(report.Done, err)
	// Output: 2 <nil>
}

func ExampleBroadcastsService_Send() {
	server := exampleServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	broadcast, err := client.Broadcasts.Create(ctx, late.CreateBroadcastRequest{
		Name:       "Opening hours",
		Template:   late.TemplateRef{Name: "opening_hours", Language: "en_US"},
		Recipients: []late.BroadcastRecipient{{Phone: "+16315550101", Variables: map[string]string{"1": "Ada"}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := client.Broadcasts.Send(ctx, broadcast.ID)
	if errors.Is(err, late.ErrOutcomeUnknown) { // it may be under way: look, do not send again
		bounded, cancel := context.WithTimeout(ctx, 10*time.Minute)
		defer cancel()
		broadcast, err = client.Broadcasts.Wait(bounded, broadcast.ID)
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Status, result.Sent, "of", result.Total)
	// Output: completed 1 of 1
}

func ExamplePhoneNumbersService_Purchase() {
	server := exampleServer()
	defer server.Close()
	client := server.Client()

	purchase, err := client.PhoneNumbers.Purchase(context.Background(), "65f0000000000000000000aa")
	if err != nil {
		fmt.Println(err) // ErrOutcomeUnknown: look at PhoneNumbers.List before buying again
		return
	}
	switch p := purchase.(type) {
	case late.CheckoutRequired:
		fmt.Println("first number, to be paid for:", p.CheckoutURL != "")
	case late.NumberProvisioned:
		fmt.Println("later number:", p.PhoneNumber.PhoneNumber)
	}
	// Output: first number, to be paid for: true
}

func ExampleError() {
	server := exampleServer()
	defer server.Close()
	server.Inject(latetest.Status(402, "a payment is due"))

	_, err := server.Client().Groups.List(context.Background())
	if e, ok := errors.AsType[*late.Error](err); ok {
		fmt.Println(e.StatusCode, e.Message, errors.Is(err, late.ErrPaymentRequired), len(e.Attempts))
	}
	// Output: 402 a payment is due true 1
}
