// Purchase buys a WhatsApp phone number and verifies it. The first number of a subscription is paid
// for on a checkout page; later ones are provisioned at once.
//
//	go run ./examples/purchase
//
// buys two numbers from an in-process server; nobody pays. With a Late account,
//
//	LATE_API_KEY=… LATE_PROFILE_ID=… go run ./examples/purchase -live
//
// lists the numbers of the profile. Add -buy to buy one, which costs money, or -number ID to go on
// with a number whose run ended early.
//
// A purchase is never sent twice. If its response is lost, the program compares the numbers of the
// profile with those before, and goes on with the new one, if there is one.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func main() {
	live := flag.Bool("live", false, "use the account of LATE_API_KEY and LATE_PROFILE_ID")
	buy := flag.Bool("buy", false, "with -live: buy a number, which costs money")
	number := flag.String("number", "", "with -live: go on with the number that has this `ID`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	var err error
	if *live {
		err = runLive(ctx, os.Getenv("LATE_API_KEY"), os.Getenv("LATE_PROFILE_ID"), *buy, *number)
	} else {
		err = runDemo(ctx, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "purchase:", err)
		os.Exit(1)
	}
}

func runLive(ctx context.Context, key, profile string, buy bool, number string) error {
	client, err := late.NewClient(key)
	if err != nil {
		return err
	}
	b := &buyer{client: client, profile: profile, out: os.Stdout, poll: 5 * time.Second, pay: func(string) {}, code: typed}
	switch {
	case number != "":
		return b.verify(ctx, number)
	case buy:
		return b.buy(ctx)
	}
	numbers, err := b.list(ctx)
	for _, n := range numbers {
		b.say("%s  %s  %s", n.ID, n.PhoneNumber, n.Status)
	}
	return err
}

// typed reads a verification code from the terminal.
func typed(string) (string, error) {
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	return strings.TrimSpace(line), err
}

func runDemo(ctx context.Context, out io.Writer) error {
	server := latetest.NewServer(latetest.InProcess(), latetest.WithProvisionTime(time.Second))
	defer server.Close()
	b := &buyer{
		client: server.Client(), profile: "profile", out: out, poll: 200 * time.Millisecond,
		pay:  server.CompleteCheckout,
		code: func(id string) (string, error) { return server.Code(id), nil },
	}
	if err := b.buy(ctx); err != nil { // the first number: checkout
		return err
	}
	server.Inject(latetest.CutAfter().On(late.OpPurchaseWhatsAppPhoneNumber).Times(1))
	return b.buy(ctx) // the second number: the response is lost
}

// buyer buys numbers for a profile. A person pays on the checkout page and reads the code.
type buyer struct {
	client  *late.Client
	profile string
	out     io.Writer
	poll    time.Duration
	pay     func(checkoutURL string)
	code    func(numberID string) (string, error)
}

func (b *buyer) say(format string, args ...any) { fmt.Fprintf(b.out, format+"\n", args...) }

func (b *buyer) list(ctx context.Context) ([]late.PhoneNumber, error) {
	return b.client.PhoneNumbers.List(ctx, late.ListPhoneNumbersOptions{ProfileID: b.profile})
}

func (b *buyer) buy(ctx context.Context) error {
	before, err := b.list(ctx)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(before, func(n late.PhoneNumber) bool { return n.Status == late.PhoneNumberPendingPayment }); i >= 0 {
		return fmt.Errorf("%s (%s) is not paid yet: pay for it instead of buying another", before[i].PhoneNumber, before[i].ID)
	}
	purchase, err := b.client.PhoneNumbers.Purchase(ctx, b.profile)
	switch {
	case errors.Is(err, late.ErrForbidden):
		return fmt.Errorf("phone numbers require a paid plan: %w", err)
	case errors.Is(err, late.ErrOutcomeUnknown): // do not buy again: see whether a number appears
		b.say("response lost; waiting for a new number")
		return b.awaitNumber(ctx, before, time.Minute, err)
	case err != nil:
		return err
	}
	switch p := purchase.(type) {
	case late.CheckoutRequired:
		b.say("pay at %s", p.CheckoutURL)
		b.pay(p.CheckoutURL)
		return b.awaitNumber(ctx, before, 15*time.Minute, errors.New("not paid yet"))
	case late.NumberProvisioned:
		b.say("bought %s", p.PhoneNumber.PhoneNumber)
		return b.verify(ctx, p.PhoneNumber.ID)
	}
	return fmt.Errorf("unexpected purchase %T", purchase)
}

// awaitNumber waits for a number that is not among those before, and verifies it. If none appears,
// it returns an error that wraps cause.
func (b *buyer) awaitNumber(ctx context.Context, before []late.PhoneNumber, timeout time.Duration, cause error) error {
	deadline := time.Now().Add(timeout)
	for time.Now().Before(deadline) {
		numbers, err := b.list(ctx)
		if err != nil {
			return err
		}
		numbers = slices.DeleteFunc(numbers, func(n late.PhoneNumber) bool {
			return slices.ContainsFunc(before, func(o late.PhoneNumber) bool { return o.ID == n.ID })
		})
		if len(numbers) > 1 {
			return fmt.Errorf("%d new numbers: someone else is buying, too", len(numbers))
		}
		if len(numbers) == 1 {
			b.say("bought %s", numbers[0].PhoneNumber)
			return b.verify(ctx, numbers[0].ID)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(b.poll):
		}
	}
	return fmt.Errorf("no new number after %s: %w", timeout, cause)
}

// verify waits until a number is active, and verifies it with the code that Meta sends.
func (b *buyer) verify(ctx context.Context, id string) error {
	number, err := b.client.PhoneNumbers.Wait(ctx, id, func(n *late.PhoneNumber) bool {
		return n.Status != late.PhoneNumberPendingPayment && n.Status != late.PhoneNumberProvisioning
	}, late.WithPollInterval(b.poll, 30*time.Second))
	if err != nil {
		return err
	}
	if number.Status != late.PhoneNumberActive {
		return fmt.Errorf("%s is %s and cannot be verified", number.PhoneNumber, number.Status)
	}
	// If the outcome is unknown, the code may still arrive; a second request would void it.
	if _, err := b.client.PhoneNumbers.RequestCode(ctx, id, late.CodeSMS); err != nil && !errors.Is(err, late.ErrOutcomeUnknown) {
		return err
	}
	for range 3 {
		b.say("enter the code sent to %s:", number.PhoneNumber)
		code, err := b.code(id)
		if err != nil {
			return err
		}
		_, err = b.client.PhoneNumbers.Verify(ctx, id, code)
		if errors.Is(err, late.ErrInvalidRequest) {
			b.say("wrong code: %v", err)
			continue
		}
		if err == nil {
			b.say("%s is verified", number.PhoneNumber)
		}
		return err
	}
	return errors.New("three wrong codes")
}
