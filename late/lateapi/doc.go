// Package lateapi is the Late API as its contract has it: a type for each shape, and a plain
// typed client, [ClientWithResponses], with a method for each operation. It is generated from
// openapi/late.yaml and openapi/late.overlay.yaml.
//
// Package late stands on top of it and is what most programs want: it adds errors, retries
// that never send anything twice, iterators and batches. The client that late.Client.API
// returns is the one of this package on the transport of package late.
//
// An optional field of a request is not sent while it is zero; where zero is something to
// say, the field is a pointer (new(false)), or a slice or map that is sent when it is not nil.
package lateapi
