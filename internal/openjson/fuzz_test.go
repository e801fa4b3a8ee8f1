package openjson_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Typed fields and any others are written side by side, and come apart again as they were.
func FuzzPart(f *testing.F) {
	for _, doc := range []string{
		`{}`, `null`, `{"type":"x","text":null}`, `{"TYPE":1,"Text":[]}`, `{"n":12345678901234567890,"e":1e400,"":0}`,
		`{"a":{"type":{"text":[{},null,"<&>\u2028"]}}}`, `{"type":{"type":"body"}}`,
	} {
		f.Add("body", "hi", doc)
		f.Add("", "", doc)
	}
	f.Fuzz(func(t *testing.T, typ, text, doc string) {
		var rest map[string]any
		dec := json.NewDecoder(strings.NewReader(doc))
		dec.UseNumber()
		if dec.Decode(&rest) != nil {
			return
		}
		p := part{Type: strings.ToValidUTF8(typ, ""), Text: strings.ToValidUTF8(text, ""), Rest: rest}
		written, err := json.Marshal(p)
		require.NoError(t, err)
		want := part{Type: p.Type, Text: p.Text}
		for name, value := range rest {
			switch {
			case strings.EqualFold(name, "type"):
			case strings.EqualFold(name, "text"):
				if p.Text == "" { // it is not set, and so does not win
					return
				}
			default:
				if want.Rest == nil {
					want.Rest = map[string]any{}
				}
				want.Rest[name] = value
			}
		}
		var got part
		if err := json.Unmarshal(written, &got); err != nil {
			// Another spelling of a typed field, which is not of its type.
			require.ErrorContains(t, err, "cannot unmarshal")
			return
		}
		require.Equal(t, want, got)
	})
}
