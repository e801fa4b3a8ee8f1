// Package onpremiseapi is generated from the contract of the on-premise WhatsApp Business API. It
// contains the types and a plain client with one method for each operation.
//
// Use package onpremise instead. The client of this package does not log in, does not retry, and
// returns every response as it is. Client.API of package onpremise returns this client on the
// transport of package onpremise.
//
// In a request, nil fields are omitted, and pointers to false, 0 or "" are sent:
//
//	onpremiseapi.ApplicationSettingsUpdate{PassThrough: new(false)}
//
// A nil slice is omitted, an empty slice is sent. In a response, an omitted field is zero, or the
// default of a setting. Unknown values of an enumeration are kept.
//
// The types written by hand accept forms that the contract does not declare: a [Time] with a space,
// [Milliseconds] as a string or a number, [Health] as a word, a node or a map of nodes, and the
// [Timestamp] of a webhook.
package onpremiseapi
