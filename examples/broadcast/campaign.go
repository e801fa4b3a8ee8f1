package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/late"
)

const language = "en_US"

// campaign is a broadcast to the people of a list, from their import to the delivery.
type campaign struct {
	options
	client *late.Client
	list   *list
	out    io.Writer     // progress and the table
	errs   io.Writer     // rows that were not messaged
	look   time.Duration // between two looks at something that takes its time

	approved  *late.Template
	broadcast *late.Broadcast
	tried     bool // the broadcast may have been sent
}

// prepare does all that comes before the sending. None of it messages anybody, and all of it
// can be done again.
func (c *campaign) prepare(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		c.refuseSent, c.importContacts, c.leaveOut, c.approveTemplate, c.draft, c.addRecipients,
		c.refuseSent, // again: a review takes its time, in which another run may have sent it
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// refuseSent refuses a broadcast that an earlier run has sent.
func (c *campaign) refuseSent(ctx context.Context) error {
	for b, err := range c.client.Broadcasts.All(ctx, late.ListBroadcastsOptions{}) {
		if err != nil {
			return err
		}
		if b.Name == c.name && b.Status != late.BroadcastDraft && b.Status != late.BroadcastCancelled {
			return fmt.Errorf("broadcast %q exists and is %s (%s): give this one another -name", b.Name, b.Status, b.ID)
		}
	}
	return nil
}

// importContacts puts everybody into the address book. Those who are there already stay as
// they are; new ones have agreed to get messages, by the API's default.
func (c *campaign) importContacts(ctx context.Context) error {
	contacts := func(yield func(late.ImportContact) bool) {
		for r := range c.list.in(notSent) {
			if !yield(late.ImportContact{Phone: r.phone, Name: r.name}) {
				return
			}
		}
	}
	show := c.progress("contacts", c.list.count(notSent))
	report, err := c.client.Contacts.ImportMany(ctx, late.ImportOptions{}, late.FromSeq(contacts),
		late.WithProgress(func(p late.Progress) { show(p.Done + p.Skipped + p.Refused) }))
	c.say("contacts", "%s new, %s there already, %s refused", grouped(report.Done), grouped(report.Skipped), grouped(report.Refused))
	return c.settle(report, err)
}

// settle marks whom the server refused, each with its reason. What failed for other reasons (a
// key that is not valid, a connection that stays broken) failed for whole calls: as nothing is
// sent yet, the campaign ends there, to be run again, rather than go out to half of the list.
func (c *campaign) settle(report *late.BatchReport, err error) error {
	total, refusals := c.list.count(notSent), 0
	for _, p := range report.Problems {
		if refusal, ok := errors.AsType[*late.ItemError](p.Err); ok {
			c.list.byPhone[p.Key].settle(refused, refusal.Reason)
			refusals++
		}
	}
	if err != nil && report.Done+report.Skipped+refusals < total {
		return err
	}
	return c.anybody()
}

func (c *campaign) anybody() error {
	if c.list.count(notSent) == 0 {
		return errors.New("nobody is left to be messaged")
	}
	return nil
}

// leaveOut leaves out those who have opted out of messages.
func (c *campaign) leaveOut(ctx context.Context) error {
	for contact, err := range c.client.Contacts.All(ctx, late.ListContactsOptions{OptedIn: new(false), Limit: 1000}) {
		if err != nil {
			return err
		}
		if r := c.list.byPhone[contact.Phone]; r != nil && r.state == notSent {
			r.settle(optedOut, "")
		}
	}
	return c.anybody()
}

// approveTemplate creates the template unless there is one, and waits for its review.
func (c *campaign) approveTemplate(ctx context.Context) error {
	t, err := c.client.Templates.Get(ctx, c.template)
	if errors.Is(err, late.ErrNotFound) {
		t, err = c.client.Templates.Create(ctx, late.CreateTemplateRequest{
			Name: c.template, Language: language, Category: late.TemplateMarketing,
			Components: []late.TemplateComponent{c.body(), late.Footer("Reply STOP to get no more of these.")},
		})
		if errors.Is(err, late.ErrOutcomeUnknown) {
			err = nil // Wait finds it, or says that it is not there
		}
	}
	if err != nil {
		return err
	}
	if t == nil || t.Status == late.TemplatePending {
		c.say("template", "%s is under review, which can take a day: to stop now and run this again does no harm", c.template)
	}
	if t, err = c.client.Templates.Wait(ctx, c.template, late.WithPollInterval(c.look, time.Minute)); err != nil {
		return err
	}
	if t.Status != late.TemplateApproved {
		return fmt.Errorf("template %s is %s, and cannot be sent", t.Name, t.Status)
	}
	if n := placeholders(t); n != 1+len(c.list.columns) {
		return fmt.Errorf("template %s has %d variables, and %s gives it %d: the name and its further columns",
			t.Name, n, c.list.file, 1+len(c.list.columns))
	}
	c.say("template", "%s is approved", t.Name)
	c.approved = t
	return nil
}

// body greets a person by name, and tells the values of the further columns.
func (c *campaign) body() late.TemplateComponent {
	text := "Hello {{1}}, our shop is open again."
	for i, column := range c.list.columns {
		text += fmt.Sprintf("\n%s: {{%d}}", column, i+2)
	}
	var samples []string // for the reviewer
	for r := range c.list.in(notSent) {
		samples = append([]string{r.name}, r.values...)
		break
	}
	return late.Body(text+"\nSee you soon!", samples...)
}

var placeholder = regexp.MustCompile(`\{\{\s*[0-9]+\s*\}\}`)

// placeholders counts the variables of the body of a template.
func placeholders(t *late.Template) int {
	seen := map[string]bool{}
	for _, part := range t.Components {
		if strings.EqualFold(part.Type, "body") {
			for _, p := range placeholder.FindAllString(part.Text, -1) {
				seen[p] = true
			}
		}
	}
	return len(seen)
}

// draft makes a broadcast without recipients.
func (c *campaign) draft(ctx context.Context) error {
	b, err := c.client.Broadcasts.Create(ctx, late.CreateBroadcastRequest{
		Name:     c.name,
		Template: late.TemplateRef{Name: c.approved.Name, Language: c.approved.Language},
	})
	if err != nil {
		return err
	}
	c.say("broadcast", "%s is a draft", b.ID)
	c.broadcast = b
	return nil
}

// addRecipients adds everybody to the draft, with the values of the template's variables, and
// holds the draft against the list.
func (c *campaign) addRecipients(ctx context.Context) error {
	show := c.progress("recipients", c.list.count(notSent))
	report, err := c.client.Broadcasts.AddRecipientsMany(ctx, c.broadcast.ID, late.FromSeq(c.recipients()),
		late.WithProgress(func(p late.Progress) { show(p.Done + p.Skipped + p.Refused) }))
	if err := c.settle(report, err); err != nil {
		return err
	}
	if c.broadcast, err = c.client.Broadcasts.Get(ctx, c.broadcast.ID); err != nil {
		return err
	}
	if n := c.list.count(notSent); c.broadcast.RecipientCount != n {
		return fmt.Errorf("broadcast %s has %d recipients, and was given %d: it is not sent", c.broadcast.ID, c.broadcast.RecipientCount, n)
	}
	return nil
}

func (c *campaign) recipients() iter.Seq[late.BroadcastRecipient] {
	return func(yield func(late.BroadcastRecipient) bool) {
		for r := range c.list.in(notSent) {
			variables := map[string]string{"1": r.name}
			for i, value := range r.values {
				variables[strconv.Itoa(i+2)] = value
			}
			if !yield(late.BroadcastRecipient{Phone: r.phone, Name: r.name, Variables: variables}) {
				return
			}
		}
	}
}
