package lateapi

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// Secret is a string that is sent as it is, and printed and logged as "[secret]". Convert it to a
// string to read it.
type Secret string

const hiddenSecret = "[secret]"

// Format writes "[secret]", whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hiddenSecret) }

// UnmarshalJSON reads a string. A value of another type is kept as its JSON.
func (s *Secret) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) != nil {
		text = string(b)
	}
	*s = Secret(text)
	return nil
}

// LogValue returns "[secret]".
func (Secret) LogValue() slog.Value { return slog.StringValue(hiddenSecret) }
