// Package contract reads the published contracts as their overlays mend them, for the
// generator of the operation tables and for tests.
package contract

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/util"
)

// Operation is what the overlay says of one operation.
type Operation struct {
	ID      string // operationId
	Name    string // the summary as it stands in an error: "create contact"
	Method  string
	Path    string // with its parameters in braces
	Tag     string
	Repeat  string // x-repeatable: always, delete or never
	Unless  string // x-repeatable-unless-false: the field of the request
	Untimed bool   // x-untimed
	Stream  bool   // x-stream
}

// Load reads the contract at path and applies the overlay.
func Load(path, overlay string) (*openapi3.T, error) {
	doc, err := util.LoadSwaggerWithOverlay(path, util.LoadSwaggerWithOverlayOpts{
		Path: overlay, Strict: true, AllowRemoteRefsFrom: []string{},
	})
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return doc, nil
}

// Operations lists the operations of doc by id. An operation that does not say whether it
// may be repeated is an error.
func Operations(doc *openapi3.T) ([]Operation, error) {
	var ops []Operation
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			o := Operation{ID: op.OperationID, Method: method, Path: path}
			if len(op.Tags) > 0 {
				o.Tag = op.Tags[0]
			}
			if op.Summary != "" {
				o.Name = strings.ToLower(op.Summary[:1]) + op.Summary[1:]
			}
			o.Repeat, _ = op.Extensions["x-repeatable"].(string)
			if !slices.Contains([]string{"always", "delete", "never"}, o.Repeat) {
				return nil, fmt.Errorf("%s: x-repeatable is %q", o.ID, o.Repeat)
			}
			o.Unless, _ = op.Extensions["x-repeatable-unless-false"].(string)
			o.Untimed, _ = op.Extensions["x-untimed"].(bool)
			o.Stream, _ = op.Extensions["x-stream"].(bool)
			ops = append(ops, o)
		}
	}
	slices.SortFunc(ops, func(a, b Operation) int { return cmp.Compare(a.ID, b.ID) })
	return ops, nil
}
