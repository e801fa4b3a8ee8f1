package lateapi_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

func TestStringMapKeepsOtherTypesAsJSON(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]map[string]string{
		`{"plan":"gold"}`: {"plan": "gold"},
		`{"plan":"gold","seat":4,"price":1.50,"vip":true,"car":{"doors":[4]},"gone":null}`: {
			"plan": "gold", "seat": "4", "price": "1.50", "vip": "true", "car": `{"doors":[4]}`, "gone": "",
		},
		`{}`:   {},
		`null`: nil,
	} {
		var c lateapi.Contact
		require.NoError(t, json.Unmarshal([]byte(`{"id":"a","customFields":`+doc+`,"name":"Ada"}`), &c))
		require.Equal(t, lateapi.Contact{ID: "a", CustomFields: want, Name: "Ada"}, c)
		var r lateapi.RecipientDelivery
		require.NoError(t, json.Unmarshal([]byte(`{"phone":"+1","variables":`+doc+`,"error":"no"}`), &r))
		require.Equal(t, lateapi.RecipientDelivery{Phone: "+1", Variables: want, Error: "no"}, r)
	}
	for _, doc := range []string{`"gold"`, `["gold"]`, `7`} {
		require.Error(t, json.Unmarshal([]byte(`{"customFields":`+doc+`}`), new(lateapi.Contact)), doc)
		require.Error(t, json.Unmarshal([]byte(`{"variables":`+doc+`}`), new(lateapi.RecipientDelivery)), doc)
	}
}

func TestStringMapIsNilIfAbsent(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{`{"id":"a"}`, `{"id":"a","customFields":null}`} {
		var c lateapi.Contact
		require.NoError(t, json.Unmarshal([]byte(doc), &c))
		require.Equal(t, lateapi.Contact{ID: "a"}, c)
	}
}
