// Purchase buys a WhatsApp number the way Late sells them: the first one is paid for on a
// checkout page and then appears, later ones are there at once. It verifies what it has bought
// with the code that Meta sends.
//
//	go run ./examples/purchase
//
// walks all of it in a few seconds. It needs no account and nobody pays: the server is one in
// memory, and the person who pays is played by the program. With -release, the second number is
// given back at the end. With an account of Late
//
//	export LATE_API_KEY=… LATE_PROFILE_ID=…
//	go run ./examples/purchase -live
//
// lists the numbers of the profile and says what a purchase would do, which costs nothing.
// With -buy, too, it buys one, for money. With -number it goes on with a number that was
// bought before, whose run ended early.
//
// # Nothing is bought twice
//
// A purchase is sent once. Where its answer is lost, or is none that can be understood, the
// program does not try again: it compares the numbers of the profile with those before, and goes
// on with the one that has appeared, or says that none has. However a run ends, it tells what
// was bought.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/wabakit/wabakit-go/late"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

type options struct {
	live    bool
	buy     bool
	number  string
	release bool
	wait    time.Duration
}

// run is the program. Its status is 0 if all went well, 130 if ctx ended it, and else 1.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	fail := func(err error) int {
		fmt.Fprintln(stderr, "purchase:", err)
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

	b := &buyer{options: opts, out: stdout, errs: stderr}
	if opts.live {
		b.profile, b.person, b.look = getenv("LATE_PROFILE_ID"), newLivePerson(stdin), 5*time.Second
		if b.client, err = connect(getenv); err != nil {
			return fail(err)
		}
		if opts.buy {
			b.purchases = 1
			fmt.Fprintf(stdout, "Live: this buys a number for profile %s, and costs money.\n", b.profile)
		}
	} else {
		person := newDemoPerson(stdout)
		defer person.close()
		b.profile, b.person, b.look = demoProfile, person, demoLook
		b.client, b.purchases = person.server.Client(), 2
		fmt.Fprintln(stdout, "Without -live: the server is one in memory, and nobody pays.")
	}
	return b.run(ctx)
}

// connect makes the client of a real account. Numbers belong to a profile, so it is bound to no
// WhatsApp account.
func connect(getenv func(string) string) (*late.Client, error) {
	key := getenv("LATE_API_KEY")
	if key == "" || getenv("LATE_PROFILE_ID") == "" {
		return nil, errors.New("-live needs LATE_API_KEY and LATE_PROFILE_ID in the environment")
	}
	clientOptions := []late.Option{late.WithUserAgent("wabakit-purchase")}
	if url := getenv("LATE_BASE_URL"); url != "" {
		clientOptions = append(clientOptions, late.WithBaseURL(url))
	}
	return late.NewClient(key, clientOptions...)
}

func flags(opts *options) *flag.FlagSet {
	f := flag.NewFlagSet("purchase", flag.ContinueOnError)
	f.BoolVar(&opts.live, "live", false, "use an account: needs LATE_API_KEY and LATE_PROFILE_ID; LATE_BASE_URL is another server")
	f.BoolVar(&opts.buy, "buy", false, "with -live: buy a number, for money")
	f.StringVar(&opts.number, "number", "", "with -live: go on with the number of this `id`, and buy none")
	f.BoolVar(&opts.release, "release", false, "give the last number back at the end, for good, in place of verifying it")
	f.DurationVar(&opts.wait, "wait", 15*time.Minute, "how long to wait for the payment, and for the number to be active")
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
		return opts, fmt.Errorf("%q is no flag: a number is named by -number", f.Arg(0))
	case !opts.live && (opts.buy || opts.number != ""):
		return opts, errors.New("-buy and -number need -live: without it, there is no account")
	case opts.buy && opts.number != "":
		return opts, errors.New("-buy buys a number, -number goes on with one: there cannot be both")
	case opts.live && opts.release && !opts.buy && opts.number == "":
		return opts, errors.New("-release needs -number, or -buy: there is nothing to give back")
	case opts.wait <= 0:
		return opts, fmt.Errorf("-wait is %s, and has to be more than nothing", opts.wait)
	}
	return opts, nil
}

func usage() string {
	var b strings.Builder
	f := flags(new(options))
	f.SetOutput(&b)
	fmt.Fprintln(&b, "purchase buys a WhatsApp number and verifies it.")
	f.PrintDefaults()
	return b.String()
}
