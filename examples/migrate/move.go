package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/onpremise"
)

// lookupTime is how long to wait for those whom the installation is still looking up.
const lookupTime = 2 * time.Minute

// move brings the people of a list from one API to the other, and keeps account of them.
type move struct {
	list *list
	tag  string
	from *onpremise.Client
	to   *late.Client
	out  io.Writer
	errs io.Writer
}

// run does it all and accounts for it. It returns the status of the program.
func (m *move) run(ctx context.Context) int {
	m.say("file", "%s has %d rows, of which %d can be used", m.list.file, len(m.list.rows), len(m.list.in(pending)))
	m.nameRows(unusable, duplicate)
	return m.report(ctx, m.work(ctx))
}

func (m *move) work(ctx context.Context) error {
	if err := m.knock(ctx); err != nil {
		return err
	}
	err := m.lookUp(ctx)
	if ctx.Err() != nil {
		return err
	}
	return both(err, m.bring(ctx))
}

// knock tells whether both APIs let the program in, before one is asked for what the other
// could not take.
func (m *move) knock(ctx context.Context) error {
	if _, err := m.from.Users.Login(ctx); err != nil {
		return err
	}
	_, err := m.to.Contacts.List(ctx, late.ListContactsOptions{Limit: 1})
	return err
}

// lookUp asks the installation who is on WhatsApp. A failed call ends it; those who were not looked up
// stay pending, and the others are imported.
func (m *move) lookUp(ctx context.Context) error {
	people := map[string]*row{}
	asked := m.list.in(pending)
	for _, r := range asked {
		people[r.phone] = r
	}
	found := func(c onpremise.CheckedContact) {
		switch r := people[c.Input]; {
		case r == nil || c.Status == onpremise.ContactProcessing:
		case c.Status == onpremise.ContactValid:
			r.waID = c.WaID
			r.settle(present, "")
		default:
			r.settle(absent, "")
		}
	}
	var slow []string // numbers that the server is still looking up
	var err error
	for contact, e := range m.from.Contacts.CheckMany(ctx, onpremise.FromSeq(phones(asked))) {
		if err = e; err != nil {
			break
		}
		if contact.Status == onpremise.ContactProcessing {
			slow = append(slow, contact.Input)
		}
		found(contact)
	}
	if err == nil && len(slow) > 0 && ctx.Err() == nil {
		m.say("lookup", "waiting for %d, for up to %s", len(slow), lookupTime)
		err = m.await(ctx, slow, found)
	}
	m.sameAccount()
	m.say("lookup", "%d are on WhatsApp, %d are not", len(m.list.in(present)), len(m.list.in(absent)))
	if open := len(m.list.in(pending)); open > 0 && err == nil {
		err = fmt.Errorf("%d could not be looked up", open)
	}
	return err
}

func (m *move) await(ctx context.Context, phones []string, found func(onpremise.CheckedContact)) error {
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	contacts, err := m.from.Contacts.Wait(ctx, phones)
	for _, c := range contacts { // also those of a wait that ended early
		found(c)
	}
	return err
}

// sameAccount leaves out whom two numbers lead to, as they do where a country has changed its
// numbers.
func (m *move) sameAccount() {
	first := map[string]*row{}
	for _, r := range m.list.in(present) {
		if other := first[r.waID]; other != nil {
			r.settle(duplicate, fmt.Sprintf("%s is the WhatsApp account of line %d, too", r.phone, other.line))
			m.name(r)
			continue
		}
		first[r.waID] = r
	}
}

// bring imports those who are on WhatsApp.
func (m *move) bring(ctx context.Context) error {
	rows := m.list.in(present)
	if len(rows) == 0 {
		return nil
	}
	var opts late.ImportOptions
	if m.tag != "" {
		opts.DefaultTags = []string{m.tag}
	}
	report, err := m.to.Contacts.ImportMany(ctx, opts, late.FromSeq(contacts(rows)), late.WithOutcome(func(o late.ItemOutcome) {
		r := rows[o.Index]
		_, wholeCall := errors.AsType[*late.Error](o.Err)
		switch {
		case o.State == late.ItemDone:
			r.settle(imported, "")
		case o.State == late.ItemSkipped:
			r.settle(known, "")
		case o.State == late.ItemUnknown:
			r.settle(unknown, "")
		case o.State == late.ItemRefused && !wholeCall:
			r.settle(refused, o.Err.Error())
		} // else nothing was done, and the error of all says why
	}))
	if err == nil {
		err = report.Err()
	}
	return err
}

func phones(rows []*row) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, r := range rows {
			if !yield(r.phone) {
				return
			}
		}
	}
}

func contacts(rows []*row) iter.Seq[late.ImportContact] {
	return func(yield func(late.ImportContact) bool) {
		for _, r := range rows {
			if !yield(late.ImportContact{Phone: r.phone, Name: r.name}) {
				return
			}
		}
	}
}
