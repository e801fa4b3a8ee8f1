package onpremiseapi

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// Timestamp is the time of a webhook event: Unix seconds in a string.
type Timestamp string

// TimestampAt returns the timestamp of t.
func TimestampAt(t time.Time) Timestamp {
	return Timestamp(strconv.FormatInt(t.Unix(), 10))
}

// Time returns the time in UTC. It is zero if the timestamp is not a number.
func (t Timestamp) Time() time.Time {
	seconds, err := strconv.ParseInt(string(t), 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

// UnmarshalJSON reads a string or a number: an event that cannot be read would be delivered again
// and again.
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
		*t = Timestamp(digits) // the usual form, read without a decoder
		return nil
	}
	return json.Unmarshal(data, (*string)(t))
}
