package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// state is what became of a row.
type state int

const (
	pending   state = iota // it can be used, and was not looked up yet
	unusable               // it names nobody
	duplicate              // it names somebody whom an earlier row has named
	absent                 // the person is not on WhatsApp
	present                // the person is, and was not imported yet
	imported               // the person is in the address book now
	known                  // and was there before
	refused                // the address book does not take the person
	unknown                // the person may have been imported, or not
	states                 // how many there are
)

var stateNames = [states]string{
	imported: "on WhatsApp, imported", known: "on WhatsApp, there already", absent: "not on WhatsApp",
	unusable: "unusable", refused: "refused", unknown: "unknown",
	duplicate: "duplicate", pending: "not looked up", present: "on WhatsApp, not imported",
}

func (s state) String() string { return stateNames[s] }

// say tells of a step.
func (m *move) say(step, format string, args ...any) {
	fmt.Fprintf(m.out, "%-8s %s\n", step, fmt.Sprintf(format, args...))
}

// nameRows names the rows that are in one of the states.
func (m *move) nameRows(which ...state) {
	for _, r := range m.list.rows {
		if slices.Contains(which, r.state) {
			m.name(r)
		}
	}
}

// name names a row as a compiler names errors.
func (m *move) name(r *row) {
	parts := []string{fmt.Sprintf("%s:%d", m.list.file, r.line), r.state.String()}
	if r.state != unusable && r.state != duplicate {
		parts = append(parts, r.phone+" "+r.name)
	}
	if r.reason != "" {
		parts = append(parts, r.reason)
	}
	fmt.Fprintln(m.errs, strings.Join(parts, ": "))
}

// report names whom the run has not settled, prints the table, and returns the status.
func (m *move) report(ctx context.Context, err error) int {
	m.nameRows(refused, unknown)
	if wrong := m.table(); wrong != nil {
		err = both(err, wrong)
	}
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(m.errs, "migrate: stopped.", m.whereItStands())
		return 130
	case err != nil:
		fmt.Fprintf(m.errs, "migrate: %v. %s\n", err, m.whereItStands())
		return 1
	}
	return 0
}

// whereItStands says what a program that ends early leaves behind.
func (m *move) whereItStands() string {
	if len(m.list.in(imported))+len(m.list.in(unknown)) == 0 {
		return "Nobody was imported."
	}
	return "It can be run again: who was imported is there already then."
}

// both is two errors in a line.
func both(first, second error) error {
	if first == nil || second == nil {
		return cmp.Or(first, second)
	}
	return fmt.Errorf("%w; %w", first, second)
}

// table counts the rows by what became of them, and checks that it has all of them.
func (m *move) table() error {
	sum := 0
	fmt.Fprintf(m.out, "\nWhat became of the rows of %s:\n", m.list.file)
	for _, s := range []state{imported, known, absent, unusable, refused, unknown, duplicate, pending, present} {
		n := len(m.list.in(s))
		if always := s != duplicate && s != pending && s != present; n > 0 || always {
			fmt.Fprintf(m.out, "  %-26s %7d\n", s, n)
		}
		sum += n
	}
	fmt.Fprintf(m.out, "  %s\n  %-26s %7d\n", strings.Repeat("-", 34), "all", sum)
	if rows := len(m.list.rows); sum != rows {
		return fmt.Errorf("the table accounts for %d of %d rows", sum, rows)
	}
	return nil
}
