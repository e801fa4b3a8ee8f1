// Broadcast sends a WhatsApp template to the people in a CSV file and accounts for every row.
//
//	go run ./examples/broadcast
//
// sends to the 1,250 people of recipients.csv through an in-process server. It needs no account and
// messages nobody. With a Late account and a file of your own,
//
//	LATE_API_KEY=… LATE_ACCOUNT_ID=… go run ./examples/broadcast -live -recipients customers.csv
//
// messages real people. The first line of the file names its columns. It must have phone and name;
// the name is {{1}} of the template, and further columns are {{2}}, {{3}} and so on.
//
// Run it again after a crash or an error: it finds the broadcast by its name, continues with what is
// missing, and never sends it twice. Contacts that are new to the account count as having consented,
// so only add people who have. People who have opted out get no message.
package main

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

//go:embed recipients.csv
var shipped string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "broadcast:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("broadcast", flag.ContinueOnError)
	file := flags.String("recipients", "", "the CSV `file` (default: the one that comes with the example)")
	live := flags.Bool("live", false, "message real people; needs LATE_API_KEY and LATE_ACCOUNT_ID")
	name := flags.String("name", "", "the `name` of the broadcast (default: that of the file)")
	template := flags.String("template", "wabakit_example", "the `name` of the template, which is created if it does not exist")
	follow := flags.Duration("follow", time.Minute, "how long to wait for messages to be delivered")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *live && *file == "" {
		return errors.New("-live requires -recipients")
	}

	var source io.Reader = strings.NewReader(shipped)
	if *file != "" {
		f, err := os.Open(*file)
		if err != nil {
			return err
		}
		defer f.Close()
		source = f
	}
	list, err := readList(source)
	if err != nil {
		return err
	}
	b := &broadcast{
		list: list, name: cmp.Or(*name, filepath.Base(cmp.Or(*file, "recipients.csv"))),
		template: *template, follow: *follow, poll: 5 * time.Second, out: out,
	}
	if *live {
		b.client, err = late.NewClient(getenv("LATE_API_KEY"), late.WithAccount(getenv("LATE_ACCOUNT_ID")))
		if err != nil {
			return err
		}
	} else {
		server := demoServer()
		defer server.Close()
		b.client, b.poll = server.Client(), 300*time.Millisecond
	}
	err = b.run(ctx)
	b.report()
	return err
}

// demoServer returns an in-process server with a few people who cannot be messaged.
func demoServer() *latetest.Server {
	server := latetest.NewServer(latetest.InProcess(), latetest.WithSendTime(time.Millisecond))
	server.AddContacts(
		late.CreateContactRequest{Phone: "+12025550111", Name: "Łucja Xu", IsOptedIn: new(false)},
		late.CreateContactRequest{Phone: "+13055550142", Name: "Inês Quispe", IsOptedIn: new(false)},
		late.CreateContactRequest{Phone: "+12125550100", Name: "Zoë Moreau", IsOptedIn: new(true)},
	)
	server.FailPhone("+12065550107", "Not a WhatsApp number")
	server.FailPhone("+13125550163", "Message undeliverable")
	return server
}
