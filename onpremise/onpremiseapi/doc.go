// Package onpremiseapi is generated from the contract of the on-premise WhatsApp
// Business API: its types, and a plain client with one method for each operation.
//
// Use package onpremise unless you need an operation bare. This client knows no
// token, repeats nothing and returns whatever the server answered; package
// onpremise adds all that, and hands out this client on its own transport.
//
// In a request, a field that is nil is not sent, and one that points to false, 0
// or "" is:
//
//	onpremiseapi.ApplicationSettingsUpdate{PassThrough: new(false)}
//
// A list that is nil is not sent, and one that is empty is. An answer has plain
// values: what the server left out is zero, or the default of a setting. Values
// of an enumeration that this package does not know are kept as they are.
//
// The few types that are written by hand read what the contract does not say: a
// [Time] with a space in it, [Milliseconds] as a string or a number, [Health] in
// any of its forms, the [Timestamp] of a webhook.
package onpremiseapi
