// Package onpremisetest is the on-premise WhatsApp Business API in memory, for tests and
// examples of programs that use package onpremise. It has state and keeps the rules of the
// API: a token is needed and expires, users have roles, settings merge, contacts take a while
// to be looked up, a message holds what its type says and nothing else, media come back as
// they went up, and every limit of a request is a refusal with the error body of the API. It
// calls the webhook for what comes in and for what becomes of what was sent, and calls again
// what was not answered 200. A program that works with it has met what it will meet in
// production.
//
//	func TestBotAnswers(t *testing.T) {
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
// # Reaching it
//
// [Server.Client] is an SDK client that logs in as the administrator. Any other HTTP client
// reaches it at [Server.URL] with [Server.Username] and [Server.Password], or with a
// [Server.Token], and [Server.RoundTrip] serves without a socket: as a transport, or as a
// responder of httpmock. [InProcess] leaves the socket out altogether, as testing/synctest
// needs it. [WithTLS] serves a certificate of the server's own making, as installations do;
// without it the server speaks plain HTTP.
//
// # Time
//
// The server has a clock of its own, which starts at the present. [Server.Advance] moves it
// ahead: a test of a token that expires, a lookup, a delivery or a webhook that is called
// again does not wait. Tokens are valid for 7 days. A contact that is asked about without
// waiting is processing for a second. Messages are delivered 1 to 4 seconds after they were
// sent, and read 1 to 5 seconds later.
//
// # The webhook
//
// It is set by the settings, by [WithWebhook], or as a handler that needs no socket.
// [Server.Receive] and its like let events come in; what becomes of a message comes by
// itself. Up to max_concurrent_requests calls run at once. What is not answered 200 is due
// again after callback_backoff_delay_ms, then after twice as much, and so on up to
// max_callback_backoff_delay_ms: nothing is lost, nor in a promised order.
// [Server.WaitDelivered] waits until all is settled, and [Server.Deliveries] tells each
// attempt.
//
// # When things go wrong
//
// [Server.Inject] lets requests meet a [Fault]: latency, a status, a connection that is cut
// before or after the API acted, a body that is garbage, truncated, slow or endless.
// [Server.ExpireTokens] ends tokens before their time, [Server.FailPhone] lets messages to a
// phone fail, [Server.SetHealth] cuts the installation off. [Server.Requests] tells what was
// asked, attempt by attempt, and [Server.Messages] what was sent, however often.
//
// # What it decides where the contract is silent
//
//   - A user that is created may send, look up, and deal with groups, media and health, and
//     read and change itself; all else is 403. The administrator cannot be removed. A change
//     of the password leaves tokens as they are; removing a user ends them.
//   - The first login of a fresh installation is refused with 403 and the code 1024 unless it
//     brings a new password, another one than the first. A later one that brings one sets it.
//   - Everybody with a well-formed number is on WhatsApp, until [Server.AddWhatsAppUsers] says
//     who is. Whoever writes is, too. A message to somebody else is refused with 400; one that
//     [Server.FailPhone] is for is accepted, and then fails.
//   - A message holds no other content than that of its type, at most 4096 characters of text,
//     an id or a link but not both, and a picture, sound or clip of that media type. Templates
//     are not known to the server: any name goes.
//   - The sent status is told only while the setting sent_status is on; delivered and read
//     always are. A message to a group has one status for all of it.
//   - Events that come about while no webhook is set are kept until one is.
//   - The webhook must be HTTPS, or on the loopback interface. Without a handler, only the
//     loopback interface is called at all. The authority that is uploaded for the webhook is
//     the one that is trusted, in the place of the system's, and the server shows
//     [Server.Certificate] to a webhook that asks for one.
//   - A system notification is a message of the type system, which the API sends and the
//     contract does not list.
//   - What is deleted and not there is 404; who is to be removed from a group or its
//     administrators, and is not there, is passed over.
//   - Shards make nodes; the number itself, registration, the profile, the settings and the
//     media providers are what a backup holds, and users and media are not.
//   - An uploaded certificate is served from the next connection on, without a restart.
package onpremisetest
