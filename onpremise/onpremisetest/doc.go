// Package onpremisetest provides an in-process on-premise WhatsApp Business API for tests and
// examples of programs that use package onpremise. It keeps state and enforces the rules of the
// API: tokens are required and expire, users have roles, settings merge, contact lookups take time,
// messages are validated by type, media are stored, and invalid requests get the API's error
// responses. It calls the webhook for incoming messages and for statuses of sent ones, and retries
// until the webhook responds 200.
//
//	func TestBotReplies(t *testing.T) {
//		server := onpremisetest.NewServer()
//		defer server.Close()
//		server.SetWebhookHandler(newBot(server.Client())) // the code under test
//
//		id := server.ReceiveText("+1 (631) 555-1234", "hello")
//
//		require.NoError(t, server.WaitDelivered(t.Context()))
//		require.Len(t, server.Messages(), 1)
//		require.Equal(t, "16315551234", server.Messages()[0].To)
//		require.Equal(t, "hello", server.Messages()[0].Text.Body)
//		require.True(t, server.IsRead(id))
//	}
//
// # Connecting
//
// [Server.Client] returns an SDK client that logs in as the administrator. Any other HTTP client
// uses [Server.URL] with [Server.Username] and [Server.Password], or with a [Server.Token].
// [Server.RoundTrip] serves without a socket, as a transport or as a responder for httpmock.
// [InProcess] opens no socket at all, which testing/synctest requires. [WithTLS] uses a
// self-signed certificate, as installations do; without it the server uses plain HTTP.
//
// # Time
//
// The server has its own clock, which starts at the present. [Server.Advance] moves it forward,
// so that tests of expired tokens, lookups, deliveries or webhook retries need not wait. Tokens
// are valid for 7 days. A contact that is checked without waiting is processing for a second.
// Messages are delivered 1 to 4 seconds after they are sent, and read 1 to 5 seconds later.
//
// # The webhook
//
// Set it in the settings, with [WithWebhook], or as a handler without a socket. [Server.Receive]
// and similar methods create incoming events; statuses of sent messages occur by themselves. Up to
// max_concurrent_requests calls run at once. A call that does not get a 200 is retried after
// callback_backoff_delay_ms, then after twice as long, and so on up to
// max_callback_backoff_delay_ms. No event is lost, but the order is not guaranteed.
// [Server.WaitDelivered] waits for all deliveries, and [Server.Deliveries] returns each attempt.
//
// # Failures
//
// [Server.Inject] injects a [Fault]: latency, an error status, a connection that closes before or
// after the request is processed, or a response body that is garbage, truncated, slow or endless.
// [Server.ExpireTokens] expires tokens early, [Server.FailPhone] makes messages to a phone fail,
// and [Server.SetHealth] changes the gateway status. [Server.Requests] returns every attempt, and
// [Server.Messages] every message that was sent.
//
// # Behavior that the contract leaves open
//
//   - A user created by the administrator can send messages, look up contacts, use groups, media
//     and health, and read and change itself; everything else gets a 403. The administrator cannot
//     be deleted. Changing a password keeps tokens valid; deleting a user revokes them.
//   - The first login of a fresh installation gets a 403 with code 1024 unless it sets a new,
//     different password. Later logins may set one.
//   - Every valid phone number is on WhatsApp until [Server.AddWhatsAppUsers] is called. People who
//     write to the business are, too. A message to anyone else gets a 400. A message affected by
//     [Server.FailPhone] is accepted and fails later.
//   - A message contains only the content of its type, at most 4096 characters of text, either an
//     ID or a link, and a file of a matching media type. Any template name is accepted.
//   - The status sent is reported only while the setting sent_status is on; delivered and read
//     always are. A message to a group has one status.
//   - Events that occur while no webhook is set are kept until one is.
//   - The webhook URL must use HTTPS or a loopback address. Without a handler, only loopback
//     addresses are called. The uploaded webhook CA replaces the system's authorities, and the
//     server presents [Server.Certificate] to a webhook that requests a client certificate.
//   - A system notification is a message of type system, which the API sends although the contract
//     does not list it.
package onpremisetest
