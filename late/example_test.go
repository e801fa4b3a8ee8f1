package late_test

import (
	"context"
	"fmt"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/lateapi"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// A contact who has consented gets a template. With a Late account, create the client with
// late.NewClient(os.Getenv("LATE_API_KEY"), late.WithAccount(id)).
func Example() {
	server := latetest.NewServer() // the API in memory
	defer server.Close()
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "welcome", Language: "en_US", Category: late.TemplateUtility,
		Components: []late.TemplateComponent{late.Body("Welcome, {{1}}!", "Ada")},
	})
	client, ctx := server.Client(), context.Background()

	ada, err := client.Contacts.Create(ctx, late.CreateContactRequest{
		Phone: "+16315551234", Name: "Ada", IsOptedIn: new(true),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	sent, err := client.Messages.SendBulk(ctx, late.SendBulkRequest{
		Template:   late.TemplateRef{Name: "welcome", Language: "en_US"},
		Recipients: []late.BulkRecipient{{Phone: ada.Phone, Variables: map[string]string{"1": ada.Name}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("sent to", sent.Summary.Sent, "of", sent.Summary.Total)
	// Output: sent to 1 of 1
}

func ExampleNewClient() {
	_, err := late.NewClient("sk_live_0123456789abcdef\n", late.WithAccount("507f1f77bcf86cd799439011"))
	fmt.Println(err)

	client, err := late.NewClient("sk_live_0123456789abcdef", late.WithAccount("507f1f77bcf86cd799439011"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(client != nil)
	// Output:
	// late: apiKey: must not be empty, and must not contain spaces or line breaks
	// true
}

func ExampleClient_ForAccount() {
	server := latetest.NewServer(latetest.InProcess(), latetest.WithAccounts("shop_berlin", "shop_paris"))
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	for _, account := range []string{"shop_berlin", "shop_paris"} {
		_, err := client.ForAccount(account).Contacts.Create(ctx, late.CreateContactRequest{
			Phone: "+16315550101", Name: "Ada", // unique in each account
		})
		fmt.Println(account, err)
	}
	// Output:
	// shop_berlin <nil>
	// shop_paris <nil>
}

// The generated client also returns what methods omit, for example response headers.
func ExampleClient_API() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client := server.Client()

	resp, err := client.API().GetWhatsAppGroupsWithResponse(context.Background(),
		&lateapi.GetWhatsAppGroupsParams{AccountID: server.AccountID()})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(resp.StatusCode(), resp.HTTPResponse.Header.Get("X-RateLimit-Limit"), resp.JSON200.Success)
	// Output: 200 600 true
}

func ExampleClient_RateLimit() {
	server := latetest.NewServer(latetest.InProcess(), latetest.WithRateLimit(60))
	defer server.Close()
	client := server.Client()

	if _, err := client.Groups.List(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	limit := client.RateLimit()
	fmt.Println(limit.Remaining, "of", limit.Limit, "left, within a minute:", time.Until(limit.Reset) <= time.Minute)
	// Output: 59 of 60 left, within a minute: true
}
