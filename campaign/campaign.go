package campaign

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/wabakit/wabakit-go/late"
)

// The errors that errors.Is finds in an error of this package.
var (
	// ErrDraft reports a run of a campaign that was not started.
	ErrDraft = errors.New("not started")
	// ErrCanceled reports a run of a campaign that was canceled.
	ErrCanceled = errors.New("canceled")
	// ErrConflict reports a plan that differs from that of the existing campaign, or a call that the
	// state of the campaign or of the item does not allow.
	ErrConflict = errors.New("conflict")
	// ErrNotFound reports a campaign or an item that does not exist.
	ErrNotFound = errors.New("not found")
	// ErrUnresolved reports that a campaign has finished, but has items in state [Unknown].
	ErrUnresolved = errors.New("items with an unknown outcome")
)

// Store holds campaigns in a SQL database. It is safe for concurrent use, including by several processes.
type Store struct {
	db      *sql.DB
	dialect Dialect
	tidied  atomic.Int64 // when old rows were last deleted
}

// Open returns the store of a database, and creates its tables, whose names begin with wabakit_,
// unless they exist. It does not close db.
//
// A SQLite database must be a file, which is switched to write-ahead logging. The store sets
// busy_timeout and synchronous on the connections that it uses. A PostgreSQL database must not have
// synchronous_commit off.
func Open(ctx context.Context, db *sql.DB, dialect Dialect) (_ *Store, err error) {
	defer prefix("open", &err)
	if db == nil || dialect != SQLite && dialect != Postgres {
		return nil, errors.New("no database, or an unknown dialect")
	}
	s := &Store{db: db, dialect: dialect}
	if err := s.migrate(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// prefix adds the name of the package and of the operation to the error of an exported function.
func prefix(operation string, err *error) {
	if *err != nil {
		*err = fmt.Errorf("campaign: %s: %w", operation, *err)
	}
}

// Plan is what a campaign sends to all of its recipients. It does not change once the campaign is
// created.
type Plan struct {
	Account   string           `json:"account,omitempty"`   // Late only; the default is the account of the client
	Template  late.TemplateRef `json:"template"`            // with the components that all recipients share, for Late
	Namespace string           `json:"namespace,omitempty"` // of the template; on-premise only
}

// Status is the status of a campaign.
type Status string

// The statuses of a campaign.
const (
	Draft    Status = "draft"    // recipients can be added
	Started  Status = "started"  // runs send to its recipients
	Paused   Status = "paused"   // runs wait
	Canceled Status = "canceled" // runs end
	Stripped Status = "stripped" // only the counts are left
)

// Campaign is a campaign in a store. It is safe for concurrent use.
type Campaign struct {
	store *Store
	id    int64
	name  string
	plan  Plan
}

// Create creates a campaign, or returns the existing one with that name. It returns [ErrConflict] if
// the existing campaign has another plan.
func (s *Store) Create(ctx context.Context, name string, plan Plan) (_ *Campaign, err error) {
	defer prefix("create", &err)
	if name == "" || len(name) > maxIndexed || !isText(name) {
		return nil, fmt.Errorf("the name is empty, longer than %d bytes, or not valid text", maxIndexed)
	}
	wanted, err := json.Marshal(plan)
	if err != nil {
		return nil, err
	}
	if _, err := s.exec(ctx, `INSERT INTO wabakit_campaigns (name, plan, status) VALUES ($1, $2, 'draft') ON CONFLICT (name) DO NOTHING`,
		name, string(wanted)); err != nil {
		return nil, err
	}
	c, stored, err := s.find(ctx, name)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(stored, wanted) {
		return nil, fmt.Errorf("%w: %q exists with another plan", ErrConflict, name)
	}
	return c, nil
}

// Campaign returns an existing campaign, or [ErrNotFound].
func (s *Store) Campaign(ctx context.Context, name string) (_ *Campaign, err error) {
	defer prefix("get", &err)
	c, _, err := s.find(ctx, name)
	return c, err
}

func (s *Store) find(ctx context.Context, name string) (*Campaign, []byte, error) {
	c, plan := &Campaign{store: s, name: name}, ""
	found, err := s.row(ctx, []any{&c.id, &plan}, `SELECT id, plan FROM wabakit_campaigns WHERE name = $1`, name)
	if err != nil {
		return nil, nil, err
	}
	if !found {
		return nil, nil, fmt.Errorf("%w: %q", ErrNotFound, name)
	}
	return c, []byte(plan), json.Unmarshal([]byte(plan), &c.plan)
}

// Name returns the name of the campaign.
func (c *Campaign) Name() string { return c.name }

// Plan returns the plan of the campaign.
func (c *Campaign) Plan() Plan { return c.plan }

// Recipient is a person to send to.
type Recipient struct {
	// Key identifies the recipient in the campaign. The default is Phone. With keys of their own, two
	// recipients can have one phone number, for example for two appointments.
	Key string
	// Phone is the phone number, in the form that the API needs: E.164 for Late, a WhatsApp ID for
	// on-premise.
	Phone string
	// Variables contains the values of the template's placeholders, keyed by placeholder number
	// ("1", "2").
	Variables map[string]string
}

// addRows is the number of recipients that one statement adds.
const addRows = 1000

// Add adds recipients and returns how many are new. Recipients whose key is in the campaign already
// are ignored, so Add can be called again with the same sequence, also after the start. The order of
// the sequence is the order of sending. Phone numbers are not checked; the API refuses malformed ones.
//
// It returns [ErrConflict] for a new recipient once the campaign is started, the error of the
// sequence, or an error for a recipient without key and phone number, with a key of more than 1000
// bytes, or with bytes that a database cannot store as text.
func (c *Campaign) Add(ctx context.Context, recipients iter.Seq2[Recipient, error]) (added int, err error) {
	defer prefix("add", &err)
	if recipients == nil {
		return 0, nil
	}
	type row struct {
		Key       string `json:"item_key"`
		Phone     string `json:"phone"`
		Variables string `json:"variables"`
	}
	rows, index := make([]row, 0, addRows), 0
	flush := func() error {
		if len(rows) == 0 {
			return nil
		}
		data, err := json.Marshal(rows)
		if err != nil {
			return err
		}
		rows = rows[:0]
		n, err := c.store.exec(ctx, `
			INSERT INTO wabakit_items (campaign_id, key, phone, variables, state, updated)
			SELECT c.id, v.item_key, v.phone, v.variables, 'pending', {now}
			FROM {rows item_key text, phone text, variables text}
			CROSS JOIN (SELECT id FROM wabakit_campaigns WHERE id = $2 AND status = 'draft' {share}) AS c
			WHERE true
			ON CONFLICT (campaign_id, key) DO NOTHING`, string(data), c.id)
		added += int(n)
		if err != nil || n > 0 {
			return err
		}
		status, err := c.status(ctx)
		if err != nil || status == Draft {
			return err
		}
		var missing string
		found, err := c.store.row(ctx, []any{&missing}, `SELECT v.item_key FROM {rows item_key text}
			WHERE NOT EXISTS (SELECT 1 FROM wabakit_items WHERE campaign_id = $2 AND key = v.item_key) LIMIT 1`, string(data), c.id)
		if found {
			err = fmt.Errorf("%w: the campaign is %s, and recipient %q is not in it", ErrConflict, status, missing)
		}
		return err
	}
	for r, err := range recipients {
		if err != nil {
			return added, errors.Join(fmt.Errorf("recipient %d: %w", index, err), flush())
		}
		if r.Key == "" {
			r.Key = r.Phone
		}
		variables, err := json.Marshal(r.Variables)
		if err != nil {
			return added, fmt.Errorf("recipient %d: %w", index, err)
		}
		if r.Key == "" || len(r.Key) > maxIndexed || !isText(r.Key) || !isText(r.Phone) {
			return added, fmt.Errorf("recipient %d has no key, a key of more than %d bytes, or text that is not valid", index, maxIndexed)
		}
		rows, index = append(rows, row{r.Key, r.Phone, string(variables)}), index+1
		if len(rows) == addRows {
			if err := flush(); err != nil {
				return added, err
			}
		}
	}
	if err := flush(); err != nil {
		return added, err
	}
	return added, nil
}

// isText reports whether both databases can store s as text.
func isText(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// Start lets runs send to the recipients. No recipients can be added afterwards. Start can be called
// again; it clears a time set by [Campaign.StartAt], and does not resume a paused campaign. It returns
// [ErrConflict] if the campaign is canceled or stripped.
func (c *Campaign) Start(ctx context.Context) error { return c.StartAt(ctx, time.Time{}) }

// StartAt is [Campaign.Start] with a time before which nothing is sent, by the clock of the
// database. Calling it again moves the time.
func (c *Campaign) StartAt(ctx context.Context, t time.Time) (err error) {
	defer prefix("start", &err)
	var ms int64
	if !t.IsZero() {
		ms = t.UnixMilli()
	}
	if err := c.setStatus(ctx, `UPDATE wabakit_campaigns SET not_before = $2,
		status = CASE status WHEN 'draft' THEN 'started' ELSE status END
		WHERE id = $1 AND status IN ('draft', 'started', 'paused')`, c.id, ms); err != nil || c.store.dialect == SQLite {
		return err
	}
	// Without statistics of the new items, PostgreSQL sorts all of them to find the first ones.
	_, err = c.store.exec(ctx, `ANALYZE wabakit_items`)
	return err
}

// Pause stops sending. When it returns, no further item is marked; calls in flight finish.
// It returns [ErrConflict] if the campaign is a draft, canceled or stripped.
func (c *Campaign) Pause(ctx context.Context) (err error) {
	defer prefix("pause", &err)
	return c.setStatus(ctx, `UPDATE wabakit_campaigns SET status = 'paused' WHERE id = $1 AND status IN ('started', 'paused')`, c.id)
}

// Resume continues a paused campaign. It returns [ErrConflict] if the campaign is a draft, canceled or
// stripped.
func (c *Campaign) Resume(ctx context.Context) (err error) {
	defer prefix("resume", &err)
	return c.setStatus(ctx, `UPDATE wabakit_campaigns SET status = 'started' WHERE id = $1 AND status IN ('started', 'paused')`, c.id)
}

// Cancel ends a campaign for good. When it returns, no further item is marked; calls in flight
// finish, and pending items stay pending. It returns [ErrConflict] if the campaign is stripped.
func (c *Campaign) Cancel(ctx context.Context) (err error) {
	defer prefix("cancel", &err)
	return c.setStatus(ctx, `UPDATE wabakit_campaigns SET status = 'canceled' WHERE id = $1 AND status <> 'stripped'`, c.id)
}

func (c *Campaign) setStatus(ctx context.Context, statement string, args ...any) error {
	n, err := c.store.exec(ctx, statement, args...)
	if err != nil || n > 0 {
		return err
	}
	status, err := c.status(ctx)
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: the campaign is %s", ErrConflict, status)
}

// Status returns the status of the campaign.
func (c *Campaign) Status(ctx context.Context) (_ Status, err error) {
	defer prefix("get status", &err)
	return c.status(ctx)
}

func (c *Campaign) status(ctx context.Context) (status Status, err error) {
	found, err := c.store.row(ctx, []any{&status}, `SELECT status FROM wabakit_campaigns WHERE id = $1`, c.id)
	if err == nil && !found {
		err = fmt.Errorf("%w: %q", ErrNotFound, c.name)
	}
	return status, err
}

// Counts counts the items of a campaign by state. Delivered, Read and Failed count the sent items
// whose latest status is the given one.
type Counts struct {
	Pending, Sending, Sent, Refused, Suppressed, Unknown int
	Delivered, Read, Failed                              int
}

// Total returns the number of items.
func (c Counts) Total() int {
	return c.Pending + c.Sending + c.Sent + c.Refused + c.Suppressed + c.Unknown
}

// Finished reports whether no item is pending or sending.
func (c Counts) Finished() bool { return c.Pending == 0 && c.Sending == 0 }

func (c *Counts) add(state State, n int) {
	switch state {
	case Pending:
		c.Pending += n
	case Sending:
		c.Sending += n
	case Sent:
		c.Sent += n
	case Refused:
		c.Refused += n
	case Suppressed:
		c.Suppressed += n
	case Unknown:
		c.Unknown += n
	}
}

// Counts returns the counts of the campaign. The database keeps them up to date, so that the call
// does not read the items.
func (c *Campaign) Counts(ctx context.Context) (_ Counts, err error) {
	defer prefix("count", &err)
	if err := c.expire(ctx); err != nil {
		return Counts{}, err
	}
	return c.counts(ctx)
}

func (c *Campaign) counts(ctx context.Context) (counts Counts, err error) {
	err = c.store.query(ctx, func(rows *sql.Rows) error {
		var state State
		var delivery Delivery
		var n int
		if err := rows.Scan(&state, &delivery, &n); err != nil {
			return err
		}
		counts.add(state, n)
		switch {
		case state != Sent:
		case delivery == Delivered:
			counts.Delivered += n
		case delivery == Read:
			counts.Read += n
		case delivery == Failed:
			counts.Failed += n
		}
		return nil
	}, `SELECT state, delivery, sum(n) FROM wabakit_counts WHERE campaign_id = $1 GROUP BY state, delivery`, c.id)
	return counts, err
}

// Strip deletes the items of a campaign, which are personal data, and keeps its counts. It returns
// [ErrConflict] unless the campaign has finished or is canceled, with no call in flight. After an
// error, Strip can be called again.
func (c *Campaign) Strip(ctx context.Context) (err error) {
	defer prefix("strip", &err)
	return c.strip(ctx)
}

// Delete deletes a campaign. It returns [ErrConflict] under the same conditions as [Campaign.Strip];
// a draft can be deleted too. After an error, Delete can be called again.
func (c *Campaign) Delete(ctx context.Context) (err error) {
	defer prefix("delete", &err)
	_, err = c.store.exec(ctx, `UPDATE wabakit_campaigns SET status = 'canceled' WHERE id = $1 AND status = 'draft'`, c.id)
	if err == nil {
		err = c.strip(ctx)
	}
	for _, statement := range []string{
		`DELETE FROM wabakit_counts WHERE campaign_id = $1`, `DELETE FROM wabakit_campaigns WHERE id = $1`,
	} {
		if err == nil {
			_, err = c.store.exec(ctx, statement, c.id)
		}
	}
	return err
}

func (c *Campaign) strip(ctx context.Context) error {
	if err := c.expire(ctx); err != nil {
		return err
	}
	n, err := c.store.exec(ctx, `UPDATE wabakit_campaigns SET status = 'stripped' WHERE id = $1 AND status <> 'draft'
		AND NOT EXISTS (SELECT 1 FROM wabakit_items WHERE campaign_id = $1 AND state = 'sending')
		AND (status IN ('canceled', 'stripped') OR NOT EXISTS (SELECT 1 FROM wabakit_items WHERE campaign_id = $1 AND state = 'pending'))`, c.id)
	if err != nil {
		return err
	}
	if n == 0 {
		if _, err := c.status(ctx); err != nil {
			return err
		}
		return fmt.Errorf("%w: the campaign is not finished", ErrConflict)
	}
	for {
		// In parts, since other writers of a SQLite database wait meanwhile.
		n, err := c.store.exec(ctx, `DELETE FROM wabakit_items WHERE id IN (SELECT id FROM wabakit_items WHERE campaign_id = $1 LIMIT 10000)`, c.id)
		if err != nil || n == 0 {
			return err
		}
	}
}
