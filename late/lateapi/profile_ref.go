package lateapi

import (
	"cmp"
	"encoding/json"
	"fmt"
)

// ProfileRef is the ID of a profile. The server sends it as a string or as the whole profile.
type ProfileRef string

// UnmarshalJSON reads both forms.
func (r *ProfileRef) UnmarshalJSON(b []byte) error {
	var id string
	if json.Unmarshal(b, &id) == nil {
		*r = ProfileRef(id)
		return nil
	}
	var profile struct {
		ListedID string `json:"_id"`
		ID       string `json:"id"`
	}
	if err := json.Unmarshal(b, &profile); err != nil {
		return fmt.Errorf("profileId: %w", err)
	}
	*r = ProfileRef(cmp.Or(profile.ListedID, profile.ID))
	return nil
}
