// Onpremise-bot answers what people write to a business that runs the WhatsApp Business API on
// its own machines: text with text and a picture with a picture, and marks each message as read.
//
//	go run ./examples/onpremise-bot
//
// plays a few people who write, and takes a few seconds. It needs no installation and messages
// nobody: the server is one in memory. On the way the token ends before its time, an event comes
// twice, and an upload fails. With an installation of your own
//
//	export WA_BASE_URL=https://wa.example.internal/v1 WA_USER=admin WA_PASSWORD=… WA_WEBHOOK_SECRET=…
//	go run ./examples/onpremise-bot -live -listen :8080 -ca authority.pem -url https://bot.example.internal
//
// it answers real people until Ctrl-C. -ca is the certificate of the authority that has signed
// that of the installation; -url is where the installation reaches the bot, and may be left out
// if that is set up already. The installation calls HTTPS alone, and the bot speaks plain HTTP:
// put what ends TLS in front of it.
//
// # Nothing is lost, nobody is answered twice
//
// The installation delivers an event until it is answered with 200, so what fails is handed back
// to it as an error, and comes again. Which messages were answered is remembered: one that
// comes again is not answered again, even if only marking it as read had failed. Where it is not
// known whether an answer was sent, or where the answer is refused for good, it is not sent
// again: the message is told of and stays unread, for a person to look at.
//
// The memory is that of the process. A bot that is not to answer again after a restart, or that
// runs several times over, keeps it in a database, by an [onpremise.DuplicateStore] of its own.
package main

import (
	"context"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/wabakit/wabakit-go/onpremise"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

type options struct {
	live   bool
	listen string
	ca     string
	url    string
}

// run is the program. Its status is 0 if everybody was answered, 130 if ctx ended the demo, and
// else 1. With -live, ctx is what ends it as a rule, and does not make it fail.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	status, err := start(ctx, args, getenv, stdout)
	if err != nil {
		fmt.Fprintln(stderr, "onpremise-bot:", err)
	}
	return status
}

func start(ctx context.Context, args []string, getenv func(string) string, stdout io.Writer) (int, error) {
	opts, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usage())
		return 0, nil
	}
	if err != nil {
		return 1, err
	}
	if !opts.live {
		fmt.Fprintln(stdout, "Without -live: the server is one in memory, and nobody is messaged.")
		err := demo(ctx, stdout)
		if ctx.Err() != nil {
			return 130, errors.New("stopped")
		}
		return statusOf(err), err
	}
	client, secret, err := connect(opts, getenv)
	if err != nil {
		return 1, err
	}
	err = serve(ctx, opts, secret, newBot(client, stdout))
	return statusOf(err), err
}

func statusOf(err error) int {
	if err != nil {
		return 1
	}
	return 0
}

// connect makes the client of a real installation.
func connect(opts options, getenv func(string) string) (client *onpremise.Client, secret string, err error) {
	var missing []string
	need := func(name string) string {
		value := getenv(name)
		if value == "" {
			missing = append(missing, name)
		}
		return value
	}
	base, user, password, secret := need("WA_BASE_URL"), need("WA_USER"), need("WA_PASSWORD"), need("WA_WEBHOOK_SECRET")
	switch {
	case len(missing) > 0:
		return nil, "", fmt.Errorf("-live needs %s in the environment", strings.Join(missing, ", "))
	case strings.Trim(secret, letters) != "" || len(secret) < 16: // it is a part of an address
		return nil, "", errors.New("WA_WEBHOOK_SECRET is to have 16 letters and digits at least, and nothing else but - and _")
	}
	clientOptions := []onpremise.Option{onpremise.WithCredentials(user, password), onpremise.WithUserAgent("wabakit-bot")}
	if opts.ca != "" {
		pool, err := authorities(opts.ca)
		if err != nil {
			return nil, "", err
		}
		clientOptions = append(clientOptions, onpremise.WithRootCAs(pool))
	}
	client, err = onpremise.NewClient(base, clientOptions...)
	return client, secret, err
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

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
	f := flag.NewFlagSet("onpremise-bot", flag.ContinueOnError)
	f.BoolVar(&opts.live, "live", false, "use an installation: needs WA_BASE_URL, WA_USER, WA_PASSWORD and WA_WEBHOOK_SECRET")
	f.StringVar(&opts.listen, "listen", "127.0.0.1:8080", "with -live: the `address` to listen on")
	f.StringVar(&opts.ca, "ca", "", "with -live: the `file` with the authority of the installation's certificate, in PEM form")
	f.StringVar(&opts.url, "url", "", "with -live: have the installation deliver to this `address`, where the bot can be reached")
	f.SetOutput(io.Discard) // run says what is wrong, in a line
	return f
}

func parse(args []string) (options, error) {
	var opts options
	f := flags(&opts)
	if err := f.Parse(args); err != nil {
		return opts, err
	}
	if f.NArg() > 0 {
		return opts, fmt.Errorf("%q is no flag", f.Arg(0))
	}
	if !opts.live {
		needless := ""
		f.Visit(func(set *flag.Flag) { needless = set.Name })
		if needless != "" {
			return opts, fmt.Errorf("-%s needs -live: without it, there is no installation", needless)
		}
	}
	if opts.url != "" && !strings.HasPrefix(opts.url, "https://") {
		return opts, fmt.Errorf("-url is %q, and has to begin with https://: the installation calls nothing else", opts.url)
	}
	return opts, nil
}

func usage() string {
	var b strings.Builder
	f := flags(new(options))
	f.SetOutput(&b)
	fmt.Fprintln(&b, "onpremise-bot answers what people write to an installation.")
	f.PrintDefaults()
	return b.String()
}
