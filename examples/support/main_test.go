package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/late"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScript(t *testing.T) {
	t.Parallel()
	for _, api := range []string{"late", "onpremise"} {
		t.Run(api, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			require.NoError(t, run(t.Context(), &out, api, false, "", false))
			for _, want := range []string{"[3] Talk to a person", "We are open", "24 bytes", "One moment", "the window has closed"} {
				require.Contains(t, out.String(), want)
			}
			require.NotContains(t, out.String(), "We will send you a new one", "the window was closed")
		})
	}
}

func TestChat(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	d := &desk{out: &out}
	s := simulateLate(d)
	defer s.close()
	require.NoError(t, s.chat(t.Context(), strings.NewReader("hi\n1\n"), &out))
	require.Contains(t, out.String(), "We are open")
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		sent int
		want error
	}{
		"window closed":   {late.ErrWindowClosed, 2, nil}, // the second is the template
		"outcome unknown": {late.ErrOutcomeUnknown, 1, late.ErrOutcomeUnknown},
		"refused":         {late.ErrForbidden, 1, late.ErrForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent []answer
			d := &desk{out: new(bytes.Buffer), deliver: func(_ context.Context, _ string, a answer) error {
				if sent = append(sent, a); len(sent) == 1 {
					return test.err
				}
				return nil
			}}
			err := d.handle(t.Context(), message{to: "1", text: "hi"})
			require.ErrorIs(t, err, test.want)
			require.Len(t, sent, test.sent)
		})
	}
}
