package latetest_test

import (
	"context"
	"fmt"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// scheduled schedules a broadcast to two people.
func scheduled(ctx context.Context, server *latetest.Server, at time.Time) (*late.Broadcast, error) {
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "news", Language: "en_US", Category: late.TemplateMarketing,
		Components: []late.TemplateComponent{late.Body("We are open again.")},
	})
	client := server.Client()
	broadcast, err := client.Broadcasts.Create(ctx, late.CreateBroadcastRequest{
		Name: "News", Template: late.TemplateRef{Name: "news", Language: "en_US"},
		Recipients: []late.BroadcastRecipient{{Phone: "+16315550101"}, {Phone: "+16315550102"}},
	})
	if err != nil {
		return nil, err
	}
	return client.Broadcasts.Schedule(ctx, broadcast.ID, at)
}

func ExampleServer_Advance() {
	server := latetest.NewServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	broadcast, err := scheduled(ctx, server, server.Now().Add(24*time.Hour))
	if err != nil {
		fmt.Println(err)
		return
	}

	server.Advance(24 * time.Hour)
	broadcast, err = client.Broadcasts.Get(ctx, broadcast.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(broadcast.Status, len(server.Messages()), "messages")
	// Output: completed 2 messages
}

func ExampleWithStart() {
	server := latetest.NewServer(latetest.WithStart(time.Date(2027, time.March, 1, 9, 0, 0, 0, time.UTC)))
	defer server.Close()

	server.Advance(30 * time.Minute)
	fmt.Println(server.Now().Format("2006-01-02 15:04"))
	// Output: 2027-03-01 09:30
}

func ExampleWithReviewTime() {
	server := latetest.NewServer(latetest.WithReviewTime(3 * time.Hour))
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	_, err := client.Templates.Create(ctx, late.CreateTemplateRequest{
		Name: "welcome", Language: "en_US", Category: late.TemplateUtility,
		Components: []late.TemplateComponent{late.Body("Welcome!")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	for range 3 {
		server.Advance(time.Hour)
		template, err := client.Templates.Get(ctx, "welcome")
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(template.Status)
	}
	// Output:
	// PENDING
	// PENDING
	// APPROVED
}

func ExampleWithProvisionTime() {
	server := latetest.NewServer(latetest.WithProvisionTime(time.Hour))
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	purchase, err := client.PhoneNumbers.Purchase(ctx, "65f0000000000000000000aa")
	if err != nil {
		fmt.Println(err)
		return
	}
	server.CompleteCheckout(purchase.(late.CheckoutRequired).CheckoutURL)

	for range 2 {
		numbers, err := client.PhoneNumbers.List(ctx, late.ListPhoneNumbersOptions{})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(numbers[0].PhoneNumber, numbers[0].Status)
		server.Advance(time.Hour)
	}
	// Output:
	// +12125550100 provisioning
	// +12125550100 active
}

func ExampleWithSendTime() {
	server := latetest.NewServer(latetest.WithSendTime(time.Minute))
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	broadcast, err := scheduled(ctx, server, server.Now().Add(time.Hour))
	if err != nil {
		fmt.Println(err)
		return
	}

	server.Advance(time.Hour)
	for range 3 {
		broadcast, err = client.Broadcasts.Get(ctx, broadcast.ID)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(broadcast.Status, broadcast.SentCount)
		server.Advance(time.Minute)
	}
	// Output:
	// sending 0
	// sending 1
	// completed 2
}
