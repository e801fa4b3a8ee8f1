package onpremisetest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func TestClientUsesTheServer(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]onpremisetest.Option{
		"socket":     {onpremisetest.WithCredentials("boss", "secret")},
		"TLS":        {onpremisetest.WithTLS()},
		"in process": {onpremisetest.InProcess()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := onpremisetest.NewServer(opts...)
			defer server.Close()
			client := server.Client(onpremise.WithMaxRetries(0))
			id, err := client.Messages.Send(t.Context(), onpremise.TextMessage(ada, "hello"))
			require.NoError(t, err)
			require.Equal(t, id, server.Messages()[0].ID)
			server.ExpireTokens()
			_, err = client.Messages.Send(t.Context(), onpremise.TextMessage(ada, "hello"))
			require.NoError(t, err)
			require.Len(t, server.Requests("LoginUser"), 2)

			_, err = server.Client(onpremise.WithToken(server.Token())).Groups.List(t.Context())
			require.NoError(t, err)
			require.Len(t, server.Requests("LoginUser"), 2, "a token replaces the credentials")
			require.Panics(t, func() { server.Client(onpremise.WithMaxRetries(-1)) })
		})
	}
}

func TestClientSetsTheFirstPassword(t *testing.T) {
	t.Parallel()
	server := onpremisetest.NewServer(onpremisetest.InProcess(), onpremisetest.WithFreshInstallation())
	defer server.Close()
	_, err := server.Client().Groups.List(t.Context())
	require.ErrorIs(t, err, onpremise.ErrForbidden)
	_, err = server.Client(onpremise.WithNewPassword("changed")).Groups.List(t.Context())
	require.NoError(t, err)
	require.Equal(t, "changed", server.Password())
	_, err = server.Client().Groups.List(t.Context())
	require.NoError(t, err)
}
