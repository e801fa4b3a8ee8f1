package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/late"
)

// broadcast sends to a list, from the import of its people to the delivery.
type broadcast struct {
	client   *late.Client
	list     *list
	name     string
	template string
	follow   time.Duration
	poll     time.Duration
	out      io.Writer
}

func (b *broadcast) say(format string, args ...any) { fmt.Fprintf(b.out, format+"\n", args...) }

// run takes one step after another. Each can be repeated, so run can be called again after any error.
func (b *broadcast) run(ctx context.Context) error {
	sent, err := b.find(ctx)
	if err != nil {
		return err
	}
	if sent == nil || sent.Status == late.BroadcastDraft {
		if err := b.importContacts(ctx); err != nil {
			return err
		}
		optedOut, err := b.skipOptedOut(ctx)
		if err != nil {
			return err
		}
		if sent, err = b.draft(ctx, sent, optedOut); err != nil {
			return err
		}
	}
	b.say("sending broadcast %s", sent.ID)
	sent, err = b.client.Broadcasts.SendAndWait(ctx, sent.ID, late.WithPollInterval(b.poll, time.Minute))
	if err != nil && !errors.Is(err, late.ErrBroadcastFailed) {
		return fmt.Errorf("%w; run this again to go on", err)
	}
	return errors.Join(err, b.deliveries(ctx, sent.ID))
}

// find returns the broadcast of an earlier run, or nil.
func (b *broadcast) find(ctx context.Context) (*late.Broadcast, error) {
	for one, err := range b.client.Broadcasts.All(ctx, late.ListBroadcastsOptions{}) {
		if err != nil {
			return nil, err
		}
		if one.Name == b.name && one.Status != late.BroadcastCancelled {
			b.say("broadcast %s exists and is %s", one.ID, one.Status)
			return &one, nil
		}
	}
	return nil, nil
}

// importContacts adds the people to the account's contacts. Existing contacts do not change.
func (b *broadcast) importContacts(ctx context.Context) error {
	contacts := late.Map(late.FromSeq(b.list.pending()), func(r *row) late.ImportContact {
		return late.ImportContact{Phone: r.phone, Name: r.name}
	})
	report, err := b.client.Contacts.ImportMany(ctx, late.ImportOptions{}, contacts)
	b.say("%d contacts imported, %d known, %d refused", report.Done, report.Skipped, report.Refused)
	b.refuse(report)
	return err
}

// refuse marks the rows that the server has refused.
func (b *broadcast) refuse(report *late.BatchReport) {
	for _, p := range report.Problems {
		if p.State == late.ItemRefused {
			r := b.list.byPhone[p.Key]
			r.status, r.reason = "refused", p.Err.Error()
		}
	}
}

// skipOptedOut marks the people who have opted out, and returns their phones.
func (b *broadcast) skipOptedOut(ctx context.Context) (phones []string, err error) {
	for contact, err := range b.client.Contacts.All(ctx, late.ListContactsOptions{OptedIn: new(false)}) {
		if err != nil {
			return nil, err
		}
		if r := b.list.byPhone[contact.Phone]; r != nil && r.status == "" {
			r.status = "opted out"
			phones = append(phones, r.phone)
		}
	}
	return phones, nil
}

// draft makes sure that there is a draft with an approved template and with all recipients. Those of
// an earlier run who have opted out since are removed.
func (b *broadcast) draft(ctx context.Context, draft *late.Broadcast, optedOut []string) (*late.Broadcast, error) {
	template, err := b.approvedTemplate(ctx)
	if err != nil {
		return nil, err
	}
	if draft == nil {
		draft, err = b.client.Broadcasts.Create(ctx, late.CreateBroadcastRequest{
			Name: b.name, Template: late.TemplateRef{Name: template.Name, Language: template.Language},
		})
		if err != nil {
			return nil, err
		}
	} else if len(optedOut) > 0 {
		if _, err := b.client.Broadcasts.RemoveRecipients(ctx, draft.ID, optedOut); err != nil {
			return nil, err
		}
	}
	recipients := late.Map(late.FromSeq(b.list.pending()), func(r *row) late.BroadcastRecipient {
		variables := map[string]string{"1": r.name}
		for i, value := range r.values {
			variables[strconv.Itoa(i+2)] = value
		}
		return late.BroadcastRecipient{Phone: r.phone, Name: r.name, Variables: variables}
	})
	report, err := b.client.Broadcasts.AddRecipientsMany(ctx, draft.ID, recipients)
	if err != nil {
		return nil, err // not all of them are recipients, so the draft is not sent
	}
	b.say("%d recipients added, %d already there, %d refused", report.Done, report.Skipped, report.Refused)
	b.refuse(report)
	return draft, nil
}

// approvedTemplate creates the template unless it exists, and waits for its review.
func (b *broadcast) approvedTemplate(ctx context.Context) (*late.Template, error) {
	_, err := b.client.Templates.Get(ctx, b.template)
	if errors.Is(err, late.ErrNotFound) {
		text, samples := "Hello {{1}}, our shop is open again.", []string{"Ada"}
		for i, column := range b.list.columns {
			text += fmt.Sprintf("\n%s: {{%d}}", column, i+2)
			samples = append(samples, "sample")
		}
		_, err = b.client.Templates.Create(ctx, late.CreateTemplateRequest{
			Name: b.template, Language: "en_US", Category: late.TemplateMarketing,
			Components: []late.TemplateComponent{late.Body(text+"\nSee you soon!", samples...), late.Footer("Reply STOP to unsubscribe.")},
		})
	}
	if err != nil && !errors.Is(err, late.ErrOutcomeUnknown) { // Wait finds a template that was created
		return nil, err
	}
	b.say("waiting for the approval of template %s, which can take a day", b.template)
	template, err := b.client.Templates.Wait(ctx, b.template, late.WithPollInterval(b.poll, time.Minute))
	if err == nil && template.Status != late.TemplateApproved {
		err = fmt.Errorf("template %s is %s", template.Name, template.Status)
	}
	return template, err
}

// deliveries waits for the messages to arrive, and records the status of each.
func (b *broadcast) deliveries(ctx context.Context, id string) error {
	for deadline := time.Now().Add(b.follow); time.Now().Before(deadline); {
		page, err := b.client.Broadcasts.Recipients(ctx, id, late.ListRecipientsOptions{Limit: 1})
		if err != nil {
			return err
		}
		s := page.Summary
		b.say("%d of %d delivered, %d failed", s.Delivered+s.Read, s.Total, s.Failed)
		if s.Pending+s.Sent == 0 {
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(max(b.poll, time.Second)):
		}
	}
	for recipient, err := range b.client.Broadcasts.AllRecipients(ctx, id, late.ListRecipientsOptions{}) {
		if err != nil {
			return err
		}
		if r := b.list.byPhone[recipient.Phone]; r != nil {
			r.status, r.reason = string(recipient.Status), recipient.Error
		}
	}
	return nil
}

// report prints the rows with problems, and how many rows have which status.
func (b *broadcast) report() {
	counts := make(map[string]int)
	for _, r := range b.list.rows {
		if r.status == "" {
			r.status = "not sent"
		}
		if counts[r.status]++; r.reason != "" || r.status == "opted out" {
			b.say("line %d: %s", r.line, strings.TrimSuffix(r.status+": "+r.reason, ": "))
		}
	}
	b.say("\n%d rows", len(b.list.rows))
	for _, status := range slices.Sorted(maps.Keys(counts)) {
		b.say("%8d %s", counts[status], status)
	}
}
