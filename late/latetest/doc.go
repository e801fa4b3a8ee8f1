// Package latetest is the Late API in memory, for tests and examples of programs that use
// package late. It has state and keeps the rules of the API: phone numbers are unique, lists
// are filtered and paged, templates are reviewed, broadcasts go from draft to completed and
// their messages from sent to read, and every limit of a request is a refusal with the error
// body of the API. A program that works with it has met what it will meet in production.
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
// # Reaching it
//
// [Server.Client] is an SDK client bound to the server and its account. Any other HTTP client
// reaches it at [Server.URL] with [Server.APIKey], and [Server.RoundTrip] serves without a
// socket: as a transport, or as a responder of httpmock. [InProcess] leaves the socket out
// altogether, as testing/synctest needs it.
//
// # Time
//
// The server has a clock of its own, which starts at the present. [Server.Advance] moves it
// ahead: a test of a review, a schedule, a delivery or a rate limit does not wait. A template
// is approved 2 seconds after it was created, unless [Server.RejectTemplate] says otherwise.
// Messages are delivered 1 to 4 seconds after they were sent, and read 1 to 5 seconds later.
//
// # When things go wrong
//
// [Server.Inject] lets requests meet a [Fault]: latency, a status, a connection that is cut
// before or after the API acted, a body that is garbage, truncated, slow or endless.
// [Server.FailPhone] lets messages to a phone fail. [Server.Requests] tells what was asked,
// attempt by attempt, and [Server.Messages] who was messaged, however often.
//
// # What it decides where the contract is silent
//
//   - A page holds at most 100 rows; what asks for more is answered with that many.
//   - A row of an import that is skipped, since its phone number is there already, is one
//     without success, since no contact was created. It bears the id of the contact that is
//     there, which a row that failed does not, and the summary counts it as skipped.
//   - A template whose name is taken in its language is refused with 400, as Meta's refusals
//     are; update and get by name take the oldest of several languages, delete takes all.
//   - A template need not exist when a broadcast is created, and must be approved when it is
//     sent. A broadcast whose time comes without one fails, and each of its recipients.
//   - A contact that is blocked or has opted out, and a recipient without a value for each
//     placeholder of the body, fail by themselves, with the reason.
//   - The rate limit counts in windows of a minute that begin with a request.
package latetest
