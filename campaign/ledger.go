package campaign

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// State is the state of an item: see the table of the package comment.
type State string

// The states of an item.
const (
	Pending    State = "pending"    // not sent yet
	Sending    State = "sending"    // a call that sends it is in flight, or about to be made
	Sent       State = "sent"       // accepted by the server
	Refused    State = "refused"    // refused by the server, or invalid
	Suppressed State = "suppressed" // not sent, for a reason that [WithSuppress] gave
	Unknown    State = "unknown"    // the server may or may not have accepted it; see [Campaign.Resolve]
)

// Delivery is the latest status of a sent message. It is empty if none was recorded.
type Delivery string

// The statuses of a sent message.
const (
	Delivered Delivery = "delivered"
	Read      Delivery = "read"
	Failed    Delivery = "failed"
)

// Item is a recipient in the ledger.
type Item struct {
	Recipient
	State     State
	MessageID string    // of a sent message; empty if the server gave it none
	Reason    string    // why it was refused or suppressed, is unknown, or failed
	Delivery  Delivery  // of a sent message
	Updated   time.Time // when the item changed, by the clock of the database

	id int64
}

const itemColumns = `id, key, phone, variables, state, message_id, reason, delivery, updated`

func scanItem(rows *sql.Rows) (item Item, err error) {
	var variables string
	var updated int64
	if err := rows.Scan(&item.id, &item.Key, &item.Phone, &variables, &item.State, &item.MessageID, &item.Reason,
		&item.Delivery, &updated); err != nil {
		return Item{}, err
	}
	item.Updated = time.UnixMilli(updated)
	return item, json.Unmarshal([]byte(variables), &item.Variables)
}

// pageRows is the number of items that one statement of Items reads.
const pageRows = 500

// Items returns an iterator over the items in the given states, or over all if none is given. They are
// in the order in which they were added. The iterator holds no connection while the body of the loop
// runs. An item that changes its state during the loop can be missing. An error is yielded last.
func (c *Campaign) Items(ctx context.Context, states ...State) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		position, condition := "id", ""
		if len(states) > 0 {
			var quoted []string
			for _, s := range states {
				quoted = append(quoted, "'"+strings.ReplaceAll(string(s), "'", "''")+"'")
			}
			condition = "AND state IN (" + strings.Join(quoted, ", ") + ")"
		}
		if len(states) == 1 {
			position = "{position}"
		}
		statement := `SELECT ` + itemColumns + ` FROM wabakit_items WHERE campaign_id = $1 AND ` + position + ` > $2 ` + condition +
			` ORDER BY ` + position + ` LIMIT $3`
		err := c.expire(ctx)
		for last, n := int64(0), pageRows; err == nil && n == pageRows; {
			page := make([]Item, 0, pageRows)
			if err = c.store.query(ctx, func(rows *sql.Rows) error {
				item, err := scanItem(rows)
				page = append(page, item)
				return err
			}, statement, c.id, last, pageRows); err != nil {
				break
			}
			for _, item := range page {
				if !yield(item, nil) {
					return
				}
				last = item.id
			}
			n = len(page)
		}
		if err != nil {
			yield(Item{}, fmt.Errorf("campaign: list items: %w", err))
		}
	}
}

// Resolve settles an item that is unknown or refused: as [Sent], or as [Pending], so that a run
// sends it again. A result of the call that left it unknown no longer changes it. Resolve returns
// [ErrConflict] if the item is in another state, and [ErrNotFound] if there is none.
func (c *Campaign) Resolve(ctx context.Context, key string, state State) (err error) {
	defer prefix("resolve", &err)
	if state != Sent && state != Pending {
		return fmt.Errorf("%w: an item cannot be resolved as %q", ErrConflict, state)
	}
	err = c.expire(ctx)
	n := 0
	if err == nil {
		var messageID string
		err = c.store.query(ctx, func(rows *sql.Rows) error {
			n++
			return rows.Scan(&messageID)
		}, `UPDATE wabakit_items SET state = $1, claim = '', until = 0, reason = '', updated = {now},
			message_id = CASE WHEN CAST($1 AS text) = 'pending' THEN '' ELSE message_id END
			WHERE campaign_id = $2 AND key = $3 AND state IN ('unknown', 'refused') RETURNING message_id`, string(state), c.id, key)
		if err == nil && messageID != "" {
			err = c.store.applyStatuses(ctx, []string{messageID})
		}
	}
	var now State
	found := true
	if err == nil && n == 0 {
		found, err = c.store.row(ctx, []any{&now}, `SELECT state FROM wabakit_items WHERE campaign_id = $1 AND key = $2`, c.id, key)
	}
	switch {
	case err != nil:
		return err
	case !found:
		return fmt.Errorf("%w: no item %q", ErrNotFound, key)
	case n == 0:
		return fmt.Errorf("%w: item %q is %s", ErrConflict, key, now)
	}
	return nil
}

// expire makes items unknown whose worker ended after it had marked them. It leaves alone those that a
// worker is changing, with which it could deadlock.
func (c *Campaign) expire(ctx context.Context) error {
	_, err := c.store.exec(ctx, `WITH expired AS MATERIALIZED (
			SELECT id AS item FROM wabakit_items WHERE campaign_id = $1 AND state = 'sending' AND until < {now} {skip locked})
		UPDATE wabakit_items SET state = 'unknown', reason = 'the worker ended before it stored a result', updated = {now}
		FROM expired WHERE id = item`, c.id)
	return err
}

// reserve leases up to n pending items after the given ID under a new claim. Meanwhile nobody else
// reserves them. It can be repeated if its result was lost, and then returns the same items.
func (c *Campaign) reserve(ctx context.Context, claim string, after int64, n int, lease time.Duration) (items []Item, err error) {
	err = c.store.query(ctx, func(rows *sql.Rows) error {
		item, err := scanItem(rows)
		items = append(items, item)
		return err
	}, `WITH free AS MATERIALIZED (
			SELECT id AS item FROM wabakit_items
			WHERE campaign_id = $2 AND state = 'pending' AND {position} > $5 AND (until <= {now} OR claim = $1) AND EXISTS (
				SELECT 1 FROM wabakit_campaigns AS c WHERE c.id = $2 AND status = 'started' AND not_before <= {now})
			ORDER BY {position} LIMIT $3 {skip locked})
		UPDATE wabakit_items SET claim = $1, until = {now} + $4 FROM free WHERE id = item RETURNING `+itemColumns,
		claim, c.id, n, lease.Milliseconds(), after)
	slices.SortFunc(items, func(a, b Item) int { return cmp.Compare(a.id, b.id) })
	return items, err
}

// mark makes reserved items sending and returns those that were still reserved under the claim. It
// returns none if the campaign is not started, or not any more, or its time has not come.
func (c *Campaign) mark(ctx context.Context, claim string, items []Item, lease time.Duration) (marked []Item, err error) {
	isMarked := make(map[int64]bool, len(items))
	err = c.store.query(ctx, func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		isMarked[id] = true
		return err
	}, `WITH started AS MATERIALIZED (SELECT id FROM wabakit_campaigns WHERE id = $3 AND status = 'started' AND not_before <= {now} {share})
		UPDATE wabakit_items SET state = 'sending', until = {now} + $4, updated = {now}
		WHERE id IN (SELECT v.item FROM {rows item bigint}) AND claim = $2 AND state = 'pending' AND EXISTS (SELECT 1 FROM started)
		RETURNING id`,
		itemIDs(items), claim, c.id, lease.Milliseconds())
	for _, item := range items {
		if isMarked[item.id] {
			marked = append(marked, item)
		}
	}
	return marked, err
}

// renew extends the lease of items that are pending or sending under the claim.
func (c *Campaign) renew(ctx context.Context, claim string, items []Item, lease time.Duration) error {
	_, err := c.store.exec(ctx, `UPDATE wabakit_items SET until = {now} + $3 FROM {rows item bigint}
		WHERE id = v.item AND claim = $2 AND state IN ('pending', 'sending')`, itemIDs(items), claim, lease.Milliseconds())
	return err
}

// settlement is the new state of an item.
type settlement struct {
	ID        int64  `json:"item"`
	State     State  `json:"new_state"`
	MessageID string `json:"new_message"`
	Reason    string `json:"new_reason"`
	Delay     int64  `json:"delay"`     // of a pending item, in milliseconds
	Claim     string `json:"new_claim"` // empty unless the worker keeps the item
}

// settle changes items that are under the claim, and ends the claim: a renewal or a mark that comes
// late must not change them again. It changes no item that was reserved again, settled or resolved
// meanwhile, so it can be repeated.
func (c *Campaign) settle(ctx context.Context, claim string, settlements []settlement) error {
	// In the order in which renew locks them, with which it could deadlock.
	slices.SortFunc(settlements, func(a, b settlement) int { return cmp.Compare(a.ID, b.ID) })
	data, err := json.Marshal(settlements)
	if err != nil {
		return err
	}
	if _, err = c.store.exec(ctx, `UPDATE wabakit_items
		SET state = v.new_state, message_id = v.new_message, reason = v.new_reason, claim = v.new_claim, until = {now} + v.delay, updated = {now}
		FROM {rows item bigint, new_state text, new_message text, new_reason text, delay bigint, new_claim text}
		WHERE id = v.item AND claim = $2 AND state IN ('pending', 'sending', 'unknown')`, string(data), claim); err != nil {
		return err
	}
	var ids []string
	for _, s := range settlements {
		if s.State == Sent && s.MessageID != "" {
			ids = append(ids, s.MessageID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return c.store.applyStatuses(ctx, ids)
}

// newClaim returns a unique claim. A worker that reserves an item again does so under another claim.
func newClaim() string { return rand.Text() }

func itemIDs(items []Item) string {
	type row struct {
		ID int64 `json:"item"`
	}
	rows := make([]row, len(items))
	for i, item := range items {
		rows[i].ID = item.id
	}
	data, _ := json.Marshal(rows)
	return string(data)
}
