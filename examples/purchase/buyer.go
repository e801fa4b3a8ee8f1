package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/late"
)

// findOutFor is how long to look whether something was bought after all.
const findOutFor = 30 * time.Second

// buyer buys numbers for a profile, verifies them, and keeps account of them.
type buyer struct {
	options
	purchases int // how many to buy
	client    *late.Client
	profile   string
	person    person
	out       io.Writer
	errs      io.Writer
	look      time.Duration // between two looks at something that takes its time

	start    []late.PhoneNumber // the numbers of the profile when the program began
	before   []late.PhoneNumber // and before the latest purchase
	tried    bool               // something may have been bought
	checkout string             // the page that is still to be paid on
	released []string           // what was given back
}

// run does it all and accounts for it. It returns the status of the program.
func (b *buyer) run(ctx context.Context) int { return b.report(ctx, b.work(ctx)) }

func (b *buyer) work(ctx context.Context) (err error) {
	if b.start, err = b.list(ctx); err != nil {
		return err
	}
	b.show(b.start)
	if b.number != "" {
		number, err := b.find(b.number)
		if err != nil {
			return err
		}
		return b.finish(ctx, number, true)
	}
	if err := b.available(ctx); err != nil {
		return err
	}
	if b.purchases == 0 {
		b.say("purchase", "none without -buy. With it, the first number is paid for on a checkout page,")
		b.say("", "and each further one is added to the subscription at once")
	}
	for n := range b.purchases {
		number, err := b.purchase(ctx)
		if err != nil {
			return err
		}
		if err := b.finish(ctx, number, n == b.purchases-1); err != nil {
			return err
		}
	}
	return nil
}

// list returns the numbers that the profile has.
func (b *buyer) list(ctx context.Context) ([]late.PhoneNumber, error) {
	return b.client.PhoneNumbers.List(ctx, late.ListPhoneNumbersOptions{ProfileID: b.profile})
}

func (b *buyer) find(id string) (late.PhoneNumber, error) {
	i := slices.IndexFunc(b.start, func(n late.PhoneNumber) bool { return n.ID == id })
	if i < 0 {
		return late.PhoneNumber{}, fmt.Errorf("profile %s has no number with the id %q", b.profile, id)
	}
	return b.start[i], nil
}

// available shows what there is. A purchase does not choose.
func (b *buyer) available(ctx context.Context) error {
	numbers, err := b.client.PhoneNumbers.SearchAvailable(ctx, late.SearchNumbersOptions{Limit: 3})
	if errors.Is(err, late.ErrForbidden) {
		return fmt.Errorf("phone numbers need a paid plan of Late: %w", err)
	}
	if err != nil {
		return err
	}
	if len(numbers) == 0 {
		b.say("available", "no number, at present")
		return nil
	}
	var some []string
	for _, n := range numbers {
		some = append(some, n.PhoneNumber)
	}
	b.say("available", "%s and the like; which one it is going to be, Late decides", strings.Join(some, ", "))
	return nil
}

// purchase buys a number. The call is made once: if its answer is lost, there may be a number.
func (b *buyer) purchase(ctx context.Context) (bought late.PhoneNumber, err error) {
	if b.before, err = b.list(ctx); err != nil {
		return bought, err
	}
	for _, n := range b.before {
		if n.Status == late.PhoneNumberPendingPayment {
			return bought, fmt.Errorf("%s (%s) is still to be paid for: pay for it, rather than buy another", n.PhoneNumber, n.ID)
		}
	}

	purchase, err := b.client.PhoneNumbers.Purchase(ctx, b.profile)
	b.tried = b.tried || err == nil || errors.Is(err, late.ErrOutcomeUnknown)
	switch {
	case errors.Is(err, late.ErrOutcomeUnknown):
		return b.findOut(ctx, err)
	case errors.Is(err, late.ErrForbidden):
		return bought, fmt.Errorf("phone numbers need a paid plan of Late: %w", err)
	case errors.Is(err, late.ErrInvalidRequest):
		return bought, fmt.Errorf("the plan allows no more numbers: %w", err)
	case err != nil:
		return bought, err
	}

	switch p := purchase.(type) {
	case late.CheckoutRequired:
		b.say("purchase", "%s", p.Message)
		return b.awaitPayment(ctx, p.CheckoutURL)
	case late.NumberProvisioned:
		b.say("purchase", "%s (%s)", p.Message, p.PhoneNumber.PhoneNumber)
		return p.PhoneNumber, nil
	}
	return bought, fmt.Errorf("a purchase that is a %T", purchase) // there is no third
}

// awaitPayment sends the person to the checkout page, and waits for what is paid for there.
func (b *buyer) awaitPayment(ctx context.Context, url string) (late.PhoneNumber, error) {
	b.checkout = url
	b.say("checkout", "open %s", url)
	b.person.pay(url)
	b.say("checkout", "waiting for the payment, for up to %s", b.wait)
	number, err := b.appears(ctx, b.wait)
	if err != nil {
		return number, err
	}
	b.checkout = ""
	b.say("checkout", "%s has appeared", number.PhoneNumber)
	return number, nil
}

// findOut looks what became of a purchase of which nobody knows. It never buys again.
func (b *buyer) findOut(ctx context.Context, doubt error) (late.PhoneNumber, error) {
	if unexpected, ok := errors.AsType[*late.UnexpectedPurchaseError](doubt); ok { // its text holds the start only
		fmt.Fprintf(b.errs, "purchase: the whole answer, of request %s: %q\n", unexpected.RequestID, unexpected.Body)
	}
	if ctx.Err() != nil {
		return late.PhoneNumber{}, doubt
	}
	b.say("purchase", "what became of it is not known: looking whether a number appears, for up to %s", findOutFor)
	number, err := b.appears(ctx, findOutFor)
	if err != nil {
		return number, fmt.Errorf("%w (%w)", doubt, err)
	}
	b.say("purchase", "%s has appeared: it was bought", number.PhoneNumber)
	return number, nil
}

// appears waits until the profile has a number that it did not have before the purchase.
func (b *buyer) appears(ctx context.Context, within time.Duration) (none late.PhoneNumber, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, within, fmt.Errorf("no number has appeared within %s", within))
	defer cancel()
	for {
		numbers, err := b.list(ctx)
		if err != nil && ctx.Err() == nil && !passing(err) {
			return none, err
		}
		switch fresh := without(numbers, b.before); len(fresh) {
		case 0:
		case 1:
			return fresh[0], nil
		default:
			return none, fmt.Errorf("%d numbers have appeared at once, so somebody else is buying, too: %s", len(fresh), names(fresh))
		}
		select {
		case <-ctx.Done():
			return none, context.Cause(ctx)
		case <-time.After(b.look):
		}
	}
}

// passing tells of a failed look whether the next may succeed. Each has been retried.
func passing(err error) bool {
	e, ok := errors.AsType[*late.Error](err)
	return ok && (e.StatusCode == 0 || e.StatusCode == http.StatusTooManyRequests || e.StatusCode >= 500)
}

// without returns the numbers that are not among others.
func without(numbers, others []late.PhoneNumber) (fresh []late.PhoneNumber) {
	for _, n := range numbers {
		if !slices.ContainsFunc(others, func(o late.PhoneNumber) bool { return o.ID == n.ID }) {
			fresh = append(fresh, n)
		}
	}
	return fresh
}
