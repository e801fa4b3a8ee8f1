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
	if delivery == "" || id == "" && otherID == "" {
		return nil
	}
	if id, otherID, reason = clean(id), clean(otherID), clean(reason); id == otherID {
		otherID = ""
	}
	n, err := s.exec(ctx, `UPDATE wabakit_items SET delivery = $1, reason = $2, updated = {now}
		WHERE message_id IN ($3, $4) AND message_id <> '' AND state = 'sent' AND `+rankOf("delivery")+` < `+rankOf("CAST($1 AS text)"),
		string(delivery), reason, id, otherID)
	if err == nil && n == 0 {
		ids := messageIDs(id, otherID)
		_, err = s.exec(ctx, `INSERT INTO wabakit_statuses AS s (message_id, delivery, reason, received)
			SELECT v.message, $2, $3, {now} FROM {rows message text} WHERE true ORDER BY v.message
			ON CONFLICT (message_id) DO UPDATE SET delivery = excluded.delivery, reason = excluded.reason, received = excluded.received
			WHERE `+rankOf("s.delivery")+` < `+rankOf("excluded.delivery"),
			ids, string(delivery), reason)
		if err == nil {
			err = s.applyStatuses(ctx, ids)
		}
	}
	if err != nil {
		return fmt.Errorf("campaign: record status: %w", err)
	}
	s.tidy(ctx)
	return nil
}

// applyStatuses applies kept statuses to the items with the given message IDs.
func (s *Store) applyStatuses(ctx context.Context, ids string) error {
	const kept = `FROM wabakit_statuses AS s JOIN wabakit_items AS i ON i.message_id = s.message_id AND i.message_id <> '' AND i.state = 'sent'
		WHERE s.message_id IN (SELECT message FROM {rows message text})`
	if found, err := s.row(ctx, []any{new(int)}, `SELECT 1 `+kept+` LIMIT 1`, ids); err != nil || !found {
		return err
	}
	// Statuses are locked in one order, or two calls could wait for each other.
	if _, err := s.exec(ctx, `WITH kept AS MATERIALIZED (
			SELECT s.message_id AS kept_id, s.delivery AS kept_delivery, s.reason AS kept_reason `+kept+` ORDER BY s.message_id {lock})
		UPDATE wabakit_items SET delivery = kept_delivery, reason = kept_reason, updated = {now} FROM kept
		WHERE message_id = kept_id AND message_id <> '' AND state = 'sent' AND `+rankOf("delivery")+` < `+rankOf("kept_delivery"),
		ids); err != nil {
		return err
	}
	_, err := s.exec(ctx, `WITH kept AS MATERIALIZED (
			SELECT s.message_id AS kept_id `+kept+` AND `+rankOf("s.delivery")+` <= `+rankOf("i.delivery")+` ORDER BY s.message_id {lock})
		DELETE FROM wabakit_statuses WHERE message_id IN (SELECT kept_id FROM kept)`, ids)
	return err
}

// applyAllStatuses applies the statuses whose worker ended after it had stored the ID of a message.
func (s *Store) applyAllStatuses(ctx context.Context) error {
	for {
		var ids []string
		if err := s.query(ctx, func(rows *sql.Rows) error {
			var id string
			err := rows.Scan(&id)
			ids = append(ids, id)
			return err
		}, `SELECT s.message_id FROM wabakit_statuses AS s JOIN wabakit_items AS i
			ON i.message_id = s.message_id AND i.message_id <> '' AND i.state = 'sent' LIMIT $1`, pageRows); err != nil || len(ids) == 0 {
			return err
		}
		if err := s.applyStatuses(ctx, messageIDs(ids...)); err != nil {
			return err
		}
	}
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
