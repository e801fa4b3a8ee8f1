package main

import (
	"context"
	"fmt"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// resolve settles the items whose outcome is unknown, as a person does who looks each of them up in
// the dashboard of Late.
func resolve(ctx context.Context, c *campaign.Campaign, server *latetest.Server) (sent, pending int, err error) {
	received := messagesByPhone(server)
	for item, err := range c.Items(ctx, campaign.Unknown) {
		if err != nil {
			return sent, pending, err
		}
		state, count := campaign.Pending, &pending
		if len(received[item.Phone]) > 0 {
			state, count = campaign.Sent, &sent
		}
		if err := c.Resolve(ctx, item.Key, state); err != nil {
			return sent, pending, err
		}
		*count++
	}
	return sent, pending, nil
}

func messagesByPhone(server *latetest.Server) map[string][]latetest.Message {
	received := make(map[string][]latetest.Message)
	for _, m := range server.Messages() {
		received[m.Phone] = append(received[m.Phone], m)
	}
	return received
}

// account prints what became of every row, and what the server received. It returns an error unless
// both agree.
func account(ctx context.Context, s *screen, c *campaign.Campaign, rows []row, server *latetest.Server) error {
	items := make(map[string]campaign.Item)
	for item, err := range c.Items(ctx) {
		if err != nil {
			return err
		}
		items[item.Phone] = item
	}
	received := messagesByPhone(server)
	var problems []string
	check := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Sprintf(format, args...))
		}
	}
	type line struct{ rows, messages, delivered int }
	lines := make(map[campaign.State]line)
	duplicates, twice, seen := 0, 0, make(map[string]bool)
	for _, r := range rows {
		if seen[r.phone] {
			duplicates++
			continue
		}
		seen[r.phone] = true
		item, ok := items[r.phone]
		check(ok, "%s is not in the campaign", r.phone)
		messages := received[r.phone]
		if len(messages) > 1 {
			twice++
		}
		l := lines[item.State]
		l.rows++
		l.messages += len(messages)
		if item.Delivery == campaign.Delivered {
			l.delivered++
		}
		lines[item.State] = l
		switch item.State {
		case campaign.Sent:
			check(len(messages) == 1, "%s got %d messages", r.phone, len(messages))
			if len(messages) == 1 && item.MessageID != "" { // a resolved item has none
				check(item.MessageID == messages[0].ID, "%s got message %s, not %s", r.phone, messages[0].ID, item.MessageID)
			}
		case campaign.Refused, campaign.Suppressed:
			check(len(messages) == 0, "%s is %s and got %d messages", r.phone, item.State, len(messages))
		default:
			check(false, "%s is %q", r.phone, item.State)
		}
	}
	for phone := range received {
		check(seen[phone], "%s is not in the list and got a message", phone)
	}

	s.say("\n%-28s %8s %18s %17s", "state", "rows", "messages received", "delivered so far")
	for _, state := range []campaign.State{campaign.Sent, campaign.Refused, campaign.Suppressed, campaign.Unknown, campaign.Sending, campaign.Pending} {
		s.say("%-28s %8d %18d %17d", state, lines[state].rows, lines[state].messages, lines[state].delivered)
	}
	s.say("%-28s %8d", "same phone as an earlier row", duplicates)
	s.say("%-28s %8d %18d", "total", len(rows), len(server.Messages()))
	s.say("\n%d people got more than one message", twice)
	if len(problems) > 0 {
		return fmt.Errorf("%d problems, the first: %s", len(problems), problems[0])
	}
	return nil
}
