package onpremisetest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func TestContactLookup(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		check := func(blocking any, contacts ...any) any {
			return w.ok("POST", "/contacts", with(object{"contacts": contacts}, object{"blocking": blocking}))["contacts"]
		}
		const ada, bob = "+1 (631) 555-1234", "16315555678"
		found := object{"input": ada, "status": "valid", "wa_id": "16315551234"}
		require.Equal(t, list{found}, check("wait", ada))
		require.Equal(t, list{found}, check("no_wait", ada), "known contacts are returned at once")

		w.Advance(time.Hour)
		processing := object{"input": bob, "status": "processing"}
		require.Equal(t, list{processing, found}, check("no_wait", bob, ada))
		require.Equal(t, list{processing}, check(nil, bob), "no_wait is the default")
		w.Advance(time.Minute - 10*time.Second)
		require.Equal(t, list{processing}, check(nil, bob))
		w.Advance(10 * time.Second)
		require.Equal(t, list{object{"input": bob, "status": "valid", "wa_id": bob}}, check(nil, bob))

		check(nil, "16315550000")
		require.Equal(t, []any{"valid"}, each(check("wait", "16315550000"), "status"), "a call that waits gets the result")
	}, onpremisetest.WithLookupTime(time.Minute))
}

func TestAddWhatsAppUsers(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		status := func(contacts ...any) []any {
			return each(w.ok("POST", "/contacts", object{"blocking": "wait", "contacts": contacts})["contacts"], "status")
		}
		require.Equal(t, []any{"invalid", "invalid", "invalid", "invalid", "invalid"},
			status("", "123456", "+1 631 555 1234 ext", "0631555123", "1234567890123456"))
		require.Equal(t, []any{"valid", "valid"}, status("+16315551234", "1.631.555.1235"))
		require.Equal(t, "invalid", at(w.ok("POST", "/contacts", object{"contacts": list{"12"}}), "contacts", 0, "status"))
		w.AddWhatsAppUsers("+1 631 555 1234")
		w.ReceiveText("16315551236", "hello")
		response := w.ok("POST", "/contacts", object{"blocking": "wait", "contacts": list{"16315551234", "16315551235", "16315551236"}})
		require.Equal(t, []any{"valid", "invalid", "valid"}, each(response["contacts"], "status"))
		require.Nil(t, at(response, "contacts", 1, "wa_id"))

		w.refuse(400, 1009, "POST", "/contacts", object{"contacts": list{}})
		w.refuse(400, 1008, "POST", "/contacts", object{"blocking": "wait"})
		w.refuse(400, 1009, "POST", "/contacts", object{"contacts": list{"1"}, "blocking": "soon"})
		require.Panics(t, func() { w.AddWhatsAppUsers("nobody") })
		require.Panics(t, func() { w.FailPhone("nobody", "no") })
		require.Panics(t, func() { w.ReceiveText("", "hello") })
	})
}
