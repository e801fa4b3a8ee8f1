package onpremise_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
		fmt.Println("it may have been sent: do not send it again")
		return
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(id != "") // the webhook reports statuses with this ID
	// Output: true
}

func ExampleMessagesService_MarkRead() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	id := server.ReceiveText("16315551234", "hello") // in your program, the ID of a message that the webhook got

	if err := client.Messages.MarkRead(ctx, id); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(server.IsRead(id))
	// Output: true
}

// A function for each kind builds a message. Other fields can be set in its result.
func ExampleMessage() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx, to := server.Client(), context.Background(), "16315551234"

	urgent := onpremise.TextMessage(to, "Your code is 123456")
	urgent.TTL = new(300) // seconds; not worth delivering later
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

func ExampleTextMessage() {
	message := onpremise.TextMessage("16315551234", "hello")
	body, err := json.Marshal(message)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(body))
	// Output: {"text":{"body":"hello"},"to":"16315551234","type":"text"}
}

func ExampleTemplateMessage() {
	message := onpremise.TemplateMessage("16315551234", "shop_ns", "order_shipped", "en_US",
		onpremise.HeaderComponent(onpremise.ImageParam(onpremise.MediaLink("https://shop.example.com/parcel.jpg", ""))),
		onpremise.BodyComponent(onpremise.TextParam("Ada"), onpremise.CurrencyParam("$10.50", "USD", 10500)),
		onpremise.QuickReplyComponent(0, "track-4711"))
	fmt.Println(message.Template.Name, len(message.Template.Components))
	// Output: order_shipped 3
}

// A program answers with a menu; the webhook receives the ID of the row that is chosen.
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

func ExampleHSMMessage() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client := server.Client()
	arrival := time.Date(2027, time.March, 5, 14, 30, 0, 0, time.UTC)

	// The text of a value is shown if the value cannot be formatted for the recipient.
	message := onpremise.HSMMessage("16315551234", "shop_ns", "order_shipped", onpremise.Fallback("en_US"),
		onpremise.HSMText("Ada"),
		onpremise.HSMCurrency("$10.50", "USD", 10500), // in thousandths
		onpremise.HSMDateTime("March 5, 14:30", onpremise.PartsOf(arrival)))
	if _, err := client.Messages.Send(context.Background(), message); err != nil {
		fmt.Println(err)
		return
	}
	sent := server.Messages()[0].HSM
	fmt.Println(sent.ElementName, sent.Language.Code, len(sent.LocalizableParams))
	// Output: order_shipped en_US 3
}

func ExampleLocalizableParam() {
	meeting := time.Date(2027, time.March, 5, 14, 30, 0, 0, time.UTC)
	for _, param := range []onpremise.LocalizableParam{
		onpremise.HSMText("Ada"),
		onpremise.HSMCurrency("10,50 €", "EUR", 10500),
		onpremise.HSMEpoch("March 5, 14:30 UTC", meeting), // in the time zone of the receiver
		onpremise.HSMDateTime("Friday", onpremise.DateTimeComponent{DayOfWeek: onpremise.PartsOf(meeting).DayOfWeek}),
	} {
		body, err := json.Marshal(param)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(string(body))
	}
	// Output:
	// {"default":"Ada"}
	// {"currency":{"amount_1000":10500,"currency_code":"EUR"},"default":"10,50 €"}
	// {"date_time":{"unix_epoch":{"timestamp":1804257000}},"default":"March 5, 14:30 UTC"}
	// {"date_time":{"component":{"day_of_week":5}},"default":"Friday"}
}

func ExampleDeterministic() {
	message := onpremise.HSMMessage("16315551234", "shop_ns", "legal_notice",
		onpremise.Deterministic("de")) // not at all, rather than in another language
	fmt.Println(message.HSM.Language.Policy, message.HSM.Language.Code)
	// Output: deterministic de
}

func ExampleToGroup() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	group, err := client.Groups.Create(ctx, "Friday shift")
	if err != nil {
		fmt.Println(err)
		return
	}

	message := onpremise.ToGroup(onpremise.TextMessage(group.ID, "Who takes over at six?"))
	if _, err := client.Messages.Send(ctx, message); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(server.Messages()[0].RecipientType)
	// Output: group
}
