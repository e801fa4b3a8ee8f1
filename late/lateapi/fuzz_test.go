package lateapi_test

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

// reread encodes v and decodes the result.
func reread[T any](t *testing.T, v T) (written string, back T) {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &back))
	return string(b), back
}

// A phone number has the ID and the profile of the response, in either form.
func FuzzPhoneNumber(f *testing.F) {
	f.Add(`{"_id":"a","profileId":{"_id":"p","name":"n","slug":"s"},"status":"active","phoneNumber":"+12125550123"}`)
	f.Add(`{"id":"a","profileId":"p","provisionedAt":"2026-03-11T12:00:00.000Z","createdAt":"2026-03-11T12:00:00+02:00"}`)
	f.Add(`{"id":"","_id":"b","profileId":{"id":"p"},"country":"US","metaPreverifiedId":null}`)
	f.Add(`{"id":"a","_id":"b","profileId":{"id":"p","_id":"q"}}`)
	f.Add(`{"profileId":null}`)
	f.Add(`null`)
	f.Fuzz(func(t *testing.T, doc string) {
		// Encode the object again, so that each name appears once.
		var told map[string]any
		if json.Unmarshal([]byte(doc), &told) == nil {
			doc, _ = reread(t, told)
		}
		var n lateapi.PhoneNumber
		if json.Unmarshal([]byte(doc), &n) != nil {
			return
		}
		// Compared as they are written: a moment has a form for each zone.
		written, back := reread(t, n)
		again, _ := reread(t, back)
		require.Equal(t, written, again)
		if ambiguous(told) {
			return
		}
		id, _ := told["id"].(string)
		listed, _ := told["_id"].(string)
		require.Equal(t, cmp.Or(id, listed), n.ID)
		switch profile := told["profileId"].(type) {
		case nil:
			require.Empty(t, n.ProfileID)
		case string:
			require.Equal(t, profile, n.ProfileID)
		case map[string]any:
			if !ambiguous(profile) {
				id, _ = profile["id"].(string)
				listed, _ = profile["_id"].(string)
				require.Equal(t, cmp.Or(listed, id), n.ProfileID)
			}
		default:
			t.Fatalf("a profile is %v", profile)
		}
	})
}

// ambiguous reports whether an object has a member whose name differs from another, or from the
// one that is known, in its case alone.
func ambiguous(members map[string]any) bool {
	for name := range members {
		if !slices.Contains([]string{"id", "_id", "profileId"}, name) && (strings.EqualFold(name, "id") ||
			strings.EqualFold(name, "_id") || strings.EqualFold(name, "profileId")) {
			return true
		}
	}
	return false
}

// Members without a field are kept.
func FuzzOpenObjects(f *testing.F) {
	for _, doc := range []string{
		`{"type":"header","format":"IMAGE","example":{"header_handle":["4::a"],"named":[{"param_name":"x"}]}}`,
		`{"type":"body","text":"Hi {{1}}","example":{"body_text":[["a","b"],[]]},"add_security_recommendation":true}`,
		`{"type":"buttons","buttons":[{"type":"URL","url":"https://example.com/{{1}}","example":["x"]},{"type":"FLOW","flow_id":"1"}],"x":1e400}`,
		`{"type":"OTP","otp_type":"ONE_TAP","package_name":"com.example","zero_tap_terms_accepted":false}`,
		`{"phoneNumber":"+12125550123","region":"NY","cost":{"monthly":"1.00","n":12345678901234567890},"capabilities":[null]}`,
		`{"TYPE":"body","Text":null,"button\u017f":[],"text ":1}`,
		`null`,
	} {
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		kept(t, doc, func(c lateapi.TemplateComponent) map[string]any { return c.AdditionalProperties }, "type", "text", "format", "example", "buttons")
		kept(t, doc, func(b lateapi.TemplateButton) map[string]any { return b.AdditionalProperties }, "type", "text", "url", "phone_number", "otp_type", "example")
		kept(t, doc, func(e lateapi.TemplateExample) map[string]any { return e.AdditionalProperties }, "header_text", "header_handle", "body_text")
		kept(t, doc, func(n lateapi.AvailableNumber) map[string]any { return n.AdditionalProperties }, "phoneNumber")
	})
}

// kept checks that a T can be encoded and decoded, and that its rest is the object without the typed
// members.
func kept[T any](t *testing.T, doc string, rest func(T) map[string]any, typed ...string) {
	t.Helper()
	var v T
	if json.Unmarshal([]byte(doc), &v) != nil {
		return
	}
	_, back := reread(t, v)
	require.Equal(t, v, back)
	var want map[string]any
	dec := json.NewDecoder(strings.NewReader(doc))
	dec.UseNumber()
	require.NoError(t, dec.Decode(&want))
	for name := range want {
		if slices.ContainsFunc(typed, func(known string) bool { return strings.EqualFold(known, name) }) {
			delete(want, name)
		}
	}
	if len(want) == 0 {
		want = nil
	}
	require.Equal(t, want, rest(v))
}
