package lateapi

import (
	"encoding/json"
	"fmt"
)

// ProfileRef is the ID of a profile. The server sends it as a string or as the whole profile.
type ProfileRef string

// UnmarshalJSON reads both forms.
func (r *ProfileRef) UnmarshalJSON(b []byte) error {
	var id string
	if err := json.Unmarshal(b, &id); err == nil {
		*r = ProfileRef(id)
		return nil
	}
	var profile Profile
	if err := json.Unmarshal(b, &profile); err != nil {
		return fmt.Errorf("profileId: %w", err)
	}
	*r = ProfileRef(profile.ID)
	return nil
}
