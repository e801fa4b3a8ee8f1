package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/wabakit/wabakit-go/late"
)

// Customer is somebody who has signed up.
type Customer struct {
	Phone  string
	Name   string
	Agreed bool // to get messages
}

// Outcome is what became of a welcome.
type Outcome string

const (
	Welcomed  Outcome = "welcomed"
	Known     Outcome = "known already, and not messaged"
	NoConsent Outcome = "has not agreed, and is not messaged"
	Unreached Outcome = "cannot be reached"
	InDoubt   Outcome = "may have been messaged, or not"
	Failed    Outcome = "not messaged"
)

// Greeter welcomes customers, none of them twice.
type Greeter struct {
	Client   *late.Client
	Template late.TemplateRef // {{1}} is the name
}

// Welcome puts a new customer into the address book and sends the welcome. After Failed, the
// customer may be there already, and then is Known to another Welcome: Greet sends the message
// alone.
func (g *Greeter) Welcome(ctx context.Context, c Customer) (Outcome, error) {
	_, err := g.Client.Contacts.Create(ctx, late.CreateContactRequest{
		Phone: c.Phone, Name: c.Name,
		IsOptedIn: new(c.Agreed), // left out, it would count as true
	})
	switch {
	case errors.Is(err, late.ErrConflict):
		return Known, nil
	case err != nil:
		return Failed, err
	}
	return g.Greet(ctx, c)
}

// Greet sends the welcome. It is not to be called again after InDoubt.
func (g *Greeter) Greet(ctx context.Context, c Customer) (Outcome, error) {
	if !c.Agreed {
		return NoConsent, nil
	}
	sent, err := g.Client.Messages.SendBulk(ctx, late.SendBulkRequest{
		Template:   g.Template,
		Recipients: []late.BulkRecipient{{Phone: c.Phone, Variables: map[string]string{"1": c.Name}}},
	})
	switch {
	case errors.Is(err, late.ErrOutcomeUnknown):
		return InDoubt, err
	case err != nil:
		return Failed, err
	case len(sent.Results) != 1:
		return InDoubt, fmt.Errorf("the answer has %d results for one recipient", len(sent.Results))
	case !sent.Results[0].Success: // the call went well, and this message did not
		return Unreached, errors.New(sent.Results[0].Error)
	}
	return Welcomed, nil
}
