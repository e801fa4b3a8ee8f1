package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/late"
)

// say tells of a step.
func (b *buyer) say(step, format string, args ...any) {
	fmt.Fprintf(b.out, "%-10s %s\n", step, fmt.Sprintf(format, args...))
}

// show lists numbers.
func (b *buyer) show(numbers []late.PhoneNumber) {
	b.say("numbers", "profile %s has %d", b.profile, len(numbers))
	for _, n := range numbers {
		b.say("", "%s (%s) is %s", n.PhoneNumber, n.ID, n.Status)
	}
}

// report says what was bought, and returns the status.
func (b *buyer) report(ctx context.Context, err error) int {
	where := b.whereItStands(ctx)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintf(b.errs, "purchase: stopped. %s\n", where)
		return 130
	case err != nil:
		fmt.Fprintf(b.errs, "purchase: %v. %s\n", err, where)
		return 1
	}
	return 0
}

// whereItStands compares the numbers of the profile with those when the program began, and says
// what a program that ends early leaves behind. It does so also when ctx has ended: who stops
// the program wants to know what was paid for.
func (b *buyer) whereItStands(ctx context.Context) string {
	if !b.tried {
		return "Nothing was bought."
	}
	if ctx.Err() != nil {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		ctx = last
	}
	numbers, err := b.list(ctx)
	if err != nil {
		return fmt.Sprintf("What was bought could not be looked up (%v): look before you buy again.", err)
	}
	b.show(numbers)
	bought := without(numbers, b.start)
	switch {
	case b.checkout != "" && len(without(numbers, b.before)) == 0:
		return fmt.Sprintf("Nobody has paid yet: to have the number, pay at %s rather than buy again.", b.checkout)
	case len(bought) > 0:
		return fmt.Sprintf("Bought: %s. -live -number and the id goes on with it.", names(bought))
	case len(b.released) > 0:
		return "What was bought is given back."
	}
	return "No number has appeared: look again (-live) before you buy again."
}

func names(numbers []late.PhoneNumber) string {
	var all []string
	for _, n := range numbers {
		all = append(all, fmt.Sprintf("%s (%s)", n.PhoneNumber, n.ID))
	}
	return strings.Join(all, ", ")
}
