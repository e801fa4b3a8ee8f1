package fakeserver_test

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/fakeserver"
)

func TestRouterFindsTheNearestRoute(t *testing.T) {
	t.Parallel()
	r := fakeserver.NewRouter("/api/", []fakeserver.Route{
		{ID: "one", Method: "GET", Path: "/v1/things/{id}"},
		{ID: "drop", Method: "DELETE", Path: "/v1/things/{id}"},
		{ID: "bulk", Method: "DELETE", Path: "/v1/things/bulk"},
		{ID: "part", Method: "GET", Path: "/v1/things/{id}/parts/{part}"},
		{ID: "list", Method: "GET", Path: "/v1/things"},
	})
	for _, tc := range []struct {
		method, url, id string
		params          map[string]string
		allowed         []string
	}{
		{"GET", "/api/v1/things?limit=1", "list", map[string]string{}, nil},
		{"DELETE", "/api/v1/things/bulk", "bulk", map[string]string{}, nil},
		{"GET", "/api/v1/things/bulk", "one", map[string]string{"id": "bulk"}, nil},
		{"GET", "/api/v1/things/a%2Fb%20c", "one", map[string]string{"id": "a/b c"}, nil},
		{"GET", "/api/v1/things/1/parts/2", "part", map[string]string{"id": "1", "part": "2"}, nil},
		{"PUT", "/api/v1/things/1", "", nil, []string{"DELETE", "GET"}},
		{"GET", "/api/v1/things/", "", nil, nil},
		{"GET", "/v1/things", "", nil, nil},
		{"GET", "/api/v2/things", "", nil, nil},
	} {
		id, params, allowed := r.Match(httptest.NewRequest(tc.method, tc.url, nil))
		require.Equal(t, tc.id, id, tc.url)
		require.Equal(t, tc.params, params, tc.url)
		require.Equal(t, tc.allowed, allowed, tc.url)
	}
}
