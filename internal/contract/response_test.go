package contract_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/contract"
)

func onpremise(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := contract.Load("../..", "onpremise")
	require.NoError(t, err)
	return doc
}

func operation(t *testing.T, doc *openapi3.T, id string) *openapi3.Operation {
	t.Helper()
	op := contract.ByID(doc)[id]
	require.NotNil(t, op, id)
	return op
}

func TestResponsesMatchTheContract(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]*openapi3.T{"late": late(t), "onpremise": onpremise(t)} {
		responses := 0
		for path, item := range doc.Paths.Map() {
			for method, op := range item.Operations() {
				status, contentType, body := contract.Response(op)
				all := []response{{status, contentType, string(body)}}
				for _, sample := range contract.Responses(op) {
					all = append(all, response{sample.Status, "application/json", string(sample.Body)})
				}
				for _, a := range all {
					r := &report{TB: t}
					checker := contract.Check(r, doc, a)
					checker.ResponsesOnly = true
					req, err := http.NewRequest(method, "http://api.invalid"+strings.NewReplacer("{", "", "}", "").Replace(path), nil)
					require.NoError(t, err)
					_, err = checker.RoundTrip(req)
					require.NoError(t, err)
					require.Empty(t, r.errors, "%s: %s", op.OperationID, a.body)
					require.Equal(t, []string{op.OperationID}, checker.Called())
				}
				responses++
			}
		}
		operations, err := contract.Operations(doc)
		require.NoError(t, err)
		require.Len(t, operations, responses, name)
	}
}

func TestResponseHasEveryProperty(t *testing.T) {
	t.Parallel()
	doc := late(t)
	_, _, body := contract.Response(operation(t, doc, "getWhatsAppGroups"))
	require.Equal(t, `{"groups":[{"name":"name1","optedInCount":1,"totalCount":1},{"name":"name2","optedInCount":2,"totalCount":2}],`+
		`"success":true,"summary":{"groupCount":1,"optedInContacts":1,"totalContacts":1}}`, string(body))

	var got struct{ Contact map[string]any }
	_, _, body = contract.Response(operation(t, doc, "getWhatsAppContact"))
	require.NoError(t, json.Unmarshal(body, &got))
	declared := doc.Components.Schemas["Contact"].Value.Properties
	require.Len(t, got.Contact, len(declared))
	for name := range declared {
		require.Contains(t, got.Contact, name)
	}
	require.Equal(t, map[string]any{"key": "value1"}, got.Contact["customFields"])

	// Properties that the overlay adds only for Go are not sent.
	_, _, body = contract.Response(operation(t, doc, "getWhatsAppTemplate"))
	require.NotContains(t, string(body), "additionalProperties")
}

func TestResponseMediaType(t *testing.T) {
	t.Parallel()
	doc := onpremise(t)
	for id, want := range map[string]response{
		"RequestCode":           {201, "", ""},
		"DeleteMedia":           {200, "", ""},
		"LoginUser":             {200, "application/json", `"token":"token1"`},
		"GetAppStats":           {200, "application/json", "{"},
		"GetProfilePhoto":       {200, "image/png", "-"},
		"DownloadMedia":         {200, "application/octet-stream", "-"},
		"DownloadCaCertificate": {200, "text/plain", "-----BEGIN CERTIFICATE-----"},
	} {
		status, contentType, body := contract.Response(operation(t, doc, id))
		require.Equal(t, want.status, status, id)
		require.Equal(t, want.contentType, contentType, id)
		require.Contains(t, string(body), want.body, id)
	}
	_, _, body := contract.Response(operation(t, late(t), "purchaseWhatsAppPhoneNumber"))
	require.JSONEq(t, `{"checkoutUrl":"https://example.com/checkoutUrl"}`, string(body))
}

func TestEachAlternativeHasASample(t *testing.T) {
	t.Parallel()
	doc := onpremise(t)
	var health []string
	for _, sample := range contract.Responses(operation(t, doc, "CheckHealth")) {
		health = append(health, string(sample.Body))
	}
	require.Equal(t, []string{
		`{"health":"connected"}`,
		`{"health":{"gateway_status":"connected","role":"primary_master"}}`,
		`{"health":{"key":{"gateway_status":"connected","role":"primary_master"}}}`,
	}, health)
	codes := contract.Responses(operation(t, doc, "RequestCode"))
	require.Len(t, codes, 1)
	require.Equal(t, 202, codes[0].Status)
	require.Len(t, contract.Responses(operation(t, late(t), "purchaseWhatsAppPhoneNumber")), 2)
	require.Empty(t, contract.Responses(operation(t, doc, "DeleteMedia")))

	refusals := contract.Refusals(operation(t, doc, "DeleteMedia"))
	require.Len(t, refusals, 1)
	require.Zero(t, refusals[0].Status)
	require.Contains(t, string(refusals[0].Body), `"errors":[{"code":1,`)
}
