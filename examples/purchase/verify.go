package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wabakit/wabakit-go/late"
)

const maxCodes = 3 // how often a code may be mistyped

// finish does what comes after the purchase.
func (b *buyer) finish(ctx context.Context, number late.PhoneNumber, last bool) error {
	if last && b.release {
		return b.giveBack(ctx, number)
	}
	if err := b.untilActive(ctx, number); err != nil {
		return err
	}
	return b.verify(ctx, number)
}

// untilActive waits until a number is provisioned.
func (b *buyer) untilActive(ctx context.Context, number late.PhoneNumber) error {
	ctx, cancel := context.WithTimeout(ctx, b.wait)
	defer cancel()
	var shown late.PhoneNumberStatus
	n, err := b.client.PhoneNumbers.Wait(ctx, number.ID, func(n *late.PhoneNumber) bool {
		if n.Status != shown {
			shown = n.Status
			b.say("number", "%s is %s", number.PhoneNumber, shown)
		}
		return n.Status != late.PhoneNumberPendingPayment && n.Status != late.PhoneNumberProvisioning
	}, late.WithPollInterval(b.look, 30*time.Second))
	if err != nil {
		return err
	}
	if n.Status != late.PhoneNumberActive {
		return fmt.Errorf("%s is %s, and cannot be verified", number.PhoneNumber, n.Status)
	}
	return nil
}

// verify has a code sent to a number, and verifies the number with it.
func (b *buyer) verify(ctx context.Context, number late.PhoneNumber) error {
	if done, err := b.isVerified(ctx, number); done || err != nil {
		return err
	}
	sent, err := b.client.PhoneNumbers.RequestCode(ctx, number.ID, late.CodeSMS)
	switch {
	case errors.Is(err, late.ErrOutcomeUnknown) && ctx.Err() == nil: // a second one would void the first
		b.say("code", "whether one was sent is not known: it may come all the same")
	case err != nil:
		return err
	default:
		b.say("code", "%s (%s)", sent.Message, sent.Method)
	}
	for range maxCodes {
		fmt.Fprintf(b.out, "%-10s type the six digits that came to %s: ", "code", number.PhoneNumber)
		code, err := b.person.code(ctx, number.ID)
		if err != nil {
			return err
		}
		v, err := b.client.PhoneNumbers.Verify(ctx, number.ID, code)
		switch {
		case err == nil:
			b.tellVerified(number, v.MetaVerifiedAt, v.MetaVerificationExpiresAt)
			return nil
		case errors.Is(err, late.ErrInvalidRequest): // mistyped: another one may be right
			fmt.Fprintln(b.errs, "purchase:", err)
			continue
		case errors.Is(err, late.ErrOutcomeUnknown) && ctx.Err() == nil:
			if done, lookErr := b.isVerified(ctx, number); done || lookErr != nil {
				return lookErr
			}
		}
		return err
	}
	return fmt.Errorf("none of %d codes was right", maxCodes)
}

// isVerified looks whether Meta has verified a number, and tells so.
func (b *buyer) isVerified(ctx context.Context, number late.PhoneNumber) (bool, error) {
	list, err := b.client.PhoneNumbers.Preverified(ctx, b.profile)
	if err != nil {
		return false, err
	}
	for _, n := range list.Numbers {
		if n.ID == number.ID && n.MetaVerificationExpiresAt.After(time.Now()) {
			b.tellVerified(number, n.MetaVerifiedAt, n.MetaVerificationExpiresAt)
			return true, nil
		}
	}
	return false, nil
}

func (b *buyer) tellVerified(number late.PhoneNumber, since, until time.Time) {
	b.say("verified", "%s since %s, until %s", number.PhoneNumber, minute(since), minute(until))
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }

// giveBack gives a number back for good. It is asked for once: a doubt is looked into.
func (b *buyer) giveBack(ctx context.Context, number late.PhoneNumber) error {
	n, err := b.client.PhoneNumbers.Release(ctx, number.ID)
	if errors.Is(err, late.ErrOutcomeUnknown) && ctx.Err() == nil {
		b.say("release", "what became of it is not known: looking")
		seen, lookErr := b.client.PhoneNumbers.Get(ctx, number.ID)
		switch {
		case lookErr != nil:
			return fmt.Errorf("%w (%w)", err, lookErr)
		case seen.Status == late.PhoneNumberReleasing || seen.Status == late.PhoneNumberReleased:
			n, err = seen, nil
		}
	}
	if err != nil {
		return err
	}
	b.released = append(b.released, number.ID)
	b.say("release", "%s is %s", number.PhoneNumber, n.Status)
	return nil
}
