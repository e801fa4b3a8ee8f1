package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func noEnv(string) string { return "" }

func env(of map[string]string) func(string) string {
	return func(name string) string { return of[name] }
}

// A bubble begins at the start of the year 2000.
const firstNumber = `Without -live: the server is one in memory, and nobody pays.
numbers    profile 65f0000000000000000000aa has 0
available  +12125550100, +12125550101, +12125550102 and the like; which one it is going to be, Late decides
purchase   Complete the payment to get your first number
checkout   open https://checkout.stripe.com/c/pay/cs_test_ID
checkout   waiting for the payment, for up to 15m0s
checkout   +12125550100 has appeared
number     +12125550100 is provisioning
number     +12125550100 is active
code       Verification code sent (SMS)
code       type the six digits that came to +12125550100: 271828
verified   +12125550100 since 2000-01-01 00:00 UTC, until 2000-03-31 00:00 UTC
purchase   Phone number provisioned (+12125550101)
`

const secondNumber = `number     +12125550101 is active
code       Verification code sent (SMS)
code       type the six digits that came to +12125550101: 543656
verified   +12125550101 since 2000-01-01 00:00 UTC, until 2000-03-31 00:00 UTC
numbers    profile 65f0000000000000000000aa has 2
           +12125550100 (ID) is active
           +12125550101 (ID) is active
`

const secondGivenBack = `release    +12125550101 is released
numbers    profile 65f0000000000000000000aa has 1
           +12125550100 (ID) is active
`

var serverID = regexp.MustCompile(`65f0c0ffee[0-9a-f]{14}`)

// What the doc comment promises: no account, and a few seconds.
func TestTheProgramAsItIs(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{firstNumber + secondNumber: nil, firstNumber + secondGivenBack: {"-release"}} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			var stdout, stderr bytes.Buffer
			require.Zero(t, run(t.Context(), args, noEnv, strings.NewReader(""), &stdout, &stderr), stderr.String())
			require.Less(t, time.Since(began), 6*time.Second)
			require.Equal(t, want, serverID.ReplaceAllString(stdout.String(), "ID"))
			require.Empty(t, stderr.String())
		})
	}
}

func TestAWrongInvocationIsOneLineAndStatus1(t *testing.T) {
	t.Parallel()
	keys := map[string]string{"LATE_API_KEY": "k", "LATE_PROFILE_ID": "p"}
	for name, test := range map[string]struct {
		args []string
		env  map[string]string
		want string
	}{
		"an argument":             {args: []string{"n1"}, want: `"n1" is no flag: a number is named by -number`},
		"an unknown flag":         {args: []string{"-sell"}, want: "flag provided but not defined: -sell"},
		"a value that is none":    {args: []string{"-wait", "long"}, want: `invalid value "long" for flag -wait`},
		"no time to wait":         {args: []string{"-wait", "0s"}, want: "-wait is 0s"},
		"to buy without live":     {args: []string{"-buy"}, want: "-buy and -number need -live"},
		"a number without live":   {args: []string{"-number", "n1"}, want: "-buy and -number need -live"},
		"to buy and go on":        {args: []string{"-live", "-buy", "-number", "n1"}, env: keys, want: "there cannot be both"},
		"nothing to give back":    {args: []string{"-live", "-release"}, env: keys, want: "-release needs -number, or -buy"},
		"live without a key":      {args: []string{"-live"}, env: map[string]string{"LATE_PROFILE_ID": "p"}, want: "-live needs LATE_API_KEY and LATE_PROFILE_ID"},
		"live without a profile":  {args: []string{"-live", "-buy"}, env: map[string]string{"LATE_API_KEY": "k"}, want: "-live needs LATE_API_KEY and LATE_PROFILE_ID"},
		"a key with a line break": {args: []string{"-live"}, env: map[string]string{"LATE_API_KEY": "k\n", "LATE_PROFILE_ID": "p"}, want: "late: apiKey"},
		"a URL that is none":      {args: []string{"-live"}, env: map[string]string{"LATE_API_KEY": "k", "LATE_PROFILE_ID": "p", "LATE_BASE_URL": "late"}, want: "late: baseURL"},
	} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, 1, run(t.Context(), test.args, env(test.env), strings.NewReader(""), &stdout, &stderr), name)
		require.Empty(t, stdout.String(), name)
		require.Contains(t, stderr.String(), test.want, name)
		require.Regexp(t, `^purchase: [^\n]+\n$`, stderr.String(), name)
	}
}

func TestHelpIsNoError(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	require.Zero(t, run(t.Context(), []string{"-h"}, noEnv, strings.NewReader(""), &stdout, &stderr))
	require.Contains(t, stdout.String(), "-number id")
	require.Empty(t, stderr.String())
}

func TestCtrlCBeforeTheProgramBegins(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	require.Equal(t, 130, run(ctx, nil, noEnv, strings.NewReader(""), &stdout, &stderr))
	require.Equal(t, "purchase: stopped. Nothing was bought.\n", stderr.String())
}

func TestCtrlCWhileTheDemoWaitsForThePayment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), demoPay/2)
		defer cancel()
		var stdout, stderr bytes.Buffer
		require.Equal(t, 130, run(ctx, nil, noEnv, strings.NewReader(""), &stdout, &stderr))
		require.Contains(t, stderr.String(), "purchase: stopped. Nobody has paid yet")
		time.Sleep(time.Hour) // the one who pays has gone
	})
}

// The whole way over a socket, as with a real account that has a number.
func TestLive(t *testing.T) {
	t.Parallel()
	server := latetest.NewServer()
	defer server.Close()
	defer http.DefaultClient.CloseIdleConnections()
	first, err := server.Client().PhoneNumbers.Purchase(t.Context(), "p1")
	require.NoError(t, err)
	server.CompleteCheckout(first.(late.CheckoutRequired).CheckoutURL)
	server.Advance(time.Minute)
	at := map[string]string{"LATE_API_KEY": server.APIKey(), "LATE_PROFILE_ID": "p1", "LATE_BASE_URL": server.URL}
	live := func(stdin io.Reader, args ...string) (status int, out, errs string) {
		var stdout, stderr bytes.Buffer
		status = run(t.Context(), append([]string{"-live"}, args...), env(at), stdin, &stdout, &stderr)
		return status, stdout.String(), stderr.String()
	}

	status, out, errs := live(strings.NewReader(""))
	require.Zero(t, status, errs)
	require.Contains(t, out, "numbers    profile p1 has 1\n")
	require.Contains(t, out, "none without -buy")
	require.Len(t, server.Requests(buying), 1, "-live alone buys nothing")

	// The person types the code that came, after a wrong one.
	terminal := readerFunc(func() string {
		numbers, err := server.Client().PhoneNumbers.List(t.Context(), late.ListPhoneNumbersOptions{})
		if err != nil || len(server.Requests(verification)) == 0 {
			return "999999\n"
		}
		return server.Code(numbers[1].ID) + "\n"
	})
	status, out, errs = live(terminal, "-buy")
	require.Zero(t, status, errs)
	require.Contains(t, out, "Live: this buys a number for profile p1, and costs money.\n")
	require.Contains(t, out, "verified   +12125550101 since ")
	require.Contains(t, errs, "The verification code is wrong")
	require.Len(t, server.Requests(buying), 2)

	numbers, err := server.Client().PhoneNumbers.List(t.Context(), late.ListPhoneNumbersOptions{})
	require.NoError(t, err)
	status, out, errs = live(strings.NewReader(""), "-number", numbers[1].ID, "-release")
	require.Zero(t, status, errs)
	require.Contains(t, out, "release    +12125550101 is released\n")
	require.Len(t, server.Requests(buying), 2)

	at["LATE_API_KEY"] = "wrong"
	status, _, errs = live(strings.NewReader(""), "-buy")
	require.Equal(t, 1, status)
	require.Regexp(t, `^purchase: late: list phone numbers: 401 [^\n]+ Nothing was bought\.\n$`, errs)
	require.NotContains(t, errs, "wrong")
	require.Len(t, server.Requests(buying), 2)
}

// readerFunc is a terminal: a line at each read.
type readerFunc func() string

func (f readerFunc) Read(p []byte) (int, error) {
	line := f()
	if len(line) > len(p) {
		return 0, fmt.Errorf("a line of %d bytes", len(line))
	}
	return copy(p, line), nil
}
