package dbtest

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

var plan = campaign.Plan{Template: late.TemplateRef{Name: "welcome", Language: "en_US"}}

// phone returns the phone number of the i-th recipient.
func phone(i int) string { return fmt.Sprintf("+1631555%04d", i) }

func recipients(n int) []campaign.Recipient {
	list := make([]campaign.Recipient, n)
	for i := range list {
		list[i] = campaign.Recipient{Key: fmt.Sprintf("key%d", i), Phone: phone(i)}
	}
	return list
}

// The phone numbers of recipients with a fate of their own end with these digits.
const (
	refusedSuffix    = "2" // the server refuses the recipient
	poisonSuffix     = "7" // the server refuses the whole call, with status 400
	suppressedSuffix = "9" // has withdrawn consent
)

func withdrawn(_ context.Context, item campaign.Item) (string, error) {
	if strings.HasSuffix(item.Phone, suppressedSuffix) {
		return "consent withdrawn", nil
	}
	return "", nil
}

// A world is a campaign in a database, with a Late server that outlives the workers.
type world struct {
	database
	db       *sql.DB
	store    *campaign.Store
	campaign *campaign.Campaign
	size     int
	server   *latetest.Server
	front    *httptest.Server // passes the calls of workers on to server

	// onCall is called before the server processes the n-th call of a worker, and after. The call is
	// dropped if it returns false.
	onCall func(worker string, n int, processed bool) bool

	handling sync.WaitGroup // calls
	mu       sync.Mutex
	calls    int
	inFlight map[int64]bool // at a kill
}

// A supply makes worlds. Those on Postgres share a database.
type supply struct {
	database
	store *campaign.Store
	db    *sql.DB
}

func newSupply(t *testing.T, d database) *supply {
	t.Helper()
	s := &supply{database: d}
	if d.dialect == campaign.Postgres {
		s.store, s.db = d.audited(t)
	}
	return s
}

// memoryDir returns a temporary directory in memory if there is one: a kill loses nothing that was
// written, whether or not it has reached a disk, and workers that wait for a busy disk are slow.
func memoryDir(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "wabakit-") //nolint:usetesting // t.TempDir cannot choose the directory
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// world returns a started campaign with size recipients. The first call that contains the recipient
// throttled gets a 429.
func (s *supply) world(t *testing.T, name string, size, throttled int) *world {
	t.Helper()
	w := &world{database: s.database, store: s.store, db: s.db, size: size, inFlight: map[int64]bool{}}
	if w.dialect == campaign.SQLite {
		w.dsn = filepath.Join(memoryDir(t), "campaign.db")
		w.store, w.db = w.audited(t)
	}
	var err error
	w.campaign, err = w.store.Create(t.Context(), name, plan)
	require.NoError(t, err)
	_, err = w.campaign.Add(t.Context(), late.FromSlice(recipients(size)))
	require.NoError(t, err)
	require.NoError(t, w.campaign.Start(t.Context()))
	w.server = newLateServer(t, size, throttled)
	w.front = httptest.NewServer(w)
	t.Cleanup(w.front.Close)
	return w
}

// newLateServer returns a Late server without a socket.
func newLateServer(t *testing.T, size, throttled int) *latetest.Server {
	server := latetest.NewServer(latetest.InProcess(), latetest.WithRateLimit(1e6))
	t.Cleanup(server.Close)
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "welcome", Language: "en_US", Category: late.TemplateUtility,
		Components: []late.TemplateComponent{late.Body("Welcome!")},
	})
	for i := range size {
		if strings.HasSuffix(phone(i), refusedSuffix) {
			server.FailPhone(phone(i), "not on WhatsApp")
		}
	}
	server.Inject(
		latetest.Status(http.StatusBadRequest, "malformed recipient").When(func(r latetest.Request) bool {
			return slices.ContainsFunc(phonesOf(r.Body), func(p string) bool { return strings.HasSuffix(p, poisonSuffix) })
		}),
		latetest.Status(http.StatusTooManyRequests, "slow down").When(func(r latetest.Request) bool {
			return slices.Contains(phonesOf(r.Body), phone(throttled))
		}).Times(1),
	)
	return server
}

func phonesOf(body []byte) (phones []string) {
	var request late.SendBulkRequest
	json.Unmarshal(body, &request)
	for _, r := range request.Recipients {
		phones = append(phones, r.Phone)
	}
	return phones
}

// intercept sets onCall.
func (w *world) intercept(onCall func(worker string, n int, processed bool) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.onCall = onCall
}

func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.handling.Add(1)
	defer w.handling.Done()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	w.mu.Lock()
	w.calls++
	n, onCall := w.calls, w.onCall
	w.mu.Unlock()
	if onCall != nil && !onCall(r.UserAgent(), n, false) {
		panic(http.ErrAbortHandler)
	}
	passed := r.Clone(context.Background()) // a request that has arrived is processed even if the client is gone
	passed.RequestURI, passed.Body = "", io.NopCloser(bytes.NewReader(body))
	passed.URL.Scheme, passed.URL.Host = "http", "late.invalid"
	resp, err := w.server.RoundTrip(passed)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer resp.Body.Close()
	if onCall != nil && !onCall(r.UserAgent(), n, true) {
		panic(http.ErrAbortHandler)
	}
	maps.Copy(rw.Header(), resp.Header)
	rw.WriteHeader(resp.StatusCode)
	io.Copy(rw, resp.Body)
}

// job returns the job of a worker that runs the campaign.
func (w *world) job() job {
	_, path, _ := strings.Cut(w.server.URL, "late.invalid")
	return job{
		Dialect: w.dialect, Driver: w.driver, DSN: w.dsn, Campaign: w.campaign.Name(),
		URL: w.front.URL + path, Key: w.server.APIKey(), Account: w.server.AccountID(),
		Max: 5, Concurrency: 1, Lease: time.Minute,
	}
}

// killed records what a killed worker had in flight, and makes its leases expire, so that the test
// need not wait for that.
func (w *world) killed(t *testing.T, p *process) {
	t.Helper()
	claims, inFlight := p.claims(t)
	w.mu.Lock()
	maps.Copy(w.inFlight, inFlight)
	w.mu.Unlock()
	if len(claims) == 0 {
		return
	}
	settings := ""
	if w.dialect == campaign.SQLite {
		settings = "PRAGMA busy_timeout = 10000; "
	}
	_, err := w.db.Exec(settings + "UPDATE wabakit_items SET until = 0 WHERE claim IN ('" + strings.Join(claims, "', '") + "') AND until > 0")
	require.NoError(t, err)
}

// items returns the items of the campaign by key.
func (w *world) items(t *testing.T) map[string]campaign.Item {
	t.Helper()
	items := map[string]campaign.Item{}
	for item, err := range w.campaign.Items(t.Context()) {
		require.NoError(t, err)
		require.NotContains(t, items, item.Key)
		items[item.Key] = item
	}
	require.Len(t, items, w.size)
	return items
}

// processed returns how often the server has processed a message to each phone number.
func (w *world) processed() map[string]int {
	phones := map[string]int{}
	for _, r := range w.server.Requests(late.OpSendWhatsAppBulk) {
		if r.Processed {
			for _, phone := range phonesOf(r.Body) {
				phones[phone]++
			}
		}
	}
	return phones
}

// check asserts what holds at any time without a worker.
func (w *world) check(t *testing.T) map[string]campaign.Item {
	t.Helper()
	w.handling.Wait() // a call of a killed worker may still be processed
	processed, acknowledged := w.processed(), map[string]string{}
	for phone, n := range processed {
		assert.Equal(t, 1, n, "%s was sent more than once", phone)
	}
	for _, m := range w.server.Messages() {
		assert.NotContains(t, acknowledged, m.Phone)
		acknowledged[m.Phone] = m.ID
	}
	items := w.items(t)
	ids := w.ids(t)
	var counts campaign.Counts
	for _, item := range items {
		switch item.State {
		case campaign.Sent:
			assert.Equal(t, acknowledged[item.Phone], item.MessageID, item.Phone)
			counts.Sent++
		case campaign.Refused:
			assert.NotContains(t, acknowledged, item.Phone)
			assert.True(t, strings.HasSuffix(item.Phone, refusedSuffix) || strings.HasSuffix(item.Phone, poisonSuffix), "%+v", item)
			counts.Refused++
		case campaign.Suppressed:
			assert.NotContains(t, processed, item.Phone)
			assert.True(t, strings.HasSuffix(item.Phone, suppressedSuffix), "%+v", item)
			counts.Suppressed++
		case campaign.Pending:
			assert.NotContains(t, processed, item.Phone)
			counts.Pending++
		case campaign.Unknown:
			assert.True(t, w.inFlight[ids[item.Key]], "%s is unknown, but was not in flight at a kill: %s", item.Phone, item.Reason)
			counts.Unknown++
		default:
			assert.Fail(t, "unexpected state", "%+v", item)
		}
	}
	got, err := w.campaign.Counts(t.Context())
	require.NoError(t, err)
	assert.Equal(t, counts, got)
	return items
}

// ids returns the IDs of the items by key.
func (w *world) ids(t *testing.T) map[string]int64 {
	t.Helper()
	rows, err := w.db.Query("SELECT key, i.id FROM wabakit_items AS i JOIN wabakit_campaigns AS c ON c.id = campaign_id WHERE name = '" + w.campaign.Name() + "'")
	require.NoError(t, err)
	defer rows.Close()
	ids := map[string]int64{}
	for rows.Next() {
		var key string
		var id int64
		require.NoError(t, rows.Scan(&key, &id))
		ids[key] = id
	}
	require.NoError(t, rows.Err())
	return ids
}

// finish runs the campaign to its end in a worker that is not killed, and asserts that it sends
// exactly what is pending.
func (w *world) finish(t *testing.T) {
	t.Helper()
	items, sent := w.check(t), w.processed()
	w.intercept(nil)
	require.False(t, start(t, w.job()).wait(t), "the last worker was killed")
	after, processed := w.check(t), w.processed()
	for key, item := range items {
		if item.State != campaign.Pending {
			assert.Equal(t, item, after[key], "the second run changed an item that was not pending")
			continue
		}
		switch state := after[key].State; {
		case strings.HasSuffix(item.Phone, suppressedSuffix):
			assert.Equal(t, campaign.Suppressed, state, item.Phone)
		case strings.HasSuffix(item.Phone, poisonSuffix):
			assert.Equal(t, campaign.Refused, state, item.Phone)
		case strings.HasSuffix(item.Phone, refusedSuffix):
			assert.Equal(t, campaign.Refused, state, item.Phone)
			sent[item.Phone]++
		default:
			assert.Equal(t, campaign.Sent, state, item.Phone)
			sent[item.Phone]++
		}
	}
	assert.Equal(t, sent, processed, "the second run sent something else than what was pending")
}
