package late_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func ExampleError() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.Status(402, "a payment is due"))

	_, err := server.Client().Groups.List(context.Background())
	if e, ok := errors.AsType[*late.Error](err); ok {
		fmt.Println(e.StatusCode, e.Message)
		fmt.Println(e.Operation, len(e.Attempts), e.RequestID != "")
	}
	fmt.Println(errors.Is(err, late.ErrPaymentRequired))
	// Output:
	// 402 a payment is due
	// getWhatsAppGroups 1 true
	// true
}

// If the connection is lost, the server may have processed the request. The write is not retried:
// check before trying again.
func ExampleError_outcomeUnknown() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.CutAfter().On("createWhatsAppContact"))
	client, ctx := server.Client(), context.Background()

	_, err := client.Contacts.Create(ctx, late.CreateContactRequest{Phone: "+16315550101", Name: "Ada"})
	if errors.Is(err, late.ErrOutcomeUnknown) {
		page, err := client.Contacts.List(ctx, late.ListContactsOptions{Search: "+16315550101"})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("there:", len(page.Contacts) == 1)
	}
	// Output: there: true
}

// A call waits for the server's rate limit to reset, unless its context ends before.
func ExampleError_rateLimited() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.Status(429, "slow down").With("Retry-After", "30"))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	_, err := server.Client().Groups.List(ctx)
	if e, ok := errors.AsType[*late.Error](err); ok && errors.Is(err, late.ErrRateLimited) {
		fmt.Println("try again in", e.RetryAfter)
	}
	// Output: try again in 30s
}

func ExampleValidationError() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()

	_, err := server.Client().Contacts.Create(context.Background(), late.CreateContactRequest{
		Phone: "0631 5550101", Name: "Ada",
	})
	if e, ok := errors.AsType[*late.ValidationError](err); ok {
		fmt.Println(e.Field, "is wrong:", e.Reason)
	}
	fmt.Println(errors.Is(err, late.ErrInvalidRequest), errors.Is(err, late.ErrNotSent))
	// Output:
	// phone is wrong: "0631 5550101" is not in E.164 form, such as +16315551234
	// true true
}

func ExampleUnexpectedPurchaseError() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.Respond(200, `{"message": "Your order is being processed"}`))

	_, err := server.Client().PhoneNumbers.Purchase(context.Background(), "65f0000000000000000000aa")
	if e, ok := errors.AsType[*late.UnexpectedPurchaseError](err); ok {
		fmt.Println("please check:", e.StatusCode, e.Body)
	}
	// Output: please check: 200 {"message": "Your order is being processed"}
}

func ExampleWaitError() {
	server := latetest.NewServer(latetest.InProcess(), latetest.WithReviewTime(24*time.Hour))
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

	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_, err = client.Templates.Wait(ctx, "spring_sale", late.WithPollInterval(time.Minute, 10*time.Minute))
	if e, ok := errors.AsType[*late.WaitError](err); ok {
		fmt.Println("the", e.What, "is still", e.Last)
	}
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output:
	// the template spring_sale is still PENDING
	// true
}
