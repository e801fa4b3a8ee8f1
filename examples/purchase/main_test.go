package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDemo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		require.NoError(t, runDemo(t.Context(), &out))
		require.Equal(t, 2, strings.Count(out.String(), "is verified"))
	})
}

func TestPurchase(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options []latetest.Option
		faults  []latetest.Fault
		unpaid  bool
		wrong   int // codes entered before the right one
		wantErr string
		numbers int
	}{
		"checkout":                       {numbers: 1},
		"free plan":                      {options: []latetest.Option{latetest.WithFreePlan()}, wantErr: "paid plan"},
		"number limit":                   {options: []latetest.Option{latetest.WithNumberLimit(0)}, wantErr: "at most 0 numbers"},
		"nobody pays":                    {unpaid: true, wantErr: "not paid yet"},
		"lost response of the checkout":  {faults: []latetest.Fault{latetest.CutAfter().On(late.OpPurchaseWhatsAppPhoneNumber)}, wantErr: "outcome unknown"},
		"rate limited, then processed":   {faults: []latetest.Fault{latetest.Status(429, "slow down").On(late.OpPurchaseWhatsAppPhoneNumber).Times(1)}, numbers: 1},
		"lost response of the code":      {faults: []latetest.Fault{latetest.CutAfter().On(late.OpRequestWhatsAppVerificationCode)}, numbers: 1},
		"two wrong codes, then verified": {wrong: 2, numbers: 1},
		"three wrong codes":              {wrong: 3, numbers: 1, wantErr: "three wrong codes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := latetest.NewServer(append(test.options, latetest.InProcess())...)
				defer server.Close()
				server.Inject(test.faults...)
				wrong := test.wrong
				b := &buyer{
					client: server.Client(), profile: "profile", out: new(bytes.Buffer), poll: time.Second,
					pay: func(url string) {
						if !test.unpaid {
							server.CompleteCheckout(url)
						}
					},
					code: func(id string) (string, error) {
						code := server.Code(id)
						if wrong--; wrong >= 0 {
							code = strings.Map(func(r rune) rune { return '0' + ('9'-r)%10 }, code)
						}
						return code, nil
					},
				}

				err := b.buy(t.Context())

				if test.wantErr == "" {
					require.NoError(t, err)
				} else {
					require.ErrorContains(t, err, test.wantErr)
				}
				numbers, err := b.list(t.Context())
				require.NoError(t, err)
				require.Len(t, numbers, test.numbers)
			})
		})
	}
}
