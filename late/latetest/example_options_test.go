package latetest_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// Use a server without a socket in a testing/synctest bubble. Its clock is that of the bubble.
func ExampleInProcess() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()

	_, err := server.Client().Groups.List(context.Background())
	fmt.Println(server.URL, err)
	// Output: http://late.invalid/api <nil>
}

func ExampleWithAccounts() {
	server := latetest.NewServer(latetest.WithAccounts("shop_berlin", "shop_paris"))
	defer server.Close()
	server.AddContacts(late.CreateContactRequest{Phone: "+16315550101", Name: "Ada", AccountID: "shop_paris"})
	client, ctx := server.Client(), context.Background()

	for _, account := range []string{"shop_berlin", "shop_paris", "shop_rome"} {
		page, err := client.ForAccount(account).Contacts.List(ctx, late.ListContactsOptions{})
		if errors.Is(err, late.ErrNotFound) {
			fmt.Println(account, "does not exist")
			continue
		}
		fmt.Println(account, len(page.Contacts), err)
	}
	// Output:
	// shop_berlin 0 <nil>
	// shop_paris 1 <nil>
	// shop_rome does not exist
}

func ExampleWithAPIKey() {
	server := latetest.NewServer(latetest.WithAPIKey("sk_good"))
	defer server.Close()

	for _, key := range []string{"sk_bad", "sk_good"} {
		client, err := late.NewClient(key, late.WithAccount(server.AccountID()), late.WithBaseURL(server.URL),
			late.WithHTTPClient(server.HTTPClient()))
		if err != nil {
			fmt.Println(err)
			return
		}
		_, err = client.Groups.List(context.Background())
		fmt.Println(key, errors.Is(err, late.ErrUnauthorized))
	}
	// Output:
	// sk_bad true
	// sk_good false
}

// A client that has no request left in this window waits for the next, if its context allows.
func ExampleWithRateLimit() {
	server := latetest.NewServer(latetest.WithRateLimit(2))
	defer server.Close()
	client := server.Client()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	for range 3 {
		_, err := client.Groups.List(ctx)
		fmt.Println(errors.Is(err, late.ErrRateLimited))
	}
	fmt.Println(len(server.Requests()), "requests")
	// Output:
	// false
	// false
	// true
	// 2 requests
}

// A page may contain fewer rows than requested. A program that takes a short page for the last
// skips people.
func ExampleWithPageCap() {
	server := latetest.NewServer(latetest.WithPageCap(2))
	defer server.Close()
	server.AddContacts(
		late.CreateContactRequest{Phone: "+16315550101", Name: "Ada"},
		late.CreateContactRequest{Phone: "+16315550102", Name: "Ben"},
		late.CreateContactRequest{Phone: "+16315550103", Name: "Chloé"},
	)

	for contact, err := range server.Client().Contacts.All(context.Background(), late.ListContactsOptions{Limit: 50}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(contact.Name)
	}
	fmt.Println(len(server.Requests("getWhatsAppContacts")), "pages, which overlap by one row")
	// Output:
	// Ada
	// Ben
	// Chloé
	// 2 pages, which overlap by one row
}

func ExampleWithNumberLimit() {
	server := latetest.NewServer(latetest.WithNumberLimit(0))
	defer server.Close()

	_, err := server.Client().PhoneNumbers.Purchase(context.Background(), "65f0000000000000000000aa")
	if e, ok := errors.AsType[*late.Error](err); ok {
		fmt.Println(e.StatusCode, e.Message)
	}
	// Output: 400 The plan includes at most 0 numbers
}

func ExampleWithFreePlan() {
	server := latetest.NewServer(latetest.WithFreePlan())
	defer server.Close()

	_, err := server.Client().PhoneNumbers.Purchase(context.Background(), "65f0000000000000000000aa")
	if e, ok := errors.AsType[*late.Error](err); ok {
		fmt.Println(e.StatusCode, e.Message)
	}
	// Output: 403 Phone numbers require a paid plan
}
