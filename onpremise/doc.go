// Package onpremise is a client for the WhatsApp Business API that a business runs on its own
// machines, and the webhook that it calls.
//
//	client, err := onpremise.NewClient("https://wa.example.internal/v1",
//		onpremise.WithCredentials("admin", os.Getenv("WA_PASSWORD")), onpremise.WithRootCAs(pool))
//	if err != nil {
//		return err
//	}
//	id, err := client.Messages.Send(ctx, onpremise.TextMessage("16315551234", "hello"))
//
// # Tokens
//
// The first call logs in, and all goroutines share the token. It is renewed before it ends, and
// when the server refuses it: the call is then repeated with the new one. A login that fails is
// the error of each call that waits for it. [WithNewPassword] sets up a fresh installation;
// [WithToken] and [WithTokenSource] are for tokens that are managed elsewhere.
//
// # Certificates
//
// An installation usually has a certificate of its own making, which is trusted by
// [WithRootCAs].
//
// # Requests
//
// What a request does not set is not sent, so the server's default holds. A field whose zero
// value is something to say is a pointer: new(false) turns a setting off, nil leaves it as it
// is. A nil slice is not sent, an empty one is.
//
// Types such as [Message] are those of package onpremiseapi, which lists their fields:
// go doc github.com/wabakit/wabakit-go/onpremise/onpremiseapi.Message.
//
// # Errors
//
// A call that the server refused, or that brought no answer, returns an [*Error]. errors.Is
// tells kinds apart:
//
//	switch {
//	case errors.Is(err, onpremise.ErrNotFound): // no such thing
//	case errors.Is(err, onpremise.ErrOutcomeUnknown): // it may have happened: look before trying again
//	}
//
// What is known to be wrong before it is sent is a [*ValidationError]. Neither passwords nor
// tokens stand in an error or a log line.
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
// # Batches
//
// [ContactsService.CheckMany] takes a sequence of any length, looks it up in chunks, and accounts
// for each item in a [BatchReport].
//
// # Media
//
// [MediaService.Upload] and [MediaService.Download] stream: a file of any size goes through
// without being held in memory.
//
// # The webhook
//
// [NewWebhook] handles what the installation reports: messages, statuses and errors. Each item is
// delivered again until the function for it has returned nil.
//
//	http.Handle("/webhook", onpremise.NewWebhook(onpremise.WebhookHandlers{
//		MessageReceived: func(ctx context.Context, m *onpremise.IncomingMessage) error { … },
//		MessageFailed:   func(ctx context.Context, s *onpremise.MessageStatus) error { … },
//	}, onpremise.WithQuerySecret("key", secret)))
//
// # Tests
//
// The client calls the *http.Client of [WithHTTPClient] as it is at each attempt, so
// github.com/jarcoal/httpmock works with it. Package onpremisetest has a whole installation in
// memory.
package onpremise
