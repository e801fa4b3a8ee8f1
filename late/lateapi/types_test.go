package lateapi_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPhoneNumberForms(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		doc  string
		want lateapi.PhoneNumber
	}{
		"single":                {`{"id":"a","phoneNumber":"+1"}`, lateapi.PhoneNumber{ID: "a", PhoneNumber: "+1"}},
		"listed":                {`{"_id":"a","status":"active"}`, lateapi.PhoneNumber{ID: "a", Status: lateapi.PhoneNumberStatusActive}},
		"profile by id":         {`{"_id":"a","profileId":"p"}`, lateapi.PhoneNumber{ID: "a", ProfileID: "p"}},
		"profile as an object":  {`{"_id":"a","profileId":{"_id":"p","name":"n","slug":"s"}}`, lateapi.PhoneNumber{ID: "a", ProfileID: "p"}},
		"profile with plain id": {`{"_id":"a","profileId":{"id":"p"}}`, lateapi.PhoneNumber{ID: "a", ProfileID: "p"}},
		"no profile":            {`{"id":"a","profileId":null}`, lateapi.PhoneNumber{ID: "a"}},
		"both ids":              {`{"id":"a","_id":"b"}`, lateapi.PhoneNumber{ID: "a"}},
		"unknown status":        {`{"id":"a","status":"parked","new":{"x":[1]}}`, lateapi.PhoneNumber{ID: "a", Status: "parked"}},
		"nulls":                 {`{"id":null,"_id":"a","status":null,"provisionedAt":null}`, lateapi.PhoneNumber{ID: "a"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got lateapi.PhoneNumber
			require.NoError(t, json.Unmarshal([]byte(tt.doc), &got))
			require.Equal(t, tt.want, got)
		})
	}
	for _, doc := range []string{`"+1"`, `{"id":7}`, `{"profileId":7}`, `{"profileId":[]}`} {
		require.Error(t, json.Unmarshal([]byte(doc), new(lateapi.PhoneNumber)), doc)
	}
}

func TestUnknownMembersAreKept(t *testing.T) {
	t.Parallel()
	doc := `{"type":"buttons","card_index":0,"buttons":[{"type":"FLOW","text":"Go","flow_id":"1"}],"example":{"named":["x"]}}`
	var c lateapi.TemplateComponent
	require.NoError(t, json.Unmarshal([]byte(doc), &c))
	require.Equal(t, "Go", c.Buttons[0].Text)
	require.Equal(t, "1", c.Buttons[0].AdditionalProperties["flow_id"])
	b, err := json.Marshal(c)
	require.NoError(t, err)
	require.JSONEq(t, doc, string(b))

	doc = `{"name":"hello","language":"en_US","parameter_format":"named"}`
	var ref lateapi.TemplateRef
	require.NoError(t, json.Unmarshal([]byte(doc), &ref))
	b, err = json.Marshal(ref)
	require.NoError(t, err)
	require.JSONEq(t, doc, string(b))

	doc = `{"phoneNumber":"+12125550123","region":"NY","cost":{"monthly":"1.00"}}`
	var n lateapi.AvailableNumber
	require.NoError(t, json.Unmarshal([]byte(doc), &n))
	require.Equal(t, "+12125550123", n.PhoneNumber)
	b, err = json.Marshal(n)
	require.NoError(t, err)
	require.JSONEq(t, doc, string(b))
}
