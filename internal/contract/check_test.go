package contract_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/internal/contract"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// report is a testing.TB that records errors.
type report struct {
	testing.TB
	errors []string
}

func (r *report) Helper() {}
func (r *report) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

type response struct {
	status      int
	contentType string
	body        string
}

func (a response) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		io.Copy(io.Discard, req.Body)
		req.Body.Close()
	}
	return &http.Response{
		StatusCode: a.status, Header: http.Header{"Content-Type": {a.contentType}},
		Body: io.NopCloser(strings.NewReader(a.body)), Request: req,
	}, nil
}

var load = sync.OnceValues(func() (*openapi3.T, error) {
	return contract.Load("../..", "late")
})

func late(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := load()
	require.NoError(t, err)
	return doc
}

func TestCheckerReportsViolations(t *testing.T) {
	t.Parallel()
	doc := late(t)
	const (
		json     = "application/json"
		base     = "https://getlate.dev/api/v1/whatsapp"
		contacts = base + "/contacts"
		page     = `{"success":true,"contacts":[],"filters":{"tags":[],"groups":[]},"pagination":{"total":0,"limit":50,"skip":0,"hasMore":false}}`
		created  = `{"success":true,"contact":{"id":"1","phone":"+16315551234","customFields":{"a":"b"}}}`
		contact  = `{"accountId":"a","phone":"+16315551234","name":"Ada"}`
	)
	for name, tc := range map[string]struct {
		method, url, contentType, body string
		response                       response
		want                           string // part of the only report; empty if there is none
	}{
		"a list":               {"GET", contacts + "?accountId=a&limit=5&optedIn=true", "", "", response{200, json, page}, ""},
		"a create":             {"POST", contacts, json, contact, response{200, json, created}, ""},
		"an undeclared status": {"POST", contacts, json, contact, response{409, json, `{"error":"there"}`}, ""},
		"another host and no base path": {"GET", "http://127.0.0.1:1/v1/whatsapp/contacts/bulk1", "", "",
			response{404, json, `{"error":"no"}`}, ""},
		"an open object": {"POST", base + "/templates", json,
			`{"accountId":"a","name":"x","category":"UTILITY","language":"en","components":[{"type":"body","text":"hi","parameters":[1]}]}`,
			response{200, json, `{"success":true,"template":{"id":"1"}}`}, ""},
		"any variable": {"PATCH", base + "/broadcasts/1/recipients", json,
			`{"recipients":[{"phone":"+16315551234","variables":{"1":"Ada"}}]}`,
			response{200, json, `{"added":1}`}, ""},
		"null removes a field": {"PUT", contacts + "/1", json, `{"customFields":{"a":null}}`, response{200, json, created}, ""},

		"an unknown path":            {"GET", base + "/contact", "", "", response{404, json, `{}`}, "no operation"},
		"an unknown method":          {"PATCH", contacts, "", "", response{405, json, `{}`}, "no operation"},
		"a missing parameter":        {"GET", contacts, "", "", response{200, json, page}, "accountId"},
		"a parameter of a type":      {"GET", contacts + "?accountId=a&limit=many", "", "", response{200, json, page}, "limit"},
		"an enumeration":             {"GET", contacts + "?accountId=a&optedIn=yes", "", "", response{200, json, page}, "optedIn"},
		"an undeclared parameter":    {"GET", contacts + "?accountId=a&page=2", "", "", response{200, json, page}, "parameter page is not in"},
		"a missing property":         {"POST", contacts, json, `{"accountId":"a","name":"Ada"}`, response{200, json, created}, "phone"},
		"a property of a type":       {"POST", contacts, json, `{"accountId":"a","phone":"1","name":1}`, response{200, json, created}, "name"},
		"an undeclared property":     {"POST", contacts, json, strings.Replace(contact, "{", `{"vip":true,`, 1), response{200, json, created}, "body.vip is not in"},
		"one in a list":              {"PATCH", base + "/broadcasts/1/recipients", json, `{"recipients":[{"phone":"1","age":3}]}`, response{200, json, `{}`}, "body.recipients[0].age is not in"},
		"too many items":             {"DELETE", contacts + "/bulk", json, `{"contactIds":["` + strings.Repeat(`a","`, 500) + `b"]}`, response{200, json, `{}`}, "contactIds"},
		"a null where none may be":   {"POST", contacts, json, `{"accountId":"a","phone":"1","name":"Ada","tags":null}`, response{200, json, created}, "tags"},
		"another content type":       {"POST", contacts, "text/plain", contact, response{200, json, created}, "Content-Type"},
		"no body":                    {"POST", contacts, json, "", response{200, json, created}, "request of createWhatsAppContact"},
		"a body where there is none": {"GET", contacts + "/1", json, "{}", response{200, json, created}, "has no body"},

		"an response of a type":          {"POST", contacts, json, contact, response{200, json, `{"success":"yes"}`}, "success"},
		"a deep response of a type":      {"GET", contacts + "/1", "", "", response{200, json, `{"contact":{"customFields":{"a":1}}}`}, "response 200 of getWhatsAppContact"},
		"an response of an enumeration":  {"GET", base + "/broadcasts/1", "", "", response{200, json, `{"broadcast":{"status":"gone"}}`}, "response 200"},
		"an response that is not JSON":   {"GET", contacts + "/1", "", "", response{200, json, `<html>`}, "response 200"},
		"an response with another type":  {"GET", contacts + "/1", "", "", response{502, "text/html", `<html>`}, "response 502"},
		"an error of another shape":      {"GET", contacts + "/1", "", "", response{404, json, `{"error":{"message":"no"}}`}, "response 404"},
		"an invalid time":                {"GET", contacts + "/1", "", "", response{200, json, `{"contact":{"createdAt":"yesterday"}}`}, "createdAt"},
		"an operation beside parameters": {"GET", base + "/phone-numbers/available?limit=101", "", "", response{200, json, `{"numbers":[]}`}, "request of searchAvailableWhatsAppNumbers"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &report{TB: t}
			checker := contract.Check(r, doc, tc.response)
			req, err := http.NewRequest(tc.method, tc.url, strings.NewReader(tc.body))
			require.NoError(t, err)
			if tc.contentType != "" {
				req.Header.Set("Content-Type", tc.contentType)
			}
			resp, err := checker.RoundTrip(req)
			require.NoError(t, err)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.Equal(t, tc.response.body, string(body), "the response is passed on")
			if tc.want == "" {
				require.Empty(t, r.errors)
				return
			}
			require.Len(t, r.errors, 1)
			require.Contains(t, r.errors[0], tc.want)
		})
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestCheckerDoesNotChangeTheRequest(t *testing.T) {
	t.Parallel()
	const body = `{"accountId":"a","phone":"+16315551234","name":"Ada"}`
	checker := contract.Check(t, late(t), transport(func(r *http.Request) (*http.Response, error) {
		sent, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		require.Equal(t, body, string(sent))
		require.EqualValues(t, len(body), r.ContentLength)
		return response{200, "application/json", `{"success":true}`}.RoundTrip(r)
	}))
	req, err := http.NewRequest("POST", "http://late.invalid/api/v1/whatsapp/contacts", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	_, err = checker.RoundTrip(req)
	require.NoError(t, err)
	require.Equal(t, []string{"createWhatsAppContact"}, checker.Called())
}

func TestCheckerIgnoresRequestsWithResponsesOnly(t *testing.T) {
	t.Parallel()
	r := &report{TB: t}
	checker := contract.Check(r, late(t), response{400, "application/json", `{"error":1}`})
	checker.ResponsesOnly = true
	for _, path := range []string{"/v1/whatsapp/contacts?page=1", "/elsewhere"} {
		req, err := http.NewRequest("GET", "http://late.invalid/api"+path, nil)
		require.NoError(t, err)
		_, err = checker.RoundTrip(req)
		require.NoError(t, err)
	}
	require.Len(t, r.errors, 1)
	require.Contains(t, r.errors[0], "response 400 of getWhatsAppContacts")
}

func TestCheckerReportsUndeclaredStatus(t *testing.T) {
	t.Parallel()
	doc, err := contract.Load("../..", "late")
	require.NoError(t, err)
	doc.Paths.Value("/v1/whatsapp/contacts/{contactId}").Get.Responses.Delete("default")
	r := &report{TB: t}
	checker := contract.Check(r, doc, response{418, "application/json", `{"error":"no"}`})
	req, err := http.NewRequest("GET", "http://late.invalid/api/v1/whatsapp/contacts/1", nil)
	require.NoError(t, err)
	_, err = checker.RoundTrip(req)
	require.NoError(t, err)
	require.Len(t, r.errors, 1)
	require.Contains(t, r.errors[0], "status is not supported")
}

func TestCheckerPassesErrorsOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("cut")
	checker := contract.Check(t, late(t), transport(func(*http.Request) (*http.Response, error) { return nil, broken }))
	req, err := http.NewRequest("GET", "http://late.invalid/api/v1/whatsapp/contacts/1", nil)
	require.NoError(t, err)
	_, err = checker.RoundTrip(req)
	require.ErrorIs(t, err, broken)
}
