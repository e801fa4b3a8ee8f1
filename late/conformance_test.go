package late_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/wabakit/wabakit-go/internal/conformance"
	"github.com/wabakit/wabakit-go/late"
)

var retryRules = conformance.Rules{
	Never: []string{
		// Somebody would be messaged, called or charged twice.
		"sendWhatsAppBulk", "sendWhatsAppBroadcast", "purchaseWhatsAppPhoneNumber", "requestWhatsAppVerificationCode",
		"sendInboxMessage", "createInboxConversation",
		// The response to the retry would misreport the first attempt.
		"createWhatsAppContact", "createWhatsAppTemplate", "createWhatsAppBroadcast", "scheduleWhatsAppBroadcast",
		"cancelWhatsAppBroadcastSchedule", "renameWhatsAppGroup", "verifyWhatsAppPhoneNumber", "releaseWhatsAppPhoneNumber",
		"createProfile", "createWebhookSettings", "testWebhook",
		// They work once.
		"handleOAuthCallback", "getPendingOAuthData",
	},
	Delete: []string{
		"deleteWhatsAppContact", "deleteWhatsAppTemplate", "deleteWhatsAppBroadcast",
		"deleteAccount", "deleteProfile", "deleteWebhookSettings",
	},
	Unless:  "importWhatsAppContacts",
	Untimed: []string{"sendWhatsAppBroadcast", "getWhatsAppMedia"},
	Files:   []string{"getWhatsAppMedia"},
	Streams: []string{"getWhatsAppMedia"},
}

func TestContractSaysWhatIsRetried(t *testing.T) {
	t.Parallel()
	conformance.Load(t, "late", retryRules).CheckRules(t, slices.Collect(maps.Keys(wrappers)))
}

func TestConformance(t *testing.T) {
	t.Parallel()
	conformingClient(t).Run(t)
}

// The response to a retry would be about the contacts that the first attempt created.
func TestConformanceOfImportThatRefusesDuplicates(t *testing.T) {
	t.Parallel()
	c := conformingClient(t)
	c.Operations = []conformance.Operation{{ID: retryRules.Unless}}
	c.Call = func(ctx context.Context, _ string, s conformance.Settings) (any, error) {
		client, err := clientFor(s)
		if err != nil {
			return nil, err
		}
		return client.Contacts.Import(ctx, late.ImportContactsRequest{
			Contacts: []late.ImportContact{{Phone: testPhone, Name: "Ada"}}, SkipDuplicates: new(false),
		})
	}
	c.Run(t)
}

func TestErrorsAreSmall(t *testing.T) { conformingClient(t).CheckMemory(t, late.OpGetWhatsAppContacts) }

func conformingClient(t *testing.T) *conformance.Client {
	t.Helper()
	c := conformance.Load(t, "late", retryRules)
	c.Call = func(ctx context.Context, op string, s conformance.Settings) (any, error) {
		client, err := clientFor(s)
		if err != nil {
			return nil, err
		}
		return wrappers[op](ctx, client)
	}
	c.Report = report
	c.Refusal, c.Message = `{"error":"the server does not want it","code":"X"}`, "the server does not want it"
	c.Secrets, c.Private = []string{testKey}, []string{testPhone}
	return c
}

func clientFor(s conformance.Settings) (*late.Client, error) {
	return late.NewClient(testKey, late.WithBaseURL(s.URL+"/api"), late.WithAccount(testAccount), late.WithHTTPClient(s.HTTP),
		late.WithMaxRetries(s.Retries), late.WithTimeout(s.Timeout), late.WithLogger(s.Logger),
		late.WithAttemptHook(func(_ context.Context, a late.Attempt) { s.Hook(attempt(a)) }))
}

func attempt(a late.Attempt) conformance.Attempt {
	return conformance.Attempt{Operation: a.Operation, RequestID: a.RequestID, Number: a.Number, Status: a.Status, Err: a.Err}
}

func report(err error) *conformance.Report {
	if u, ok := errors.AsType[*late.UnexpectedPurchaseError](err); ok {
		return &conformance.Report{
			Operation: "purchaseWhatsAppPhoneNumber", RequestID: u.RequestID, Attempts: make([]conformance.Attempt, 1),
			Status: u.StatusCode, Printed: fmt.Sprintf("%+v", *u),
		}
	}
	e, ok := errors.AsType[*late.Error](err)
	if !ok {
		return nil
	}
	r := &conformance.Report{
		Operation: e.Operation, RequestID: e.RequestID, Status: e.StatusCode, RetryAfter: e.RetryAfter, Message: e.Message,
		Printed: fmt.Sprintf("%+v", *e),
	}
	for _, a := range e.Attempts {
		r.Attempts = append(r.Attempts, attempt(a))
	}
	return r
}
