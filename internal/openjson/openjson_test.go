package openjson_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/internal/openjson"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type part struct {
	Rest map[string]any `json:"-"`
	Type string         `json:"type"`
	Text string         `json:"text,omitzero"`
}

func (p *part) UnmarshalJSON(b []byte) error {
	type plain part
	return openjson.Unmarshal(b, (*plain)(p), &p.Rest)
}

func (p part) MarshalJSON() ([]byte, error) {
	type plain part
	return openjson.Marshal(plain(p), p.Rest)
}

func TestWhatIsReadIsWrittenAgain(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]string{
		"typed fields alone": `{"type":"body","text":"hi"}`,
		"unset is not sent":  `{"type":"body"}`,
		"unknown fields":     `{"type":"body","parameters":[{"type":"text","text":"x"}],"n":12345678901234567890}`,
		"unknown null":       `{"type":"body","extra":null}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var p part
			require.NoError(t, json.Unmarshal([]byte(doc), &p))
			got, err := json.Marshal(p)
			require.NoError(t, err)
			require.JSONEq(t, doc, string(got))
			require.Contains(t, string(got), `"body"`)
		})
	}
}

func TestNumbersKeepTheirDigits(t *testing.T) {
	t.Parallel()
	var p part
	require.NoError(t, json.Unmarshal([]byte(`{"type":"b","n":12345678901234567890}`), &p))
	require.Equal(t, json.Number("12345678901234567890"), p.Rest["n"])
}

func TestTypedFieldsAreNotInTheRest(t *testing.T) {
	t.Parallel()
	var p part
	require.NoError(t, json.Unmarshal([]byte(`{"TYPE":"b","x":1}`), &p))
	require.Equal(t, part{Type: "b", Rest: map[string]any{"x": json.Number("1")}}, p)
}

func TestTypedFieldWins(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(part{Type: "body", Rest: map[string]any{"type": "footer", "text": "kept"}})
	require.NoError(t, err)
	require.JSONEq(t, `{"type":"body","text":"kept"}`, string(got))
}

func TestNotAnObject(t *testing.T) {
	t.Parallel()
	var p part
	require.Error(t, json.Unmarshal([]byte(`"body"`), &p))
	require.NoError(t, json.Unmarshal([]byte(`null`), &p))
}
