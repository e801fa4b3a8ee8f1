// Package late is a client for the WhatsApp part of the Late API: messages to many people at
// once, contacts and their groups, templates, broadcasts, the business profile, and phone
// numbers with their payment-first purchase.
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
// What a request does not set is not sent, so the server's default holds. A field whose zero
// value is something to say is a pointer: new(false) says that a person has not agreed to get
// messages, nil says nothing. A nil slice or map is not sent, an empty one is. The account of
// [WithAccount] goes into every call that needs one and names none; without either, the call
// fails with [ErrNoAccount].
//
// Types such as [Contact] are those of package lateapi, which lists their fields:
// go doc github.com/wabakit/wabakit-go/late/lateapi.Contact.
//
// # Errors
//
// A call that the server refused, or that brought no answer, returns an [*Error]. errors.Is
// tells kinds apart:
//
//	switch {
//	case errors.Is(err, late.ErrConflict): // a contact with this phone exists
//	case errors.Is(err, late.ErrOutcomeUnknown): // it may have happened: look before trying again
//	}
//
// What is known to be wrong before it is sent is a [*ValidationError]. The API key stands in no error
// or log line.
//
// # Retries
//
// An attempt that failed in passing (a connection that breaks, 408, 429, 500, 502, 503, 504) is
// repeated up to three times, with growing pauses or after the time that the server names, if
// repeating it can do no harm: the call only reads, or its repetition changes nothing, or the
// server cannot have acted on it. The comment of each method says which holds. No message is
// ever sent twice by a retry; where that leaves the outcome open, the error matches
// [ErrOutcomeUnknown].
//
// # Lists and batches
//
// All… methods are iterators over a list of any length, page by page. …Many methods take a
// sequence of any length, send it in chunks of the size that the API takes, and account for
// each item in a [BatchReport].
//
// # Webhooks
//
// [NewWebhook] handles the events that Late delivers: incoming messages, the statuses of outgoing
// ones, and more. It checks their signature and handles each event until its function has returned
// nil.
//
// # Tests
//
// The client calls the *http.Client of [WithHTTPClient] as it is at each attempt, so
// github.com/jarcoal/httpmock works with it. Package latetest has a whole server in memory.
package late
