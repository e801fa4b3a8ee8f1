package onpremisetest_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

// Use a server without a socket in a testing/synctest bubble. Its clock is that of the bubble.
func ExampleInProcess() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()

	_, err := server.Client().Health.Check(context.Background())
	fmt.Println(server.URL, err)
	// Output: http://onpremise.invalid/v1 <nil>
}

func ExampleWithTLS() {
	server := onpremisetest.NewServer(onpremisetest.WithTLS())
	defer server.Close()

	client, err := onpremise.NewClient(server.URL,
		onpremise.WithCredentials(server.Username(), server.Password()), onpremise.WithRootCAs(server.RootCAs()))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Health.Check(context.Background())
	fmt.Println(server.URL[:8], err)
	// Output: https:// <nil>
}

func ExampleWithCredentials() {
	server := onpremisetest.NewServer(onpremisetest.WithCredentials("admin", "s3cret"))
	defer server.Close()

	client := server.Client(onpremise.WithCredentials("admin", "secret"))
	_, err := client.Users.Login(context.Background())
	fmt.Println(errors.Is(err, onpremise.ErrUnauthorized))
	// Output: true
}

func ExampleWithFreshInstallation() {
	server := onpremisetest.NewServer(onpremisetest.WithFreshInstallation())
	defer server.Close()

	_, err := server.Client().Users.Login(context.Background())
	if e, ok := errors.AsType[*onpremise.Error](err); ok {
		fmt.Println(e.StatusCode, e.Details)
	}
	client := server.Client(onpremise.WithNewPassword("correct horse battery"))
	_, err = client.Users.Login(context.Background())
	fmt.Println(server.Password(), err)
	// Output:
	// 403 The first login must set new_password
	// correct horse battery <nil>
}

func ExampleWithTokenLife() {
	server := onpremisetest.NewServer(onpremisetest.WithTokenLife(time.Hour))
	defer server.Close()
	client := server.Client()

	for range 2 {
		if _, err := client.Groups.List(context.Background()); err != nil {
			fmt.Println(err)
			return
		}
		server.Advance(2 * time.Hour)
	}
	fmt.Println(len(server.Requests("LoginUser")), "logins")
	// Output: 2 logins
}

// The client reads both formats of a token's expiry.
func ExampleWithRFC3339() {
	start := onpremisetest.WithStart(time.Date(2027, time.March, 1, 9, 0, 0, 0, time.UTC))
	for _, options := range [][]onpremisetest.Option{{start}, {start, onpremisetest.WithRFC3339()}} {
		server := onpremisetest.NewServer(options...)
		session, err := server.Client().Users.Login(context.Background())
		server.Close()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(session.ExpiresAfter.Format(time.DateTime))
	}
	// Output:
	// 2027-03-08 09:00:00
	// 2027-03-08 09:00:00
}

func ExampleWithCreated() {
	server := onpremisetest.NewServer(onpremisetest.WithCreated())
	defer server.Close()

	_, err := server.Client().Messages.Send(context.Background(), onpremise.TextMessage("16315551234", "hello"))
	fmt.Println(server.Requests("SendMessage")[0].Status, err)
	// Output: 201 <nil>
}

func ExampleWithPhoneNumber() {
	server := onpremisetest.NewServer(onpremisetest.WithPhoneNumber("49", "3012345678"))
	defer server.Close()

	fmt.Println(server.WaID())
	// Output: 493012345678
}

func ExampleWithUnregistered() {
	server := onpremisetest.NewServer(onpremisetest.WithUnregistered())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	health, err := client.Health.Check(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(health.Status)
	_, err = client.Registration.RequestCode(ctx, onpremise.RequestCodeRequest{
		CountryCode: "1", PhoneNumber: "6505551111", Method: onpremise.CodeSMS, Certificate: "Q2VydGlmaWNhdGU=",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(client.Registration.Register(ctx, server.Code()))
	// Output:
	// unregistered
	// <nil>
}

func ExampleWithLookupTime() {
	server := onpremisetest.NewServer(onpremisetest.WithLookupTime(time.Minute))
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	for range 2 {
		contacts, err := client.Contacts.Check(ctx, []string{"+1 631 555 1234"}, onpremise.CheckNoWait)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(contacts[0].Status)
		server.Advance(time.Minute)
	}
	// Output:
	// processing
	// valid
}

func ExampleWithHealthForm() {
	for _, form := range []onpremisetest.HealthForm{
		onpremisetest.HealthWord, onpremisetest.HealthNode, onpremisetest.HealthNodes,
	} {
		server := onpremisetest.NewServer(onpremisetest.WithHealthForm(form))
		health, err := server.Client().Health.Check(context.Background())
		server.Close()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%q %d\n", health.Status, len(health.Nodes))
	}
	// Output:
	// "connected" 0
	// "connected" 0
	// "" 3
}

func ExampleWithStart() {
	server := onpremisetest.NewServer(onpremisetest.WithStart(time.Date(2027, time.March, 1, 9, 0, 0, 0, time.UTC)))
	defer server.Close()

	server.Advance(30 * time.Minute)
	fmt.Println(server.Now().Format("2006-01-02 15:04"))
	// Output: 2027-03-01 09:30
}
