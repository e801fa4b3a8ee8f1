package contract

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

const mediaJSON = "application/json"

// file is the content of every file: a PEM certificate, for APIs that expect one.
const file = "-----BEGIN CERTIFICATE-----\nAAECAwQF\n-----END CERTIFICATE-----\n"

// Response makes a response to op: its first 2xx response, with every property set except errors.
// If there are several media types, it takes a file, then JSON; the others must be asked for.
func Response(op *openapi3.Operation) (status int, contentType string, body []byte) {
	codes := slices.Sorted(maps.Keys(op.Responses.Map()))
	first := slices.IndexFunc(codes, func(code string) bool { return strings.HasPrefix(code, "2") })
	if first < 0 {
		return 0, "", nil
	}
	status = statusOf(codes[first])
	content := op.Responses.Value(codes[first]).Value.Content
	for _, contentType := range slices.Sorted(maps.Keys(content)) {
		if schema := content[contentType].Schema; schema != nil && schema.Value.Format == "binary" {
			return status, concrete.Replace(contentType), []byte(file)
		}
	}
	if media := content[mediaJSON]; media != nil {
		return status, mediaJSON, encode(successful(maker{}.value(media.Schema.Value, "response", 1)))
	}
	return status, "", nil
}

// successful removes the errors that would make v a refusal.
func successful(v any) any {
	if object, ok := v.(map[string]any); ok {
		delete(object, "errors")
	}
	return v
}

// concrete returns one media type of a range.
var concrete = strings.NewReplacer("*/*", "application/octet-stream", "/*", "/png")

// statusOf returns 200 for 2XX.
func statusOf(code string) int {
	status, err := strconv.Atoi(strings.ReplaceAll(code, "X", "0"))
	if err != nil {
		panic(err)
	}
	return status
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // v was decoded from JSON
	}
	return b
}

// maker makes values for schemas.
type maker struct {
	alternative int // the alternative that is used if a schema has several
}

// value makes a value for a schema. Strings differ by property name and list index.
func (m maker) value(schema *openapi3.Schema, name string, n int) any {
	schema = m.whole(schema)
	switch {
	case len(schema.Enum) > 0:
		return schema.Enum[0]
	case schema.Type.Includes("object"):
		object := map[string]any{}
		for _, name := range sent(schema) {
			object[name] = m.value(schema.Properties[name].Value, name, n)
		}
		if len(object) == 0 {
			object["key"] = m.value(others(schema), "value", n)
		}
		return object
	case schema.Type.Includes("array"):
		list := make([]any, 2)
		for i := range list {
			list[i] = m.value(schema.Items.Value, name, i+1)
		}
		return list
	case schema.Type.Includes("boolean"):
		return true
	case schema.Type.Includes("integer"):
		return n
	case schema.Type.Includes("number"):
		return 1.5
	}
	goType, _ := schema.Extensions["x-go-type"].(string)
	switch cmp.Or(schema.Format, goType) {
	case "date-time", "Time":
		return "2100-01-02T15:04:05Z" // an expired token would be renewed at once
	case "Timestamp":
		return "1500000000"
	case "Milliseconds":
		return "1000"
	case "uri":
		return "https://example.com/" + name
	}
	return fmt.Sprintf("%s%d", name, n)
}

// whole merges a schema with its parts and one of its alternatives.
func (m maker) whole(schema *openapi3.Schema) *openapi3.Schema {
	parts := slices.Clone(schema.AllOf)
	if among := slices.Concat(schema.OneOf, schema.AnyOf); len(among) > 0 {
		parts = append(parts, among[min(m.alternative, len(among)-1)])
	}
	if len(parts) == 0 {
		return schema
	}
	whole := *schema
	whole.Properties = openapi3.Schemas{}
	maps.Copy(whole.Properties, schema.Properties)
	for _, ref := range parts {
		part := m.whole(ref.Value)
		if part.Type != nil {
			whole.Type = part.Type
		}
		if part.Enum != nil {
			whole.Enum = part.Enum
		}
		if part.AdditionalProperties.Schema != nil {
			whole.AdditionalProperties = part.AdditionalProperties
		}
		maps.Copy(whole.Properties, part.Properties)
	}
	return &whole
}

// sent lists the properties of an object, except those that exist only in Go.
func sent(schema *openapi3.Schema) []string {
	names := slices.Sorted(maps.Keys(schema.Properties))
	return slices.DeleteFunc(names, func(name string) bool {
		extensions := schema.Properties[name].Value.Extensions
		tags, _ := extensions["x-oapi-codegen-extra-tags"].(map[string]any)
		ignored, _ := extensions["x-go-json-ignore"].(bool)
		return ignored || tags["json"] == "-"
	})
}

// others returns the schema of additional properties.
func others(schema *openapi3.Schema) *openapi3.Schema {
	if extra := schema.AdditionalProperties.Schema; extra != nil {
		return extra.Value
	}
	return openapi3.NewStringSchema()
}
