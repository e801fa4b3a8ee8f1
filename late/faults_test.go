package late_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/wabakit/wabakit-go/internal/faultwire"
	"github.com/wabakit/wabakit-go/late"
)

var rules = faultwire.Rules{
	Never: []string{
		// Somebody would be messaged, called or charged twice.
		"sendWhatsAppBulk", "sendWhatsAppBroadcast", "purchaseWhatsAppPhoneNumber", "requestWhatsAppVerificationCode",
		// The answer to the repeat would misreport the first.
		"createWhatsAppContact", "createWhatsAppTemplate", "createWhatsAppBroadcast", "scheduleWhatsAppBroadcast",
		"cancelWhatsAppBroadcastSchedule", "renameWhatsAppGroup", "verifyWhatsAppPhoneNumber", "releaseWhatsAppPhoneNumber",
	},
	Delete:  []string{"deleteWhatsAppContact", "deleteWhatsAppGroup", "deleteWhatsAppTemplate", "deleteWhatsAppBroadcast"},
	Unless:  "importWhatsAppContacts",
	Untimed: []string{"sendWhatsAppBroadcast"},
}

func TestTheContractSaysWhatMayBeRepeated(t *testing.T) {
	t.Parallel()
	faultwire.Load(t, "late", rules).HoldRules(t, slices.Collect(maps.Keys(wrappers)))
}

func TestEveryOperationUnderEveryFault(t *testing.T) {
	t.Parallel()
	subject(t).Hold(t)
}

func TestEveryOperationUnderFaultsOfARealConnection(t *testing.T) {
	t.Parallel()
	subject(t).HoldOnLoopback(t)
}

// The answer to the repeat would be about those that the first one created.
func TestAnImportThatRefusesDuplicatesUnderEveryFault(t *testing.T) {
	t.Parallel()
	s := subject(t)
	s.Operations = []faultwire.Operation{{ID: rules.Unless}}
	s.Call = func(ctx context.Context, _ string, setup faultwire.Setup) (any, error) {
		client, err := faultyClient(setup)
		if err != nil {
			return nil, err
		}
		return client.Contacts.Import(ctx, late.ImportContactsRequest{
			Contacts: []late.ImportContact{{Phone: testPhone, Name: "Ada"}}, SkipDuplicates: new(false),
		})
	}
	s.Hold(t)
}

func TestAnErrorHoldsLittleOfItsAnswer(t *testing.T) {
	subject(t).HoldMemory(t, "getWhatsAppContact")
}

// subject is the client as the faults see it.
func subject(t *testing.T) *faultwire.Subject {
	t.Helper()
	s := faultwire.Load(t, "late", rules)
	s.Call = func(ctx context.Context, op string, setup faultwire.Setup) (any, error) {
		client, err := faultyClient(setup)
		if err != nil {
			return nil, err
		}
		return wrappers[op](ctx, client)
	}
	s.Report = report
	s.Refusal, s.Message = `{"error":"the server does not want it","code":"X"}`, "the server does not want it"
	s.Secrets, s.Private = []string{testKey}, []string{testPhone}
	return s
}

func faultyClient(s faultwire.Setup) (*late.Client, error) {
	return late.NewClient(testKey, late.WithBaseURL(s.URL+"/api"), late.WithAccount(testAccount), late.WithHTTPClient(s.HTTP),
		late.WithMaxRetries(s.Retries), late.WithTimeout(s.Timeout), late.WithLogger(s.Logger),
		late.WithAttemptHook(func(_ context.Context, a late.Attempt) { s.Hook(a.Err) }))
}

func report(err error) *faultwire.Report {
	if u, ok := errors.AsType[*late.UnexpectedPurchaseError](err); ok {
		return &faultwire.Report{
			Operation: "purchaseWhatsAppPhoneNumber", RequestID: u.RequestID, Attempts: 1, Status: u.StatusCode,
			Printed: fmt.Sprintf("%+v", *u),
		}
	}
	e, ok := errors.AsType[*late.Error](err)
	if !ok {
		return nil
	}
	return &faultwire.Report{
		Operation: e.Operation, RequestID: e.RequestID, Attempts: len(e.Attempts), Status: e.StatusCode,
		RetryAfter: e.RetryAfter, Message: e.Message, Printed: fmt.Sprintf("%+v", *e),
	}
}
