package campaign

import (
	"context"
	"errors"
	"time"
)

// Deduplication remembers in the database which items of a webhook were handled. It is a
// [late.WebhookStore] and an [onpremise.WebhookStore], for all processes that receive deliveries:
//
//	late.NewWebhook(handlers, late.WithWebhookSecret(secret), late.WithWebhookStore(store.Deduplication("bot")))
//
// Handled items are remembered for 7 days, which is longer than servers retry deliveries.
type Deduplication struct {
	store    *Store
	consumer string
}

// Deduplication returns the record of the items that a consumer has handled. Consumers are independent:
// each handles every item.
func (s *Store) Deduplication(consumer string) *Deduplication { return &Deduplication{s, consumer} }

var errClaimLost = errors.New("the claim expired or was taken over")

// Claim claims key until lease has passed, as [late.WebhookStore] describes.
func (d *Deduplication) Claim(ctx context.Context, key string, lease time.Duration) (claim string, handled bool, err error) {
	defer prefix("claim webhook item", &err)
	claim = newClaim()
	n, err := d.store.exec(ctx, `INSERT INTO wabakit_webhook_items AS w (consumer, key, claim, until) VALUES ($1, $2, $3, {now} + $4)
		ON CONFLICT (consumer, key) DO UPDATE SET claim = excluded.claim, until = excluded.until WHERE w.until <= {now}`,
		d.consumer, key, claim, lease.Milliseconds())
	if err == nil && n == 0 {
		claim = ""
		handled, err = d.store.row(ctx, []any{new(int)}, `SELECT 1 FROM wabakit_webhook_items
			WHERE consumer = $1 AND key = $2 AND claim = '' AND until > {now}`, d.consumer, key)
	}
	if err != nil {
		return "", false, err
	}
	d.store.tidy(ctx)
	return claim, handled, nil
}

// Settle ends a claim, as [late.WebhookStore] describes.
func (d *Deduplication) Settle(ctx context.Context, key, claim string, handled bool) (err error) {
	defer prefix("settle webhook item", &err)
	if claim == "" {
		return errClaimLost
	}
	statement, args := `DELETE FROM wabakit_webhook_items`, []any{d.consumer, key, claim}
	if handled {
		statement = `UPDATE wabakit_webhook_items SET claim = '', until = {now} + $4`
		args = append(args, memory.Milliseconds())
	}
	n, err := d.store.exec(ctx, statement+` WHERE consumer = $1 AND key = $2 AND claim = $3 AND until > {now}`, args...)
	if err == nil && n == 0 {
		err = errClaimLost
	}
	return err
}

const (
	// memory is for how long handled items and statuses of unknown messages are kept.
	memory = 7 * 24 * time.Hour
	// tidyRows is the number of rows that are deleted at once, since other writers of a SQLite database
	// wait meanwhile.
	tidyRows = 1000
)

// tidy deletes rows that are no longer needed, about once an hour. Errors are ignored, since the next
// call tries again.
func (s *Store) tidy(ctx context.Context) {
	last, now := s.tidied.Load(), time.Now().UnixNano()
	if time.Duration(now-last) < time.Hour || !s.tidied.CompareAndSwap(last, now) {
		return
	}
	items, _ := s.exec(ctx, `DELETE FROM wabakit_webhook_items WHERE (consumer, key) IN (
		SELECT consumer, key FROM wabakit_webhook_items WHERE until <= {now} LIMIT $1 {skip locked})`, tidyRows)
	statuses, _ := s.exec(ctx, `DELETE FROM wabakit_statuses WHERE message_id IN (
		SELECT message_id FROM wabakit_statuses WHERE received <= {now} - $2 LIMIT $1 {skip locked})`, tidyRows, memory.Milliseconds())
	if max(items, statuses) == tidyRows {
		s.tidied.Store(0) // there may be more
	}
}
