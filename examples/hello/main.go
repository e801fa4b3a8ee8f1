// Command hello sends a first message through an in-process Late server.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func main() {
	server := latetest.NewServer() // no account, no network
	defer server.Close()
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "welcome", Language: "en_US", Category: late.TemplateUtility,
		Components: []late.TemplateComponent{late.Body("Welcome, {{1}}!", "Ada")},
	})

	client, err := late.NewClient(server.APIKey(), late.WithAccount(server.AccountID()), late.WithBaseURL(server.URL))
	if err != nil {
		log.Fatal(err)
	}
	id, err := client.Messages.Send(context.Background(),
		late.TemplateRef{Name: "welcome", Language: "en_US"},
		late.BulkRecipient{Phone: "+16315551234", Variables: map[string]string{"1": "Ada"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("sent as", id)
}
