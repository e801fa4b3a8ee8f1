package onpremise_test

import (
	"errors"
	"net"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

func TestCheckManyTellsARefusalFromADoubt(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		answer  func(n int) (*http.Response, error)
		refused int
		unknown int
	}{
		"refused, and then out of reach": {
			answer: func(n int) (*http.Response, error) {
				if n == 1 {
					return says(429, ""), nil
				}
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("no route to host")}
			},
			refused: 2,
		},
		"told of one": {
			answer: func(int) (*http.Response, error) {
				return says(200, `{"contacts":[{"input":"`+testTo+`","status":"valid","wa_id":"`+testTo+`"}]}`), nil
			},
			unknown: 1,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := clientOn(t, &wire{answer: func(n int, _ *http.Request) (*http.Response, error) { return tt.answer(n) }})
				report, err := client.Contacts.CheckMany(t.Context(), slices.Values([]string{testTo, "16315550002"}), func(onpremise.CheckedContact) {})
				require.Equal(t, tt.refused, report.Refused, err)
				require.Equal(t, tt.unknown, report.Unknown, err)
				require.Equal(t, tt.unknown > 0, errors.Is(err, onpremise.ErrOutcomeUnknown), err)
			})
		})
	}
}
