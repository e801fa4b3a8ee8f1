package late

import (
	"context"
	"fmt"
	"iter"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// AccountsService manages the connected accounts. The ID of a WhatsApp account is what
// [WithAccount] takes.
type AccountsService service

// ListAccountsOptions filters a list of accounts. Zero fields are ignored.
type ListAccountsOptions struct {
	ProfileID        string
	Platform         string // such as whatsapp
	IncludeOverLimit bool   // includes accounts of profiles over the limit of the plan
}

// List returns the connected accounts.
//
// Retried on any transient failure.
//
// GET /v1/accounts
func (s *AccountsService) List(ctx context.Context, opts ListAccountsOptions) ([]Account, error) {
	return accounts(s.client.api.ListAccounts(ctx, &lateapi.ListAccountsParams{
		ProfileID: optional(opts.ProfileID), Platform: optional(opts.Platform), IncludeOverLimit: optional(opts.IncludeOverLimit),
	}))
}

// Health returns the health of an account: its token, its permissions and its problems. It returns
// [ErrNotFound] if there is none.
//
// Retried on any transient failure.
//
// GET /v1/accounts/{accountId}/health
func (s *AccountsService) Health(ctx context.Context, id string) (*AccountHealth, error) {
	if err := checkPathID(OpGetAccountHealth, id); err != nil {
		return nil, err
	}
	return accountHealth(s.client.api.GetAccountHealth(ctx, id))
}

// AccountHealthOptions filters a health summary. Zero fields are ignored.
type AccountHealthOptions struct {
	ProfileID string
	Platform  string
	Status    AccountHealthStatus
}

// HealthSummary returns the health of all accounts, and how many are healthy.
//
// Retried on any transient failure.
//
// GET /v1/accounts/health
func (s *AccountsService) HealthSummary(ctx context.Context, opts AccountHealthOptions) (*AccountHealthList, error) {
	return accountHealthList(s.client.api.GetAllAccountsHealth(ctx, &lateapi.GetAllAccountsHealthParams{
		ProfileID: optional(opts.ProfileID), Platform: optional(opts.Platform),
		Status: optional(lateapi.GetAllAccountsHealthParamsStatus(opts.Status)),
	}))
}

// Update changes the names of an account that are not nil.
//
// Retried on any transient failure.
//
// PUT /v1/accounts/{accountId}
func (s *AccountsService) Update(ctx context.Context, id string, req UpdateAccountRequest) error {
	if err := checkPathID(OpUpdateAccount, id); err != nil {
		return err
	}
	return reply.None(s.client.api.UpdateAccount(ctx, id, req))
}

// Delete disconnects an account.
//
// Retried on any transient failure.
//
// DELETE /v1/accounts/{accountId}
func (s *AccountsService) Delete(ctx context.Context, id string) error {
	if err := checkPathID(OpDeleteAccount, id); err != nil {
		return err
	}
	return reply.None(s.client.api.DeleteAccount(ctx, id))
}

// ConnectionLogOptions filters and pages the connection log. Zero fields are ignored.
type ConnectionLogOptions struct {
	Platform  string
	EventType ConnectionEventType
	Status    string // success or failed
	Days      int    // 1 to 7; the server's default is 7
	Limit     int    // entries per page, at most 100; the server's default is 50
	Skip      int    // entries before the page
}

// ConnectionLog returns a page of the log of connections and disconnections, newest first. The
// server keeps entries for 7 days.
//
// Retried on any transient failure.
//
// GET /v1/connections/logs
func (s *AccountsService) ConnectionLog(ctx context.Context, opts ConnectionLogOptions) (*ConnectionLogPage, error) {
	if err := checkConnectionLog(opts); err != nil {
		return nil, err
	}
	return connectionLogPage(s.client.api.ListConnectionLogs(ctx, &lateapi.ListConnectionLogsParams{
		Platform: optional(opts.Platform), EventType: optional(opts.EventType),
		Status: optional(lateapi.ListConnectionLogsParamsStatus(opts.Status)),
		Days:   optional(opts.Days), Limit: optional(opts.Limit), Skip: optional(opts.Skip),
	}))
}

// AllConnectionLog returns an iterator over the entries of the connection log that match opts,
// newest first. It omits the first Skip entries and fetches pages of Limit. An error is yielded
// last.
//
// Retried on any transient failure.
//
// GET /v1/connections/logs
func (s *AccountsService) AllConnectionLog(ctx context.Context, opts ConnectionLogOptions, iterOpts ...IterOption) iter.Seq2[ConnectionLog, error] {
	fetch := func(ctx context.Context, skip int) ([]ConnectionLog, Pagination, error) {
		opts := opts
		opts.Skip = skip
		page, err := s.ConnectionLog(ctx, opts)
		if err != nil {
			return nil, Pagination{}, err
		}
		return page.Logs, Pagination{Total: page.Pagination.Total, HasMore: page.Pagination.HasMore}, nil
	}
	return each(ctx, checkConnectionLog(opts), opts.Skip, iterOpts, fetch, func(l ConnectionLog) (string, string) { return l.ID, "" })
}

func checkConnectionLog(opts ConnectionLogOptions) error {
	if err := checkPage(opts.Limit, opts.Skip); err != nil {
		return err
	}
	if opts.Days < 0 || opts.Days > 7 {
		return invalid("days", "must be from 1 to 7")
	}
	return checkLimit(opts.Limit)
}

const maxPageSize = 100

// checkLimit requires a page size that the server accepts, or none.
func checkLimit(limit int) error {
	if limit < 0 || limit > maxPageSize {
		return invalid("limit", fmt.Sprintf("must be from 1 to %d", maxPageSize))
	}
	return nil
}

var (
	accounts = reply.Part("accounts", func(r *lateapi.AccountList) ([]Account, bool) { return r.Accounts, r.Accounts != nil })

	accountHealth     = reply.Part("account", func(r *AccountHealth) (*AccountHealth, bool) { return r, r.ID != "" })
	accountHealthList = reply.Part("accounts", func(r *AccountHealthList) (*AccountHealthList, bool) {
		return r, r.Accounts != nil
	})
	connectionLogPage = reply.Part("logs", func(r *ConnectionLogPage) (*ConnectionLogPage, bool) { return r, r.Logs != nil })
)
