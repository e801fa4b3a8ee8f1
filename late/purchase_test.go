package late_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

const testProfile = "65f0000000000000000000aa"

func TestPurchaseResults(t *testing.T) {
	t.Parallel()
	number := late.PhoneNumber{ID: "n1", PhoneNumber: "+12125550123", Status: late.PhoneNumberProvisioning}
	tests := map[string]struct {
		body string
		want late.Purchase // nil: unexpected
	}{
		"checkout":                 {`{"message":"pay","checkoutUrl":"https://pay.example/1"}`, late.CheckoutRequired{CheckoutURL: "https://pay.example/1"}},
		"checkout, number null":    {`{"checkoutUrl":"https://pay.example/1","phoneNumber":null}`, late.CheckoutRequired{CheckoutURL: "https://pay.example/1"}},
		"checkout, unknown fields": {`{"checkoutUrl":"https://pay.example/1","expires":{"in":5},"status":"x"}`, late.CheckoutRequired{CheckoutURL: "https://pay.example/1"}},
		"number":                   {`{"message":"here","phoneNumber":{"id":"n1","phoneNumber":"+12125550123","status":"provisioning"}}`, late.NumberProvisioned{PhoneNumber: number}},
		"number, unknown fields":   {`{"phoneNumber":{"_id":"n1","phoneNumber":"+12125550123","status":"provisioning","carrier":[]},"checkoutUrl":null}`, late.NumberProvisioned{PhoneNumber: number}},
		"both":                     {`{"checkoutUrl":"https://pay.example/1","phoneNumber":{"id":"n1"}}`, nil},
		"neither":                  {`{"message":"done"}`, nil},
		"empty URL":                {`{"checkoutUrl":""}`, nil},
		"URL of another type":      {`{"checkoutUrl":{"href":"x"}}`, nil},
		"number of another type":   {`{"phoneNumber":"+12125550123"}`, nil},
		"empty body":               {``, nil},
		"HTML":                     {`<html>`, nil},
		"null":                     {`null`, nil},
		"no success":               {`{"success":false,"checkoutUrl":"https://pay.example/1"}`, nil},
		"empty number":             {`{"phoneNumber":{}}`, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, w := newClient(t, 200, tt.body)
			got, err := client.PhoneNumbers.Purchase(t.Context(), testProfile)
			require.Equal(t, 1, w.sent())
			require.JSONEq(t, `{"profileId":"`+testProfile+`"}`, w.bodies[0])
			if tt.want != nil {
				require.NoError(t, err)
				require.Equal(t, tt.want, got)
				return
			}
			var e *late.UnexpectedPurchaseError
			require.ErrorAs(t, err, &e)
			require.Nil(t, got)
			require.Equal(t, 200, e.StatusCode)
			require.Equal(t, tt.body, e.Body)
			require.NotEmpty(t, e.RequestID)
			require.ErrorIs(t, err, late.ErrOutcomeUnknown)
		})
	}
}

func TestPurchaseIsSentOnce(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault latetest.Fault
		is    []error
	}{
		"500":                     {latetest.Status(500, "oops"), []error{late.ErrServer}},
		"502 from a proxy":        {latetest.ProxyPage(502), []error{late.ErrServer}},
		"503 without Retry-After": {latetest.Status(503, "busy"), []error{late.ErrServer}},
		"504":                     {latetest.Respond(504, ""), []error{late.ErrServer}},
		"408":                     {latetest.Status(408, "slow"), nil},
		"lost before processing":  {latetest.CutBefore(), nil},
		"lost after processing":   {latetest.CutAfter(), nil},
		"lost in the headers":     {latetest.CutHead(), nil},
		"truncated body":          {latetest.Truncated(), nil},
		"garbage":                 {latetest.Garbage(), nil},
		"no response":             {latetest.Hang(), []error{context.DeadlineExceeded}},
		"endless body":            {latetest.EndlessBody(), []error{late.ErrResponseTooLarge}},
		"slow body":               {latetest.SlowBody(time.Minute), []error{context.DeadlineExceeded}},
		"late response":           {latetest.Latency(time.Hour), []error{context.DeadlineExceeded}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := latetest.NewServer(latetest.InProcess())
				defer server.Close()
				server.Inject(tt.fault.On("purchaseWhatsAppPhoneNumber"))
				_, err := server.Client().PhoneNumbers.Purchase(t.Context(), testProfile)
				require.ErrorIs(t, err, late.ErrOutcomeUnknown)
				for _, target := range tt.is {
					require.ErrorIs(t, err, target)
				}
				require.Len(t, server.Requests("purchaseWhatsAppPhoneNumber"), 1)
			})
		})
	}
}

func TestPurchaseIsRetriedIfNotProcessed(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]latetest.Fault{
		"429":                  latetest.Status(429, "slow down"),
		"503 with Retry-After": latetest.Status(503, "soon").With("Retry-After", "2"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := latetest.NewServer(latetest.InProcess())
				defer server.Close()
				server.Inject(fault.Times(2))
				purchase, err := server.Client().PhoneNumbers.Purchase(t.Context(), testProfile)
				require.NoError(t, err)
				require.IsType(t, late.CheckoutRequired{}, purchase)
				acted := 0
				for _, r := range server.Requests("purchaseWhatsAppPhoneNumber") {
					if r.Processed {
						acted++
					}
				}
				require.Equal(t, 1, acted)
			})
		})
	}
	for name, fault := range map[string]latetest.Fault{
		"no plan": latetest.Status(403, "a paid plan is needed"), "unpaid": latetest.Status(402, "pay first"), "limit": latetest.Status(400, "limit"),
	} {
		server := latetest.NewServer(latetest.InProcess())
		defer server.Close()
		server.Inject(fault)
		_, err := server.Client().PhoneNumbers.Purchase(t.Context(), testProfile)
		require.NotErrorIs(t, err, late.ErrOutcomeUnknown, name)
		require.Error(t, err)
	}
}

func TestUnknownPurchaseAppearsInList(t *testing.T) {
	t.Parallel()
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client := server.Client()
	first, err := client.PhoneNumbers.Purchase(t.Context(), testProfile)
	require.NoError(t, err)
	server.CompleteCheckout(first.(late.CheckoutRequired).CheckoutURL)
	server.Advance(time.Minute)
	before, err := client.PhoneNumbers.List(t.Context(), late.ListPhoneNumbersOptions{ProfileID: testProfile})
	require.NoError(t, err)
	require.Len(t, before, 1)

	server.Inject(latetest.CutAfter().On("purchaseWhatsAppPhoneNumber"))
	_, err = client.PhoneNumbers.Purchase(t.Context(), testProfile)
	require.ErrorIs(t, err, late.ErrOutcomeUnknown)
	after, err := client.PhoneNumbers.List(t.Context(), late.ListPhoneNumbersOptions{ProfileID: testProfile})
	require.NoError(t, err)
	require.Len(t, after, 2)
}

func TestWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := latetest.NewServer(latetest.InProcess(), latetest.WithProvisionTime(time.Hour), latetest.WithReviewTime(20*time.Minute))
		defer server.Close()
		client := server.Client()
		first, err := client.PhoneNumbers.Purchase(t.Context(), testProfile)
		require.NoError(t, err)
		server.CompleteCheckout(first.(late.CheckoutRequired).CheckoutURL)
		numbers, err := client.PhoneNumbers.List(t.Context(), late.ListPhoneNumbersOptions{ProfileID: testProfile})
		require.NoError(t, err)
		id := numbers[0].ID

		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		active := func(n *late.PhoneNumber) bool { return n.Status == late.PhoneNumberActive }
		number, err := client.PhoneNumbers.Wait(ctx, id, active)
		var waited *late.WaitError
		require.ErrorAs(t, err, &waited)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, string(late.PhoneNumberProvisioning), waited.Last)
		require.Equal(t, late.PhoneNumberProvisioning, number.Status)
		polls := len(server.Requests("getWhatsAppPhoneNumber"))
		require.Greater(t, polls, 15)
		require.Less(t, polls, 40, "the interval grows")

		number, err = client.PhoneNumbers.Wait(t.Context(), id, active, late.WithPollInterval(time.Second, time.Minute))
		require.NoError(t, err)
		require.Equal(t, late.PhoneNumberActive, number.Status)

		_, err = client.PhoneNumbers.Wait(t.Context(), "nobody", active)
		require.ErrorAs(t, err, &waited)
		require.ErrorIs(t, err, late.ErrNotFound)
		require.Empty(t, waited.Last)

		server.RejectTemplate("spam", "it is spam")
		_, err = client.Templates.Create(t.Context(), late.CreateTemplateRequest{
			Name: "spam", Category: late.TemplateMarketing, Language: "en_US", Components: []late.TemplateComponent{late.Body("Buy")},
		})
		require.NoError(t, err)
		begin := time.Now()
		tmpl, err := client.Templates.Wait(t.Context(), "spam")
		require.NoError(t, err)
		require.Equal(t, late.TemplateRejected, tmpl.Status)
		require.InDelta(t, 20*time.Minute, time.Since(begin), float64(time.Minute))
	})
}

// The server responds when it has sent all messages.
func TestLongBroadcast(t *testing.T) {
	t.Parallel()
	run := func(t *testing.T, opts ...late.Option) (*latetest.Server, *late.Client, string) {
		server := latetest.NewServer(latetest.InProcess(), latetest.WithSendTime(time.Second))
		t.Cleanup(server.Close)
		addHello(server)
		client := server.Client(opts...)
		draft, err := client.Broadcasts.Create(t.Context(), late.CreateBroadcastRequest{Name: "News", Template: hello})
		require.NoError(t, err)
		_, err = client.Broadcasts.AddRecipientsMany(t.Context(), draft.ID, adds(600))
		require.NoError(t, err)
		return server, client, draft.ID
	}
	once := func(t *testing.T, server *latetest.Server) {
		messaged := map[string]int{}
		for _, m := range server.Messages() {
			messaged[m.Phone]++
		}
		require.Len(t, messaged, 600)
		for phone, n := range messaged {
			require.Equal(t, 1, n, phone)
		}
	}
	t.Run("without timeout", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			server, client, id := run(t)
			result, err := client.Broadcasts.Send(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, 600, result.Sent)
			once(t, server)
		})
	})
	t.Run("with timeout", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			server, client, id := run(t, late.WithTimeout(30*time.Second))
			_, err := client.Broadcasts.Send(t.Context(), id)
			require.ErrorIs(t, err, late.ErrOutcomeUnknown)
			done, err := client.Broadcasts.Wait(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, late.BroadcastCompleted, done.Status)
			require.Len(t, server.Requests("sendWhatsAppBroadcast"), 1)
			once(t, server)
		})
	})
}

func TestInvalidBusinessProfile(t *testing.T) {
	t.Parallel()
	long := func(n int) *string { return new(fmt.Sprintf("%0*d", n, 0)) }
	tests := map[string]struct {
		field string
		req   late.UpdateBusinessProfileRequest
	}{
		"140 characters of about":       {"about", late.UpdateBusinessProfileRequest{About: long(140)}},
		"513 characters of description": {"description", late.UpdateBusinessProfileRequest{Description: long(513)}},
		"three websites":                {"websites", late.UpdateBusinessProfileRequest{Websites: make([]string, 3)}},
		"empty website":                 {"websites[0]", late.UpdateBusinessProfileRequest{Websites: []string{""}}},
		"empty email":                   {"email", late.UpdateBusinessProfileRequest{Email: new("")}},
	}
	client, w := newClient(t, 200, complete)
	for name, tt := range tests {
		var invalid *late.ValidationError
		require.ErrorAs(t, client.BusinessProfile.Update(t.Context(), tt.req), &invalid, name)
		require.Equal(t, tt.field, invalid.Field)
	}
	require.Zero(t, w.sent())
	umlauts := strings.Repeat("ü", 139)
	require.NoError(t, client.BusinessProfile.Update(t.Context(), late.UpdateBusinessProfileRequest{About: &umlauts, Description: new("")}))
	require.JSONEq(t, `{"accountId":"`+testAccount+`","about":"`+umlauts+`","description":""}`, w.bodies[0])
}

func TestWaitOutlastsTransientFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := latetest.NewServer(latetest.InProcess(), latetest.WithReviewTime(time.Hour))
		defer server.Close()
		client := server.Client()
		_, err := client.Templates.Create(t.Context(), late.CreateTemplateRequest{
			Name: "hello", Category: late.TemplateUtility, Language: "en_US", Components: []late.TemplateComponent{late.Body("Hi")},
		})
		require.NoError(t, err)
		server.Inject(latetest.Status(503, "down").On("getWhatsAppTemplate").After(5).Times(12), latetest.CutBefore().On("getWhatsAppTemplate").After(10).Times(3))
		tmpl, err := client.Templates.Wait(t.Context(), "hello")
		require.NoError(t, err)
		require.Equal(t, late.TemplateApproved, tmpl.Status)

		server.Inject(latetest.Status(503, "down").On("getWhatsAppTemplate"))
		_, err = client.Templates.Wait(t.Context(), "hello")
		require.ErrorIs(t, err, late.ErrServer, "Wait gives up")
	})
	synctest.Test(t, func(t *testing.T) {
		server := latetest.NewServer(latetest.InProcess())
		defer server.Close()
		server.Inject(latetest.Status(401, "no such key"))
		_, err := server.Client().Templates.Wait(t.Context(), "hello")
		require.ErrorIs(t, err, late.ErrUnauthorized)
		require.Len(t, server.Requests(), 1)
	})
}
