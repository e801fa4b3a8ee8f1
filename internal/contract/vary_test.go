package contract_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/contract"
)

// ticket is a schema with one place for each kind of variation.
func ticket() *openapi3.Schema {
	part := openapi3.NewObjectSchema().WithProperty("n", openapi3.NewIntegerSchema())
	return openapi3.NewObjectSchema().
		WithProperty("state", openapi3.NewStringSchema().WithEnum("open", "closed")).
		WithProperty("parts", openapi3.NewArraySchema().WithItems(part)).
		WithProperty("fields", openapi3.NewObjectSchema().WithAdditionalProperties(openapi3.NewStringSchema()))
}

func TestVariationsAtEveryDepth(t *testing.T) {
	t.Parallel()
	sample := contract.Samples(ticket())[0]
	const (
		fields = `"fields":{"key":"value1"}`
		parts  = `"parts":[{"n":1},{"n":2}]`
		state  = `"state":"open"`
	)
	require.Equal(t, "{"+fields+","+parts+","+state+"}", string(sample.Body))

	got := map[string]string{}
	for _, v := range sample.Variations() {
		if v.Kind != contract.Added {
			require.NotContains(t, got, v.String())
			got[v.String()] = string(v.Body)
		}
	}
	require.Equal(t, map[string]string{
		": empty": `{}`,

		"/fields: null":     `{"fields":null,` + parts + `,` + state + `}`,
		"/fields: left out": `{` + parts + `,` + state + `}`,
		"/fields: empty":    `{"fields":{},` + parts + `,` + state + `}`,
		"/fields/key: null": `{"fields":{"key":null},` + parts + `,` + state + `}`,

		"/parts: null":         `{` + fields + `,"parts":null,` + state + `}`,
		"/parts: left out":     `{` + fields + `,` + state + `}`,
		"/parts: empty":        `{` + fields + `,"parts":[],` + state + `}`,
		"/parts/0: null":       `{` + fields + `,"parts":[null,{"n":2}],` + state + `}`,
		"/parts/0: empty":      `{` + fields + `,"parts":[{},{"n":2}],` + state + `}`,
		"/parts/0/n: null":     `{` + fields + `,"parts":[{"n":null},{"n":2}],` + state + `}`,
		"/parts/0/n: left out": `{` + fields + `,"parts":[{},{"n":2}],` + state + `}`,
		"/parts/0/n: largest":  `{` + fields + `,"parts":[{"n":9223372036854775807},{"n":2}],` + state + `}`,

		"/state: null":          `{` + fields + `,` + parts + `,"state":null}`,
		"/state: left out":      `{` + fields + `,` + parts + `}`,
		"/state: unknown value": `{` + fields + `,` + parts + `,"state":"added_value"}`,
	}, got)
}

func TestAdditionsOfEveryType(t *testing.T) {
	t.Parallel()
	additions := []string{
		`"added_flag":true`, `"added_list":[{"id":1},"text"]`, `"added_null":null`, `"added_number":7.5`,
		`"added_object":{"id":"text","list":[1,null]}`, `"added_text":"text"`,
	}
	times := map[string]int{}
	for _, v := range contract.Samples(ticket())[0].Variations() {
		if v.Kind != contract.Added {
			continue
		}
		times[v.String()] = strings.Count(string(v.Body), additions[0])
		for _, addition := range additions {
			require.Equal(t, times[v.String()], strings.Count(string(v.Body), addition), "%v: %s", v, addition)
		}
	}
	// Two parts, the fields, and the whole.
	require.Equal(t, map[string]int{": added": 1, "/fields: added": 1, "/parts/0: added": 1, "added everywhere": 4}, times)
}

func TestTolerateReportsDifferences(t *testing.T) {
	t.Parallel()
	type read struct {
		State  string                     `json:"state"`
		Fields map[string]json.RawMessage `json:"fields"`
		Parts  []json.RawMessage          `json:"parts"`
	}
	refusal := errors.New("refused")
	only := func(variation string) func(contract.Variation) func(error) bool {
		return func(v contract.Variation) func(error) bool {
			if v.String() != variation {
				return nil
			}
			return func(err error) bool { return errors.Is(err, refusal) }
		}
	}
	for name, tc := range map[string]struct {
		of      string // the variation that the reader handles wrongly
		err     error
		change  func(*read)
		refused func(contract.Variation) func(error) bool
		reports int
	}{
		"a faithful reader":           {},
		"one that fails":              {of: "/fields: null", err: refusal, reports: 1},
		"one that loses an addition":  {of: "/fields: added", change: func(r *read) { delete(r.Fields, "added_text") }},
		"one that loses another":      {of: "/fields: added", change: func(r *read) { delete(r.Fields, "key") }, reports: 1},
		"one that loses all":          {of: "added everywhere", change: func(r *read) { *r = read{} }, reports: 1},
		"one that drops a value":      {of: "/state: unknown value", change: func(r *read) { r.State = "" }, reports: 1},
		"one that takes another":      {of: "/state: unknown value", change: func(r *read) { r.State = "closed" }, reports: 1},
		"one that rounds a number":    {of: "/parts/0/n: largest", change: func(r *read) { r.Parts[0] = []byte(`{"n":9223372036854775000}`) }, reports: 1},
		"one that writes it as text":  {of: "/parts/0/n: largest", change: func(r *read) { r.Parts[0] = []byte(`{"n":"9223372036854775807"}`) }},
		"one that refuses as it must": {of: "/state: null", err: refusal, refused: only("/state: null")},
		"one that does not refuse":    {refused: only("/state: null"), reports: 1},
		"one that refuses otherwise":  {of: "/state: null", err: errors.New("broken"), refused: only("/state: null"), reports: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sample := contract.Samples(ticket())[0]
			of := "none"
			for _, v := range sample.Variations() {
				if v.String() == tc.of {
					of = string(v.Body)
				}
			}
			r := &report{TB: t}
			contract.Tolerate(r, []contract.Sample{sample}, func(_ int, body []byte) (any, error) {
				var got read
				require.NoError(t, json.Unmarshal(body, &got))
				if string(body) != of {
					return got, nil
				}
				if tc.change != nil {
					tc.change(&got)
				}
				return got, tc.err
			}, tc.refused)
			require.Len(t, r.errors, tc.reports, "%q", r.errors)
		})
	}
	r := &report{TB: t}
	contract.Tolerate(r, contract.Samples(ticket()), func(int, []byte) (any, error) { return nil, refusal }, nil)
	require.Len(t, r.errors, 1, "one report if the sample itself cannot be decoded")
}

func TestVariationLosesNestedValues(t *testing.T) {
	t.Parallel()
	var losing []string
	for _, v := range contract.Samples(ticket())[0].Variations() {
		if v.Loses("/parts/0/n") {
			losing = append(losing, v.String())
		}
	}
	require.ElementsMatch(t, []string{
		": empty", "/parts: null", "/parts: left out", "/parts: empty",
		"/parts/0: null", "/parts/0: empty", "/parts/0/n: null", "/parts/0/n: left out",
	}, losing)
}
