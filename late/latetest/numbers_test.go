package latetest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late/latetest"
)

func (w *wire) buy(profile string) object {
	w.t.Helper()
	return w.ok("POST", "/phone-numbers/purchase", object{"profileId": profile})
}

func (w *wire) numbers(query string) list {
	w.t.Helper()
	return w.ok("GET", "/phone-numbers"+query, nil)["numbers"].(list)
}

// first pays for the first number and returns its path.
func (w *wire) first(profile string) string {
	w.t.Helper()
	w.CompleteCheckout(w.buy(profile)["checkoutUrl"].(string))
	return "/phone-numbers/" + at(w.numbers("?profileId="+profile), 0, "_id").(string)
}

func TestFirstNumberRequiresPayment(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		reply := w.buy("shop")
		require.Nil(t, reply["phoneNumber"])
		require.Empty(t, w.numbers(""), "no number before payment")
		url := reply["checkoutUrl"].(string)
		require.NotEqual(t, url, w.buy("shop")["checkoutUrl"], "each purchase has its own checkout")

		w.CompleteCheckout(url)
		require.Panics(t, func() { w.CompleteCheckout(url) }, "a checkout is paid once")
		row := w.numbers("")[0].(object)
		require.Nil(t, row["id"])
		require.Equal(t, "provisioning", row["status"])
		require.Equal(t, "shop", row["profileId"])
		path := "/phone-numbers/" + row["_id"].(string)
		require.Nil(t, at(w.ok("GET", path, nil), "phoneNumber", "provisionedAt"))
		w.call(400, "POST", path+"/request-code", nil) // inactive until provisioned
		w.Advance(time.Minute)
		n := at(w.ok("GET", path, nil), "phoneNumber").(object)
		require.Equal(t, "active", n["status"])
		require.Equal(t, row["_id"], n["id"])
		require.NotEmpty(t, n["provisionedAt"])
		require.NotEmpty(t, n["metaPreverifiedId"])

		reply = w.buy("other")
		require.Nil(t, reply["checkoutUrl"])
		require.Equal(t, "active", at(reply, "phoneNumber", "status"), "further numbers are active at once")
		require.NotEqual(t, n["phoneNumber"], at(reply, "phoneNumber", "phoneNumber"))
		require.Len(t, w.numbers(""), 2)
		require.Len(t, w.numbers("?profileId=other"), 1)
		require.Len(t, w.numbers("?status=active&profileId=shop"), 1)
		require.Empty(t, w.numbers("?status=provisioning"))
	}, latetest.WithProvisionTime(time.Minute))
}

func TestInvalidPurchaseIsRejected(t *testing.T) {
	t.Parallel()
	w := newWire(t, latetest.WithNumberLimit(2))
	w.first("shop")
	w.call(400, "POST", "/phone-numbers/purchase", object{})
	w.buy("shop")
	w.call(400, "POST", "/phone-numbers/purchase", object{"profileId": "shop"})
	require.Len(t, w.numbers(""), 2)
	w.call(400, "GET", "/phone-numbers?status=sold", nil)

	free := newWire(t, latetest.WithFreePlan())
	free.call(403, "POST", "/phone-numbers/purchase", object{"profileId": "shop"})
	free.call(403, "GET", "/phone-numbers/available", nil)
}

func TestSearchAvailableNumbers(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		found := func(query string) list {
			return w.ok("GET", "/phone-numbers/available"+query, nil)["numbers"].(list)
		}
		require.Len(t, found(""), 20)
		require.Len(t, found("?limit=100"), 100)
		require.Len(t, found("?prefix=212&limit=100"), 60)
		require.Len(t, found("?locality=chicago&limit=7"), 7)
		require.Empty(t, found("?prefix=212&locality=Chicago"))
		require.Equal(t, []any{"+14155550123"}, each(found("?contains=4155550123"), "phoneNumber"))
		for _, wrong := range []string{"0", "101", "x"} {
			w.call(400, "GET", "/phone-numbers/available?limit="+wrong, nil)
		}
		bought := at(w.ok("GET", w.first("shop"), nil), "phoneNumber", "phoneNumber").(string)
		require.Empty(t, found("?contains="+bought[1:]), "purchased numbers are not available")
	})
}

func TestNumberVerification(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		path := w.first("shop")
		number := path[len("/phone-numbers/"):]
		w.Advance(time.Minute)
		verified := func() list {
			return w.ok("GET", "/phone-numbers/preverified?profileId=shop", nil)["preVerifiedIds"].(list)
		}
		require.Empty(t, verified())
		w.call(400, "POST", path+"/verify", object{"code": "123456"}) // no code was sent

		require.Equal(t, "SMS", w.ok("POST", path+"/request-code", nil)["method"])
		old := w.Code(number)
		require.Regexp(t, `^\d{6}$`, old)
		require.Equal(t, "VOICE", w.ok("POST", path+"/request-code", object{"method": "VOICE"})["method"])
		w.call(400, "POST", path+"/request-code", object{"method": "FAX"})
		w.call(400, "POST", path+"/verify", object{"code": old}) // replaced by the next code
		w.call(400, "POST", path+"/verify", object{"code": "12345"})
		w.call(400, "POST", path+"/verify", object{"code": "12345a"})
		code := object{"code": w.Code(number)}
		reply := w.ok("POST", path+"/verify", code)
		require.NotEmpty(t, reply["metaVerifiedAt"])
		w.call(400, "POST", path+"/verify", code) // already used
		require.Equal(t, "verified", at(w.ok("GET", path, nil), "phoneNumber", "metaVerificationStatus"))
		require.Len(t, verified(), 1)
		require.Empty(t, w.ok("GET", "/phone-numbers/preverified?profileId=other", nil)["numbers"])
		w.call(400, "GET", "/phone-numbers/preverified", nil)

		w.Advance(90*24*time.Hour - time.Hour)
		require.Len(t, verified(), 1)
		w.Advance(2 * time.Hour)
		require.Empty(t, verified(), "the verification has expired")
	})
}

func TestReleasedNumbersAreListedOnRequest(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *wire) {
		path := w.first("shop")
		reply := w.ok("DELETE", path, nil)
		require.Equal(t, "released", at(reply, "phoneNumber", "status"))
		require.NotEmpty(t, at(reply, "phoneNumber", "releasedAt"))
		w.call(400, "DELETE", path, nil)
		require.Empty(t, w.numbers(""))
		require.Len(t, w.numbers("?status=released"), 1)
		w.Advance(time.Hour)
		require.Equal(t, "released", at(w.ok("GET", path, nil), "phoneNumber", "status"))
		w.call(400, "POST", path+"/request-code", nil)
		require.NotEmpty(t, w.buy("shop")["checkoutUrl"], "the subscription ended with the number")

		w.call(404, "GET", "/phone-numbers/none", nil)
		w.call(404, "DELETE", "/phone-numbers/none", nil)
		w.call(404, "POST", "/phone-numbers/none/request-code", nil)
		w.call(404, "POST", "/phone-numbers/none/verify", object{"code": "123456"})
	})
}
