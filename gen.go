// Package wabakit is the root of the module and holds no code of its own.
//
// The clients are in
//
//   - [github.com/wabakit/wabakit-go/late]: Late, a hosted API for WhatsApp among other
//     networks, and latetest, a server of it for tests;
//   - [github.com/wabakit/wabakit-go/onpremise/onpremiseapi]: the generated client of the
//     WhatsApp Business API that a business runs on its own machines.
package wabakit

//go:generate go tool oapi-codegen -config openapi/late.codegen.yaml openapi/late.yaml
//go:generate go tool oapi-codegen -config openapi/onpremise.codegen.yaml openapi/onpremise.yaml
//go:generate go run ./internal/contract/operations -package late -o late/operations.gen.go -overlay openapi/late.overlay.yaml openapi/late.yaml
