// Package lateapi contains the types of the Late API and a plain typed client,
// [ClientWithResponses], with a method for each operation. It is generated from openapi/late.yaml
// and openapi/late.overlay.yaml.
//
// Most programs use package late, which adds errors, safe retries, iterators and batches. The
// client that late.Client.API returns is the client of this package on the transport of package
// late. Except for the types that package late has an alias of, this package may change in any
// release.
//
// An optional field of a request is omitted if it is zero. If zero is meaningful, the field is a
// pointer (new(false)), or a slice or map that is omitted only if it is nil.
package lateapi
