package main

import (
	"bytes"
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	buying  = "purchaseWhatsAppPhoneNumber"
	listing = "getWhatsAppPhoneNumbers"
)

// trial is a buyer of one number at a server in memory, in a bubble whose time costs none.
type trial struct {
	*testing.T
	server *latetest.Server
	b      *buyer
	out    bytes.Buffer
	errs   bytes.Buffer

	pays  time.Duration // how long the person takes to pay; never if negative
	types []string      // what the person types in place of the code that came, at first
}

func try(t *testing.T, test func(t *trial), serverOptions ...latetest.Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server := latetest.NewServer(append([]latetest.Option{latetest.InProcess()}, serverOptions...)...)
		defer server.Close()
		tr := &trial{T: t, server: server, pays: time.Minute}
		tr.b = &buyer{
			options: options{wait: time.Hour}, purchases: 1, client: server.Client(), profile: demoProfile,
			person: tr, out: &tr.out, errs: &tr.errs, look: time.Second,
		}
		test(tr)
	})
}

// try2nd is a trial at a profile that has a number.
func try2nd(t *testing.T, test func(t *trial), serverOptions ...latetest.Option) {
	t.Helper()
	try(t, func(t *trial) {
		purchase, err := t.b.client.PhoneNumbers.Purchase(t.Context(), demoProfile)
		require.NoError(t, err)
		t.server.CompleteCheckout(purchase.(late.CheckoutRequired).CheckoutURL)
		t.server.Advance(time.Minute)
		test(t)
	}, serverOptions...)
}

func (t *trial) pay(url string) {
	if t.pays >= 0 {
		time.AfterFunc(t.pays, func() { t.server.CompleteCheckout(url) })
	}
}

func (t *trial) code(_ context.Context, id string) (string, error) {
	if len(t.types) > 0 {
		typed := t.types[0]
		t.types = t.types[1:]
		return typed, nil
	}
	return t.server.Code(id), nil
}

// stopAfter is a context that ends in a while, as by Ctrl-C.
func (t *trial) stopAfter(d time.Duration) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(d, cancel)
	return ctx
}

// has requires that the profile has so many numbers, also when all that is under way is done.
func (t *trial) has(want int) []late.PhoneNumber {
	t.Helper()
	time.Sleep(time.Hour)
	numbers, err := t.server.Client().PhoneNumbers.List(t.Context(), late.ListPhoneNumbersOptions{ProfileID: demoProfile})
	require.NoError(t, err)
	require.Len(t, numbers, want)
	return numbers
}

// asked counts the requests of an operation.
func (t *trial) asked(operation string) int { return len(t.server.Requests(operation)) }
