package onpremiseapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
)

// Milliseconds is a delay in the settings. The contract declares a string and shows a number: both
// are read, and a string is written.
type Milliseconds int64

// Duration returns the delay, or the longest duration if the delay is longer.
func (m Milliseconds) Duration() time.Duration {
	const most = Milliseconds(math.MaxInt64 / time.Millisecond)
	return time.Duration(max(-most, min(m, most))) * time.Millisecond
}

// MarshalJSON writes the number as a string.
func (m Milliseconds) MarshalJSON() ([]byte, error) {
	return strconv.AppendQuote(nil, strconv.FormatInt(int64(m), 10)), nil
}

// UnmarshalJSON reads a number or a string, which may be empty.
func (m *Milliseconds) UnmarshalJSON(data []byte) error {
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	text := string(data)
	if bytes.HasPrefix(data, []byte(`"`)) {
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		if text == "" {
			*m = 0
			return nil
		}
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fmt.Errorf("%s is not a number of milliseconds: %w", data, err)
	}
	*m = Milliseconds(v)
	return nil
}
