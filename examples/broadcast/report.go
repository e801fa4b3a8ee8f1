package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wabakit/wabakit-go/late"
)

// state is what became of a row.
type state int

const (
	notSent   state = iota // it can be messaged, and was not yet
	unusable               // it says nobody to message
	duplicate              // its phone stands in an earlier row
	optedOut               // the person wants no messages
	refused                // the server did not take the person
	waiting                // the server has yet to send the message
	sent                   // the message is on its way
	arrived                // the message is on the phone
	read                   // the person has seen it
	failed                 // it could not be delivered
	unknown                // it may have been sent, or not
	states                 // how many there are
)

var stateNames = [states]string{
	read: "read", arrived: "delivered", sent: "sent", waiting: "still to be sent", failed: "failed",
	unknown: "unknown", refused: "refused", optedOut: "opted out", duplicate: "duplicate",
	unusable: "unusable", notSent: "not sent",
}

func (s state) String() string { return stateNames[s] }

func (r *recipient) settle(s state, reason string) { r.state, r.reason = s, reason }

// say tells of a step.
func (c *campaign) say(step, format string, args ...any) {
	fmt.Fprintf(c.out, "%-11s %s\n", step, fmt.Sprintf(format, args...))
}

// progress returns a function that tells how far a step is, at most ten times.
func (c *campaign) progress(step string, total int) func(done int) {
	told := 0
	return func(done int) {
		if total > 0 && done*10/total > told {
			told = done * 10 / total
			c.say(step, "%3d%%  %s of %s", done*100/total, grouped(done), grouped(total))
		}
	}
}

// nameRows names the rows that are in one of the states, as a compiler names errors.
func (c *campaign) nameRows(which ...state) {
	for _, r := range c.list.rows {
		if !slices.Contains(which, r.state) {
			continue
		}
		fmt.Fprintf(c.errs, "%s:%d: %s", c.list.file, r.line, r.state)
		if c.list.byPhone[r.phone] == r {
			fmt.Fprintf(c.errs, ": %s %s", r.phone, r.name)
		}
		if r.reason != "" {
			fmt.Fprintf(c.errs, ": %s", r.reason)
		}
		fmt.Fprintln(c.errs)
	}
}

// report names whom the message did not reach, prints the table, and returns the status.
func (c *campaign) report(ctx context.Context, err error) int {
	c.nameRows(refused, optedOut, failed, unknown)
	if wrong := c.table(); wrong != nil {
		err = cmp.Or(err, wrong)
	}
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(c.errs, "broadcast: stopped.", c.whereItStands())
		return 130
	case err != nil:
		fmt.Fprintf(c.errs, "broadcast: %v. %s\n", err, c.whereItStands())
		return 1
	}
	return 0
}

// whereItStands says what a program that ends early leaves behind.
func (c *campaign) whereItStands() string {
	switch {
	case c.broadcast == nil:
		return "Nobody was messaged."
	case c.list.count(unknown) > 0:
		return "Look at broadcast " + c.broadcast.ID + " before you send it to anybody again."
	case c.broadcast.Status == late.BroadcastDraft:
		return "Nobody was messaged, broadcast " + c.broadcast.ID + " is a draft."
	case c.broadcast.Status == late.BroadcastSending:
		return "The server goes on sending broadcast " + c.broadcast.ID + "."
	}
	return fmt.Sprintf("Broadcast %s is %s.", c.broadcast.ID, c.broadcast.Status)
}

// table counts the rows by what became of them, and checks the counts: against the rows of the
// file, and against the recipients that the server has.
func (c *campaign) table() error {
	var counts [states]int
	for _, r := range c.list.rows {
		counts[r.state]++
	}
	sum := 0
	fmt.Fprintf(c.out, "\nWhat became of the rows of %s:\n", c.list.file)
	for _, s := range []state{read, arrived, sent, waiting, failed, unknown, refused, optedOut, duplicate, unusable, notSent} {
		if counts[s] > 0 {
			fmt.Fprintf(c.out, "  %-16s %9s\n", s, grouped(counts[s]))
			sum += counts[s]
		}
	}
	fmt.Fprintf(c.out, "  %s\n  %-16s %9s\n", strings.Repeat("-", 26), "all", grouped(sum))
	if rows := len(c.list.rows); sum != rows {
		return fmt.Errorf("the table accounts for %d of %d rows", sum, rows)
	}
	known := counts[read] + counts[arrived] + counts[sent] + counts[waiting] + counts[failed]
	if c.tried && c.broadcast.Status != late.BroadcastDraft && known+counts[unknown] != c.broadcast.RecipientCount {
		return fmt.Errorf("the table has %d recipients, and the server %d", known+counts[unknown], c.broadcast.RecipientCount)
	}
	return nil
}

func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return grouped(n) + " people"
}

// grouped writes 1250 as 1,250.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
