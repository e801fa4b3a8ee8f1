// Package wabakit is the root of the module and holds no code of its own.
//
// The clients are in
//
//   - [github.com/wabakit/wabakit-go/late]: Late, a hosted API for WhatsApp among other
//     networks;
//   - [github.com/wabakit/wabakit-go/onpremise]: the WhatsApp Business API that a business runs
//     on its own machines, and the webhook that it calls.
//
// Beside each stands a server of its API in memory, for tests (latetest, onpremisetest), and
// the generated types and plain client that it is built on (lateapi, onpremiseapi).
package wabakit

//go:generate go tool oapi-codegen -config openapi/late.codegen.yaml openapi/late.yaml
//go:generate go tool oapi-codegen -config openapi/onpremise.codegen.yaml openapi/onpremise.yaml
//go:generate go run ./internal/twin late/call.go late/call_options.go late/outcome.go late/seq.go late/wait.go late/webhook_options.go
//go:generate go run ./internal/contract/operations
//go:generate go run ./internal/apilist
//go:generate go run ./internal/readme
