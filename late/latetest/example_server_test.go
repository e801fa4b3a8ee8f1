package latetest_test

import (
	"context"
	"fmt"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func ExampleServer_Client() {
	server := latetest.NewServer()
	defer server.Close()
	client := server.Client(late.WithMaxRetries(0)) // options of the client under test

	_, err := client.Groups.List(context.Background())
	fmt.Println(err)
	// Output: <nil>
}

// A program that creates its own client needs the base URL and the API key.
func ExampleServer_APIKey() {
	server := latetest.NewServer()
	defer server.Close()

	client, err := late.NewClient(server.APIKey(), late.WithAccount(server.AccountID()),
		late.WithBaseURL(server.URL), late.WithHTTPClient(server.HTTPClient()))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Groups.List(context.Background())
	fmt.Println(err)
	// Output: <nil>
}

func ExampleServer_AddContacts() {
	server := latetest.NewServer()
	defer server.Close()
	added := server.AddContacts(
		late.CreateContactRequest{Phone: "+16315550101", Name: "Ada", Tags: []string{"vip"}},
		late.CreateContactRequest{Phone: "+16315550102", Name: "Ben", IsOptedIn: new(false)},
	)

	contact, err := server.Client().Contacts.Get(context.Background(), added[0].ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contact.Name, contact.Tags)
	// Output: Ada [vip]
}

func ExampleServer_AddTemplate() {
	server := latetest.NewServer()
	defer server.Close()
	template := server.AddTemplate(late.CreateTemplateRequest{
		Name: "welcome", Language: "en_US", Category: late.TemplateUtility,
		Components: []late.TemplateComponent{late.Body("Welcome, {{1}}!", "Ada")},
	})

	fmt.Println(template.Name, template.Status)
	// Output: welcome APPROVED
}

func ExampleServer_RejectTemplate() {
	server := latetest.NewServer()
	defer server.Close()
	server.RejectTemplate("lottery", "promises money")
	client, ctx := server.Client(), context.Background()
	_, err := client.Templates.Create(ctx, late.CreateTemplateRequest{
		Name: "lottery", Language: "en_US", Category: late.TemplateMarketing,
		Components: []late.TemplateComponent{late.Body("You have won.")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	server.Advance(time.Minute) // the review
	template, err := client.Templates.Wait(ctx, "lottery")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(template.Status)
	// Output: REJECTED
}

func ExampleServer_FailPhone() {
	server := latetest.NewServer()
	defer server.Close()
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "welcome", Language: "en_US", Category: late.TemplateUtility,
		Components: []late.TemplateComponent{late.Body("Welcome!")},
	})
	server.FailPhone("+16315550102", "not on WhatsApp")

	sent, err := server.Client().Messages.SendBulk(context.Background(), late.SendBulkRequest{
		Template:   late.TemplateRef{Name: "welcome", Language: "en_US"},
		Recipients: []late.BulkRecipient{{Phone: "+16315550101"}, {Phone: "+16315550102"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(sent.Summary.Sent, "of", sent.Summary.Total, sent.Results[1].Error)
	for _, m := range server.Messages() {
		fmt.Println(m.Phone, m.Template)
	}
	// Output:
	// 1 of 2 not on WhatsApp
	// +16315550101 welcome
}

// Requests returns every attempt: the first failed, the second succeeded.
func ExampleServer_Requests() {
	server := latetest.NewServer()
	defer server.Close()
	server.Inject(latetest.Status(503, "back in a moment").With("Retry-After", "0").Times(1))

	if _, err := server.Client().Groups.List(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range server.Requests("getWhatsAppGroups") {
		fmt.Println(r.Method, r.Path, r.Status, r.Processed)
	}
	// Output:
	// GET /api/v1/whatsapp/groups 503 false
	// GET /api/v1/whatsapp/groups 200 true
}

func ExampleServer_CompleteCheckout() {
	server := latetest.NewServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	purchase, err := client.PhoneNumbers.Purchase(ctx, "65f0000000000000000000aa")
	if err != nil {
		fmt.Println(err)
		return
	}
	if checkout, ok := purchase.(late.CheckoutRequired); ok {
		server.CompleteCheckout(checkout.CheckoutURL) // pay as a person would
	}
	numbers, err := client.PhoneNumbers.List(ctx, late.ListPhoneNumbersOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(numbers[0].PhoneNumber, numbers[0].Status)
	// Output: +12125550100 provisioning
}
