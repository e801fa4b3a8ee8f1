package onpremiseapi

import "encoding/json"

// MarshalJSON sends a template that has no places for values with an empty list,
// which the contract requires, rather than null.
func (t HSM) MarshalJSON() ([]byte, error) {
	type plain HSM
	if t.LocalizableParams == nil {
		t.LocalizableParams = []LocalizableParam{}
	}
	return json.Marshal(plain(t))
}

// MarshalJSON sends a profile without web addresses with an empty list, which the
// contract requires, rather than null.
func (p BusinessProfile) MarshalJSON() ([]byte, error) {
	type plain BusinessProfile
	if p.Websites == nil {
		p.Websites = []string{}
	}
	return json.Marshal(plain(p))
}
