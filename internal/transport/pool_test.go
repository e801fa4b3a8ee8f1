package transport

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// Not parallel, because it replaces http.DefaultTransport and http.DefaultClient.
func TestSharedPoolIsUsedOnlyIfNothingElseWasChosen(t *testing.T) {
	transportBefore, clientBefore := http.DefaultTransport, http.DefaultClient
	defer func() { http.DefaultTransport, http.DefaultClient = transportBefore, clientBefore }()
	own := &http.Transport{}
	transportOf := func(s source) http.RoundTripper { return s.copy().Transport }

	require.Same(t, shared(), transportOf(source{}))
	require.Zero(t, shared().MaxIdleConns)
	require.Greater(t, shared().MaxIdleConnsPerHost, 1<<20)
	require.True(t, shared().ForceAttemptHTTP2)
	require.NotSame(t, initial, shared())
	require.Nil(t, transportOf(source{client: &http.Client{}})) // the caller's own
	require.Same(t, own, transportOf(source{client: &http.Client{Transport: own}}))
	require.Same(t, own, transportOf(source{adapt: func(base http.RoundTripper) http.RoundTripper {
		require.Same(t, initial, base)
		return own
	}}))
	require.Equal(t, 7, Pooled(&http.Transport{MaxIdleConnsPerHost: 7}).MaxIdleConnsPerHost)

	http.DefaultTransport = own
	require.Nil(t, transportOf(source{}))
	http.DefaultTransport = transportBefore
	http.DefaultClient = &http.Client{Transport: own}
	require.Same(t, own, transportOf(source{}))
	http.DefaultClient = &http.Client{}
	require.Same(t, shared(), transportOf(source{}))
}
