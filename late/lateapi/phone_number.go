package lateapi

import (
	"cmp"
	"encoding/json"
)

// UnmarshalJSON decodes each form of a number that the server sends. In a list, the ID is _id, and
// the profile is an ID or an object.
func (n *PhoneNumber) UnmarshalJSON(b []byte) error {
	type plain PhoneNumber
	in := struct {
		*plain
		ListedID string          `json:"_id"`
		Profile  json.RawMessage `json:"profileId"`
	}{plain: (*plain)(n)}
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	n.ID = cmp.Or(n.ID, in.ListedID)
	if len(in.Profile) == 0 || string(in.Profile) == "null" {
		return nil
	}
	if json.Unmarshal(in.Profile, &n.ProfileID) == nil {
		return nil
	}
	var profile struct {
		ListedID string `json:"_id"`
		ID       string `json:"id"`
	}
	if err := json.Unmarshal(in.Profile, &profile); err != nil {
		return err
	}
	n.ProfileID = cmp.Or(profile.ListedID, profile.ID)
	return nil
}
