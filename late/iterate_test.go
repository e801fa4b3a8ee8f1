package late_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// The loop deletes or renames what it receives, or other clients add contacts in front.
func TestContactsChangedWhileIterated(t *testing.T) {
	t.Parallel()
	const contacts = 1050
	for name, change := range map[string]func(*testing.T, *latetest.Server, late.Contact, int){
		"deleted": func(t *testing.T, s *latetest.Server, c late.Contact, _ int) {
			require.NoError(t, s.Client().Contacts.Delete(t.Context(), c.ID))
		},
		"deleted while others are created": func(t *testing.T, s *latetest.Server, c late.Contact, n int) {
			require.NoError(t, s.Client().Contacts.Delete(t.Context(), c.ID))
			if n <= contacts {
				s.AddContacts(late.CreateContactRequest{Phone: phone(5000 + n), Name: "Aaron"})
			}
		},
		"renamed to the end": func(t *testing.T, s *latetest.Server, c late.Contact, _ int) {
			_, err := s.Client().Contacts.Update(t.Context(), c.ID, late.UpdateContactRequest{Name: new("Zoe " + c.Name)})
			require.NoError(t, err)
		},
		"renamed to the start": func(t *testing.T, s *latetest.Server, c late.Contact, _ int) {
			_, err := s.Client().Contacts.Update(t.Context(), c.ID, late.UpdateContactRequest{Name: new("Aaron " + c.Name)})
			require.NoError(t, err)
		},
		"added in front": func(_ *testing.T, s *latetest.Server, _ late.Contact, n int) {
			if n%10 == 0 && n <= contacts {
				s.AddContacts(late.CreateContactRequest{Phone: phone(5000 + n), Name: "Aaron"})
			}
		},
	} {
		for _, prefetch := range []int{0, 3} {
			t.Run(fmt.Sprint(name, ", prefetch ", prefetch), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := newServer(t)
					seedContacts(server, contacts)
					visits := map[string]int{}
					for contact, err := range server.Client().Contacts.All(t.Context(), late.ListContactsOptions{}, late.WithPrefetch(prefetch)) {
						require.NoError(t, err)
						visits[contact.Phone]++
						require.Equal(t, 1, visits[contact.Phone])
						change(t, server, contact, len(visits))
					}
					for i := range contacts {
						require.Equal(t, 1, visits[phone(i)], i)
					}
				})
			})
		}
	}
}

func TestIteratorErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"status":                    {403, `{"error":"plan"}`, "late: list contacts: 403 plan"},
		"empty page before the end": {200, `{"contacts":[],"pagination":{"total":120,"limit":50,"skip":49,"hasMore":true}}`, "late: empty page at offset 49 of 120"},
		"page without rows":         {200, `{}`, "late: "},
		"null":                      {200, `null`, "late: "},
		"error object":              {200, `{"error":"try again"}`, "late: "},
	} {
		for _, prefetch := range []int{0, 3} {
			t.Run(fmt.Sprint(name, ", prefetch ", prefetch), func(t *testing.T) {
				t.Parallel()
				server := newServer(t)
				seedContacts(server, 120)
				server.Inject(latetest.Respond(test.status, test.body).On("getWhatsAppContacts").After(1))
				var errs []error
				rows := 0
				for _, err := range server.Client().Contacts.All(t.Context(), late.ListContactsOptions{}, late.WithPrefetch(prefetch)) {
					if err != nil {
						errs = append(errs, err)
						continue
					}
					require.Empty(t, errs)
					rows++
				}
				require.Equal(t, 50, rows)
				require.Len(t, errs, 1)
				require.ErrorContains(t, errs[0], test.want)
			})
		}
	}
}

func TestBreakLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // a goroutine that is left fails the bubble
		server := newServer(t)
		seedContacts(server, 500)
		server.Inject(latetest.Latency(time.Hour).On("getWhatsAppContacts").After(1))
		for _, err := range server.Client().Contacts.All(t.Context(), late.ListContactsOptions{}, late.WithPrefetch(4)) {
			require.NoError(t, err)
			break
		}
	})
}

func TestAllBroadcastsAndRecipients(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	client := server.Client()
	for i := range 7 {
		_, err := client.Broadcasts.Create(t.Context(), late.CreateBroadcastRequest{Name: fmt.Sprint(i), Template: hello})
		require.NoError(t, err)
	}
	var last string
	for _, limit := range []int{1, 2, 50} {
		var names []string
		for b, err := range client.Broadcasts.All(t.Context(), late.ListBroadcastsOptions{Limit: limit, Skip: 1}) {
			require.NoError(t, err)
			names = append(names, b.Name)
			last = b.ID
		}
		require.Equal(t, []string{"5", "4", "3", "2", "1", "0"}, names)
	}
	report, err := client.Broadcasts.AddRecipientsMany(t.Context(), last, adds(250))
	require.NoError(t, err)
	require.Equal(t, 250, report.Done)
	seen := map[string]bool{}
	for r, err := range client.Broadcasts.AllRecipients(t.Context(), last, late.ListRecipientsOptions{Status: late.DeliveryPending}, late.WithPrefetch(3)) {
		require.NoError(t, err)
		seen[r.Phone] = true
	}
	require.Len(t, seen, 250)
}
