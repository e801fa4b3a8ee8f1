// Migrate brings the people of a business that moves from the WhatsApp Business API on its own
// machines to the hosted API of Late: it looks up which phones of a CSV file are on WhatsApp,
// with the old installation, imports those into the account of Late, and accounts for each row.
//
//	go run ./examples/migrate
//
// does so with the 132 rows of the people.csv beside this file. It needs no account: both servers
// are in memory. With an installation, an account of Late, and a file of your own
//
//	export WA_BASE_URL=https://wa.example.internal/v1 WA_USER=admin WA_PASSWORD=…
//	export LATE_API_KEY=… LATE_ACCOUNT_ID=…
//	go run ./examples/migrate -live -file customers.csv -ca authority.pem
//
// it puts real people into the address book. The file's first line names the columns phone and
// name; others are passed over. -ca is the certificate of the authority that has signed that of
// the installation.
//
// # Consent
//
// That a phone is on WhatsApp does not mean that its owner wants messages of the business. An
// import cannot say who has agreed, and the API takes new contacts to have: whoever puts people
// into the file vouches for them, so those who have opted out with the old installation do not
// belong into it. Contacts that the account has already stay as they are, opted out or not.
// Nobody is messaged.
//
// # Again
//
// Neither the lookup nor the import does anything twice: a run that ended early, or of which
// something was refused, is repeated as it was. All that it has imported is then there already.
package main

import (
	"context"
	"crypto/x509"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/onpremise"
)

const shippedFile = "people.csv"

//go:embed people.csv
var shipped string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

type options struct {
	file string
	live bool
	ca   string
	tag  string
}

// run is the program. Its status is 0 if every row that can be used has been looked up and, if
// it is on WhatsApp, is in the address book; 130 if ctx ended it, and else 1.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	fail := func(err error) int {
		fmt.Fprintln(stderr, "migrate:", err)
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
	list, err := load(opts.file)
	if err != nil {
		return fail(err)
	}

	m := &move{list: list, tag: opts.tag, out: stdout, errs: stderr}
	if opts.live {
		if err := m.connect(opts, getenv); err != nil {
			return fail(err)
		}
		fmt.Fprintf(stdout, "Live: this puts people into the address book of account %s, where they count as having agreed\n"+
			"to get messages.\n", getenv("LATE_ACCOUNT_ID"))
	} else {
		end := m.demo()
		defer end()
		fmt.Fprintln(stdout, "Without -live: both servers are in memory, and nobody is moved.")
	}
	return m.run(ctx)
}

// connect makes the clients of a real installation and a real account.
func (m *move) connect(opts options, getenv func(string) string) (err error) {
	var missing []string
	need := func(name string) string {
		value := getenv(name)
		if value == "" {
			missing = append(missing, name)
		}
		return value
	}
	base, user, password := need("WA_BASE_URL"), need("WA_USER"), need("WA_PASSWORD")
	key, account := need("LATE_API_KEY"), need("LATE_ACCOUNT_ID")
	if len(missing) > 0 {
		return fmt.Errorf("-live needs %s in the environment", strings.Join(missing, ", "))
	}

	from := []onpremise.Option{onpremise.WithCredentials(user, password), onpremise.WithUserAgent("wabakit-migrate")}
	if opts.ca != "" {
		pool, err := authorities(opts.ca)
		if err != nil {
			return err
		}
		from = append(from, onpremise.WithRootCAs(pool))
	}
	if m.from, err = onpremise.NewClient(base, from...); err != nil {
		return err
	}
	to := []late.Option{late.WithAccount(account), late.WithUserAgent("wabakit-migrate")}
	if url := getenv("LATE_BASE_URL"); url != "" {
		to = append(to, late.WithBaseURL(url))
	}
	m.to, err = late.NewClient(key, to...)
	return err
}

func authorities(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s has no certificate in PEM form", file)
	}
	return pool, nil
}

func flags(opts *options) *flag.FlagSet {
	f := flag.NewFlagSet("migrate", flag.ContinueOnError)
	f.StringVar(&opts.file, "file", "", "the CSV `file`, with columns phone and name (default: the one that ships with this)")
	f.BoolVar(&opts.live, "live", false, "move people: needs WA_BASE_URL, WA_USER, WA_PASSWORD, LATE_API_KEY and LATE_ACCOUNT_ID;\n"+
		"LATE_BASE_URL is another server")
	f.StringVar(&opts.ca, "ca", "", "with -live: the `file` with the authority of the installation's certificate, in PEM form")
	f.StringVar(&opts.tag, "tag", "from-onpremise", "a `tag` for those who are imported; empty for none")
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
		return opts, fmt.Errorf("%q is no flag: the file is named by -file", f.Arg(0))
	case opts.live && opts.file == "":
		return opts, errors.New("-live needs -file: the people of the file that ships with this do not exist")
	case !opts.live && opts.ca != "":
		return opts, errors.New("-ca needs -live: without it, there is no installation")
	}
	return opts, nil
}

func usage() string {
	var b strings.Builder
	f := flags(new(options))
	f.SetOutput(&b)
	fmt.Fprintln(&b, "migrate imports those of a CSV file who are on WhatsApp into Late.")
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
