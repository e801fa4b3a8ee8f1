package onpremisetest

import (
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/wabakit/wabakit-go/internal/fakeserver"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// basePath is the path of the API's usual base URL.
const basePath = "/v1"

// api is the state of the server and the handler of its requests.
type api struct {
	cfg      config
	clock    *fakeserver.Clock
	router   *fakeserver.Router
	courier  *courier
	identity func() identity

	mu     sync.Mutex // guards everything below
	ids    int
	users  map[string]*user
	tokens map[string]*token

	settings  onpremiseapi.ApplicationSettings
	providers []onpremiseapi.MediaProvider
	business  onpremiseapi.BusinessProfile
	about     string
	photo     *file
	account   account
	pending   *onpremiseapi.RequestCodeRequest // pending registration
	code      string
	codes     int

	whatsApp map[string]bool      // phones that are on WhatsApp; nil means all
	lookups  map[string]time.Time // end of each contact lookup, by WhatsApp ID
	failing  map[string]string    // failure reasons by WhatsApp ID
	messages []*message
	received map[string]bool // whether each received message is read, by ID

	groups []*group // oldest first
	media  map[string]*file

	state     onpremiseapi.GatewayStatus // empty until set
	uploaded  *certificate               // served instead of the first one
	webhookCA []byte
	asked     int // number of requests
}

func newAPI(cfg config) *api {
	a := &api{
		cfg: cfg, clock: fakeserver.NewClock(cfg.start), identity: sync.OnceValue(newIdentity),
		users: map[string]*user{}, tokens: map[string]*token{}, settings: defaultSettings(),
		account: account{CountryCode: cfg.countryCode, PhoneNumber: cfg.phoneNumber, Registered: !cfg.unregistered, Shards: 1},
		lookups: map[string]time.Time{}, failing: map[string]string{}, received: map[string]bool{},
		media: map[string]*file{},
	}
	a.users[cfg.username] = &user{
		User: onpremiseapi.User{Username: cfg.username, Role: onpremiseapi.UserRoleAdmin}, password: cfg.password, fresh: cfg.fresh,
	}
	a.router = fakeserver.NewRouter(basePath, routes)
	a.settings.Webhooks.URL = cfg.webhook
	a.courier = newCourier(a.clock, a.identity)
	a.deliverTo(cfg.handler)
	return a
}

// Operations lists the operation IDs of the contract.
func (a *api) Operations() []string { return a.router.Operations() }

// Operation returns the operation ID of a request.
func (a *api) Operation(r *http.Request) string {
	id, _ := a.router.Match(r)
	return id
}

// call is a request in a handler, which holds the lock of the api.
type call struct {
	*http.Request
	user   *user // the caller; nil for a login
	token  string
	body   []byte
	upload *file // replaces body
	now    time.Time
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	response, err := a.serve(w, r)
	var refused *refusal
	if errors.As(err, &refused) {
		response = reply{refused.status, refused.body()}
	}
	write(w, response)
}

// serve does what all operations have in common, then calls the handler.
func (a *api) serve(w http.ResponseWriter, r *http.Request) (any, error) {
	c := &call{Request: r}
	id, allow := a.router.Match(r)
	tooLarge := false
	switch uploads := id == "UploadMedia"; {
	case uploads && a.knows(r):
		upload, err := receive(r)
		if err != nil {
			panic(http.ErrAbortHandler) // the client has gone
		}
		c.upload = upload
	case uploads && r.Header.Get("Expect") != "": // the client sends the body only when asked to
	default:
		c.body, tooLarge = readBody(r)
	}

	a.mu.Lock()
	defer a.mu.Unlock()
	c.now = a.clock.Now()
	a.asked++
	op, known := operations[id]
	if !known {
		op.who = member
	}
	if err := a.authorize(c, op.who); err != nil {
		return nil, err
	}
	switch {
	case id == "" && allow != "":
		w.Header().Set("Allow", allow)
		return nil, refuse(http.StatusMethodNotAllowed, codeRequest, "%s is not allowed here", r.Method)
	case id == "":
		return nil, refuse(http.StatusNotFound, codeNotFound, "No resource at %s", r.URL.Path)
	case tooLarge:
		return nil, refuse(http.StatusRequestEntityTooLarge, codeRequest, "The body is larger than %d bytes", maxBody)
	}
	return op.handle(a, c)
}

// next returns the next number for IDs.
func (a *api) next() int {
	a.ids++
	return a.ids
}

// ready returns an error response unless the account is registered.
func (a *api) ready() error {
	if !a.account.Registered {
		return refuse(http.StatusBadRequest, codeNotReady, "The account is not registered")
	}
	return nil
}

// without returns the items of list that are not in others.
func without(list, others []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(others, s) })
}

// union returns list followed by the items of others that it lacks.
func union(list, others []string) []string {
	list = slices.Clone(list)
	for _, s := range others {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}
