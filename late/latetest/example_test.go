package latetest_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func Example() {
	server := latetest.NewServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	template, err := client.Templates.Create(ctx, late.CreateTemplateRequest{
		Name: "sale", Category: late.TemplateMarketing, Language: "en_US",
		Components: []late.TemplateComponent{late.Body("Hi {{1}}, everything must go.", "Ada")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(template.Status)
	server.Advance(2 * time.Second) // the review

	broadcast, err := client.Broadcasts.Create(ctx, late.CreateBroadcastRequest{
		Name: "Spring", Template: late.TemplateRef{Name: "sale", Language: "en_US"},
		Recipients: []late.BroadcastRecipient{
			{Phone: "+16315551234", Variables: map[string]string{"1": "Ada"}},
			{Phone: "+16315555678"}, // whose name nobody knows
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	sent, err := client.Broadcasts.Send(ctx, broadcast.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(sent.Status, sent.Sent, sent.Failed)
	for _, m := range server.Messages() {
		fmt.Println(m.Phone, m.Variables["1"])
	}
	// Output:
	// PENDING
	// completed 1 1
	// +16315551234 Ada
}

func ExampleServer_Inject() {
	server := latetest.NewServer()
	defer server.Close()
	server.Inject(latetest.CutAfter().On("createWhatsAppContact").Times(1))

	_, err := server.Client().Contacts.Create(context.Background(), late.CreateContactRequest{
		Phone: "+16315551234", Name: "Ada",
	})
	fmt.Println(err != nil)
	for _, r := range server.Requests("createWhatsAppContact") {
		fmt.Println(r.Method, r.Status, r.Processed)
	}
	// Output:
	// true
	// POST 0 true
}

func ExampleServer_RoundTrip() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.AddContacts(late.CreateContactRequest{Phone: "+16315551234", Name: "Ada"})

	// httpmock responds to one request, the server to all others.
	mock := httpmock.NewMockTransport()
	mock.RegisterNoResponder(server.RoundTrip)
	mock.RegisterResponder("GET", `=~/templates`, httpmock.NewStringResponder(200, `{"templates":[{"name":"mocked"}]}`))
	client := server.Client(late.WithHTTPClient(&http.Client{Transport: mock}))

	templates, err := client.Templates.List(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	page, err := client.Contacts.List(context.Background(), late.ListContactsOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(templates[0].Name, page.Contacts[0].Name)
	// Output: mocked Ada
}
