// Package contract reads the OpenAPI contracts with their overlays applied, for the generator
// of the operation tables and for tests.
package contract

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/util"
)

// APIs are the names of the contracts, and of the packages generated from them.
var APIs = []string{"late", "onpremise"}

// Operation describes one operation and what the overlay says about it.
type Operation struct {
	ID     string // operationId
	Name   string // the summary, as error texts use it: "create contact"
	Method string
	Path   string // with its parameters in braces
	Repeat string // x-repeatable: always, delete or never
	Unless string // x-repeatable-unless-false: a field of the request

	Login, ReadOnly, Stream, Untimed bool // x-login, x-read-only, x-stream, x-untimed

	AnyType bool // responds with something else than JSON
	Keyed   bool // takes an Idempotency-Key
}

// TB is the part of testing.TB that this package reports to.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
}

// Load reads the contract of an API and applies its overlay. Root is the root of the module.
func Load(root, api string) (*openapi3.T, error) {
	base := filepath.Join(root, "openapi", api)
	doc, err := util.LoadSwaggerWithOverlay(base+".yaml", util.LoadSwaggerWithOverlayOpts{
		Path: base + ".overlay.yaml", Strict: true, AllowRemoteRefsFrom: []string{},
	})
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("%s: %w", api, err)
	}
	return doc, nil
}

// Operations lists the operations of doc by ID. Each must have an x-repeatable.
func Operations(doc *openapi3.T) ([]Operation, error) {
	var ops []Operation
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			o := Operation{ID: op.OperationID, Method: method, Path: path}
			o.Name = imperative(op.Summary)
			o.Repeat, _ = op.Extensions["x-repeatable"].(string)
			if !slices.Contains([]string{"always", "delete", "never"}, o.Repeat) {
				return nil, fmt.Errorf("%s: x-repeatable is %q", o.ID, o.Repeat)
			}
			o.Unless, _ = op.Extensions["x-repeatable-unless-false"].(string)
			o.Login = op.Extensions["x-login"] == true
			o.ReadOnly = op.Extensions["x-read-only"] == true
			o.Stream = op.Extensions["x-stream"] == true
			o.Untimed = op.Extensions["x-untimed"] == true
			o.AnyType = anyType(method, op)
			o.Keyed = op.Parameters.GetByInAndName(openapi3.ParameterInHeader, "Idempotency-Key") != nil
			ops = append(ops, o)
		}
	}
	slices.SortFunc(ops, func(a, b Operation) int { return cmp.Compare(a.ID, b.ID) })
	return ops, nil
}

// imperative turns a summary, which begins with a verb in the third person, into an imperative:
// "lists contacts" into "list contacts".
func imperative(summary string) string {
	verb, rest, _ := strings.Cut(summary, " ")
	switch {
	case strings.HasSuffix(verb, "ies"):
		verb = strings.TrimSuffix(verb, "ies") + "y"
	case strings.HasSuffix(verb, "ches"):
		verb = strings.TrimSuffix(verb, "es")
	default:
		verb = strings.TrimSuffix(verb, "s")
	}
	return strings.TrimSpace(verb + " " + rest)
}

// anyType reports whether a successful response of op may be something else than JSON.
func anyType(method string, op *openapi3.Operation) bool {
	json, other := false, false
	for code, resp := range op.Responses.Map() {
		if !strings.HasPrefix(code, "2") {
			continue
		}
		for mediaType := range resp.Value.Content {
			isJSON := mediaType == "application/json"
			json, other = json || isJSON, other || !isJSON
		}
	}
	return other || !json && method == http.MethodGet
}
