// Package late is a client for the WhatsApp part of the Late API: bulk messages, contacts and
// groups, templates, broadcasts, the business profile and phone numbers; conversations with
// customers, their attachments, and webhooks; accounts, profiles and usage.
//
//	client, err := late.NewClient(os.Getenv("LATE_API_KEY"), late.WithAccount("507f1f77bcf86cd799439011"))
//	if err != nil {
//		return err
//	}
//	contact, err := client.Contacts.Create(ctx, late.CreateContactRequest{
//		Phone: "+16315551234", Name: "Ada", IsOptedIn: new(true),
//	})
//
// # Requests
//
// Unset fields are omitted, so the server's default applies. Fields whose zero value is meaningful
// are pointers: new(false) says that a person has not agreed to receive messages, nil says nothing.
// A nil slice or map is omitted, an empty one is sent. The account of [WithAccount] is used by every
// call that needs one, unless the request names another. Without either, the call fails with
// [ErrNoAccount]. [AccountsService.List] returns the accounts with their IDs.
//
// Types such as [Contact] are aliases of those in package lateapi, which documents their fields:
// go doc github.com/wabakit/wabakit-go/late/lateapi.Contact.
//
// # Errors
//
// A call that the server refused, or that got no usable response, returns an [*Error]. Use
// errors.Is to distinguish the reasons:
//
//	switch {
//	case errors.Is(err, late.ErrConflict): // a contact with this phone exists
//	case errors.Is(err, late.ErrOutcomeUnknown): // it may have happened: check before trying again
//	}
//
// Invalid input is reported as a [*ValidationError] and nothing is sent. Errors and logs never
// contain the API key.
//
// # Retries
//
// The comment of each method says when it is retried, up to three times ([WithMaxRetries]), after
// growing pauses or the time that the server asks for.
//
// "Retried on any transient failure": after a connection error, 408, 429, 500, 502, 503 or 504.
// The method only reads, or doing it twice has the effect of doing it once.
//
// "Retried only if the request was not processed": after a 429, after a 503 of the API that says
// when to come back, or if no part of the request was sent. After any other failure the error
// matches [ErrOutcomeUnknown], so that no retry sends a message twice or buys a second number.
//
// # Lists and batches
//
// All… methods return iterators that fetch a list page by page. …Many methods read a sequence of
// any length, send it in chunks of the size that the API allows, and account for each item in a
// [BatchReport].
//
// # Conversations
//
// A customer who writes opens a window of 24 hours in which [ConversationsService.Reply] can send
// anything. Afterwards it returns [ErrWindowClosed], and only a template can be sent. Without the
// inbox add-on, the calls of [ConversationsService] return [ErrAddonRequired].
//
// # Webhooks
//
// [NewWebhook] handles the events that Late delivers: incoming messages, the statuses of outgoing
// ones, and more. It checks their signature and handles each event until its function has returned
// nil. [WebhooksService.Ensure] subscribes to them.
//
// # Tests
//
// The client uses the *http.Client of [WithHTTPClient] as it is at each attempt, so
// github.com/jarcoal/httpmock works with it. Package latetest has an in-process server.
package late
