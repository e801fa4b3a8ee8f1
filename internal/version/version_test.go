package version_test

import (
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/internal/version"
	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/onpremise"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// agents is a transport that records the User-Agent headers.
type agents []string

func (a *agents) RoundTrip(req *http.Request) (*http.Response, error) {
	*a = append(*a, req.Header.Get("User-Agent"))
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(`{"contact": {"id": "1"}, "health": "connected"}`)), Request: req,
	}, nil
}

func TestUserAgentHasTheModuleVersion(t *testing.T) {
	t.Parallel()
	var seen agents
	client := &http.Client{Transport: &seen}
	hosted, err := late.NewClient("sk_test", late.WithHTTPClient(client))
	require.NoError(t, err)
	installed, err := onpremise.NewClient("https://wa.invalid/v1", onpremise.WithToken("token"),
		onpremise.WithHTTPClient(client), onpremise.WithUserAgent("shop/2"))
	require.NoError(t, err)

	_, err = hosted.Contacts.Get(t.Context(), "1")
	require.NoError(t, err)
	_, err = installed.Health.Check(t.Context())
	require.NoError(t, err)

	require.Equal(t, agents{"wabakit-go/" + version.Module, "shop/2 wabakit-go/" + version.Module}, seen)
}

// The changelog and the module name the same version.
func TestChangelogNamesTheModuleVersion(t *testing.T) {
	t.Parallel()
	changelog, err := os.ReadFile("../../CHANGELOG.md")
	require.NoError(t, err)
	heading := regexp.MustCompile(`(?m)^## \[(\d+\.\d+\.\d+)\] - (\S+)$`).FindSubmatch(changelog)
	require.NotNil(t, heading, "no version has a heading like ## [1.2.3] - 2006-01-02")
	require.Equal(t, version.Module, string(heading[1]))
	_, err = time.Parse(time.DateOnly, string(heading[2]))
	require.NoError(t, err)
	require.Contains(t, string(changelog), "\n["+version.Module+"]: https://github.com/wabakit/wabakit-go/")
}
