// Command hello sends a first message by Late, to a server that it runs in memory.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func main() {
	server := latetest.NewServer() // the API in memory: no account, no network
	defer server.Close()
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "welcome", Language: "en_US", Category: late.TemplateUtility,
		Components: []late.TemplateComponent{late.Body("Welcome, {{1}}!", "Ada")},
	})

	// With an API key and an account of yours, leave WithBaseURL out.
	client, err := late.NewClient(server.APIKey(), late.WithAccount(server.AccountID()), late.WithBaseURL(server.URL))
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()

	ada, err := client.Contacts.Create(ctx, late.CreateContactRequest{
		Phone: "+16315551234", Name: "Ada", IsOptedIn: new(true),
	})
	if err != nil {
		log.Fatal(err)
	}
	sent, err := client.Messages.SendBulk(ctx, late.SendBulkRequest{
		Template:   late.TemplateRef{Name: "welcome", Language: "en_US"},
		Recipients: []late.BulkRecipient{{Phone: ada.Phone, Variables: map[string]string{"1": ada.Name}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("sent to %d of %d\n", sent.Summary.Sent, sent.Summary.Total)
}
