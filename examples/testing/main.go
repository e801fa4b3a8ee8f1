// Testing is a small program that uses package late, and the unit tests of such a program: how
// to test your own. It welcomes people who have signed up.
//
//	go run ./examples/testing
//
// runs it once. It needs no account and messages nobody: the server is latetest, in memory.
//
//	go test ./examples/testing
//
// tests it twice over. In httpmock_test.go, each answer is written out beside the test: for what
// your program sends, and for one answer at a time. In latetest_test.go, a server with state and
// rules answers: for what becomes of several calls, and for what goes wrong on the way. Copy
// either; most programs want a few tests of the first kind and more of the second.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func main() { run(context.Background(), os.Stdout) }

func run(ctx context.Context, out io.Writer) {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "welcome", Language: "en_US", Category: late.TemplateUtility,
		Components: []late.TemplateComponent{late.Body("Welcome, {{1}}!")},
	})
	server.FailPhone("+12025550103", "Not a WhatsApp number")

	greeter := Greeter{Client: server.Client(), Template: late.TemplateRef{Name: "welcome", Language: "en_US"}}
	for _, customer := range []Customer{
		{Phone: "+12025550101", Name: "Ada", Agreed: true},
		{Phone: "+12025550101", Name: "Ada", Agreed: true},
		{Phone: "+12025550102", Name: "Björn"},
		{Phone: "+12025550103", Name: "Chloé", Agreed: true},
		{Phone: "+12025550104", Name: "Dmitri", Agreed: true},
	} {
		if customer.Name == "Dmitri" { // the server acts, and its answer is lost
			server.Inject(latetest.CutAfter().On("sendWhatsAppBulk"))
		}
		outcome, err := greeter.Welcome(ctx, customer)
		fmt.Fprintf(out, "%-7s %s\n", customer.Name, outcome)
		if err != nil {
			fmt.Fprintf(out, "        %v\n", err)
		}
	}
	fmt.Fprintln(out, "\nWhat the server has sent:")
	for _, message := range server.Messages() {
		fmt.Fprintf(out, "%s  Welcome, %s!\n", message.Phone, message.Variables["1"])
	}
}
