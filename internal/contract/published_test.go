package contract_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
)

// facts maps a place in a body to what a contract says about it: "$.tags[]" is an element of
// the array tags, "{}" the value of a map, "|0" the first alternative of a oneOf.
type facts map[string]map[string]any

// content maps a media type to the facts of its schema.
type content map[string]facts

// sheet has the facts of a published contract.
type sheet struct {
	Operations map[string]struct {
		Method, Path string
		Parameters   map[string]map[string]any
		Request      struct {
			Required bool
			Content  content
		}
		Responses map[string]content
		Callbacks map[string]struct {
			Method, Expression string
			Content            content
		}
	}
	Schemas map[string]facts
}

// The contracts say what was published. A response may say more, a request may not.
func TestContractsMatchThePublishedOnes(t *testing.T) {
	t.Parallel()
	sheets, err := filepath.Glob("../../openapi/published/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, sheets)
	for _, path := range sheets {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var want sheet
			raw, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(raw, &want))
			api, _, _ := strings.Cut(name, "-")
			compare(t, readDocument(t, "../../openapi/"+api+".yaml"), want)
		})
	}
}

func compare(t *testing.T, d document, want sheet) {
	found := map[string][2]string{} // method and path by operation ID
	for path, item := range d.at("paths") {
		for method, op := range item.(map[string]any) {
			if op, ok := op.(map[string]any); ok {
				found[fmt.Sprint(op["operationId"])] = [2]string{method, path}
			}
		}
	}
	for id, want := range want.Operations {
		if found[id] != [2]string{strings.ToLower(want.Method), want.Path} {
			t.Errorf("%s: is %s, published as %s %s", id, found[id], want.Method, want.Path)
			continue
		}
		item := d.at("paths", want.Path)
		op := d.at("paths", want.Path, found[id][0])
		have := map[string]map[string]any{}
		for _, p := range slices.Concat(list(item["parameters"]), list(op["parameters"])) {
			p := d.resolve(p)
			param := d.facts(p["schema"], "")[""]
			param["required"] = p["required"] == true
			have[fmt.Sprint(p["in"], ":", p["name"])] = param
		}
		require.Equal(t, normal(want.Parameters), normal(have), "%s: parameters", id)

		request := d.resolve(op["requestBody"])
		require.Equal(t, want.Request.Content != nil, request != nil, "%s: has a request body", id)
		if request != nil {
			require.Equal(t, want.Request.Required, request["required"] == true, "%s: request body required", id)
			d.compare(t, id+" request", want.Request.Content, request, true)
		}
		responses, _ := op["responses"].(map[string]any)
		for code, want := range want.Responses {
			require.Contains(t, responses, code, id)
			d.compare(t, id+" response "+code, want, d.resolve(responses[code]), false)
		}
		for name, want := range want.Callbacks {
			call := d.at("paths", found[id][1], found[id][0], "callbacks", name, want.Expression, strings.ToLower(want.Method))
			d.compare(t, id+" callback "+name, want.Content, d.resolve(call["requestBody"]), false)
		}
	}
	for name, want := range want.Schemas {
		compareFacts(t, "schema "+name, want, d.facts(d.at("components", "schemas")[name], "$"), false)
	}
}

// compare compares the content of a request or a response.
func (d document) compare(t *testing.T, where string, want content, body map[string]any, exact bool) {
	have, _ := body["content"].(map[string]any)
	for kind, want := range want {
		media, ok := have[kind].(map[string]any)
		if !ok {
			t.Errorf("%s: content %s is missing", where, kind)
			continue
		}
		compareFacts(t, where, want, d.facts(media["schema"], "$"), exact)
	}
}

func compareFacts(t *testing.T, where string, want, have facts, exact bool) {
	for place, facts := range want {
		if _, ok := have[place]; !ok {
			t.Errorf("%s: %s is missing", where, place)
			continue
		}
		for fact, value := range facts {
			got := have[place][fact]
			if fact == "required" && !exact {
				require.Subset(t, got, value, "%s: %s: required", where, place)
			} else {
				require.Equal(t, normal(value), normal(got), "%s: %s: %s", where, place, fact)
			}
		}
	}
	for place := range have {
		if exact {
			require.Contains(t, want, place, "%s: not in the published contract", where)
			require.Equal(t, want[place]["required"] != nil, have[place]["required"] != nil, "%s: %s: required", where, place)
		}
	}
}

// document is a contract without its overlay, references unresolved.
type document map[string]any

func readDocument(t *testing.T, path string) document {
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	require.NoError(t, err)
	return normal(doc).(map[string]any)
}

func (d document) at(path ...string) map[string]any {
	node := map[string]any(d)
	for _, name := range path {
		node, _ = node[name].(map[string]any)
	}
	return node
}

// resolve follows the references of a node.
func (d document) resolve(node any) map[string]any {
	m, _ := node.(map[string]any)
	for m["$ref"] != nil {
		path := strings.Split(strings.TrimPrefix(m["$ref"].(string), "#/"), "/")
		m = d.at(path...)
	}
	return m
}

// kept are the keywords of a schema that are facts.
var kept = []string{
	"type", "format", "enum", "default", "maximum", "minimum", "maxLength", "minLength",
	"maxItems", "minItems", "pattern", "nullable", "deprecated",
}

// facts returns the facts of a schema, whose place is prefix.
func (d document) facts(schema any, prefix string) facts {
	all := facts{}
	d.flatten(schema, prefix, all, 0)
	return all
}

func (d document) flatten(node any, prefix string, all facts, depth int) {
	if depth > 12 {
		return
	}
	schema := d.resolve(node)
	here := all[prefix]
	if here == nil {
		here = map[string]any{}
		all[prefix] = here
	}
	for _, key := range kept {
		if value, ok := schema[key]; ok {
			here[key] = value
		}
	}
	if values := list(schema["enum"]); values != nil {
		here["enum"] = texts(values)
	}
	if value, ok := schema["default"]; ok {
		here["default"] = fmt.Sprint(value)
	}
	if types := list(schema["type"]); types != nil {
		kinds := slices.DeleteFunc(slices.Clone(types), func(kind any) bool { return kind == "null" })
		here["type"] = kinds
		if len(kinds) == 1 {
			here["type"] = kinds[0]
		}
		here["nullable"] = true
	}
	if required := list(schema["required"]); len(required) > 0 {
		before, _ := here["required"].([]string)
		sorted := slices.Sorted(slices.Values(slices.Concat(before, texts(required))))
		here["required"] = slices.Compact(sorted)
	}
	properties, _ := schema["properties"].(map[string]any)
	for name, property := range properties {
		d.flatten(property, prefix+"."+name, all, depth+1)
	}
	if items, ok := schema["items"]; ok {
		d.flatten(items, prefix+"[]", all, depth+1)
	}
	if values, ok := schema["additionalProperties"].(map[string]any); ok {
		d.flatten(values, prefix+"{}", all, depth+1)
	}
	for _, part := range list(schema["allOf"]) {
		d.flatten(part, prefix, all, depth+1)
	}
	alternatives := list(schema["oneOf"])
	if alternatives == nil {
		alternatives = list(schema["anyOf"])
	}
	for i, alternative := range alternatives {
		d.flatten(alternative, fmt.Sprintf("%s|%d", prefix, i), all, depth+1)
	}
}

func list(v any) []any { l, _ := v.([]any); return l }

func texts(values []any) []string {
	var all []string
	for _, value := range values {
		all = append(all, fmt.Sprint(value))
	}
	return all
}

// normal returns v as encoding/json decodes it.
func normal(v any) any {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	var plain any
	if err := json.Unmarshal(raw, &plain); err != nil {
		panic(err)
	}
	return plain
}
