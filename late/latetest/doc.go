// Package latetest provides an in-process Late API for tests and examples of programs that use
// package late. It keeps state and enforces the rules of the API: phone numbers are unique, lists
// are filtered and paged, templates are reviewed, broadcasts go from draft to completed and their
// messages from sent to read, and invalid requests get the API's error responses.
//
//	func TestGreet(t *testing.T) {
//		server := latetest.NewServer()
//		defer server.Close()
//
//		err := greet(t.Context(), server.Client(), "+16315551234") // the code under test
//
//		require.NoError(t, err)
//		require.Len(t, server.Messages(), 1)
//		require.Equal(t, "+16315551234", server.Messages()[0].Phone)
//	}
//
// # Connecting
//
// [Server.Client] returns an SDK client for the server and its account. Any other HTTP client
// uses [Server.URL] and [Server.APIKey]. [Server.RoundTrip] serves without a socket, as a
// transport or as a responder for httpmock. [InProcess] opens no socket at all, which
// testing/synctest requires.
//
// # Time
//
// The server has its own clock, which starts at the present. [Server.Advance] moves it forward,
// so that tests of reviews, schedules, deliveries or rate limits need not wait. A template is
// approved 2 seconds after its creation, unless [Server.RejectTemplate] was called. Messages are
// delivered 1 to 4 seconds after they are sent, and read 1 to 5 seconds later.
//
// # Conversations
//
// [Server.Receive] and [Server.ReceiveText] let a customer write, which opens the conversation and
// the 24-hour window. A reply outside the window is refused with the platform's error 131047, or
// fails later with [WithWindowEvents]; a template needs no window. Responses to replies with an
// idempotency key are kept for 24 hours. [Server.AddMedia] stores a file that a message refers to.
// [WithoutInbox] removes the inbox add-on.
//
// # Webhooks
//
// Create them in the settings, over a socket on the loopback interface, or with
// [Server.SetWebhookHandler] without a socket. Each event is delivered to every active webhook
// that subscribes to its kind, signed with the webhook's secret. An attempt fails unless it gets a
// 2xx within 5 seconds. It is retried up to 6 times in 51 hours, but not after a 4xx other than
// 408 and 429. After 10 failed attempts in a row the webhook is disabled.
// [Server.WaitDelivered] waits for all deliveries, and [Server.Deliveries] returns each attempt.
//
//	server.SetWebhookHandler(newBot(server.Client())) // checks latetest.WebhookSecret
//	server.ReceiveText("+16315551234", "hello")
//	require.NoError(t, server.WaitDelivered(t.Context()))
//	require.Equal(t, "hello yourself", server.Messages()[0].Text)
//
// # Failures
//
// [Server.Inject] injects a [Fault]: latency, an error status, a connection that closes before or
// after the request is processed, or a response body that is garbage, truncated, slow or endless.
// [Server.FailPhone] makes messages to a phone fail, and [Server.FailAccount] everything that an
// account does in the inbox. [Server.Requests] returns every attempt, and [Server.Messages] every
// message that was sent.
//
// # Behavior that the contract leaves open
//
//   - A page has at most 100 rows, even if a request asks for more.
//   - An import row whose phone number already exists has Success false, carries the existing
//     contact's ID, and counts as skipped. A failed row has no ID.
//   - Creating a template whose name exists in its language gets a 400, as Meta's refusals do.
//     Update and get by name use the oldest language, delete removes all.
//   - A broadcast can be created before its template exists. The template must be approved when
//     the broadcast is sent; otherwise a scheduled broadcast fails, and each of its recipients.
//   - A contact that is blocked or has opted out fails alone, with the reason. So does a recipient
//     without a value for each placeholder.
//   - The rate limit counts in windows of a minute. A window begins with a request.
//   - Every other account in a list has its profile as an object, the rest have its ID.
//   - A reply to a phone affected by [Server.FailPhone] is accepted and fails later. A reply marks
//     the conversation as read, a message of the customer takes it out of the archive.
//   - Bulk and broadcast messages are not in the inbox, but have the same events. An event opens the
//     conversation if there is none. Without webhooks, events do not occur.
//   - An upload URL rejects requests with an Authorization header, as storage services do, and other
//     types than the one it was requested for.
//   - Error responses to a reply have no code when the status is 400: the contract declares only one.
package latetest
