package late_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// shop returns an in-process server with an approved template and two contacts, one of whom has
// consented.
func shop() *latetest.Server {
	server := latetest.NewServer(latetest.InProcess())
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "opening_hours", Language: "en_US", Category: late.TemplateMarketing,
		Components: []late.TemplateComponent{late.Body("Hello {{1}}, we are open again.", "Ada")},
	})
	server.AddContacts(
		late.CreateContactRequest{Phone: "+16315550101", Name: "Ada"},
		late.CreateContactRequest{Phone: "+16315550102", Name: "Ben", IsOptedIn: new(false)},
	)
	return server
}

// A call succeeds even if some recipients could not be messaged; check the results.
func ExampleMessagesService_SendBulk() {
	server := shop()
	defer server.Close()
	client := server.Client()

	sent, err := client.Messages.SendBulk(context.Background(), late.SendBulkRequest{
		Template: late.TemplateRef{Name: "opening_hours", Language: "en_US"},
		Recipients: []late.BulkRecipient{
			{Phone: "+16315550101", Variables: map[string]string{"1": "Ada"}},
			{Phone: "+16315550102", Variables: map[string]string{"1": "Ben"}},
		},
	})
	if err != nil {
		fmt.Println(err) // ErrOutcomeUnknown: they may have it, so do not send again
		return
	}
	fmt.Println(sent.Summary.Sent, "of", sent.Summary.Total)
	for _, r := range sent.Results {
		if !r.Success {
			fmt.Println(r.Phone, r.Error)
		}
	}
	// Output:
	// 1 of 2
	// +16315550102 Contact has opted out
}

func ExampleMessagesService_SendMany() {
	server := shop()
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	optedIn := client.Contacts.All(ctx, late.ListContactsOptions{OptedIn: new(true)})
	recipients := late.Map(optedIn, func(c late.Contact) late.BulkRecipient {
		return late.BulkRecipient{Phone: c.Phone, Variables: map[string]string{"1": c.Name}}
	})
	report, err := client.Messages.SendMany(ctx, late.TemplateRef{Name: "opening_hours", Language: "en_US"}, recipients)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(report.Done, "sent,", report.Refused, "refused,", report.Unknown, "unknown")
	// Output: 1 sent, 0 refused, 0 unknown
}

// If the response is lost, nobody knows who received the message. Nobody receives it twice.
func ExampleMessagesService_SendMany_outcomeUnknown() {
	server := shop()
	defer server.Close()
	server.Inject(latetest.CutAfter().On("sendWhatsAppBulk").Times(1))
	client := server.Client()

	recipients := late.FromSlice([]late.BulkRecipient{{Phone: "+16315550101", Variables: map[string]string{"1": "Ada"}}})
	report, err := client.Messages.SendMany(context.Background(),
		late.TemplateRef{Name: "opening_hours", Language: "en_US"}, recipients)
	fmt.Println(report.Problems[0].Key, report.Problems[0].State, errors.Is(err, late.ErrOutcomeUnknown))
	fmt.Println("messages:", len(server.Messages()))
	// Output:
	// +16315550101 unknown true
	// messages: 1
}
