package latetest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

// available is a number that can be purchased.
type available struct{ phone, prefix, locality, region string }

// pool contains the numbers that can be purchased. Their exchange is 555, which no real phone
// has.
var pool = func() (all []available) {
	for _, area := range []available{
		{"", "212", "New York", "NY"}, {"", "312", "Chicago", "IL"}, {"", "415", "San Francisco", "CA"},
	} {
		for n := range 60 {
			area.phone = fmt.Sprintf("+1%s555%04d", area.prefix, 100+n)
			all = append(all, area)
		}
	}
	return all
}()

// free returns the numbers of the pool that have not been purchased.
func (a *api) free() []available {
	return slices.DeleteFunc(slices.Clone(pool), func(one available) bool {
		return slices.ContainsFunc(a.numbers, func(n *number) bool { return n.PhoneNumber.PhoneNumber == one.phone })
	})
}

var errPlan = refuse(http.StatusForbidden, "paid_plan_required", "", "Phone numbers require a paid plan")

func (a *api) searchNumbers(c *call) (any, error) {
	if a.cfg.freePlan {
		return nil, errPlan
	}
	q, limit := c.query, 20
	if text := q.Get("limit"); text != "" {
		var err error
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > 100 {
			return nil, invalid("limit", "limit must be a number from 1 to 100")
		}
	}
	resp := lateapi.AvailableNumberList{Numbers: []lateapi.AvailableNumber{}}
	for _, one := range a.free() {
		if len(resp.Numbers) < limit && (q.Get("prefix") == "" || one.prefix == q.Get("prefix")) &&
			(q.Get("locality") == "" || strings.EqualFold(one.locality, q.Get("locality"))) &&
			strings.Contains(one.phone, q.Get("contains")) {
			resp.Numbers = append(resp.Numbers, lateapi.AvailableNumber{
				PhoneNumber: one.phone, AdditionalProperties: map[string]any{"locality": one.locality, "region": one.region},
			})
		}
	}
	return resp, nil
}

func (a *api) listPreverified(c *call) (any, error) {
	profile := c.query.Get("profileId")
	if profile == "" {
		return nil, invalid("profileId", "profileId is required")
	}
	resp := lateapi.PreverifiedNumberList{Numbers: []lateapi.PreverifiedNumber{}, PreverifiedIDs: []string{}}
	for _, n := range a.numbers {
		one := n.seen(c.now)
		if one.Status != lateapi.PhoneNumberStatusActive || one.ProfileID != profile || !n.isVerified(c.now) {
			continue
		}
		resp.PreverifiedIDs = append(resp.PreverifiedIDs, one.MetaPreverifiedID)
		resp.Numbers = append(resp.Numbers, lateapi.PreverifiedNumber{
			ID: one.ID, PhoneNumber: one.PhoneNumber, MetaPreverifiedID: one.MetaPreverifiedID,
			MetaVerifiedAt: n.verified, MetaVerificationExpiresAt: n.verified.Add(verificationLasts),
		})
	}
	return resp, nil
}

// purchase returns a checkout page until one is paid. Each paid page yields a number.
func (a *api) purchase(c *call, in lateapi.PurchaseRequest) (any, error) {
	if in.ProfileID == "" {
		return nil, invalid("profileId", "profileId is required")
	}
	if a.cfg.freePlan {
		return nil, errPlan
	}
	held := 0
	for _, n := range a.numbers {
		if n.Status != lateapi.PhoneNumberStatusReleased {
			held++
		}
	}
	if held >= a.cfg.numberLimit {
		return nil, refuse(http.StatusBadRequest, "number_limit_reached", "", "The plan includes at most %d numbers", a.cfg.numberLimit)
	}
	var resp lateapi.PurchaseResponse
	if held > 0 {
		n := a.provision(in.ProfileID, c.now, c.now)
		err := resp.FromNumberProvisioned(lateapi.NumberProvisioned{
			PhoneNumber: single(n.seen(c.now)),
		})
		return resp, err
	}
	url := "https://checkout.stripe.com/c/pay/cs_test_" + a.id()
	a.checkouts[url] = in.ProfileID
	err := resp.FromCheckoutRequired(lateapi.CheckoutRequired{
		CheckoutURL: url,
	})
	return resp, err
}

// provision assigns the next number to a profile.
func (a *api) provision(profile string, now, active time.Time) *number {
	n := &number{active: active.Truncate(time.Millisecond), PhoneNumber: lateapi.PhoneNumber{
		ID: a.id(), PhoneNumber: a.free()[0].phone, Country: "US", ProfileID: profile, CreatedAt: now.Truncate(time.Millisecond),
	}}
	a.numbers = append(a.numbers, n)
	return n
}

// CompleteCheckout pays on a checkout page, as a person would. The number appears at once and
// becomes active after [WithProvisionTime]. It panics if checkoutURL is not an unpaid checkout
// page.
func (s *Server) CompleteCheckout(checkoutURL string) {
	a := s.api
	a.mu.Lock()
	defer a.mu.Unlock()
	profile, open := a.checkouts[checkoutURL]
	if !open {
		panic(fmt.Sprintf("latetest: %s is not an unpaid checkout page", checkoutURL))
	}
	delete(a.checkouts, checkoutURL)
	now := a.clock.Now()
	a.provision(profile, now, now.Add(a.cfg.provision))
}
