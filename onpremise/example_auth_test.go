package onpremise_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func ExampleWithCredentials() {
	server := onpremisetest.NewServer(onpremisetest.WithCredentials("admin", "s3cret"))
	defer server.Close()
	client, err := onpremise.NewClient(server.URL, onpremise.WithCredentials("admin", "s3cret"))
	if err != nil {
		fmt.Println(err)
		return
	}

	for range 3 {
		if _, err := client.Health.Check(context.Background()); err != nil {
			fmt.Println(err)
			return
		}
		server.ExpireTokens() // the client logs in again and retries the call
	}
	fmt.Println(len(server.Requests("LoginUser")), "logins")
	// Output: 3 logins
}

// A fresh installation requires a new password. The options need not change afterwards.
func ExampleWithNewPassword() {
	server := onpremisetest.NewServer(onpremisetest.WithFreshInstallation(),
		onpremisetest.WithCredentials("admin", "secret"))
	defer server.Close()

	for range 2 { // the first start of the program, and a later one
		client, err := onpremise.NewClient(server.URL,
			onpremise.WithCredentials("admin", "secret"), onpremise.WithNewPassword("correct horse battery"))
		if err != nil {
			fmt.Println(err)
			return
		}
		if _, err := client.Groups.List(context.Background()); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(server.Password())
	}
	// Output:
	// correct horse battery
	// correct horse battery
}

// storedToken is a token that another part of the program renews.
type storedToken struct{ atomic.Value }

func (s *storedToken) Token(context.Context) (string, error) { return s.Load().(string), nil }

func ExampleWithTokenSource() {
	server := onpremisetest.NewServer()
	defer server.Close()
	var token storedToken
	client, err := onpremise.NewClient(server.URL, onpremise.WithTokenSource(&token))
	if err != nil {
		fmt.Println(err)
		return
	}

	for range 2 {
		token.Store(server.Token())
		_, err = client.Groups.List(context.Background())
		fmt.Println(err)
		server.ExpireTokens()
	}
	// Output:
	// <nil>
	// <nil>
}

func ExampleWithRootCAs() {
	server := onpremisetest.NewServer(onpremisetest.WithTLS())
	defer server.Close()
	pool := server.RootCAs() // in your program, x509.NewCertPool and AppendCertsFromPEM

	client, err := onpremise.NewClient(server.URL,
		onpremise.WithCredentials(server.Username(), server.Password()), onpremise.WithRootCAs(pool))
	if err != nil {
		fmt.Println(err)
		return
	}
	health, err := client.Health.Check(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(health.Status)
	// Output: connected
}

// Other methods log in by themselves. Login checks the credentials early.
func ExampleUsersService_Login() {
	server := onpremisetest.NewServer(onpremisetest.InProcess(), onpremisetest.WithCredentials("admin", "s3cret"))
	defer server.Close()
	client := server.Client(onpremise.WithCredentials("admin", "secret"))

	_, err := client.Users.Login(context.Background())
	fmt.Println(errors.Is(err, onpremise.ErrUnauthorized))
	// Output: true
}

func ExampleUsersService_Create() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	admin, ctx := server.Client(), context.Background()

	user, err := admin.Users.Create(ctx, onpremise.CreateUserRequest{Username: "bot", Password: "correct horse battery"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(user.Username)

	bot := server.Client(onpremise.WithCredentials("bot", "correct horse battery"))
	if err := bot.Application.ResetSettings(ctx); errors.Is(err, onpremise.ErrForbidden) {
		fmt.Println("only administrators change settings")
	}
	// Output:
	// bot
	// only administrators change settings
}
