package onpremiseapi

import (
	"encoding/json"
	"fmt"
	"time"
)

// Time is a time in RFC 3339, as declared, or with a space instead of the T:
// 2018-03-01 15:29:26+00:00. It is zero if the server omits it, and is written in RFC 3339.
type Time struct{ time.Time }

// UnmarshalJSON reads both forms and converts the time to UTC.
func (t *Time) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	if s == "" {
		*t = Time{}
		return nil
	}
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		var spaced error
		if v, spaced = time.Parse("2006-01-02 15:04:05Z07:00", s); spaced != nil {
			return err
		}
	}
	if v = v.UTC(); v.Year() < 0 || v.Year() > 9999 {
		return fmt.Errorf("%s is outside the years 0 to 9999", s)
	}
	*t = Time{v}
	return nil
}
