package late_test

import (
	"context"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
)

func TestInvalidOptions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		option late.Option
		field  string
	}{
		"negative retries":         {late.WithMaxRetries(-1), "maxRetries"},
		"absurd retries":           {late.WithMaxRetries(200_000_000), "maxRetries"},
		"negative timeout":         {late.WithTimeout(-1), "timeout"},
		"line break in user agent": {late.WithUserAgent("shop\r\nX-Evil: 1"), "userAgent"},
		"user agent in UTF-8":      {late.WithUserAgent("Läden"), "userAgent"},
		"relative base URL":        {late.WithBaseURL("/api"), "baseURL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := late.NewClient("key", c.option)
			require.Nil(t, client)
			var invalid *late.ValidationError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, c.field, invalid.Field)
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Options that are nil or as large as they can be change nothing.
func TestNilAndLargeOptions(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"https://host.test/api", "https://host.test//api", "https://host.test/api/", "https://host.test"} {
		synctest.Test(t, func(t *testing.T) {
			attempts := 0
			hc := &http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
				require.Equal(t, late.OpGetWhatsAppGroups, late.OperationFromContext(req.Context()))
				require.Equal(t, "application/json", req.Header.Get("Accept"))
				if attempts++; attempts < 3 {
					return nil, io.ErrUnexpectedEOF
				}
				return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"success":true,"groups":[]}`))}, nil
			})}
			client, err := late.NewClient("key", nil, late.WithBaseURL(base), late.WithHTTPClient(hc), late.WithAccount("a"),
				late.WithAttemptHook(func(context.Context, late.Attempt) { t.Error("this hook was removed") }), late.WithAttemptHook(nil),
				late.WithMiddleware(nil), late.WithMiddleware(func(late.Doer) late.Doer { return nil }), late.WithLimiter(nil), late.WithLogger(nil),
				late.WithMaxRetries(1000), late.WithTimeout(math.MaxInt64*time.Nanosecond))
			require.NoError(t, err)
			_, err = client.Groups.List(t.Context())
			require.NoError(t, err)
			require.Equal(t, 3, attempts)
		})
	}
}
