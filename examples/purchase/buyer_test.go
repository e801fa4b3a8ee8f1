package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func TestTheFirstNumber(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		require.Zero(t, t.b.run(t.Context()), t.errs.String())
		require.Contains(t, t.out.String(), "checkout   +12125550100 has appeared\n")
		require.Contains(t, t.out.String(), "verified   +12125550100 since ")
		require.Empty(t, t.errs.String())
		t.has(1)
	})
}

// The answer to the purchase is lost when the server has acted: the number is found.
func TestALostAnswerBuysNothingTwice(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]latetest.Fault{
		"cut": latetest.CutAfter(), "cut head": latetest.CutHead(), "cut body": latetest.Truncated(),
		"garbage": latetest.Garbage(), "no answer": latetest.Hang(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			try2nd(t, func(t *trial) {
				t.server.Inject(fault.On(buying))
				require.Zero(t, t.b.run(t.Context()), t.errs.String())
				require.Contains(t, t.out.String(), "purchase   +12125550101 has appeared: it was bought\n")
				require.Contains(t, t.out.String(), "verified   +12125550101 since ")
				require.Equal(t, 2, t.asked(buying), "one was the first number's")
				t.has(2)
			})
		})
	}
}

// The server did not act, but who is not told cannot know.
func TestADoubtAfterWhichNothingAppears(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]latetest.Fault{
		"cut": latetest.CutBefore(), "proxy": latetest.ProxyPage(502), "500": latetest.Status(500, "no"), "503": latetest.Status(503, "no"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			try2nd(t, func(t *trial) {
				t.server.Inject(fault.On(buying))
				began := time.Now()
				require.Equal(t, 1, t.b.run(t.Context()))
				require.GreaterOrEqual(t, time.Since(began), findOutFor)
				require.Regexp(t, `^purchase: late: purchase phone number: .* \(no number has appeared within 30s\)\. `+
					`No number has appeared: look again \(-live\) before you buy again\.\n$`, t.errs.String())
				require.Equal(t, 2, t.asked(buying), "one was the first number's")
				t.has(1)
			})
		})
	}
}

func TestACheckoutPageWhoseAddressIsLost(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.server.Inject(latetest.CutAfter().On(buying))
		require.Equal(t, 1, t.b.run(t.Context()))
		require.Contains(t, t.errs.String(), "No number has appeared: look again")
		require.Equal(t, 1, t.asked(buying))
		t.has(0)
	})
}

func TestAnAnswerThatNobodyCanUnderstand(t *testing.T) {
	t.Parallel()
	try2nd(t, func(t *trial) {
		body := `{"order":"` + strings.Repeat("7", 5000) + `"}`
		t.server.Inject(latetest.Answer(200, body).On(buying))
		require.Equal(t, 1, t.b.run(t.Context()))
		require.Contains(t, t.errs.String(), fmt.Sprintf("%q", body), "money may have moved: all of it is told")
		require.Contains(t, t.errs.String(), "No number has appeared: look again")
		require.Equal(t, 2, t.asked(buying), "one was the first number's")
		t.has(1)
	})
}

func TestADoubtThatNobodyCanResolve(t *testing.T) {
	t.Parallel()
	try2nd(t, func(t *trial) {
		t.server.Inject(latetest.CutAfter().On(buying), latetest.CutBefore().On(listing).After(2))
		require.Equal(t, 1, t.b.run(t.Context()))
		require.Contains(t, t.errs.String(), "What was bought could not be looked up (late: list phone numbers: ")
		require.Contains(t, t.errs.String(), "look before you buy again")
		require.Equal(t, 2, t.asked(buying), "one was the first number's")
	})
}

func TestSomebodyElseBuysAtTheSameTime(t *testing.T) {
	t.Parallel()
	try2nd(t, func(t *trial) {
		t.server.Inject(latetest.CutAfter().On(buying).Times(1), latetest.Latency(10*time.Second).On(listing).After(2))
		time.AfterFunc(5*time.Second, func() {
			_, err := t.server.Client().PhoneNumbers.Purchase(t.Context(), demoProfile)
			require.NoError(t, err)
		})
		require.Equal(t, 1, t.b.run(t.Context()))
		require.Contains(t, t.errs.String(), "2 numbers have appeared at once, so somebody else is buying, too: +12125550101 (")
		t.has(3)
	})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for want, test := range map[string]struct {
		option latetest.Option
		fault  latetest.Fault
	}{
		"purchase: phone numbers need a paid plan of Late: late: search available numbers: 403 ": {option: latetest.WithFreePlan()},
		"purchase: phone numbers need a paid plan of Late: late: purchase phone number: 403 ":    {fault: latetest.Status(403, "no plan")},
		"purchase: the plan allows no more numbers: late: purchase phone number: 400 ":           {option: latetest.WithNumberLimit(0)},
		"purchase: late: purchase phone number: 402 pay what is due ":                            {fault: latetest.Status(402, "pay what is due")},
		"purchase: late: purchase phone number: 401 ":                                            {fault: latetest.Status(401, "no")},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			var options []latetest.Option
			if test.option != nil {
				options = append(options, test.option)
			}
			try(t, func(t *trial) {
				if test.option == nil {
					t.server.Inject(test.fault.On(buying))
				}
				require.Equal(t, 1, t.b.run(t.Context()))
				require.Contains(t, t.errs.String(), want)
				require.Regexp(t, `^[^\n]+\. Nothing was bought\.\n$`, t.errs.String())
				require.LessOrEqual(t, t.asked(buying), 1)
				t.has(0)
			}, options...)
		})
	}
}

func TestTheSecondOfTwoIsRefused(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.b.purchases = 2
		require.Equal(t, 1, t.b.run(t.Context()))
		require.Regexp(t, `^purchase: the plan allows no more numbers: .* `+
			`Bought: \+12125550100 \([0-9a-f]{24}\)\. -live -number and the id goes on with it\.\n$`, t.errs.String())
		t.has(1)
	}, latetest.WithNumberLimit(1))
}

func TestAPurchaseThatTheServerPutsOffIsRepeated(t *testing.T) {
	t.Parallel()
	try2nd(t, func(t *trial) {
		t.server.Inject(latetest.Status(429, "later").With("Retry-After", "3").On(buying).Times(1))
		require.Zero(t, t.b.run(t.Context()), t.errs.String())
		t.has(2)
	})
}

func TestANumberThatIsStillToBePaidForIsNotBoughtAgain(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.server.Inject(latetest.Answer(200, `{"numbers":[{"_id":"n1","phoneNumber":"+12125550100","status":"pending_payment"}]}`).On(listing))
		require.Equal(t, 1, t.b.run(t.Context()))
		require.Equal(t, "purchase: +12125550100 (n1) is still to be paid for: pay for it, rather than buy another. Nothing was bought.\n", t.errs.String())
		require.Zero(t, t.asked(buying))
	})
}

func TestThePaymentTakesItsTime(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.pays = 50 * time.Minute
		t.server.Inject(latetest.Status(503, "down").On(listing).After(10).Times(20)) // for longer than a look is retried
		require.Zero(t, t.b.run(t.Context()), t.errs.String())
		require.Equal(t, 1, t.asked(buying))
		t.has(1)
	})
}

func TestNobodyPays(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.pays = -1
		began := time.Now()
		require.Equal(t, 1, t.b.run(t.Context()))
		require.GreaterOrEqual(t, time.Since(began), t.b.wait)
		require.Regexp(t, `^purchase: no number has appeared within 1h0m0s\. Nobody has paid yet: to have the number, `+
			`pay at https://checkout\.stripe\.com/\S+ rather than buy again\.\n$`, t.errs.String())
		t.has(0)
	})
}

func TestTheKeyIsTakenAwayWhileWaiting(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.server.Inject(latetest.Status(401, "revoked").On(listing).After(10))
		began := time.Now()
		require.Equal(t, 1, t.b.run(t.Context()))
		require.Less(t, time.Since(began), time.Minute)
		require.Contains(t, t.errs.String(), "401 revoked")
		require.Contains(t, t.errs.String(), "look before you buy again")
	})
}

func TestCtrlCWhileWaitingForThePayment(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		began := time.Now()
		require.Equal(t, 130, t.b.run(t.stopAfter(30*time.Second)))
		require.Equal(t, 30*time.Second, time.Since(began))
		require.Regexp(t, `^purchase: stopped\. Nobody has paid yet: to have the number, pay at https://\S+ rather than buy again\.\n$`, t.errs.String())
		t.has(1) // it is paid for later
	})
}

func TestCtrlCBetweenThePaymentAndTheNextLook(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.b.look, t.pays = time.Minute, 20*time.Second
		require.Equal(t, 130, t.b.run(t.stopAfter(30*time.Second)))
		require.Regexp(t, `^purchase: stopped\. Bought: \+12125550100 \([0-9a-f]{24}\)\. -live -number and the id goes on with it\.\n$`, t.errs.String())
	})
}

func TestCtrlCDuringThePurchase(t *testing.T) {
	t.Parallel()
	for want, fault := range map[string]latetest.Fault{
		"purchase: stopped. Bought: +12125550101 (":                                             latetest.Hang(),
		"purchase: stopped. No number has appeared: look again (-live) before you buy again.\n": latetest.Latency(time.Minute),
	} {
		try2nd(t, func(t *trial) {
			t.server.Inject(fault.On(buying))
			require.Equal(t, 130, t.b.run(t.stopAfter(30*time.Second)))
			require.Contains(t, t.errs.String(), want)
			require.Equal(t, 2, t.asked(buying), "one was the first number's")
		})
	}
}

func TestWithoutAPurchaseNothingIsBought(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.b.purchases = 0
		require.Zero(t, t.b.run(t.Context()))
		require.Contains(t, t.out.String(), "purchase   none without -buy.")
		require.Zero(t, t.asked(buying))
	})
}

func TestThereMayBeNoNumberToBuy(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.b.purchases = 0
		t.server.Inject(latetest.Answer(200, `{"numbers":[]}`).On("searchAvailableWhatsAppNumbers").Times(1))
		require.Zero(t, t.b.run(t.Context()))
		require.Contains(t, t.out.String(), "available  no number, at present\n")
		t.server.Inject(latetest.Status(400, "no").On("searchAvailableWhatsAppNumbers"))
		require.Equal(t, 1, t.b.run(t.Context()))
		require.Contains(t, t.errs.String(), "Nothing was bought")
	})
}

func TestNewNumbersAreThoseThatWereNotThereBefore(t *testing.T) {
	t.Parallel()
	a, b := late.PhoneNumber{ID: "a"}, late.PhoneNumber{ID: "b"}
	require.Equal(t, []late.PhoneNumber{b}, without([]late.PhoneNumber{a, b}, []late.PhoneNumber{a}))
	require.Empty(t, without([]late.PhoneNumber{a}, []late.PhoneNumber{b, a}))
	require.Empty(t, without(nil, []late.PhoneNumber{a}))
}
