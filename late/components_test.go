package late_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
)

func TestInvalidComponents(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 61)
	with := func(parts ...late.TemplateComponent) []late.TemplateComponent {
		return append([]late.TemplateComponent{late.Body("Hi")}, parts...)
	}
	tests := map[string]struct {
		field string // empty: it is right
		parts []late.TemplateComponent
	}{
		"all kinds": {"", []late.TemplateComponent{
			late.HeaderText("Hi {{1}}", "Ada"), late.Body("Order {{1}} of {{2}}, again {{1}}", "17", "May"), late.Footer("Bye"),
			late.Buttons(late.QuickReply("OK"), late.URLButton("See", "https://example.com/{{1}}", "https://example.com/17"),
				late.PhoneButton("Call", testPhone), late.CopyCodeButton("Copy")),
		}},
		"media header":                    {"", with(late.HeaderMedia("IMAGE", "4::a"))},
		"named placeholders":              {"", []late.TemplateComponent{late.Body("Hi {{name}}", "Ada")}},
		"kinds that are new":              {"", with(late.TemplateComponent{Type: "carousel"}, late.Buttons(late.TemplateButton{Type: "FLOW"}))},
		"upper case":                      {"", []late.TemplateComponent{{Type: "BODY", Text: "Hi"}}},
		"an authentication body":          {"", []late.TemplateComponent{{Type: "body", AdditionalProperties: map[string]any{"add_security_recommendation": true}}}},
		"nothing":                         {"components", nil},
		"no type":                         {"components[1].type", with(late.TemplateComponent{})},
		"long header":                     {"components[1].text", with(late.HeaderText(long))},
		"empty header":                    {"components[1].text", with(late.HeaderText(""))},
		"two placeholders in a header":    {"components[1].text", with(late.HeaderText("{{1}} {{2}}"))},
		"two examples for a header":       {"components[1].example", with(late.HeaderText("{{1}}", "a", "b"))},
		"blank body":                      {"components[0].text", []late.TemplateComponent{late.Body(" ")}},
		"long body":                       {"components[0].text", []late.TemplateComponent{late.Body(strings.Repeat("x", 1025))}},
		"placeholders with a gap":         {"components[0].text", []late.TemplateComponent{late.Body("{{1}} {{3}}")}},
		"placeholders from 0":             {"components[0].text", []late.TemplateComponent{late.Body("{{0}}")}},
		"an example too few":              {"components[0].example", []late.TemplateComponent{late.Body("{{1}} {{2}}", "a")}},
		"a placeholder in a footer":       {"components[1].text", with(late.Footer("{{1}}"))},
		"long footer":                     {"components[1].text", with(late.Footer(long))},
		"no buttons":                      {"components[1].buttons", with(late.Buttons())},
		"long label":                      {"components[1].buttons[0].text", with(late.Buttons(late.QuickReply(strings.Repeat("x", 26))))},
		"no label":                        {"components[1].buttons[0].text", with(late.Buttons(late.URLButton("", "https://example.com")))},
		"an address without a scheme":     {"components[1].buttons[0].url", with(late.Buttons(late.URLButton("See", "example.com")))},
		"a placeholder in the midst":      {"components[1].buttons[0].url", with(late.Buttons(late.URLButton("See", "https://example.com/{{1}}/x")))},
		"an example without placeholder":  {"components[1].buttons[0].example", with(late.Buttons(late.URLButton("See", "https://example.com", "x")))},
		"a code that is handed over none": {"components[1].buttons[0].otp_type", with(late.Buttons(late.TemplateButton{Type: "OTP"}))},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, w := newClient(t, 200, complete)
			_, err := client.Templates.Update(t.Context(), "hello", tt.parts)
			if tt.field == "" {
				require.NoError(t, err)
				return
			}
			var invalid *late.ValidationError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, tt.field, invalid.Field)
			require.Zero(t, w.sent())
		})
	}
}
