// Package onpremise is a client for the WhatsApp Business API that a business runs on its own
// machines, and for the webhook that the installation calls. The vendor ended this API in October
// 2025; some hosted services still offer it.
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
// The first call logs in, and all goroutines share the token. The client renews it in the
// background before it expires, and when the server rejects it; the call is then retried once with
// the new token. A failed login is the error of each call that waits for it. [WithNewPassword] sets
// up a fresh installation. [WithToken] and [WithTokenSource] use tokens from elsewhere.
//
// # Certificates
//
// An installation usually has a self-signed certificate. [WithRootCAs] trusts the authority that
// signed it, [WithPinnedCertificate] the certificate itself.
//
// # Requests
//
// Unset fields are omitted, so the server's default applies. Fields whose zero value is meaningful
// are pointers: new(false) turns a setting off, nil leaves it unchanged. A nil slice is omitted, an
// empty slice is sent.
//
// Types such as [Message] are aliases of those in package onpremiseapi, which documents their
// fields: go doc github.com/wabakit/wabakit-go/onpremise/onpremiseapi.Message.
//
// # Errors
//
// A call that the server refused, or that got no usable response, returns an [*Error]. Use
// errors.Is to distinguish the reasons:
//
//	switch {
//	case errors.Is(err, onpremise.ErrNotFound): // the object does not exist
//	case errors.Is(err, onpremise.ErrWindowClosed): // send a template instead
//	case errors.Is(err, onpremise.ErrOutcomeUnknown): // it may have been sent: check before trying again
//	}
//
// Invalid input is reported as a [*ValidationError] and nothing is sent. Errors and logs never
// contain a password or a token.
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
// matches [ErrOutcomeUnknown], so that no retry sends a message twice.
//
// # Sequences
//
// [ContactsService.CheckMany] takes a sequence of any length and returns one; [FromSlice], [FromSeq]
// and [Map] adapt sequences.
//
// # Other endpoints
//
// [Client.Do] calls an endpoint that no method covers, and [Client.API] returns the generated client.
//
// # Media
//
// [MediaService.Upload] and [MediaService.Download] stream files of any size.
//
// # Webhooks
//
// [NewWebhook] handles the events that the installation delivers: incoming messages, the statuses of
// outgoing ones, and errors. It handles each item until its function has returned nil.
//
//	http.Handle("/webhook", onpremise.NewWebhook(onpremise.WebhookHandlers{
//		MessageReceived: func(ctx context.Context, m *onpremise.IncomingMessage) error { … },
//		MessageFailed:   func(ctx context.Context, s *onpremise.MessageStatus) error { … },
//	}, onpremise.WithQuerySecret("key", secret)))
//
// # Tests
//
// The client uses the *http.Client of [WithHTTPClient] as it is at each attempt, so
// github.com/jarcoal/httpmock works with it. Package onpremisetest has an in-process installation.
package onpremise
