package onpremiseapi

import "encoding/json"

// MarshalJSON writes nil LocalizableParams as an empty list, which the contract requires.
func (t HSM) MarshalJSON() ([]byte, error) {
	type plain HSM
	if t.LocalizableParams == nil {
		t.LocalizableParams = []LocalizableParam{}
	}
	return json.Marshal(plain(t))
}

// MarshalJSON writes nil Websites as an empty list, which the contract requires.
func (p BusinessProfile) MarshalJSON() ([]byte, error) {
	type plain BusinessProfile
	if p.Websites == nil {
		p.Websites = []string{}
	}
	return json.Marshal(plain(p))
}
