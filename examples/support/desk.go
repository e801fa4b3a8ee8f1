package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/wabakit/wabakit-go/late"
)

// option is a button of the menu.
type option struct{ id, title, answer string }

var menu = []option{
	{"hours", "Opening hours", "We are open from 9 to 18 o'clock, Monday to Friday."},
	{"order", "My order", "Please send us a picture of your receipt."},
	{"person", "Talk to a person", "One moment, please. A person will answer you."},
}

// message is a message from a customer, through either API.
type message struct {
	to      string // where the answer goes: a conversation of Late, or a phone number
	name    string
	text    string
	choice  string // ID of the option that the customer chose
	picture string // where to download the picture that the customer sent
}

// answer is a text, with or without buttons, or the template if text is empty.
type answer struct {
	text    string
	buttons []option
}

// desk answers customers. Its methods are called concurrently.
type desk struct {
	out      io.Writer
	deliver  func(ctx context.Context, to string, a answer) error // through one of the APIs
	download func(ctx context.Context, picture string) (io.ReadCloser, error)
	handed   sync.Map     // customers who talk to a person
	last     atomic.Value // the customer who asked for a person last
	pictures sync.Map     // by customer
}

func (d *desk) say(format string, args ...any) { fmt.Fprintf(d.out, format+"\n", args...) }

// handle answers a message. If it returns an error, the message is delivered again, unless the error
// matches ErrOutcomeUnknown: then the answer may have been sent.
func (d *desk) handle(ctx context.Context, m message) error {
	_, handed := d.handed.Load(m.to)
	i := slices.IndexFunc(menu, func(o option) bool { return o.id == m.choice })
	switch {
	case m.picture != "":
		d.say("%s: (a picture)", m.name)
		return d.keep(ctx, m)
	case handed:
		d.say("%s, to the person: %s", m.name, m.text)
		return nil
	case i < 0:
		d.say("%s: %s", m.name, m.text)
		return d.send(ctx, m.to, answer{"Hello! How can we help you?", menu})
	}
	d.say("%s: [%s]", m.name, menu[i].title)
	err := d.send(ctx, m.to, answer{text: menu[i].answer})
	if err == nil && m.choice == "person" {
		d.handed.Store(m.to, true)
		d.last.Store(m.to)
	}
	return err
}

// keep stores a picture. Errors are not wrapped, since trying again is harmless: an unknown outcome
// must not settle the message.
func (d *desk) keep(ctx context.Context, m message) error {
	content, err := d.download(ctx, m.picture)
	if err != nil {
		return errors.New(err.Error())
	}
	defer content.Close()
	var picture bytes.Buffer
	if _, err := picture.ReadFrom(content); err != nil {
		return errors.New(err.Error())
	}
	d.pictures.Store(m.to, picture.Bytes())
	return d.send(ctx, m.to, answer{text: fmt.Sprintf("Thank you for the picture (%d bytes).", picture.Len())})
}

// send sends an answer, or the template if the window has closed.
func (d *desk) send(ctx context.Context, to string, a answer) error {
	err := d.deliver(ctx, to, a)
	if errors.Is(err, late.ErrWindowClosed) { // the same error as onpremise.ErrWindowClosed
		d.say("  desk: (the window has closed: a template asks the customer to write again)")
		return d.deliver(ctx, to, answer{})
	}
	if err != nil {
		return err
	}
	d.say("  desk: %s", a.text)
	for i, o := range a.buttons {
		d.say("        [%d] %s", i+1, o.title)
	}
	return nil
}

// asPerson sends what the person says to the customer who asked for one last.
func (d *desk) asPerson(ctx context.Context, text string) error {
	to, _ := d.last.Load().(string)
	return d.send(ctx, to, answer{text: text})
}
