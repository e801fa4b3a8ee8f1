package main

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late/latetest"
)

const (
	codeRequest  = "requestWhatsAppVerificationCode"
	verification = "verifyWhatsAppPhoneNumber"
	release      = "releaseWhatsAppPhoneNumber"
)

func TestAWrongCodeThenTheRightOne(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.types = []string{"000000", "27182"}
		require.Zero(t, t.b.run(t.Context()))
		require.Contains(t, t.out.String(), "verified   +12125550100 since ")
		told := strings.Split(t.errs.String(), "\n")
		require.Len(t, told, 3)
		require.Contains(t, told[0], "400 The verification code is wrong")
		require.Contains(t, told[1], "must be six digits")
		require.Equal(t, 1, t.asked(codeRequest), "a second code would void the first")
		require.Equal(t, 2, t.asked(verification), "what is no code is not sent")
	})
}

func TestThreeWrongCodes(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.types = []string{"000000", "000001", "000002"}
		require.Equal(t, 1, t.b.run(t.Context()))
		require.Contains(t, t.errs.String(), "purchase: none of 3 codes was right. Bought: +12125550100 (")
		require.Equal(t, 1, t.asked(codeRequest))
		t.has(1)

		// As the message says: go on with it.
		t.b.number, t.b.purchases = t.has(1)[0].ID, 0
		require.Zero(t, t.b.run(t.Context()))
		require.Equal(t, 1, t.asked(buying))
		require.Equal(t, 2, t.asked(codeRequest))

		t.out.Reset()
		require.Zero(t, t.b.run(t.Context()), "and once more")
		require.Contains(t, t.out.String(), "verified   +12125550100 since ")
		require.Equal(t, 2, t.asked(codeRequest), "one that is verified needs no code")
	})
}

func TestANumberThatTheProfileDoesNotHave(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.b.number = "n1"
		require.Equal(t, 1, t.b.run(t.Context()))
		require.Equal(t, "purchase: profile "+demoProfile+" has no number with the id \"n1\". Nothing was bought.\n", t.errs.String())
	})
}

func TestLostAnswersOfTheVerification(t *testing.T) {
	t.Parallel()
	for operation, told := range map[string]string{codeRequest: "it may come all the same", verification: "verified   +12125550100 since "} {
		try(t, func(t *trial) {
			t.server.Inject(latetest.CutAfter().On(operation))
			require.Zero(t, t.b.run(t.Context()), t.errs.String())
			require.Contains(t, t.out.String(), told)
			require.Contains(t, t.out.String(), "verified   +12125550100 since ")
			require.Equal(t, 1, t.asked(operation))
		})
	}
}

func TestAVerificationThatDidNotHappen(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fault latetest.Fault
		want  string
	}{
		{latetest.CutBefore().On(verification), "verify phone number: "},
		{latetest.Status(500, "no").On(codeRequest, verification), "none of 3 codes was right"}, // none came
		{latetest.Status(403, "no").On(codeRequest), "403 no"},
		{latetest.Status(401, "no").On("getPreverifiedWhatsAppNumbers"), "401 no"},
	} {
		try(t, func(t *trial) {
			t.server.Inject(test.fault)
			require.Equal(t, 1, t.b.run(t.Context()))
			require.Contains(t, t.errs.String(), test.want)
			require.Contains(t, t.errs.String(), "Bought: +12125550100 (")
			require.NotContains(t, t.out.String(), "verified ")
			t.has(1)
		})
	}
}

func TestANumberThatIsSuspended(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.server.Inject(latetest.Answer(200, `{"phoneNumber":{"id":"n1","status":"suspended"}}`).On("getWhatsAppPhoneNumber"))
		require.Equal(t, 1, t.b.run(t.Context()))
		require.Contains(t, t.errs.String(), "purchase: +12125550100 is suspended, and cannot be verified. Bought: ")
		require.Zero(t, t.asked(codeRequest))
	})
}

func TestANumberThatIsNotProvisionedInTime(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		require.Equal(t, 1, t.b.run(t.Context()))
		require.Contains(t, t.errs.String(), "last state provisioning")
		require.Contains(t, t.errs.String(), "Bought: +12125550100 (")
	}, latetest.WithProvisionTime(2*time.Hour))
}

func TestANumberIsGivenBack(t *testing.T) {
	t.Parallel()
	for name, faults := range map[string][]latetest.Fault{"answered": nil, "lost answer": {latetest.CutAfter().On(release)}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			try2nd(t, func(t *trial) {
				t.b.release = true
				t.server.Inject(faults...)
				require.Zero(t, t.b.run(t.Context()), t.errs.String())
				require.Contains(t, t.out.String(), "release    +12125550101 is released\n")
				require.Equal(t, 1, t.asked(release))
				require.Zero(t, t.asked(codeRequest))
				t.has(1)
			})
		})
	}
}

func TestANumberThatIsNotGivenBack(t *testing.T) {
	t.Parallel()
	for want, faults := range map[string][]latetest.Fault{
		"release phone number: ": {latetest.CutBefore().On(release)},
		"401 no":                 {latetest.CutAfter().On(release), latetest.Status(401, "no").On("getWhatsAppPhoneNumber")},
	} {
		try2nd(t, func(t *trial) {
			t.b.release = true
			t.server.Inject(faults...)
			require.Equal(t, 1, t.b.run(t.Context()))
			require.Contains(t, t.errs.String(), want)
			require.Equal(t, 1, t.asked(release))
		})
	}
}

func TestCtrlCAfterTheNumberWasGivenBack(t *testing.T) {
	t.Parallel()
	try2nd(t, func(t *trial) {
		t.b.release = true
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		require.NoError(t, t.b.work(ctx))
		cancel()
		require.Equal(t, 130, t.b.report(ctx, nil))
		require.Equal(t, "purchase: stopped. What was bought is given back.\n", t.errs.String())
	})
}

func TestCtrlCWhileTheCodeIsTyped(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		stdin, terminal := io.Pipe()
		defer terminal.Close()
		t.b.person = typist{t, newLivePerson(stdin)}
		require.Equal(t, 130, t.b.run(t.stopAfter(10*time.Minute)))
		require.Contains(t, t.errs.String(), "purchase: stopped. Bought: +12125550100 (")
	})
}

// typist pays as the trial has it, and types at a terminal.
type typist struct {
	*trial
	terminal *livePerson
}

func (t typist) code(ctx context.Context, id string) (string, error) { return t.terminal.code(ctx, id) }

func TestWhatIsTyped(t *testing.T) {
	t.Parallel()
	p := newLivePerson(strings.NewReader(" 123456 \r\n\n654321"))
	for _, want := range []string{"123456", "", "654321"} {
		got, err := p.code(t.Context(), "n1")
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := p.code(t.Context(), "n1")
	require.EqualError(t, err, "the input ended, and no code was typed")

	stdin, terminal := io.Pipe()
	terminal.CloseWithError(io.ErrUnexpectedEOF)
	_, err = newLivePerson(stdin).code(t.Context(), "n1")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}
