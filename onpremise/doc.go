// Package onpremise is a client for the WhatsApp Business API that a business runs on its own
// machines, and for the webhook that the installation calls.
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
// The first call logs in, and all goroutines share the token. The client renews it before it
// expires, and when the server rejects it; the call is then retried once with the new token. A
// failed login is the error of each call that waits for it. [WithNewPassword] sets up a fresh
// installation. [WithToken] and [WithTokenSource] use tokens from elsewhere.
//
// # Certificates
//
// An installation usually has a self-signed certificate. Use [WithRootCAs] to trust it.
//
// # Requests
//
// Unset fields are omitted, so the server's default applies. Fields whose zero value is meaningful
// are pointers: new(false) turns a setting off, nil leaves it unchanged. A nil slice is omitted, an
// empty slice is sent.
//
// Types such as [Message] are aliases; their fields are listed by
// go doc github.com/wabakit/wabakit-go/onpremise/onpremiseapi.Message.
//
// # Errors
//
// A call that the server refused, or that had no usable response, returns an [*Error]. Use errors.Is
// to distinguish them:
//
//	switch {
//	case errors.Is(err, onpremise.ErrNotFound): // the object does not exist
//	case errors.Is(err, onpremise.ErrWindowClosed): // send a template instead
//	case errors.Is(err, onpremise.ErrOutcomeUnknown): // check before sending again
//	}
//
// Invalid input is reported as a [*ValidationError] and nothing is sent. Errors and logs never
// contain a password or a token.
//
// # Retries
//
// Transient failures (connection errors, 408, 429, 500, 502, 503, 504) are retried up to three times
// if the comment of the method says "Retried on any transient failure": such calls only read, or
// repeating them changes nothing. Other calls are retried only if the request was not processed.
// Otherwise their error matches [ErrOutcomeUnknown], so that no message is sent twice. The client
// waits as long as the server asks for, or with growing delays.
//
// # Sequences
//
// [ContactsService.CheckMany] takes a sequence of any length and returns one; [FromSlice], [FromSeq]
// and [Map] adapt sequences.
//
// # Media
//
// [MediaService.Upload] and [MediaService.Download] stream files of any size.
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
// Each attempt uses the *http.Client of [WithHTTPClient] as it is at that time, so
// github.com/jarcoal/httpmock works. Package onpremisetest has an installation in memory.
package onpremise
