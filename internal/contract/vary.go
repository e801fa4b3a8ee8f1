package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// ByID returns the operations of doc by ID.
func ByID(doc *openapi3.T) map[string]*openapi3.Operation {
	all := map[string]*openapi3.Operation{}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			all[op.OperationID] = op
		}
	}
	return all
}

// Tolerate calls call with every variation of the samples. Each must be decoded without an error,
// to the value of its sample apart from the additions. If refused returns a function for a
// variation, call must return an error that it accepts. refused may be nil.
func Tolerate(tb TB, samples []Sample, call func(status int, body []byte) (any, error), refused func(Variation) func(error) bool) {
	tb.Helper()
	for _, sample := range samples {
		want, err := call(sample.Status, sample.Body)
		if err != nil {
			tb.Errorf("contract: sample response %s: %v", sample.Body, err)
			continue
		}
		want = Variation{}.plain(want)
		for _, v := range sample.Variations() {
			got, err := call(sample.Status, v.Body)
			var accepts func(error) bool
			if refused != nil {
				accepts = refused(v)
			}
			switch {
			case accepts != nil && !accepts(err):
				tb.Errorf("contract: %v: is read as %v, with the error %v", v, got, err)
			case accepts == nil && err != nil:
				tb.Errorf("contract: %v: %v", v, err)
			case accepts == nil && !v.lossy():
				if got := v.plain(got); !reflect.DeepEqual(want, got) {
					tb.Errorf("contract: %v: is read as %s, want %s", v, encode(got), encode(want))
				}
			}
		}
	}
}

// Sample is a JSON value of a schema with every property set.
type Sample struct {
	Status int // of the response
	Body   []byte

	schema  *openapi3.Schema
	maker   maker
	success bool // not a refusal
}

func (s Sample) value() any {
	v := s.maker.value(s.schema, "response", 1)
	if s.success {
		return successful(v)
	}
	return v
}

// Samples makes a value for each alternative of schema.
func Samples(schema *openapi3.Schema) []Sample {
	var samples []Sample
	for i := range alternatives(schema) {
		m := maker{alternative: i}
		samples = append(samples, Sample{Body: encode(m.value(schema, "response", 1)), schema: schema, maker: m})
	}
	return samples
}

// Responses makes samples of each JSON response of op with a 2xx status.
func Responses(op *openapi3.Operation) []Sample { return samples(op, true) }

// Refusals makes samples of each JSON response of op with another status. The default response
// has status 0.
func Refusals(op *openapi3.Operation) []Sample { return samples(op, false) }

func samples(op *openapi3.Operation, success bool) []Sample {
	var all []Sample
	for _, code := range slices.Sorted(maps.Keys(op.Responses.Map())) {
		media := op.Responses.Value(code).Value.Content[mediaJSON]
		if media == nil || strings.HasPrefix(code, "2") != success {
			continue
		}
		for _, s := range Samples(media.Schema.Value) {
			if code != "default" {
				s.Status = statusOf(code)
			}
			s.success = success
			s.Body = encode(s.value())
			all = append(all, s)
		}
	}
	return all
}

// alternatives returns the largest number of alternatives in one place of a schema.
func alternatives(schema *openapi3.Schema) int {
	n := max(len(schema.OneOf), len(schema.AnyOf), 1)
	parts := slices.Concat(schema.AllOf, schema.OneOf, schema.AnyOf, slices.Collect(maps.Values(schema.Properties)))
	if schema.Items != nil {
		parts = append(parts, schema.Items)
	}
	for _, part := range parts {
		n = max(n, alternatives(part.Value))
	}
	return n
}

// The kinds of variations of a body.
const (
	Added   = "added"         // unknown properties of each type
	Unknown = "unknown value" // unknown enumeration value
	Largest = "largest"       // largest integer
	Null    = "null"
	LeftOut = "left out" // missing property
	Empty   = "empty"    // empty list or object
)

// prefix of added names and values
const mark = "added_"

// additions has a value of each type. Servers do not write integers as 1e3, so no variation does.
var additions = map[string]any{
	mark + "text": "text", mark + "number": 7.5, mark + "flag": true, mark + "null": nil,
	mark + "object": map[string]any{"id": "text", "list": []any{1, nil}}, mark + "list": []any{map[string]any{"id": 1}, "text"},
}

func added(name string, _ any) bool { return strings.HasPrefix(name, mark) }

// Variation is a body that differs from its sample in one respect.
type Variation struct {
	Kind    string
	Pointer string // to the difference (RFC 6901)
	Body    []byte

	everywhere       bool
	original, stands any // a value and its replacement
}

// String returns the name of the variation: "/contact/name: null".
func (v Variation) String() string {
	if v.everywhere {
		return v.Kind + " everywhere"
	}
	return v.Pointer + ": " + v.Kind
}

// Loses reports whether the value at pointer in the sample is missing or empty in the body.
func (v Variation) Loses(pointer string) bool {
	return v.lossy() && strings.HasPrefix(pointer+"/", v.Pointer+"/")
}

// lossy reports whether a kind removes something from the sample.
func (v Variation) lossy() bool { return v.Kind == Null || v.Kind == LeftOut || v.Kind == Empty }

// plain returns value as JSON without additions and with the original of replaced values. Numbers
// become strings, since servers write some as such.
func (v Variation) plain(value any) any {
	dec := json.NewDecoder(bytes.NewReader(encode(value)))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		panic(err)
	}
	return v.strip(tree)
}

func (v Variation) strip(tree any) any {
	switch tree := tree.(type) {
	case map[string]any:
		maps.DeleteFunc(tree, added)
		for name := range tree {
			tree[name] = v.strip(tree[name])
		}
		return tree
	case []any:
		for i := range tree {
			tree[i] = v.strip(tree[i])
		}
		return tree
	case nil:
		return nil
	}
	if text := fmt.Sprint(tree); v.stands == nil || text != fmt.Sprint(v.stands) {
		return text
	}
	return fmt.Sprint(v.original)
}

// Variations lists bodies that a later server version might send, each with one difference, at
// every depth, and one with all additions. In lists, only the first item varies.
func (s Sample) Variations() []Variation {
	w := &walk{maker: s.maker}
	begin := func() { w.root = s.value() }
	begin()
	w.vary(s.schema, w.root, "", func(v any) { w.root = v })
	begin()
	grow(w.root)
	w.emit(Variation{Kind: Added, everywhere: true})
	return w.list
}

type walk struct {
	maker maker
	root  any
	list  []Variation
}

func (w *walk) emit(v Variation) {
	v.Body = encode(w.root)
	w.list = append(w.list, v)
}

// vary lists the variations of the value at a pointer; set replaces the value.
func (w *walk) vary(schema *openapi3.Schema, value any, at string, set func(any)) {
	schema = w.maker.whole(schema)
	replace := func(kind string, by any) {
		set(by)
		w.emit(Variation{Kind: kind, Pointer: at, original: value, stands: by})
		set(value)
	}
	if at != "" { // the whole body must be an object
		replace(Null, nil)
	}
	switch value := value.(type) {
	case map[string]any:
		replace(Empty, map[string]any{})
		maps.Copy(value, additions)
		w.emit(Variation{Kind: Added, Pointer: at})
		maps.DeleteFunc(value, added)
		for _, name := range slices.Sorted(maps.Keys(value)) {
			member, property := value[name], schema.Properties[name]
			if property == nil {
				property = others(schema).NewRef()
			} else {
				delete(value, name)
				w.emit(Variation{Kind: LeftOut, Pointer: at + "/" + name})
				value[name] = member
			}
			w.vary(property.Value, member, at+"/"+name, func(v any) { value[name] = v })
		}
	case []any:
		replace(Empty, []any{})
		w.vary(schema.Items.Value, value[0], at+"/0", func(v any) { value[0] = v })
	case string:
		if len(schema.Enum) > 0 {
			replace(Unknown, mark+"value")
		}
	default:
		if schema.Type.Includes("integer") {
			kind := Largest
			if len(schema.Enum) > 0 {
				kind = Unknown
			}
			replace(kind, math.MaxInt)
		}
	}
}

// grow adds members to every object of a tree.
func grow(tree any) {
	switch tree := tree.(type) {
	case map[string]any:
		for _, member := range tree {
			grow(member)
		}
		maps.Copy(tree, additions)
	case []any:
		for _, item := range tree {
			grow(item)
		}
	}
}
