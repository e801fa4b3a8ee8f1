package late_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// A person has to pay for the first number of a profile. Later numbers are provisioned at once.
func ExamplePhoneNumbersService_Purchase() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	for range 2 {
		purchase, err := client.PhoneNumbers.Purchase(ctx, "65f0000000000000000000aa")
		if err != nil {
			fmt.Println(err) // ErrOutcomeUnknown: check PhoneNumbers.List before buying again
			return
		}
		switch p := purchase.(type) {
		case late.CheckoutRequired:
			fmt.Println("payment required")
			server.CompleteCheckout(p.CheckoutURL) // the person pays on that page
		case late.NumberProvisioned:
			fmt.Println("bought", p.PhoneNumber.PhoneNumber)
		}
	}
	// Output:
	// payment required
	// bought +12125550101
}

func ExamplePhoneNumbersService_Wait() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	purchase, err := client.PhoneNumbers.Purchase(ctx, "65f0000000000000000000aa")
	if err != nil {
		fmt.Println(err)
		return
	}
	server.CompleteCheckout(purchase.(late.CheckoutRequired).CheckoutURL)
	numbers, err := client.PhoneNumbers.List(ctx, late.ListPhoneNumbersOptions{ProfileID: "65f0000000000000000000aa"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(numbers[0].PhoneNumber, numbers[0].Status)
	server.Advance(time.Minute) // instead of waiting

	number, err := client.PhoneNumbers.Wait(ctx, numbers[0].ID, func(n *late.PhoneNumber) bool {
		return n.Status == late.PhoneNumberActive
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(number.PhoneNumber, number.Status)
	// Output:
	// +12125550100 provisioning
	// +12125550100 active
}

// oneNumber returns an in-process server with a purchased number, and its ID.
func oneNumber() (server *latetest.Server, id string) {
	server = latetest.NewServer(latetest.InProcess(), latetest.WithProvisionTime(0))
	client, ctx := server.Client(), context.Background()
	purchase, err := client.PhoneNumbers.Purchase(ctx, "65f0000000000000000000aa")
	if err != nil {
		panic(err)
	}
	server.CompleteCheckout(purchase.(late.CheckoutRequired).CheckoutURL)
	numbers, err := client.PhoneNumbers.List(ctx, late.ListPhoneNumbersOptions{})
	if err != nil {
		panic(err)
	}
	return server, numbers[0].ID
}

// After an unknown outcome, compare the numbers of the profile to see whether one was bought.
func ExamplePhoneNumbersService_Purchase_outcomeUnknown() {
	server, _ := oneNumber()
	defer server.Close()
	server.Inject(latetest.CutAfter().On("purchaseWhatsAppPhoneNumber"))
	client, ctx := server.Client(), context.Background()

	mine := late.ListPhoneNumbersOptions{ProfileID: "65f0000000000000000000aa"}
	before, err := client.PhoneNumbers.List(ctx, mine)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.PhoneNumbers.Purchase(ctx, mine.ProfileID)
	if errors.Is(err, late.ErrOutcomeUnknown) {
		after, err := client.PhoneNumbers.List(ctx, mine)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("bought:", len(after) > len(before))
	}
	// Output: bought: true
}

func ExamplePhoneNumbersService_Verify() {
	server, id := oneNumber()
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	if _, err := client.PhoneNumbers.RequestCode(ctx, id, late.CodeSMS); err != nil {
		fmt.Println(err) // ErrOutcomeUnknown: wait for the code before asking for another
		return
	}
	code := server.Code(id) // from the text message
	verified, err := client.PhoneNumbers.Verify(ctx, id, code)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("for", verified.MetaVerificationExpiresAt.Sub(verified.MetaVerifiedAt).Hours()/24, "days")
	// Output: for 90 days
}

func ExamplePhoneNumbersService_Release() {
	server, id := oneNumber()
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	number, err := client.PhoneNumbers.Release(ctx, id)
	if errors.Is(err, late.ErrOutcomeUnknown) {
		number, err = client.PhoneNumbers.Get(ctx, id)
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(number.PhoneNumber, number.Status)
	// Output: +12125550100 released
}

func ExamplePhoneNumbersService_SearchAvailable() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client := server.Client()

	numbers, err := client.PhoneNumbers.SearchAvailable(context.Background(),
		late.SearchNumbersOptions{Prefix: "312", Limit: 2})
	if err != nil {
		fmt.Println(err) // ErrForbidden without a paid plan
		return
	}
	for _, n := range numbers {
		fmt.Println(n.PhoneNumber, n.AdditionalProperties["locality"])
	}
	// Output:
	// +13125550100 Chicago
	// +13125550101 Chicago
}

func ExampleBusinessProfileService_Update() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	err := client.BusinessProfile.Update(ctx, late.UpdateBusinessProfileRequest{
		About:    new("Open Monday to Saturday, 9 to 18"), // nil fields are not changed
		Websites: []string{"https://shop.example.com"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	profile, err := client.BusinessProfile.Get(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(profile.About, profile.Websites)
	// Output: Open Monday to Saturday, 9 to 18 [https://shop.example.com]
}
