package fakeserver_test

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/fakeserver"
)

func TestRouterMatchesTheMostSpecificRoute(t *testing.T) {
	t.Parallel()
	router := fakeserver.NewRouter("/api/", []fakeserver.Route{
		{ID: "one", Method: "GET", Path: "/v1/things/{id}"},
		{ID: "drop", Method: "DELETE", Path: "/v1/things/{id}"},
		{ID: "bulk", Method: "DELETE", Path: "/v1/things/bulk"},
		{ID: "part", Method: "GET", Path: "/v1/things/{id}/parts/{part}"},
		{ID: "list", Method: "GET", Path: "/v1/things"},
	})
	require.Equal(t, []string{"bulk", "drop", "list", "one", "part"}, router.Operations())
	for _, tc := range []struct {
		method, url, operation, id, part, allow string
	}{
		{"GET", "/api/v1/things?limit=1", "list", "", "", ""},
		{"DELETE", "/api/v1/things/bulk", "bulk", "", "", ""},
		{"GET", "/api/v1/things/bulk", "one", "bulk", "", ""},
		{"GET", "/api/v1/things/a%2Fb%20c", "one", "a/b c", "", ""},
		{"GET", "/api/v1/things/1/parts/2", "part", "1", "2", ""},
		{"PUT", "/api/v1/things/1", "", "", "", "DELETE, GET, HEAD"},
		{"GET", "/api/v1//things", "", "", "", ""},
		{"GET", "/api/v1/things/", "", "", "", ""},
		{"GET", "/v1/things", "", "", "", ""},
		{"GET", "/api/v2/things", "", "", "", ""},
	} {
		r := httptest.NewRequest(tc.method, tc.url, nil)
		operation, allow := router.Match(r)
		require.Equal(t, tc.operation, operation, tc.url)
		require.Equal(t, tc.id, r.PathValue("id"), tc.url)
		require.Equal(t, tc.part, r.PathValue("part"), tc.url)
		require.Equal(t, tc.allow, allow, tc.url)
	}
}
