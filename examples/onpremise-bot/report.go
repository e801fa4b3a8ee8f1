package main

import (
	"fmt"
	"strings"

	"github.com/wabakit/wabakit-go/onpremise"
)

// tally counts what happened.
type tally struct {
	received int // messages, each once
	answered int
	inDoubt  int // answers that may have been sent
	givenUp  int // messages that cannot be answered
	read     int // messages that were marked so
	arrived  int // answers that are on the phone
	seen     int // and were read
	failed   int // and that did not arrive
}

// say tells of a step.
func (b *bot) say(step, format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	fmt.Fprintf(b.out, "%-9s %s\n", step, fmt.Sprintf(format, args...))
}

// add counts one.
func (b *bot) add(counter *int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	*counter++
}

// show tells of a message that comes for the first time.
func (b *bot) show(m onpremise.IncomingMessage) {
	b.add(&b.received)
	if m.Text.Body == "" {
		b.say("message", "%s from %s", kind(m), m.From)
		return
	}
	b.say("message", "%s from %s: %.60q", kind(m), m.From, m.Text.Body)
}

// kind names a message by what it holds.
func kind(m onpremise.IncomingMessage) string {
	switch m.Type {
	case onpremise.TypeText:
		return "text"
	case onpremise.TypeImage:
		return "a picture"
	}
	return fmt.Sprintf("something of the kind %q", string(m.Type))
}

// summary prints the counts, and is an error if somebody was not answered.
func (b *bot) summary() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	fmt.Fprintln(b.out)
	line := func(name string, n int, further ...string) {
		fmt.Fprintln(b.out, strings.TrimRight(fmt.Sprintf("%-9s %4d  %s", name, n, strings.Join(further, ", ")), " "))
	}
	line("received", b.received)
	line("answered", b.answered, fmt.Sprintf("%d delivered", b.arrived), fmt.Sprintf("%d read", b.seen), fmt.Sprintf("%d failed", b.failed))
	line("in doubt", b.inDoubt)
	line("given up", b.givenUp)
	line("read", b.read)
	if open := b.received - b.answered; open > 0 {
		return fmt.Errorf("of %d messages %d were not answered, or nobody knows", b.received, open)
	}
	return nil
}
