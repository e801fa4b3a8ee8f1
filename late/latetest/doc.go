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
// # Failures
//
// [Server.Inject] injects a [Fault]: latency, an error status, a connection that closes before or
// after the request is processed, or a response body that is garbage, truncated, slow or endless.
// [Server.FailPhone] makes messages to a phone fail. [Server.Requests] returns every attempt, and
// [Server.Messages] every message that was sent.
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
package latetest
