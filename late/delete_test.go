package late_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// The retry of a delete whose response was lost gets a 404.
func TestDeleteWithLostResponse(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		operation string
		make      func(context.Context, *late.Client) (id string, err error)
		remove    func(ctx context.Context, c *late.Client, id string) error
	}{
		"contact": {
			"deleteWhatsAppContact",
			func(ctx context.Context, c *late.Client) (string, error) {
				contact, err := c.Contacts.Create(ctx, late.CreateContactRequest{Phone: testPhone, Name: "Ada"})
				return contact.ID, err
			},
			func(ctx context.Context, c *late.Client, id string) error { return c.Contacts.Delete(ctx, id) },
		},
		"template": {
			"deleteWhatsAppTemplate",
			func(ctx context.Context, c *late.Client) (string, error) {
				_, err := c.Templates.Create(ctx, late.CreateTemplateRequest{
					Name: "hello", Category: late.TemplateUtility, Language: "en_US", Components: []late.TemplateComponent{late.Body("Hi")},
				})
				return "hello", err
			},
			func(ctx context.Context, c *late.Client, name string) error { return c.Templates.Delete(ctx, name) },
		},
		"broadcast": {
			"deleteWhatsAppBroadcast",
			func(ctx context.Context, c *late.Client) (string, error) {
				draft, err := c.Broadcasts.Create(ctx, late.CreateBroadcastRequest{Name: "News", Template: hello})
				return draft.ID, err
			},
			func(ctx context.Context, c *late.Client, id string) error { return c.Broadcasts.Delete(ctx, id) },
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := latetest.NewServer(latetest.InProcess())
				defer server.Close()
				client := server.Client()
				id, err := tt.make(t.Context(), client)
				require.NoError(t, err)
				server.Inject(latetest.CutAfter().On(tt.operation).Times(1))
				require.NoError(t, tt.remove(t.Context(), client, id))
				requests := server.Requests(tt.operation)
				require.Len(t, requests, 2)
				require.Equal(t, 404, requests[1].Status)
				require.ErrorIs(t, tt.remove(t.Context(), client, id), late.ErrNotFound, "the outcome was known")
			})
		})
	}
}
