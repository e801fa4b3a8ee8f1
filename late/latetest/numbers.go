package latetest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

// number is a purchased number.
type number struct {
	lateapi.PhoneNumber
	active   time.Time // when provisioning ends
	code     string    // pending verification code, or empty
	verified time.Time
}

// verificationLasts is how long a verification is valid.
const verificationLasts = 90 * 24 * time.Hour

// seen returns the state of the number at a time.
func (n *number) seen(now time.Time) lateapi.PhoneNumber {
	resp := n.PhoneNumber
	switch {
	case resp.Status == lateapi.PhoneNumberStatusReleased:
	case now.Before(n.active):
		resp.Status = lateapi.PhoneNumberStatusProvisioning
		return resp
	default:
		resp.Status = lateapi.PhoneNumberStatusActive
	}
	resp.ProvisionedAt = n.active
	resp.MetaPreverifiedID = "meta_" + n.ID
	resp.MetaVerificationStatus = "pending"
	if n.isVerified(now) {
		resp.MetaVerificationStatus = "verified"
	}
	return resp
}

func (n *number) isVerified(now time.Time) bool {
	return !n.verified.IsZero() && now.Before(n.verified.Add(verificationLasts))
}

// single returns the fields of responses about one number; only the list includes its profile and
// purchase.
func single(n lateapi.PhoneNumber) lateapi.PhoneNumber {
	n.ProfileID, n.CreatedAt = "", time.Time{}
	return n
}

// listed is a number in the list, where its ID has another name.
type listed struct {
	ListedID string `json:"_id"`
	lateapi.PhoneNumber
}

var numberStatuses = []lateapi.PhoneNumberStatus{
	lateapi.PhoneNumberStatusProvisioning, lateapi.PhoneNumberStatusActive, lateapi.PhoneNumberStatusSuspended,
	lateapi.PhoneNumberStatusReleasing, lateapi.PhoneNumberStatusReleased,
}

func (a *api) listNumbers(c *call) (any, error) {
	status := lateapi.PhoneNumberStatus(c.query.Get("status"))
	profile := c.query.Get("profileId")
	if status != "" && !slices.Contains(numberStatuses, status) {
		return nil, invalid("status", "status %q is unknown", status)
	}
	resp := struct {
		Numbers []listed `json:"numbers"`
	}{Numbers: []listed{}}
	for _, n := range a.numbers {
		one := n.seen(c.now)
		wanted := one.Status == status || status == "" && one.Status != lateapi.PhoneNumberStatusReleased
		if wanted && (profile == "" || one.ProfileID == profile) {
			row := listed{ListedID: one.ID, PhoneNumber: one}
			row.ID, row.ReleasedAt = "", time.Time{}
			resp.Numbers = append(resp.Numbers, row)
		}
	}
	return resp, nil
}

func (a *api) getNumber(c *call) (any, error) {
	n, err := a.number(c)
	if err != nil {
		return nil, err
	}
	return lateapi.PhoneNumberResponse{PhoneNumber: single(n.seen(c.now))}, nil
}

// number returns the number in the path.
func (a *api) number(c *call) (*number, error) {
	i := slices.IndexFunc(a.numbers, func(n *number) bool { return n.ID == c.PathValue("phoneNumberId") })
	if i < 0 {
		return nil, refuse(http.StatusNotFound, "phone_number_not_found", "", "Phone number not found")
	}
	return a.numbers[i], nil
}

func (a *api) releaseNumber(c *call) (any, error) {
	n, err := a.number(c)
	if err != nil {
		return nil, err
	}
	if n.Status == lateapi.PhoneNumberStatusReleased {
		return nil, refuse(http.StatusBadRequest, "already_released", "", "Phone number has already been released")
	}
	n.Status, n.ReleasedAt, n.code = lateapi.PhoneNumberStatusReleased, c.now.Truncate(time.Millisecond), ""
	return lateapi.ReleaseResponse{Message: "Phone number released", PhoneNumber: single(n.seen(c.now))}, nil
}

func (a *api) requestCode(c *call) (any, error) {
	in := lateapi.RequestCodeRequest{}
	if len(c.body) > 0 {
		if err := decode(c, &in); err != nil {
			return nil, err
		}
	}
	if in.Method == "" {
		in.Method = lateapi.CodeMethodSMS
	}
	if in.Method != lateapi.CodeMethodSMS && in.Method != lateapi.CodeMethodVoice {
		return nil, invalid("method", "method must be SMS or VOICE")
	}
	n, err := a.verifiable(c)
	if err != nil {
		return nil, err
	}
	a.codes++
	n.code = fmt.Sprintf("%06d", a.codes*271828%1000000)
	return lateapi.RequestCodeResponse(in), nil
}

func (a *api) verifyNumber(c *call, in lateapi.VerifyRequest) (any, error) {
	n, err := a.verifiable(c)
	if err != nil {
		return nil, err
	}
	if len(in.Code) != 6 || strings.Trim(in.Code, "0123456789") != "" {
		return nil, invalid("code", "code must have 6 digits")
	}
	if n.code == "" || in.Code != n.code {
		return nil, refuse(http.StatusBadRequest, "invalid_code", "code", "The verification code is wrong or has already been used")
	}
	n.code, n.verified = "", c.now.Truncate(time.Millisecond)
	return lateapi.VerifyResponse{
		MetaVerifiedAt: n.verified, MetaVerificationExpiresAt: n.verified.Add(verificationLasts),
	}, nil
}

// verifiable returns the number in the path if it can be verified with Meta.
func (a *api) verifiable(c *call) (*number, error) {
	n, err := a.number(c)
	if err != nil {
		return nil, err
	}
	if n.seen(c.now).Status != lateapi.PhoneNumberStatusActive {
		return nil, refuse(http.StatusBadRequest, "not_preverified", "", "Phone number is not in the pre-verified pool")
	}
	return n, nil
}

// Code returns the verification code that was last sent to a number, until it is used.
func (s *Server) Code(phoneNumberID string) string {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	for _, n := range s.api.numbers {
		if n.ID == phoneNumberID {
			return n.code
		}
	}
	return ""
}
