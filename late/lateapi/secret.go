package lateapi

import (
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

// LogValue returns "[secret]".
func (Secret) LogValue() slog.Value { return slog.StringValue(hiddenSecret) }
