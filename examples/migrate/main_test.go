package main

import (
	"bytes"
	"context"
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late/latetest"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func noEnv(string) string { return "" }

func env(of map[string]string) func(string) string {
	return func(name string) string { return of[name] }
}

const demoOutput = `Without -live: both servers are in memory, and nobody is moved.
file     people.csv has 132 rows, of which 122 can be used
lookup   110 are on WhatsApp, 12 are not

What became of the rows of people.csv:
  on WhatsApp, imported          107
  on WhatsApp, there already       3
  not on WhatsApp                 12
  unusable                         9
  refused                          0
  unknown                          0
  duplicate                        1
  ----------------------------------
  all                            132
`

// What the doc comment promises: no account, and a few seconds.
func TestTheProgramAsItIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var stdout, stderr bytes.Buffer
		require.Zero(t, run(t.Context(), nil, noEnv, &stdout, &stderr), stderr.String())
		require.Less(t, time.Since(began), 3*time.Second)
		require.Equal(t, demoOutput, stdout.String())
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		require.Len(t, lines, 10)
		require.Equal(t, `people.csv:15: unusable: phone "555 0123" is not a number such as +1 202 555 0123, with + and the country`, lines[0])
		require.Equal(t, "people.csv:34: duplicate: +12025550104 is the phone of line 6", lines[1])
	})
}

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "p.csv")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestAWrongInvocationIsOneLineAndStatus1(t *testing.T) {
	t.Parallel()
	keys := func(without string, with ...string) map[string]string {
		all := map[string]string{"WA_BASE_URL": "https://wa.invalid/v1", "WA_USER": "admin", "WA_PASSWORD": "hunter22",
			"LATE_API_KEY": "sk_hunter22", "LATE_ACCOUNT_ID": "a"}
		delete(all, without)
		for i := 0; i < len(with); i += 2 {
			all[with[i]] = with[i+1]
		}
		return all
	}
	good := file(t, "phone,name\n+12025550100,Ada\n")
	for name, test := range map[string]struct {
		args []string
		env  map[string]string
		want string
	}{
		"an argument":            {args: []string{good}, want: "is no flag: the file is named by -file"},
		"an unknown flag":        {args: []string{"-all"}, want: "flag provided but not defined: -all"},
		"ca without live":        {args: []string{"-ca", good}, want: "-ca needs -live"},
		"no file of one's own":   {args: []string{"-live"}, env: keys(""), want: "-live needs -file"},
		"no password":            {args: []string{"-live", "-file", good}, env: keys("WA_PASSWORD"), want: "-live needs WA_PASSWORD in the environment"},
		"no environment":         {args: []string{"-live", "-file", good}, want: "-live needs WA_BASE_URL, WA_USER, WA_PASSWORD, LATE_API_KEY, LATE_ACCOUNT_ID in"},
		"a URL that is none":     {args: []string{"-live", "-file", good}, env: keys("", "WA_BASE_URL", "wa"), want: "onpremise: baseURL"},
		"Late's that is none":    {args: []string{"-live", "-file", good}, env: keys("", "LATE_BASE_URL", "late"), want: "late: baseURL"},
		"an authority not there": {args: []string{"-live", "-file", good, "-ca", good + "x"}, env: keys(""), want: "open " + good + "x: "},
		"an authority in CSV":    {args: []string{"-live", "-file", good, "-ca", good}, env: keys(""), want: "has no certificate in PEM form"},

		"a file not there":       {args: []string{"-file", good + "x"}, want: "open " + good + "x: "},
		"a directory":            {args: []string{"-file", t.TempDir()}, want: "read "},
		"an empty file":          {args: []string{"-file", file(t, "")}, want: "p.csv is empty"},
		"line breaks alone":      {args: []string{"-file", file(t, "\n\n")}, want: "p.csv is empty"},
		"a spreadsheet":          {args: []string{"-file", file(t, "PK\x03\x04\x00\x00phone,name\n")}, want: "p.csv is no CSV file in UTF-8"},
		"another encoding":       {args: []string{"-file", file(t, "phone,name,Stra\xdfe\n")}, want: "p.csv is no CSV file in UTF-8"},
		"no header":              {args: []string{"-file", file(t, "+12025550100,Ada\n")}, want: "the first line does not name the columns phone and name"},
		"a header alone":         {args: []string{"-file", file(t, "phone,name\n")}, want: "p.csv has no rows below its first line"},
		"nothing that is usable": {args: []string{"-file", file(t, "phone,name\n1,Ada\n2,Bob\n")}, want: "none of its 2 rows can be used; line 2: phone"},
		"quotes that do not end": {args: []string{"-file", file(t, "phone,name\n+12025550100,\"Ada\n+12025550101,Bob\n")}, want: "the quotes of lines 2 to "},
	} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, 1, run(t.Context(), test.args, env(test.env), &stdout, &stderr), name)
		require.Empty(t, stdout.String(), name)
		require.Contains(t, stderr.String(), test.want, name)
		require.Regexp(t, `^migrate: [^\n]+\n$`, stderr.String(), name)
		require.NotContains(t, stderr.String(), "hunter22", name)
	}
}

func TestHelpIsNoError(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	require.Zero(t, run(t.Context(), []string{"-h"}, noEnv, &stdout, &stderr))
	require.Contains(t, stdout.String(), "-file file")
	require.Empty(t, stderr.String())
}

func TestCtrlCBeforeTheProgramBegins(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	require.Equal(t, 130, run(ctx, nil, noEnv, &stdout, &stderr))
	require.Contains(t, stdout.String(), "  all                            132\n")
	require.True(t, strings.HasSuffix(stderr.String(), "\nmigrate: stopped. Nobody was imported.\n"), stderr.String())
}

// The whole way over sockets, to an installation with a certificate of its own making.
func TestLive(t *testing.T) {
	t.Parallel()
	defer http.DefaultClient.CloseIdleConnections()
	from, to := onpremisetest.NewServer(onpremisetest.WithTLS()), latetest.NewServer()
	defer from.Close()
	defer to.Close()
	from.AddWhatsAppUsers("+12025550100")
	authority := file(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: from.Certificate().Raw})))
	people := file(t, "\ufeffPhone,Name\n+12025550100,Ada\n+12025550101,Bob\n")
	at := map[string]string{"WA_BASE_URL": from.URL, "WA_USER": from.Username(), "WA_PASSWORD": from.Password(),
		"LATE_BASE_URL": to.URL, "LATE_API_KEY": to.APIKey(), "LATE_ACCOUNT_ID": to.AccountID()}
	live := func(args ...string) (status int, out, errs string) {
		var stdout, stderr bytes.Buffer
		status = run(t.Context(), append([]string{"-live", "-file", people}, args...), env(at), &stdout, &stderr)
		return status, stdout.String(), stderr.String()
	}

	status, _, errs := live()
	require.Equal(t, 1, status)
	require.Contains(t, errs, "certificate", "it is not trusted without -ca")
	require.Contains(t, errs, "Nobody was imported.")

	status, out, errs := live("-ca", authority)
	require.Zero(t, status, errs)
	require.Contains(t, out, "Live: this puts people into the address book of account "+to.AccountID())
	require.Contains(t, out, "  on WhatsApp, imported            1\n")
	require.Contains(t, out, "  not on WhatsApp                  1\n")

	at["WA_PASSWORD"] = "hunter22"
	status, _, errs = live("-ca", authority)
	require.Equal(t, 1, status)
	require.Contains(t, errs, "401")
	require.NotContains(t, errs, "hunter22")
}
