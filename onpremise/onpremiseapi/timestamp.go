package onpremiseapi

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// Timestamp is a moment of a webhook event: Unix seconds, written as a string.
type Timestamp string

// TimestampAt returns the timestamp of t.
func TimestampAt(t time.Time) Timestamp {
	return Timestamp(strconv.FormatInt(t.Unix(), 10))
}

// Time returns the moment in UTC. It is zero where the timestamp is empty or no
// number of seconds.
func (t Timestamp) Time() time.Time {
	seconds, err := strconv.ParseInt(string(t), 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

// UnmarshalJSON reads a string, and a bare number too: an event that cannot be
// read is delivered again and again.
func (t *Timestamp) UnmarshalJSON(data []byte) error {
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	var number json.Number
	if !bytes.HasPrefix(data, []byte(`"`)) {
		if err := json.Unmarshal(data, &number); err != nil {
			return err
		}
		*t = Timestamp(number)
		return nil
	}
	if digits := data[1 : len(data)-1]; len(bytes.Trim(digits, "0123456789")) == 0 {
		*t = Timestamp(digits) // as always, and needs no decoder
		return nil
	}
	return json.Unmarshal(data, (*string)(t))
}
