// Testing is a small program that uses package late, with the unit tests of such a program. It
// welcomes new customers.
//
//	go run ./examples/testing
//	go test ./examples/testing
//
// httpmock_test.go writes each response by hand: use it for what your program sends, and for single
// responses. latetest_test.go uses a server with state and rules: use it for results of several calls,
// and for failures on the way.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// Customer is a customer who has signed up.
type Customer struct {
	Phone     string
	Name      string
	Consented bool // to messages
}

// Result is the result of a welcome.
type Result string

const (
	Welcomed  Result = "welcomed"
	Known     Result = "known already, not messaged"
	NoConsent Result = "no consent, not messaged"
	Refused   Result = "not reachable"
	Unknown   Result = "may have been messaged"
	Failed    Result = "not messaged"
)

// Greeter welcomes each customer once.
type Greeter struct {
	Client   *late.Client
	Template late.TemplateRef // {{1}} is the name
}

// Welcome adds a customer to the contacts and sends the welcome.
func (g *Greeter) Welcome(ctx context.Context, c Customer) (Result, error) {
	_, err := g.Client.Contacts.Create(ctx, late.CreateContactRequest{
		Phone: c.Phone, Name: c.Name, IsOptedIn: new(c.Consented), // the server's default is true
	})
	switch {
	case errors.Is(err, late.ErrConflict):
		return Known, nil
	case err != nil:
		return Failed, err
	case !c.Consented:
		return NoConsent, nil
	}
	_, err = g.Client.Messages.Send(ctx, g.Template,
		late.BulkRecipient{Phone: c.Phone, Variables: map[string]string{"1": c.Name}})
	var refused *late.ItemError
	switch {
	case errors.As(err, &refused):
		return Refused, err
	case errors.Is(err, late.ErrOutcomeUnknown):
		return Unknown, err
	case err != nil:
		return Failed, err
	}
	return Welcomed, nil
}

func main() { run(context.Background(), os.Stdout) }

func run(ctx context.Context, out io.Writer) {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "welcome", Language: "en_US", Category: late.TemplateUtility,
		Components: []late.TemplateComponent{late.Body("Welcome, {{1}}!", "Ada")},
	})
	server.FailPhone("+12025550103", "Not a WhatsApp number")

	greeter := Greeter{Client: server.Client(), Template: late.TemplateRef{Name: "welcome", Language: "en_US"}}
	for _, customer := range []Customer{
		{Phone: "+12025550101", Name: "Ada", Consented: true},
		{Phone: "+12025550101", Name: "Ada", Consented: true},
		{Phone: "+12025550102", Name: "Björn"},
		{Phone: "+12025550103", Name: "Chloé", Consented: true},
	} {
		result, err := greeter.Welcome(ctx, customer)
		fmt.Fprintln(out, customer.Name+":", result)
		if err != nil {
			fmt.Fprintln(out, " ", err)
		}
	}
}
