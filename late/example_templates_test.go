package late_test

import (
	"context"
	"fmt"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func ExampleTemplatesService_Create() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	template, err := client.Templates.Create(ctx, late.CreateTemplateRequest{
		Name: "spring_sale", Language: "en_US", Category: late.TemplateMarketing,
		Components: []late.TemplateComponent{late.Body("Hello {{1}}, everything must go.", "Ada")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(template.Name, template.Status)
	// Output: spring_sale PENDING
}

func ExampleTemplatesService_Wait() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client := server.Client()
	_, err := client.Templates.Create(context.Background(), late.CreateTemplateRequest{
		Name: "spring_sale", Language: "en_US", Category: late.TemplateMarketing,
		Components: []late.TemplateComponent{late.Body("Everything must go.")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	server.Advance(time.Hour) // the review, instead of waiting

	ctx, cancel := context.WithTimeout(context.Background(), 24*time.Hour)
	defer cancel()
	template, err := client.Templates.Wait(ctx, "spring_sale")
	if err != nil {
		fmt.Println(err) // a *late.WaitError: the context ended before the review
		return
	}
	fmt.Println(template.Status == late.TemplateApproved)
	// Output: true
}

func ExampleWithPollInterval() {
	server := latetest.NewServer(latetest.InProcess(), latetest.WithReviewTime(20*time.Millisecond))
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	_, err := client.Templates.Create(ctx, late.CreateTemplateRequest{
		Name: "spring_sale", Language: "en_US", Category: late.TemplateMarketing,
		Components: []late.TemplateComponent{late.Body("Everything must go.")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	// The first and the longest pause between two polls.
	template, err := client.Templates.Wait(ctx, "spring_sale", late.WithPollInterval(5*time.Millisecond, time.Second))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(template.Status)
	// Output: APPROVED
}

// The new components replace the old ones and are reviewed.
func ExampleTemplatesService_Update() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "spring_sale", Language: "en_US", Category: late.TemplateMarketing,
		Components: []late.TemplateComponent{late.Body("Everything must go.")},
	})
	client := server.Client()

	template, err := client.Templates.Update(context.Background(), "spring_sale", []late.TemplateComponent{
		late.Body("Everything must go, {{1}}!", "Ada"), late.Footer("Answer STOP to get no more of these."),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(template.Status, len(template.Components))
	// Output: PENDING 2
}

func ExampleTemplateComponent() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client := server.Client()

	template, err := client.Templates.Create(context.Background(), late.CreateTemplateRequest{
		Name: "order_shipped", Language: "en_US", Category: late.TemplateUtility,
		Components: []late.TemplateComponent{
			late.HeaderText("Order {{1}}", "4711"), // sample values are for the reviewer
			late.Body("Hello {{1}}, your order is on its way and will arrive on {{2}}.", "Ada", "Friday"),
			late.Footer("Shop Example, Berlin"),
			late.Buttons(
				late.URLButton("Track it", "https://shop.example.com/orders/{{1}}", "https://shop.example.com/orders/4711"),
				late.PhoneButton("Call us", "+16315551234"),
			),
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range template.Components {
		fmt.Println(c.Type, c.Text)
	}
	// Output:
	// header Order {{1}}
	// body Hello {{1}}, your order is on its way and will arrive on {{2}}.
	// footer Shop Example, Berlin
	// buttons
}

func ExampleHeaderMedia() {
	handle := "4::aW1hZ2UvanBlZw==:ARYpT5xq" // of a sample that was uploaded to Meta
	header := late.HeaderMedia("IMAGE", handle)
	fmt.Println(header.Type, header.Format, header.Example.HeaderHandle)
	// Output: header IMAGE [4::aW1hZ2UvanBlZw==:ARYpT5xq]
}

func ExampleTemplateButton() {
	buttons := late.Buttons(late.QuickReply("I will be there"), late.QuickReply("Another time"))
	for _, b := range buttons.Buttons {
		fmt.Println(b.Type, b.Text)
	}
	// Output:
	// QUICK_REPLY I will be there
	// QUICK_REPLY Another time
}

func ExampleCopyCodeButton() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client := server.Client()

	template, err := client.Templates.Create(context.Background(), late.CreateTemplateRequest{
		Name: "login_code", Language: "en_US", Category: late.TemplateAuthentication,
		Components: []late.TemplateComponent{late.Body(""), late.Buttons(late.CopyCodeButton("Copy the code"))},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(template.Name, template.Components[1].Buttons[0].OTPType)
	// Output: login_code COPY_CODE
}
