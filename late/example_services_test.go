package late_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// The ID of an account is what WithAccount and ForAccount take.
func ExampleAccountsService_List() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	accounts, err := client.Accounts.List(ctx, late.ListAccountsOptions{Platform: "whatsapp"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, account := range accounts {
		client := client.ForAccount(account.ID)
		contacts, err := client.Contacts.List(ctx, late.ListContactsOptions{})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(account.Platform, len(contacts.Contacts), "contacts")
	}
	// Output:
	// whatsapp 0 contacts
}

func ExampleProfilesService_Create() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	profile, err := client.Profiles.Create(ctx, late.CreateProfileRequest{Name: "Tea shop"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(profile.Name)
	// Output:
	// Tea shop
}

// A person opens the URL and connects a WhatsApp account. The platform then redirects to the
// application with a code.
func ExampleConnectService_Complete() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	profile, err := client.Profiles.Create(ctx, late.CreateProfileRequest{Name: "Tea shop"})
	if err != nil {
		fmt.Println(err)
		return
	}
	page, err := client.Connect.URL(ctx, "whatsapp", profile.ID, late.ConnectOptions{RedirectURL: "https://shop.example.com/"})
	if err != nil {
		fmt.Println(err)
		return
	}
	code, _ := server.Authorize(page.AuthURL) // the person does this in a browser
	err = client.Connect.Complete(ctx, "whatsapp", late.CompleteConnectionRequest{
		Code: code, State: page.State, ProfileID: profile.ID,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	accounts, err := client.Accounts.List(ctx, late.ListAccountsOptions{ProfileID: profile.ID})
	fmt.Println(len(accounts), "account connected", err)
	// Output:
	// 1 account connected <nil>
}

// A reply needs a message of the customer in the last 24 hours. After that, only a template can be
// sent.
func ExampleConversationsService_Reply() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "back", Language: "en_US", Category: late.TemplateUtility, Components: []late.TemplateComponent{late.Body("May we help?")},
	})
	server.ReceiveText("+16315551234", "Do you have tea?")

	for conversation, err := range client.Conversations.All(ctx, late.ListConversationsOptions{Status: late.ConversationActive}) {
		if err != nil {
			fmt.Println(err) // a *PartialListError if some accounts could not be read
			return
		}
		fmt.Println(conversation.LastMessage)
		sent, err := client.Conversations.Reply(ctx, conversation.ID, late.ReplyRequest{
			Text: "Green or black?",
			Buttons: []late.ReplyButton{
				{Type: late.ReplyButtonPostback, Title: "Green", Payload: "green"},
				{Type: late.ReplyButtonPostback, Title: "Black", Payload: "black"},
			},
		})
		fmt.Println("sent:", sent != nil, err)

		server.Advance(25 * time.Hour)
		_, err = client.Conversations.Reply(ctx, conversation.ID, late.ReplyRequest{Text: "Still there?"})
		if errors.Is(err, late.ErrWindowClosed) {
			_, err = client.Conversations.Reply(ctx, conversation.ID, late.ReplyRequest{
				Template: &late.TemplateRef{Name: "back", Language: "en_US"},
			})
			fmt.Println("template sent:", err == nil)
		}
	}
	// Output:
	// Do you have tea?
	// sent: true <nil>
	// template sent: true
}

// A program can call Ensure each time it starts.
func ExampleWebhooksService_Ensure() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	for range 2 {
		_, err := client.Webhooks.Ensure(ctx, late.CreateWebhookRequest{
			Name: "shop", URL: "https://shop.example.com/webhook", Secret: "open sesame",
			Events: []late.EventKind{late.EventMessageReceived, late.EventMessageFailed},
		})
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	webhooks, err := client.Webhooks.List(ctx)
	fmt.Println(len(webhooks), "webhook", err)
	// Output:
	// 1 webhook <nil>
}

func ExampleMediaService_Upload() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	server.ReceiveText("+16315551234", "Send me the menu")
	page, err := client.Conversations.List(ctx, late.ListConversationsOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}

	menu := strings.NewReader("%PDF-1.7 …") // or an *os.File
	url, err := client.Media.Upload(ctx, "menu.pdf", "application/pdf", menu)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Conversations.Reply(ctx, page.Conversations[0].ID, late.ReplyRequest{
		Attachment: &late.ReplyAttachment{URL: url, Type: "file", Name: "menu.pdf"},
	})
	fmt.Println(err)
	// Output:
	// <nil>
}

// The URL of an attachment is in the message, which comes by webhook or from the list.
func ExampleMediaService_Download() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	picture := server.AddMedia("image/png", []byte("a picture"))

	content, err := client.Media.Download(ctx, picture.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer content.Close()
	data, err := io.ReadAll(content)
	fmt.Printf("%s: %s %v\n", content.ContentType, data, err)
	// Output:
	// image/png: a picture <nil>
}

func ExampleUsageService_Get() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()

	usage, err := server.Client().Usage.Get(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(usage.Usage.Profiles < usage.Limits.Profiles)
	// Output:
	// true
}
