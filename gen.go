// Package wabakit is the root of the module and contains no code.
//
// The clients are in
//
//   - [github.com/wabakit/wabakit-go/late]: the WhatsApp part of Late, a hosted API;
//   - [github.com/wabakit/wabakit-go/onpremise]: the WhatsApp Business API that a business runs
//     on its own machines.
//
// Package [github.com/wabakit/wabakit-go/campaign] sends to large lists across crashes.
//
// Each client has an in-process test server (latetest, onpremisetest) and a package with the generated
// types and plain client (lateapi, onpremiseapi).
package wabakit

//go:generate go tool oapi-codegen -config openapi/late.codegen.yaml openapi/late.yaml
//go:generate go tool oapi-codegen -config openapi/onpremise.codegen.yaml openapi/onpremise.yaml
//go:generate go run ./internal/twin late/call.go late/call_options.go late/outcome.go late/seq.go late/wait.go late/webhook_options.go
//go:generate go run ./internal/contract/operations
//go:generate go run ./internal/readme
