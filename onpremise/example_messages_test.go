package onpremise_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func ExampleMessagesService_Send() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client := server.Client()

	id, err := client.Messages.Send(context.Background(), onpremise.TextMessage("16315551234", "hello"))
	if errors.Is(err, onpremise.ErrOutcomeUnknown) {
		fmt.Println("it may have been sent; the webhook will report it")
		return
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(id != "") // the webhook reports statuses with this ID
	// Output: true
}

// A function for each kind builds a message. Other fields can be set in its result.
func ExampleMessage() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx, to := server.Client(), context.Background(), "16315551234"

	urgent := onpremise.TextMessage(to, "Your code is 123456")
	urgent.TTL = new(300) // in seconds
	for _, message := range []onpremise.Message{
		urgent,
		onpremise.PreviewMessage(to, "https://shop.example.com is open again"),
		onpremise.ImageMessage(to, onpremise.MediaLink("https://shop.example.com/spring.jpg", ""), "Spring"),
		onpremise.AudioMessage(to, onpremise.MediaLink("https://shop.example.com/jingle.mp3", "")),
		onpremise.VideoMessage(to, onpremise.MediaLink("https://shop.example.com/tour.mp4", ""), "Our shop"),
		onpremise.DocumentMessage(to, onpremise.MediaLink("https://shop.example.com/4711", ""), "invoice.pdf", ""),
		onpremise.LocationMessage(to, 52.520008, 13.404954, "Shop Example", "Alexanderplatz, Berlin"),
		onpremise.ContactsMessage(to, onpremise.ContactCard{
			Name:   onpremise.ContactName{FormattedName: "Ada Example"},
			Phones: []onpremise.ContactPhone{{Phone: "+16315550101", Type: "WORK"}},
		}),
	} {
		if _, err := client.Messages.Send(ctx, message); err != nil {
			fmt.Println(message.Type, err)
		}
	}
	fmt.Println(len(server.Messages()), "messages")
	// Output: 8 messages
}

func ExampleTemplateMessage() {
	message := onpremise.TemplateMessage("16315551234", "shop_ns", "order_shipped", "en_US",
		onpremise.HeaderComponent(onpremise.ImageParam(onpremise.MediaLink("https://shop.example.com/parcel.jpg", ""))),
		onpremise.BodyComponent(onpremise.TextParam("Ada"), onpremise.CurrencyParam("$10.50", "USD", 10500)),
		onpremise.QuickReplyComponent(0, "track-4711"))
	fmt.Println(message.Template.Name, len(message.Template.Components))
	// Output: order_shipped 3
}

// The webhook receives the ID of the row that the customer chooses.
func ExampleListMessage() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client := server.Client()

	menu := onpremise.ListMessage("16315551234", "How can we help?", "Menu", onpremise.ListSection{Rows: []onpremise.ListRow{
		{ID: "orders", Title: "My orders", Description: "Status and delivery"},
		{ID: "person", Title: "Talk to a person"},
	}})
	menu.Interactive.Footer = &onpremise.InteractiveFooter{Text: "We reply within an hour"}
	if _, err := client.Messages.Send(context.Background(), menu); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(server.Messages()[0].Interactive.Action.Button)
	// Output: Menu
}

func ExampleContactsService_Check() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.AddWhatsAppUsers("+1 631 555 1234")
	client, ctx := server.Client(), context.Background()

	contacts, err := client.Contacts.Check(ctx, []string{"+1 (631) 555-1234", "+1 631 555 9999"},
		onpremise.CheckBlocking)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range contacts {
		fmt.Println(c.Input, c.Status, c.WaID)
	}
	// Output:
	// +1 (631) 555-1234 valid 16315551234
	// +1 631 555 9999 invalid
}

// Wait polls until every lookup is complete.
func ExampleContactsService_Wait() {
	server := onpremisetest.NewServer(onpremisetest.InProcess(), onpremisetest.WithLookupTime(10*time.Millisecond))
	defer server.Close()
	client := server.Client()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	contacts, err := client.Contacts.Wait(ctx, []string{"+1 631 555 1234"},
		onpremise.WithPollInterval(5*time.Millisecond, time.Second))
	if err != nil {
		fmt.Println(err) // a *onpremise.WaitError: contacts has the last results
		return
	}
	fmt.Println(contacts[0].Status, contacts[0].WaID)
	// Output: valid 16315551234
}

func ExampleContactsService_CheckMany() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.AddWhatsAppUsers("+1 631 555 0001", "+1 631 555 0002")
	client := server.Client()

	phones := []string{"+1 631 555 0001", "+1 631 555 0002", "+1 631 555 0003"}
	for contact, err := range client.Contacts.CheckMany(context.Background(), onpremise.FromSlice(phones)) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(contact.Input, contact.Status, contact.WaID)
	}
	// Output:
	// +1 631 555 0001 valid 16315550001
	// +1 631 555 0002 valid 16315550002
	// +1 631 555 0003 invalid
}

// People join a group by its invite link.
func ExampleGroupsService_Create() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	group, err := client.Groups.Create(ctx, "Friday shift")
	if err != nil {
		fmt.Println(err) // after ErrOutcomeUnknown, call List before creating another group
		return
	}
	link, err := client.Groups.Invite(ctx, group.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := server.JoinGroup(link, "16315551234"); err != nil { // a customer opens the link
		fmt.Println(err)
		return
	}
	info, err := client.Groups.Get(ctx, group.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(info.Subject, info.Participants)
	// Output: Friday shift [16505551111 16315551234]
}

// The file is streamed, so it may be larger than the memory.
func ExampleMediaService_Upload() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	file := strings.NewReader("Coffee 3.20\nCake 4.50\n") // in your program, an *os.File, which you close
	id, err := client.Media.Upload(ctx, "text/plain; charset=utf-8", file)
	if err != nil {
		fmt.Println(err)
		return
	}
	message := onpremise.DocumentMessage("16315551234", onpremise.MediaID(id), "price list.txt", "Valid from March")
	if _, err := client.Messages.Send(ctx, message); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(server.Messages()[0].Document.Filename)
	// Output: price list.txt
}

// The file is streamed. If the connection breaks, io.Copy returns an error.
func ExampleMediaService_Download() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	voice := server.AddMedia("audio/ogg; codecs=opus", []byte("OggS...")) // in your program, the media of an incoming message
	client := server.Client()

	content, err := client.Media.Download(context.Background(), voice.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer content.Close()
	n, err := io.Copy(io.Discard, content) // in your program, to a file
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(content.ContentType, n, "of", content.Length, "bytes")
	// Output: audio/ogg; codecs=opus 7 of 7 bytes
}

// The installation fetches linked media itself. A media provider holds its credentials for your server.
func ExampleMediaLink() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	err := client.Application.UpdateMediaProviders(ctx, []onpremise.MediaProvider{
		{Name: "shop", Type: "www", Auth: onpremise.BearerAuth{Token: "s3cret"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	link := onpremise.MediaLink("https://shop.example.com/invoices/4711.pdf", "shop")
	message := onpremise.DocumentMessage("16315551234", link, "invoice.pdf", "")
	if _, err := client.Messages.Send(ctx, message); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(server.Messages()[0].Document.Provider.Name)
	// Output: shop
}
