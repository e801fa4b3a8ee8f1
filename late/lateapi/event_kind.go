package lateapi

// EventKind is the kind of a webhook event, such as message.received.
type EventKind string
