package late

import (
	"cmp"
	"context"
	"iter"
	"strings"

	"github.com/wabakit/wabakit-go/internal/paging"
	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// ConversationsService reads conversations with customers and replies to them. Its methods return
// [ErrAddonRequired] if the plan lacks the inbox add-on.
type ConversationsService service

// ListConversationsOptions filters and pages a list of conversations. Zero fields are ignored.
type ListConversationsOptions struct {
	AccountID   string // the default is the account of the client; without one, all accounts
	ProfileID   string
	Platform    string
	Status      ConversationStatus
	OldestFirst bool
	Limit       int    // conversations per page, at most 100; the server's default is 50
	Cursor      string // NextCursor of the page before
}

// ConversationPage is a page of conversations.
type ConversationPage struct {
	Conversations []Conversation
	NextCursor    string // of the next page; empty on the last one
	// AccountsFailed is the number of accounts whose conversations could not be read, and
	// FailedAccounts lists them. If it is not 0, the list is incomplete.
	AccountsFailed int
	FailedAccounts []FailedAccount
}

// List returns a page of conversations, the most recently changed first. The page may lack
// conversations; check AccountsFailed.
//
// Retried on any transient failure.
//
// GET /v1/inbox/conversations
func (s *ConversationsService) List(ctx context.Context, opts ListConversationsOptions) (*ConversationPage, error) {
	if err := checkLimit(opts.Limit); err != nil {
		return nil, err
	}
	if opts.AccountID == "" {
		opts.AccountID = s.client.account
	}
	params := &lateapi.ListInboxConversationsParams{
		AccountID: optional(opts.AccountID), ProfileID: optional(opts.ProfileID), Platform: optional(opts.Platform),
		Status: optional(lateapi.ListInboxConversationsParamsStatus(opts.Status)),
		Limit:  optional(opts.Limit), Cursor: optional(opts.Cursor),
	}
	if opts.OldestFirst {
		params.SortOrder = new(lateapi.ListInboxConversationsParamsSortOrderAsc)
	}
	return conversationPage(s.client.api.ListInboxConversations(ctx, params))
}

// PartialListError reports that a list of conversations is incomplete, because the conversations
// of some accounts could not be read.
type PartialListError struct {
	FailedAccounts []FailedAccount // may be empty if the server does not name them
}

// Error names the accounts and the reasons.
func (e *PartialListError) Error() string { return "late: " + e.text() }

func (e *PartialListError) text() string {
	var b strings.Builder
	b.WriteString("list conversations: incomplete: some accounts could not be read")
	for i, a := range e.FailedAccounts[:min(len(e.FailedAccounts), 3)] {
		b.WriteString([]string{": ", "; "}[min(i, 1)] + a.AccountID + " " + a.Error)
	}
	return b.String()
}

// All returns an iterator over the conversations that match opts, the most recently changed first.
// It begins at Cursor and fetches pages of Limit. Each conversation is yielded once. An error is
// yielded last: a [*PartialListError] if the conversations of some accounts could not be read.
//
// Retried on any transient failure.
//
// GET /v1/inbox/conversations
func (s *ConversationsService) All(ctx context.Context, opts ListConversationsOptions) iter.Seq2[Conversation, error] {
	return func(yield func(Conversation, error) bool) {
		partial, failed, seen := false, []FailedAccount(nil), map[string]bool{}
		fetch := func(ctx context.Context, cursor string) ([]Conversation, string, error) {
			opts := opts
			if cursor != "" {
				opts.Cursor = cursor
			}
			page, err := s.List(ctx, opts)
			if err != nil {
				return nil, "", err
			}
			partial = partial || page.AccountsFailed > 0
			for _, a := range page.FailedAccounts {
				if !seen[a.AccountID] {
					seen[a.AccountID] = true
					failed = append(failed, a)
				}
			}
			return page.Conversations, page.NextCursor, nil
		}
		for c, err := range paging.Cursor(ctx, fetch, func(c Conversation) string { return c.AccountID + "/" + c.ID }) {
			if !yield(c, prefixed(err)) || err != nil {
				return
			}
		}
		if partial {
			yield(Conversation{}, &PartialListError{failed})
		}
	}
}

// Get returns a conversation of the client's account. It returns [ErrNotFound] if there is none.
//
// Retried on any transient failure.
//
// GET /v1/inbox/conversations/{conversationId}
func (s *ConversationsService) Get(ctx context.Context, id string) (*ConversationDetails, error) {
	account, err := s.check(OpGetInboxConversation, id)
	if err != nil {
		return nil, err
	}
	return conversation(s.client.api.GetInboxConversation(ctx, id, &lateapi.GetInboxConversationParams{AccountID: account}))
}

// Archive moves a conversation of the client's account to the archive.
//
// Retried on any transient failure.
//
// PUT /v1/inbox/conversations/{conversationId}
func (s *ConversationsService) Archive(ctx context.Context, id string) error {
	return s.setStatus(ctx, id, lateapi.UpdateConversationRequestStatusArchived)
}

// Activate moves a conversation of the client's account out of the archive.
//
// Retried on any transient failure.
//
// PUT /v1/inbox/conversations/{conversationId}
func (s *ConversationsService) Activate(ctx context.Context, id string) error {
	return s.setStatus(ctx, id, lateapi.UpdateConversationRequestStatusActive)
}

func (s *ConversationsService) setStatus(ctx context.Context, id string, status lateapi.UpdateConversationRequestStatus) error {
	account, err := s.check(OpUpdateInboxConversation, id)
	if err != nil {
		return err
	}
	return reply.None(s.client.api.UpdateInboxConversation(ctx, id, lateapi.UpdateConversationRequest{AccountID: account, Status: status}))
}

// ListMessagesOptions pages the messages of a conversation. Zero fields are ignored. Servers
// before release 0.0.188 ignore all of them.
type ListMessagesOptions struct {
	NewestFirst bool
	Limit       int    // messages per page, at most 100, which is the server's default
	Cursor      string // NextCursor of the page before
}

// MessagePage is a page of messages.
type MessagePage struct {
	Messages   []InboxMessage
	NextCursor string // of the next page; empty on the last one
}

// Messages returns a page of the messages of a conversation of the client's account, the oldest
// first.
//
// Retried on any transient failure.
//
// GET /v1/inbox/conversations/{conversationId}/messages
func (s *ConversationsService) Messages(ctx context.Context, id string, opts ListMessagesOptions) (*MessagePage, error) {
	account, err := s.check(OpGetInboxConversationMessages, id)
	if err != nil {
		return nil, err
	}
	if err := checkLimit(opts.Limit); err != nil {
		return nil, err
	}
	params := &lateapi.GetInboxConversationMessagesParams{AccountID: account, Limit: optional(opts.Limit), Cursor: optional(opts.Cursor)}
	if opts.NewestFirst {
		params.SortOrder = new(lateapi.GetInboxConversationMessagesParamsSortOrderDesc)
	}
	return messagePage(s.client.api.GetInboxConversationMessages(ctx, id, params))
}

// Start sends an approved template to a phone number, which needs no open window. ParticipantID is
// the phone number in E.164 form; TemplateName and TemplateLanguage are required. Servers before
// release 0.0.282 do not support it.
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], starting again could
// send twice.
//
// POST /v1/inbox/conversations
func (s *ConversationsService) Start(ctx context.Context, req StartConversationRequest) (*StartedConversation, error) {
	var err error
	if req.AccountID, err = s.client.accountFor(req.AccountID); err != nil {
		return nil, err
	}
	if err := checkPhone("participantId", req.ParticipantID); err != nil {
		return nil, err
	}
	if err := checkRequired("templateName", req.TemplateName); err != nil {
		return nil, err
	}
	if err := checkRequired("templateLanguage", req.TemplateLanguage); err != nil {
		return nil, err
	}
	return startedConversation(s.client.api.CreateInboxConversation(ctx, req))
}

func (s *ConversationsService) check(operation, id string) (account string, err error) {
	if account, err = s.client.accountFor(""); err != nil {
		return "", err
	}
	return account, checkPathID(operation, id)
}

// nextCursor returns the cursor of the next page, if there is one. ok is false if the server
// announces a page that cannot be fetched.
func nextCursor(p lateapi.CursorPagination) (cursor string, ok bool) {
	if !p.HasMore {
		return "", true
	}
	return p.NextCursor, p.NextCursor != ""
}

var (
	conversationPage = reply.Part("conversations", func(r *lateapi.ConversationPage) (*ConversationPage, bool) {
		next, ok := nextCursor(r.Pagination)
		return &ConversationPage{
			Conversations: r.Data, NextCursor: next,
			FailedAccounts: r.Meta.FailedAccounts, AccountsFailed: cmp.Or(r.Meta.AccountsFailed, len(r.Meta.FailedAccounts)),
		}, ok && r.Data != nil
	})
	conversation = reply.Part("conversation", func(r *lateapi.ConversationResponse) (*ConversationDetails, bool) {
		return &r.Data, r.Data.ID != ""
	})
	messagePage = reply.Part("messages", func(r *lateapi.MessageList) (*MessagePage, bool) {
		next, ok := nextCursor(r.Pagination)
		return &MessagePage{Messages: r.Messages, NextCursor: next}, ok && r.Messages != nil
	})
	startedConversation = reply.Part("message ID", func(r *lateapi.StartConversationResponse) (*StartedConversation, bool) {
		return &r.Data, r.Data.MessageID != ""
	})
)
