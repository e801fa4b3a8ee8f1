package late_test

import (
	"context"
	"fmt"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// newsroom returns an in-process server with an approved template.
func newsroom() *latetest.Server {
	server := latetest.NewServer(latetest.InProcess())
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "opening_hours", Language: "en_US", Category: late.TemplateMarketing,
		Components: []late.TemplateComponent{late.Body("Hello {{1}}, we are open again.", "Ada")},
	})
	return server
}

// draft returns a draft to Ada and Ben.
func draft(ctx context.Context, client *late.Client) (*late.Broadcast, error) {
	return client.Broadcasts.Create(ctx, late.CreateBroadcastRequest{
		Name:     "Opening hours",
		Template: late.TemplateRef{Name: "opening_hours", Language: "en_US"},
		Recipients: []late.BroadcastRecipient{
			{Phone: "+16315550101", Variables: map[string]string{"1": "Ada"}},
			{Phone: "+16315550102", Variables: map[string]string{"1": "Ben"}},
		},
	})
}

func ExampleBroadcastsService_Create() {
	server := newsroom()
	defer server.Close()
	client := server.Client()

	broadcast, err := client.Broadcasts.Create(context.Background(), late.CreateBroadcastRequest{
		Name:       "Opening hours",
		Template:   late.TemplateRef{Name: "opening_hours", Language: "en_US"},
		Recipients: []late.BroadcastRecipient{{Phone: "+16315550101", Variables: map[string]string{"1": "Ada"}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(broadcast.Name, broadcast.Status, broadcast.RecipientCount)
	// Output: Opening hours draft 1
}

func ExampleBroadcastsService_AddRecipientsMany() {
	server := newsroom()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	broadcast, err := draft(ctx, client)
	if err != nil {
		fmt.Println(err)
		return
	}

	recipients := late.FromSlice([]late.BroadcastRecipient{ // any number, from any source
		{Phone: "+16315550102", Variables: map[string]string{"1": "Ben"}}, // already in the draft
		{Phone: "+16315550103", Variables: map[string]string{"1": "Chloé"}},
	})
	report, err := client.Broadcasts.AddRecipientsMany(ctx, broadcast.ID, recipients)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Done, "added,", report.Skipped, "there already")
	// Output: 1 added, 1 there already
}

func ExampleBroadcastsService_SendAndWait() {
	server := newsroom()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	broadcast, err := draft(ctx, client)
	if err != nil {
		fmt.Println(err)
		return
	}

	server.Inject(latetest.CutAfter().On(late.OpSendWhatsAppBroadcast)) // the response is lost
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	broadcast, err = client.Broadcasts.SendAndWait(ctx, broadcast.ID)
	if err != nil {
		fmt.Println(err) // calling SendAndWait again is safe
		return
	}
	fmt.Println(broadcast.Status, broadcast.SentCount, "of", broadcast.RecipientCount)
	// Output: completed 2 of 2
}

func ExampleBroadcastsService_Schedule() {
	server := newsroom()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	broadcast, err := draft(ctx, client)
	if err != nil {
		fmt.Println(err)
		return
	}

	broadcast, err = client.Broadcasts.Schedule(ctx, broadcast.ID, time.Now().Add(36*time.Hour)) // up to 30 days ahead
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(broadcast.Status)

	broadcast, err = client.Broadcasts.CancelSchedule(ctx, broadcast.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(broadcast.Status)
	// Output:
	// scheduled
	// draft
}

func ExampleBroadcastsService_Wait() {
	server := newsroom()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	broadcast, err := draft(ctx, client)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := client.Broadcasts.Schedule(ctx, broadcast.ID, time.Now().Add(time.Hour)); err != nil {
		fmt.Println(err)
		return
	}
	server.Advance(2 * time.Hour) // instead of waiting

	ctx, cancel := context.WithTimeout(ctx, 3*time.Hour)
	defer cancel()
	broadcast, err = client.Broadcasts.Wait(ctx, broadcast.ID, late.WithPollInterval(time.Minute, 5*time.Minute))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(broadcast.Status)
	// Output: completed
}

func ExampleBroadcastsService_Recipients() {
	server := newsroom()
	defer server.Close()
	server.FailPhone("+16315550102", "not on WhatsApp")
	client, ctx := server.Client(), context.Background()
	broadcast, err := draft(ctx, client)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := client.Broadcasts.Send(ctx, broadcast.ID); err != nil {
		fmt.Println(err)
		return
	}

	page, err := client.Broadcasts.Recipients(ctx, broadcast.ID, late.ListRecipientsOptions{Status: late.DeliveryFailed})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(page.Summary.Failed, "of", page.Summary.Total, "failed")
	for _, r := range page.Recipients {
		fmt.Println(r.Phone, r.Error)
	}
	// Output:
	// 1 of 2 failed
	// +16315550102 not on WhatsApp
}

func ExampleBroadcastsService_AllRecipients() {
	server := newsroom()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	broadcast, err := draft(ctx, client)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := client.Broadcasts.Send(ctx, broadcast.ID); err != nil {
		fmt.Println(err)
		return
	}
	server.Advance(10 * time.Second) // until everyone has read it

	for recipient, err := range client.Broadcasts.AllRecipients(ctx, broadcast.ID, late.ListRecipientsOptions{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(recipient.Phone, recipient.Status)
	}
	// Output:
	// +16315550101 read
	// +16315550102 read
}
