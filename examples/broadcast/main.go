// Broadcast sends a WhatsApp message to the people of a CSV file, and accounts for each of its
// rows: what package late is for, in one program.
//
//	go run ./examples/broadcast
//
// sends to the 1,250 people of the recipients.csv beside this file. It needs no account and
// messages nobody: the server is one in memory. With an account of Late and a file of your own
//
//	export LATE_API_KEY=… LATE_ACCOUNT_ID=…
//	go run ./examples/broadcast -live -recipients customers.csv
//
// messages real people. The file's first line names its columns, phone and name among them;
// what else there is become the variables of the template: {{1}} is the name, {{2}} the first
// further column, and so on.
//
// # Consent
//
// An import cannot say whether a person has agreed to get messages, and the API takes new
// contacts to have: who puts people into the file vouches for them. Contacts that the account
// has already stay as they are, and those who have opted out are left out.
//
// # Nobody is messaged twice
//
// A phone number that stands in the file twice is messaged once. All that comes before the
// sending changes nothing if it is done again, so a run that ended early is simply repeated.
// The sending itself is done once: where its answer is lost, the program looks at what became
// of it. A broadcast has a name (-name, the file's by default), and one that was sent is not
// sent again.
package main

import (
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
	"syscall"
	"time"

	"github.com/wabakit/wabakit-go/late"
)

const shippedFile = "recipients.csv"

//go:embed recipients.csv
var shipped string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

type options struct {
	recipients string
	live       bool
	name       string
	template   string
	follow     time.Duration
}

// run is the program. Its status is 0 if the broadcast was sent, whatever became of single
// rows; 130 if ctx ended it, and else 1.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	fail := func(err error) int {
		fmt.Fprintln(stderr, "broadcast:", err)
		return 1
	}
	opts, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usage())
		return 0
	}
	if err != nil {
		return fail(err)
	}
	list, err := load(opts.recipients)
	if err != nil {
		return fail(err)
	}

	c := &campaign{options: opts, list: list, out: stdout, errs: stderr, look: 5 * time.Second}
	if opts.live {
		if c.client, err = connect(getenv); err != nil {
			return fail(err)
		}
		fmt.Fprintf(stdout, "Live: this messages people. %s has %s for broadcast %q with template %s.\n"+
			"Those who are new to account %s count as having agreed to get messages.\n",
			list.file, people(list.count(notSent)), opts.name, opts.template, getenv("LATE_ACCOUNT_ID"))
	} else {
		server := demoServer(list)
		defer server.Close()
		c.client, c.look = server.Client(), demoLook
		fmt.Fprintln(stdout, "Without -live: the server is one in memory, and nobody is messaged.")
	}
	return c.run(ctx)
}

// connect makes the client of a real account.
func connect(getenv func(string) string) (*late.Client, error) {
	key, account := getenv("LATE_API_KEY"), getenv("LATE_ACCOUNT_ID")
	if key == "" || account == "" {
		return nil, errors.New("-live needs LATE_API_KEY and LATE_ACCOUNT_ID in the environment")
	}
	clientOptions := []late.Option{late.WithAccount(account), late.WithUserAgent("wabakit-broadcast")}
	if url := getenv("LATE_BASE_URL"); url != "" {
		clientOptions = append(clientOptions, late.WithBaseURL(url))
	}
	return late.NewClient(key, clientOptions...)
}

func flags(opts *options) *flag.FlagSet {
	f := flag.NewFlagSet("broadcast", flag.ContinueOnError)
	f.StringVar(&opts.recipients, "recipients", "", "the CSV `file`: phone, name and any further columns (default: the one that ships with this)")
	f.BoolVar(&opts.live, "live", false, "message people: needs LATE_API_KEY and LATE_ACCOUNT_ID; LATE_BASE_URL is another server")
	f.StringVar(&opts.name, "name", "", "the `name` of the broadcast; one that was sent is not sent again (default: that of the file)")
	f.StringVar(&opts.template, "template", "wabakit_example", "the `name` of the template, which is created if there is none")
	f.DurationVar(&opts.follow, "follow", time.Minute, "how long to watch the messages arrive")
	f.SetOutput(io.Discard) // run says what is wrong, in a line
	return f
}

func parse(args []string) (options, error) {
	var opts options
	f := flags(&opts)
	if err := f.Parse(args); err != nil {
		return opts, err
	}
	switch {
	case f.NArg() > 0:
		return opts, fmt.Errorf("%q is no flag: the file is named by -recipients", f.Arg(0))
	case opts.live && opts.recipients == "":
		return opts, errors.New("-live needs -recipients: the people of the file that ships with this do not exist")
	}
	if opts.name == "" {
		opts.name = filepath.Base(opts.recipients)
		if opts.recipients == "" {
			opts.name = shippedFile
		}
	}
	return opts, nil
}

func usage() string {
	var b strings.Builder
	f := flags(new(options))
	f.SetOutput(&b)
	fmt.Fprintln(&b, "broadcast sends a WhatsApp message to the people of a CSV file.")
	f.PrintDefaults()
	return b.String()
}

func load(path string) (*list, error) {
	if path == "" {
		return readList(shippedFile, strings.NewReader(shipped))
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readList(path, file)
}
