package main

import (
	"bytes"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-worker" { // a worker process of the tests below
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

var total = regexp.MustCompile(`(?m)^(sent|refused|suppressed|unknown|same phone as an earlier row|total) +(\d+)`)

func totals(out string) map[string]string {
	found := make(map[string]string)
	for _, m := range total.FindAllStringSubmatch(out, -1) {
		found[m[1]] = m[2]
	}
	return found
}

func TestChaosMessagesEverybodyOnce(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-people", "2000", "-rate", "500", "-chaos"}, &out), "%s", &out)
	require.Equal(t, map[string]string{
		"sent": "1992", "refused": "2", "suppressed": "4", "unknown": "0", "same phone as an earlier row": "2", "total": "2000",
	}, totals(out.String()), "%s", &out)
	require.Contains(t, out.String(), "killed worker")
	require.Contains(t, out.String(), "\n0 people got more than one message\n")
}

func TestListOfYourOwn(t *testing.T) {
	t.Parallel()
	list := t.TempDir() + "/list.csv"
	require.NoError(t, os.WriteFile(list, []byte("name,phone,consent\nAda,+16315550101,yes\nBen,+16315550102,withdrawn\nCy,no phone,yes\nAda,+16315550101,yes\n"), 0o600))
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-list", list}, &out), "%s", &out)
	require.Equal(t, map[string]string{
		"sent": "1", "refused": "1", "suppressed": "1", "unknown": "0", "same phone as an earlier row": "1", "total": "4",
	}, totals(out.String()))

	require.NoError(t, os.WriteFile(list, []byte("name,phone\nAda,+16315550101\n"), 0o600))
	require.ErrorContains(t, run(t.Context(), []string{"-list", list}, &out), "columns")
}
