package onpremise

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/internal/transport"
	"github.com/wabakit/wabakit-go/internal/upload"
	"github.com/wabakit/wabakit-go/internal/version"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

const (
	defaultMaxRetries = 3
	defaultTimeout    = time.Minute
)

// Client calls an installation. It is safe for concurrent use.
type Client struct {
	Users           *UsersService
	Application     *ApplicationService
	Backup          *BackupService
	BusinessProfile *BusinessProfileService
	Profile         *ProfileService
	TwoStep         *TwoStepService
	Registration    *RegistrationService
	Contacts        *ContactsService
	Messages        *MessagesService
	Groups          *GroupsService
	Media           *MediaService
	Health          *HealthService
	Certificates    *CertificatesService

	auth      *authorization
	transport *transport.Transport
	doer      transport.Doer
	baseURL   string
	api       *onpremiseapi.Client              // of the services
	generated *onpremiseapi.ClientWithResponses // of API
}

// service is the underlying type of every service.
type service struct{ client *Client }

// NewClient returns a client of the installation at baseURL, such as
// "https://wa.example.internal/v1". It requires [WithCredentials], [WithToken] or
// [WithTokenSource]. It returns a [*ValidationError] if the URL or an option is malformed.
func NewClient(baseURL string, opts ...Option) (*Client, error) {
	o := options{transport: transport.Config{MaxRetries: defaultMaxRetries, Timeout: defaultTimeout}}
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	base, err := parseBaseURL(baseURL)
	if err != nil {
		return nil, err
	}
	if err := checkOptions(&o); err != nil {
		return nil, err
	}
	auth, err := newAuthorization(&o, base)
	if err != nil {
		return nil, err
	}

	cfg := o.transport
	if cfg.Adapt, err = withTLS(&o); err != nil {
		return nil, err
	}
	cfg.Product = "onpremise"
	cfg.BaseURL = base
	cfg.Operations = operations
	cfg.UserAgent = strings.TrimSpace(o.userAgent + " wabakit-go/" + version.Module)
	cfg.Token = auth.token
	cfg.Hide = auth.secrets.Hide
	cfg.Fail = func(f *transport.Failure) error { return newError(f, auth.secrets.Hide) }
	cfg.Innermost = upload.Middleware
	auth.transport = transport.New(cfg)
	generated, err := onpremiseapi.NewClientWithResponses(base.String(), onpremiseapi.WithHTTPClient(auth))
	if err != nil {
		return nil, fmt.Errorf("onpremise: %w", err)
	}
	// The generated client parses the URL of its server for each request, so the services use only the
	// path, which the transport completes.
	api := &onpremiseapi.Client{Server: "/", Client: auth}

	c := &Client{auth: auth, transport: auth.transport, doer: auth, baseURL: base.String(), api: api, generated: generated}
	c.Users = &UsersService{c}
	c.Application = &ApplicationService{c}
	c.Backup = &BackupService{c}
	c.BusinessProfile = &BusinessProfileService{c}
	c.Profile = &ProfileService{c}
	c.TwoStep = &TwoStepService{c}
	c.Registration = &RegistrationService{c}
	c.Contacts = &ContactsService{c}
	c.Messages = &MessagesService{c}
	c.Groups = &GroupsService{c}
	c.Media = &MediaService{c}
	c.Health = &HealthService{c}
	c.Certificates = &CertificatesService{c}
	return c, nil
}

// API returns the generated client on the same transport, for anything the services do not cover.
// Its calls are authorized, paced and retried like theirs.
func (c *Client) API() *onpremiseapi.ClientWithResponses { return c.generated }

// missingField returns the error for a success response without the part that the method returns.
func missingField(resp *http.Response, what string) error {
	return transport.CallOf(resp).Fail(resp, fmt.Errorf("response has no %s", what))
}
