// Migrate moves the customers of an on-premise installation to Late: it checks which phone numbers of
// a CSV file are on WhatsApp, and imports those as contacts.
//
//	go run ./examples/migrate
//
// moves the people of people.csv between two in-process servers. With real ones,
//
//	export WA_BASE_URL=https://wa.example.internal/v1 WA_USER=admin WA_PASSWORD=…
//	export LATE_API_KEY=… LATE_ACCOUNT_ID=…
//	go run ./examples/migrate -live -people customers.csv -consent
//
// The file has the columns phone (E.164) and name. Late treats imported contacts as having consented to
// messages, so -consent asks you to confirm that they have. Existing contacts do not change, so the
// program can be run again.
package main

import (
	"context"
	_ "embed"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"strings"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

//go:embed people.csv
var shipped string

func main() {
	live := flag.Bool("live", false, "use WA_BASE_URL, WA_USER, WA_PASSWORD, LATE_API_KEY and LATE_ACCOUNT_ID")
	people := flag.String("people", "", "with -live: the CSV `file`")
	consent := flag.Bool("consent", false, "with -live: everyone in the file has consented to messages")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	var err error
	switch {
	case !*live:
		err = runDemo(ctx, os.Stdout)
	case !*consent:
		err = errors.New("-live requires -consent")
	default:
		err = runLive(ctx, *people)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "migrate:", err)
		os.Exit(1)
	}
}

func runLive(ctx context.Context, people string) error {
	file, err := os.Open(people)
	if err != nil {
		return err
	}
	defer file.Close()
	from, err := onpremise.NewClient(os.Getenv("WA_BASE_URL"),
		onpremise.WithCredentials(os.Getenv("WA_USER"), os.Getenv("WA_PASSWORD")))
	if err != nil {
		return err
	}
	to, err := late.NewClient(os.Getenv("LATE_API_KEY"), late.WithAccount(os.Getenv("LATE_ACCOUNT_ID")))
	if err != nil {
		return err
	}
	return move(ctx, from, to, file, os.Stdout)
}

// runDemo uses two in-process servers. Some people are not on WhatsApp, others are contacts already.
func runDemo(ctx context.Context, out io.Writer) error {
	from, to := onpremisetest.NewServer(onpremisetest.InProcess()), latetest.NewServer(latetest.InProcess())
	defer from.Close()
	defer to.Close()
	for phone, err := range phones(strings.NewReader(shipped), map[string]string{}) {
		if err == nil && !strings.HasSuffix(phone, "5") {
			from.AddWhatsAppUsers(phone)
		}
	}
	to.AddContacts(late.CreateContactRequest{Phone: "+12025550103", Name: "Known", IsOptedIn: new(false)})
	return move(ctx, from.Client(), to.Client(), strings.NewReader(shipped), out)
}

// move is a pipeline: the file is read as CheckMany asks for phones, and CheckMany looks them up as
// ImportMany asks for contacts. An error of the file or of a lookup ends the import with that error.
func move(ctx context.Context, from *onpremise.Client, to *late.Client, file io.Reader, out io.Writer) error {
	names := map[string]string{}
	missing := 0
	contacts := func(yield func(late.ImportContact, error) bool) {
		for c, err := range from.Contacts.CheckMany(ctx, phones(file, names)) {
			switch {
			case err != nil:
				yield(late.ImportContact{}, err)
				return
			case c.Status != onpremise.ContactValid:
				missing++
				fmt.Fprintf(out, "%s is not on WhatsApp: %s\n", c.Input, c.Status)
			case !yield(late.ImportContact{Phone: "+" + c.WaID, Name: names[c.Input]}, nil):
				return
			}
		}
	}
	report, err := to.Contacts.ImportMany(ctx, late.ImportOptions{DefaultTags: []string{"migrated"}}, contacts)
	for _, p := range report.Problems {
		fmt.Fprintf(out, "%s is %s: %v\n", p.Key, p.State, p.Err)
	}
	fmt.Fprintf(out, "%d imported, %d already there, %d not imported, %d not on WhatsApp\n",
		report.Done, report.Skipped, len(report.Problems), missing)
	if err != nil {
		return fmt.Errorf("%w; run this again to go on", err)
	}
	return nil
}

// phones yields the phones of a CSV file, and adds the names to names.
func phones(file io.Reader, names map[string]string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		table := csv.NewReader(file)
		header, err := table.Read()
		if err == nil && (len(header) != 2 || strings.TrimPrefix(header[0], "\ufeff") != "phone" || header[1] != "name") {
			err = errors.New("the first line must be phone,name")
		}
		for err == nil {
			var record []string
			if record, err = table.Read(); err == nil {
				names[record[0]] = record[1]
				if !yield(record[0], nil) {
					return
				}
			}
		}
		if err != io.EOF {
			yield("", fmt.Errorf("read the file: %w", err))
		}
	}
}
