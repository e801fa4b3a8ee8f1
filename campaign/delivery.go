package campaign

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/onpremise"
)

// RecordLate records that a message of a campaign was delivered, read, or failed. It is a function
// for the handlers of a webhook:
//
//	late.NewWebhook(late.WebhookHandlers{
//		MessageDelivered: store.RecordLate, MessageRead: store.RecordLate, MessageFailed: store.RecordLate,
//	}, late.WithWebhookSecret(secret))
//
// Statuses can arrive repeatedly and in any order: a message that was read stays read, and one that
// was delivered or read did not fail. A status that arrives before the run has stored the ID of the
// message is kept for 7 days. Other statuses, and messages that belong to no campaign, are ignored.
func (s *Store) RecordLate(ctx context.Context, status *late.MessageStatus) error {
	if status == nil {
		return nil
	}
	reason, delivery := "", map[late.EventKind]Delivery{
		late.EventMessageDelivered: Delivered, late.EventMessageRead: Read, late.EventMessageFailed: Failed,
	}[status.Kind]
	if err := status.Err(); err != nil {
		reason = err.Error()
	}
	return s.record(ctx, delivery, reason, status.ID, status.PlatformMessageID)
}

// RecordOnPremise is [Store.RecordLate] for an on-premise webhook.
func (s *Store) RecordOnPremise(ctx context.Context, status *onpremise.MessageStatus) error {
	if status == nil {
		return nil
	}
	reason, delivery := "", map[onpremise.MessageState]Delivery{
		onpremise.StatusDelivered: Delivered, onpremise.StatusRead: Read, onpremise.StatusFailed: Failed,
	}[status.Status]
	if err := status.Err(); err != nil {
		reason = err.Error()
	}
	return s.record(ctx, delivery, reason, status.ID, "")
}

// rankOf returns an expression that orders the statuses in a column.
func rankOf(column string) string {
	return "CASE " + column + " WHEN '' THEN 0 WHEN 'failed' THEN 1 WHEN 'delivered' THEN 2 ELSE 3 END"
}

// record records the status of a message that is known by one or two IDs.
//
// A worker may store the ID at the same time. If record finds no item, it first keeps the status and
// then looks for the item again; a worker first stores the ID and then looks for kept statuses. So the
// second of the two finds what the first one wrote.
func (s *Store) record(ctx context.Context, delivery Delivery, reason, id, otherID string) error {
	if id, otherID, reason = cleanID(id), cleanID(otherID), clean(reason); id == otherID {
		otherID = ""
	}
	if delivery == "" || id == "" && otherID == "" {
		return nil
	}
	found, err := s.setDelivery(ctx, delivery, reason, id, otherID)
	if err == nil && !found {
		_, err = s.exec(ctx, `INSERT INTO wabakit_statuses AS s (message_id, delivery, reason, received)
			SELECT v.message, $2, $3, {now} FROM {rows message text} WHERE true ORDER BY v.message
			ON CONFLICT (message_id) DO UPDATE SET delivery = excluded.delivery, reason = excluded.reason, received = excluded.received
			WHERE `+rankOf("s.delivery")+` < `+rankOf("excluded.delivery"),
			messageIDs(id, otherID), string(delivery), reason)
		if err == nil {
			err = s.applyStatus(ctx, delivery, reason, id, otherID)
		}
	}
	if err != nil {
		return fmt.Errorf("campaign: record status: %w", err)
	}
	s.tidy(ctx)
	return nil
}

// setDelivery changes the status of a sent message unless it has a higher one. It reports whether an
// item has the message.
func (s *Store) setDelivery(ctx context.Context, delivery Delivery, reason, id, otherID string) (found bool, err error) {
	set := func(column, value string) string {
		return column + " = CASE WHEN " + rankOf("delivery") + " < " + rankOf("CAST($1 AS text)") + " THEN " + value + " ELSE " + column + " END"
	}
	n, err := s.exec(ctx, `UPDATE wabakit_items SET `+set("delivery", "$1")+`, `+set("reason", "$2")+`, `+set("updated", "{now}")+`
		WHERE message_id IN ($3, $4) AND message_id <> '' AND state = 'sent'`, string(delivery), reason, id, otherID)
	return n > 0, err
}

// applyStatus applies a kept status, and deletes it if an item has the message.
func (s *Store) applyStatus(ctx context.Context, delivery Delivery, reason, id, otherID string) error {
	found, err := s.setDelivery(ctx, delivery, reason, id, otherID)
	if err == nil && found {
		// A higher status may have been kept meanwhile.
		_, err = s.exec(ctx, `DELETE FROM wabakit_statuses WHERE message_id IN ($2, $3) AND `+rankOf("delivery")+` <= `+rankOf("CAST($1 AS text)"),
			string(delivery), id, otherID)
	}
	return err
}

// applyStatuses applies the kept statuses of the messages with the given IDs.
func (s *Store) applyStatuses(ctx context.Context, ids []string) error {
	_, err := s.applyKept(ctx, `{rows message text} JOIN wabakit_statuses AS s ON s.message_id = v.message`, messageIDs(ids...))
	return err
}

// applyAllStatuses applies the statuses whose worker ended after it had stored the ID of a message.
func (s *Store) applyAllStatuses(ctx context.Context) error {
	for {
		// Not a join: the statistics of the table may be from a time when no item had a message.
		n, err := s.applyKept(ctx, `wabakit_statuses AS s WHERE (SELECT i.id FROM wabakit_items AS i
			WHERE i.message_id = s.message_id AND i.message_id <> '' AND i.state = 'sent' LIMIT 1) IS NOT NULL LIMIT $1`, pageRows)
		if err != nil || n == 0 {
			return err
		}
	}
}

// applyKept applies the statuses of a query, and returns how many there are.
func (s *Store) applyKept(ctx context.Context, from string, args ...any) (n int, err error) {
	type status struct {
		id, reason string
		delivery   Delivery
	}
	var kept []status
	if err := s.query(ctx, func(rows *sql.Rows) error {
		var k status
		err := rows.Scan(&k.id, &k.delivery, &k.reason)
		kept = append(kept, k)
		return err
	}, `SELECT s.message_id, s.delivery, s.reason FROM `+from, args...); err != nil {
		return 0, err
	}
	for _, k := range kept {
		if err := s.applyStatus(ctx, k.delivery, k.reason, k.id, ""); err != nil {
			return 0, err
		}
	}
	return len(kept), nil
}

// messageIDs returns the rows of the IDs that are not empty.
func messageIDs(ids ...string) string {
	type row struct {
		ID string `json:"message"`
	}
	rows := []row{}
	for _, id := range ids {
		if id != "" {
			rows = append(rows, row{id})
		}
	}
	data, _ := json.Marshal(rows)
	return string(data)
}
