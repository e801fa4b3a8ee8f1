package latetest

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/wabakit/wabakit-go/internal/fakeserver"
	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// basePath is the path of the API's production base URL.
const basePath = "/api"

// api is the state of the server and the handler of its requests.
type api struct {
	cfg    config
	clock  *fakeserver.Clock
	router *fakeserver.Router

	mu       sync.Mutex // guards everything below
	limit    limiter
	ids      int
	requests int
	accounts map[string]*account
	contacts map[string]*contact   // by ID
	sends    map[string]*broadcast // broadcasts by ID
	rejected map[string]string     // rejection reasons by template name
	failing  map[string]string     // failure reasons by phone
	messages []*Message            // sent or being sent

	numbers   []*number         // purchased numbers, oldest first
	checkouts map[string]string // profile by URL of an unpaid checkout page
	codes     int               // verification codes sent
	sent      int               // messages sent

	workspace
	conversations map[string]*conversation // by ID
	inbox         []inboxEntry
	keys          map[string]keyed // replies by idempotency key
	files         map[string]*file // uploads by key
	media         map[string]*file // inbound attachments by ID
	webhooks      []*webhook       // oldest first
	webhookLogs   []object         // attempts, oldest first
	events        int
	host          string // the URL of the server, without a path
	courier       *courier
}

// account is the state of one WhatsApp account.
type account struct {
	id         string
	contacts   []*contact // see sorted
	unsorted   bool
	listing    listing[*contact]
	byPhone    map[string]*contact
	tags       labels
	groups     labels
	templates  []*template  // oldest first
	broadcasts []*broadcast // oldest first
	profile    profile

	platform, profileID, username, displayName string

	failure       string                   // why it is disconnected
	conversations map[string]*conversation // by participant
}

func newAPI(cfg config) *api {
	a := &api{
		cfg: cfg, clock: fakeserver.NewClock(cfg.start), limit: limiter{perMinute: cfg.perMinute},
		accounts: map[string]*account{}, contacts: map[string]*contact{}, sends: map[string]*broadcast{},
		rejected: map[string]string{}, failing: map[string]string{}, checkouts: map[string]string{},
	}
	a.conversations, a.keys = map[string]*conversation{}, map[string]keyed{}
	a.files, a.media = map[string]*file{}, map[string]*file{}
	a.states, a.pending = map[string]connection{}, map[string]object{}
	a.courier, a.startedAt = newCourier(a.clock), a.clock.Now().Truncate(time.Millisecond)
	a.profiles = []lateapi.Profile{{ID: "607f1f77bcf86cd799439011", Name: "Default", IsDefault: true, CreatedAt: a.startedAt}}
	for _, id := range cfg.accounts {
		a.connect(id, "whatsapp", a.profiles[0].ID)
	}
	a.router = fakeserver.NewRouter(basePath, routes)
	return a
}

// Operations lists the operation IDs of the contract, and that of an upload.
func (a *api) Operations() []string { return append(a.router.Operations(), late.OpUploadMedia) }

// Operation returns the operation ID of a request.
func (a *api) Operation(r *http.Request) string {
	if r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, storagePath) {
		return late.OpUploadMedia
	}
	id, _ := a.router.Match(r)
	return id
}

// call is a request in a handler, which holds the lock of the api.
type call struct {
	*http.Request
	query url.Values
	body  []byte
	now   time.Time
	until time.Time // when the response may be sent
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, storagePath) {
		a.serveStorage(w, r)
		return
	}
	c, resp, err := a.serve(w, r)
	if err == nil && c.until.After(c.now) && a.clock.WaitUntil(r.Context(), c.until) != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	var refused *refusal
	if errors.As(err, &refused) {
		writeJSON(w, refused.status, refused.body)
		return
	}
	switch resp := resp.(type) {
	case reply:
		writeJSON(w, resp.status, resp.body)
	case *file:
		resp.serve(w)
	default:
		writeJSON(w, http.StatusOK, resp)
	}
}

// serve does what all operations have in common, then calls the handler.
func (a *api) serve(w http.ResponseWriter, r *http.Request) (*call, any, error) {
	c := &call{Request: r, query: r.URL.Query(), now: a.clock.Now()}
	body, tooLarge := readBody(r)
	c.body = body

	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests++
	h := w.Header()
	h.Set("X-Request-Id", r.Header.Get("X-Request-Id"))
	if h.Get("X-Request-Id") == "" {
		h.Set("X-Request-Id", fmt.Sprintf("req_%08d", a.requests))
	}
	if wait := a.limit.take(h, c.now); wait > 0 {
		h.Set("Retry-After", fmt.Sprint(wait))
		return c, nil, refuse(http.StatusTooManyRequests, "rate_limit_exceeded", "",
			"Rate limit exceeded: %d requests per minute. Try again in %d s.", a.cfg.perMinute, wait)
	}
	id, allow := a.router.Match(r)
	if r.Header.Get("Authorization") != "Bearer "+a.cfg.apiKey && id != late.OpGetPendingOAuthData {
		return c, nil, refuse(http.StatusUnauthorized, "invalid_api_key", "", "Invalid or missing API key")
	}
	switch {
	case id == "" && allow != "":
		h.Set("Allow", allow)
		return c, nil, refuse(http.StatusMethodNotAllowed, "method_not_allowed", "", "%s is not allowed here", r.Method)
	case id == "":
		return c, nil, refuse(http.StatusNotFound, "unknown_path", "", "No resource at %s", r.URL.Path)
	case tooLarge:
		return c, nil, refuse(http.StatusRequestEntityTooLarge, "body_too_large", "", "The body is larger than %d bytes", maxBody)
	}
	a.runDue()
	resp, err := operations[id](a, c)
	return c, resp, err
}

// id returns a new ID in the format of the production server.
func (a *api) id() string {
	a.ids++
	return fmt.Sprintf("65f0c0ffee%014x", a.ids)
}

// account returns the account with the ID.
func (a *api) account(id string) (*account, error) {
	if id == "" {
		return nil, invalid("accountId", "accountId is required")
	}
	acc := a.accounts[id]
	if acc == nil {
		return nil, refuse(http.StatusNotFound, "account_not_found", "accountId", "WhatsApp account not found")
	}
	return acc, nil
}

// queried returns the account that the query names.
func (a *api) queried(c *call) (*account, error) { return a.account(c.query.Get("accountId")) }
