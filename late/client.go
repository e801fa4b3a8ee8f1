package late

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/internal/redact"
	"github.com/wabakit/wabakit-go/internal/transport"
	"github.com/wabakit/wabakit-go/internal/upload"
	"github.com/wabakit/wabakit-go/internal/version"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// The base URLs of the API. The vendor was renamed to Zernio, whose documentation names the second.
const (
	DefaultBaseURL = "https://getlate.dev/api"
	ZernioBaseURL  = "https://zernio.com/api"
)

const (
	defaultMaxRetries = 3
	defaultTimeout    = time.Minute
)

// Client calls the Late API. It is safe for concurrent use.
type Client struct {
	Messages        *MessagesService
	Contacts        *ContactsService
	Groups          *GroupsService
	Templates       *TemplatesService
	Broadcasts      *BroadcastsService
	BusinessProfile *BusinessProfileService
	PhoneNumbers    *PhoneNumbersService
	Accounts        *AccountsService
	Profiles        *ProfilesService
	Connect         *ConnectService
	Conversations   *ConversationsService
	Webhooks        *WebhooksService
	Media           *MediaService
	Usage           *UsageService

	transport *transport.Transport
	doer      transport.Doer
	baseURL   string
	api       *lateapi.Client              // of the services
	generated *lateapi.ClientWithResponses // of API
	secrets   *redact.Secrets              // what errors must not quote
	base      *url.URL
	account   string
}

type service struct{ client *Client }

// NewClient returns a client that authenticates with apiKey. It returns a [*ValidationError] if the
// key or an option is malformed.
func NewClient(apiKey string, opts ...Option) (*Client, error) {
	o := options{baseURL: DefaultBaseURL}
	o.transport = transport.Config{MaxRetries: defaultMaxRetries, Timeout: defaultTimeout}
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	if apiKey == "" || strings.ContainsFunc(apiKey, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, invalid("apiKey", "must not be empty, and must not contain spaces or line breaks")
	}
	base, err := parseBaseURL(o.baseURL)
	if err != nil {
		return nil, err
	}
	if err := checkOptions(&o); err != nil {
		return nil, err
	}

	cfg := o.transport
	cfg.Product = "late"
	cfg.BaseURL = base
	cfg.Operations = operations
	cfg.UserAgent = strings.TrimSpace(o.userAgent + " wabakit-go/" + version.Module)
	cfg.Token = func(_ context.Context, rejected string) (string, error) {
		if rejected != "" {
			return "", transport.ErrNoOtherToken
		}
		return apiKey, nil
	}
	// Errors quote what the server sends, which may quote secrets.
	secrets := new(redact.Secrets)
	secrets.Add(apiKey)
	cfg.Hide = secrets.Hide
	cfg.Innermost = upload.Middleware
	cfg.Fail = func(f *transport.Failure) error { return newError(f, cfg.Hide) }
	tr := transport.New(cfg)
	generated, err := lateapi.NewClientWithResponses(base.String(), lateapi.WithHTTPClient(tr))
	if err != nil {
		return nil, fmt.Errorf("late: %w", err)
	}
	// The generated client parses the URL of its server for each request, so the services use only the
	// path, which the transport completes.
	api := &lateapi.Client{Server: "/", Client: tr}
	c := &Client{transport: tr, doer: tr, baseURL: base.String(), api: api, generated: generated, secrets: secrets, base: base, account: o.account}
	return c.withServices(), nil
}

func (c *Client) withServices() *Client {
	c.Messages = &MessagesService{c}
	c.Contacts = &ContactsService{c}
	c.Groups = &GroupsService{c}
	c.Templates = &TemplatesService{c}
	c.Broadcasts = &BroadcastsService{c}
	c.BusinessProfile = &BusinessProfileService{c}
	c.PhoneNumbers = &PhoneNumbersService{c}
	c.Accounts = &AccountsService{c}
	c.Profiles = &ProfilesService{c}
	c.Connect = &ConnectService{c}
	c.Conversations = &ConversationsService{c}
	c.Webhooks = &WebhooksService{c}
	c.Media = &MediaService{c}
	c.Usage = &UsageService{c}
	return c
}

// ForAccount returns a copy of c that uses the given account. The two clients share connections
// and rate limits. With an empty ID, the copy has no account.
func (c *Client) ForAccount(id string) *Client {
	copied := *c
	copied.account = id
	return copied.withServices()
}

// API returns the generated client on the same transport, for anything the services do not cover.
// Its calls are authorized, paced and retried like theirs.
func (c *Client) API() *lateapi.ClientWithResponses { return c.generated }

// accountFor returns the account that a request names, or that of the client.
func (c *Client) accountFor(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	if c.account == "" {
		return "", ErrNoAccount
	}
	return c.account, nil
}
