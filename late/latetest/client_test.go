package latetest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/lateapi"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func TestClientUsesTheServer(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]latetest.Option{
		"socket":     {latetest.WithAccounts("one", "two"), latetest.WithAPIKey("key")},
		"in process": {latetest.WithAccounts("one", "two"), latetest.WithAPIKey("key"), latetest.InProcess()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := latetest.NewServer(opts...)
			defer server.Close()
			client := server.Client(late.WithMaxRetries(0))
			ada, err := client.Contacts.Create(t.Context(), late.CreateContactRequest{Phone: "+16315551234", Name: "Ada"})
			require.NoError(t, err)
			got, err := client.Contacts.Get(t.Context(), ada.ID)
			require.NoError(t, err)
			require.Equal(t, ada, got)
			_, err = client.Contacts.Create(t.Context(), late.CreateContactRequest{Phone: "+16315551234", Name: "Ada"})
			require.ErrorIs(t, err, late.ErrConflict)

			other, err := client.ForAccount("two").Contacts.List(t.Context(), late.ListContactsOptions{})
			require.NoError(t, err)
			require.Empty(t, other.Contacts)
		})
	}
}

func TestInvalidSeedsPanic(t *testing.T) {
	t.Parallel()
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	require.Panics(t, func() { server.AddContacts(lateapi.CreateContactRequest{Phone: "1", Name: "Ada"}) })
	require.Panics(t, func() {
		server.AddContacts(lateapi.CreateContactRequest{AccountID: "nobody", Phone: "+16315551234", Name: "Ada"})
	})
	require.Panics(t, func() { server.AddTemplate(lateapi.CreateTemplateRequest{Name: "hello"}) })
}
