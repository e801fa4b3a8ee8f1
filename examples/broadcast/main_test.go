package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
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

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "people.csv")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// What the README promises: no account, a few seconds, a table that adds up.
func TestTheProgramAsItIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var stdout, stderr bytes.Buffer
		require.Zero(t, run(t.Context(), nil, noEnv, &stdout, &stderr), stderr.String())
		require.Less(t, time.Since(began), 12*time.Second)
		counts := tableOf(t, stdout.String(), 1270)
		require.Equal(t, 1250, counts["read"]+counts["delivered"]+counts["failed"]+counts["opted out"])
		delete(counts, "read")
		delete(counts, "delivered")
		require.Equal(t, map[string]int{"failed": 3, "opted out": 2, "duplicate": 5, "unusable": 15}, counts)
		require.Equal(t, 25, strings.Count(stderr.String(), "\n"))
		require.Equal(t, 25, strings.Count(stderr.String(), "recipients.csv:"))
	})
}

func TestTheProgramWithAFileOfOnesOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := write(t, "name,phone\nAda,+12025550100\n,+12025550101\n")
		var stdout, stderr bytes.Buffer
		require.Zero(t, run(t.Context(), []string{"-recipients", path, "-follow", "1h"}, noEnv, &stdout, &stderr), stderr.String())
		_, table, _ := strings.Cut(stdout.String(), "\n\n")
		require.Equal(t, "What became of the rows of "+path+`:
  delivered                1
  unusable                 1
  --------------------------
  all                      2
`, table)
		require.Equal(t, path+":3: unusable: it has no name\n", stderr.String())
	})
}

func TestAWrongInvocationIsOneLineAndStatus1(t *testing.T) {
	t.Parallel()
	good := write(t, "phone,name\n+12025550100,Ada\n")
	server := latetest.NewServer()
	defer server.Close()
	for name, test := range map[string]struct {
		args []string
		env  map[string]string
		want string
	}{
		"a file that is not there": {args: []string{"-recipients", "no-such-file.csv"}, want: "open no-such-file.csv: "},
		"a folder":                 {args: []string{"-recipients", t.TempDir()}, want: "read "},
		"an empty file":            {args: []string{"-recipients", write(t, "")}, want: "people.csv is empty"},
		"no CSV file":              {args: []string{"-recipients", write(t, "\x7fELF\x00\x01")}, want: "people.csv is no CSV file in UTF-8"},
		"no header":                {args: []string{"-recipients", write(t, "+12025550100,Ada\n")}, want: `names no column "phone"`},
		"no usable row":            {args: []string{"-recipients", write(t, "phone,name\n1,Ada\n")}, want: "none of its 1 can be used"},
		"an argument":              {args: []string{good}, want: "is no flag: the file is named by -recipients"},
		"an unknown flag":          {args: []string{"-dry-run"}, want: "flag provided but not defined: -dry-run"},
		"a value that is none":     {args: []string{"-follow", "soon"}, want: `invalid value "soon" for flag -follow`},
		"live with what ships":     {args: []string{"-live"}, env: map[string]string{"LATE_API_KEY": "k", "LATE_ACCOUNT_ID": "a"}, want: "-live needs -recipients"},
		"live without a key":       {args: []string{"-live", "-recipients", good}, env: map[string]string{"LATE_ACCOUNT_ID": "a"}, want: "-live needs LATE_API_KEY and LATE_ACCOUNT_ID"},
		"live without an account":  {args: []string{"-live", "-recipients", good}, env: map[string]string{"LATE_API_KEY": "k"}, want: "-live needs LATE_API_KEY and LATE_ACCOUNT_ID"},
		"a key with a line break":  {args: []string{"-live", "-recipients", good}, env: map[string]string{"LATE_API_KEY": "k\n", "LATE_ACCOUNT_ID": "a"}, want: "late: apiKey"},
		"a URL that is none": {args: []string{"-live", "-recipients", good},
			env: map[string]string{"LATE_API_KEY": "k", "LATE_ACCOUNT_ID": "a", "LATE_BASE_URL": "late"}, want: "late: baseURL"},
		"live with an empty file": {args: []string{"-live", "-recipients", write(t, "")},
			env: map[string]string{"LATE_API_KEY": server.APIKey(), "LATE_ACCOUNT_ID": server.AccountID(), "LATE_BASE_URL": server.URL}, want: "is empty"},
	} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, 1, run(t.Context(), test.args, env(test.env), &stdout, &stderr), name)
		require.Empty(t, stdout.String(), name)
		require.Contains(t, stderr.String(), test.want, name)
		require.Regexp(t, `^broadcast: [^\n]+\n$`, stderr.String(), name)
	}
	require.Empty(t, server.Requests())
}

func TestHelpIsNoError(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	require.Zero(t, run(t.Context(), []string{"-h"}, noEnv, &stdout, &stderr))
	require.Contains(t, stdout.String(), "-recipients file")
	require.Empty(t, stderr.String())
}

// The whole way over a socket, as with a real account.
func TestLive(t *testing.T) {
	t.Parallel()
	server := latetest.NewServer()
	defer server.Close()
	defer http.DefaultClient.CloseIdleConnections()
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "hello", Language: "en_US", Category: late.TemplateUtility,
		Components: []late.TemplateComponent{late.Body("Hello {{1}}!")},
	})
	at := map[string]string{"LATE_API_KEY": server.APIKey(), "LATE_ACCOUNT_ID": server.AccountID(), "LATE_BASE_URL": server.URL}
	args := []string{"-live", "-recipients", write(t, "phone,name\n+12025550100,Ada\n+12025550101,Bob\n"),
		"-template", "hello", "-name", "hello of May", "-follow", "0s"}

	var stdout, stderr bytes.Buffer
	require.Zero(t, run(t.Context(), args, env(at), &stdout, &stderr), stderr.String())
	require.Equal(t, 2, tableOf(t, stdout.String(), 2)["sent"])
	require.Contains(t, stdout.String(), `Live: this messages people.`)
	require.Contains(t, stdout.String(), "has 2 people for broadcast \"hello of May\" with template hello.")
	require.Contains(t, stdout.String(), "Those who are new to account "+server.AccountID()+" count as having agreed")

	require.Equal(t, 1, run(t.Context(), args, env(at), &stdout, &stderr), "once is enough")
	require.Len(t, server.Messages(), 2)

	at["LATE_API_KEY"] = "wrong"
	stderr.Reset()
	require.Equal(t, 1, run(t.Context(), args, env(at), &stdout, &stderr))
	require.Regexp(t, `^broadcast: late: list broadcasts: 401 [^\n]+\n$`, stderr.String())
	require.NotContains(t, stderr.String(), "wrong")
}

func TestCtrlCBeforeTheProgramBegins(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	require.Equal(t, 130, run(ctx, nil, noEnv, &stdout, &stderr))
	require.Equal(t, 1250, tableOf(t, stdout.String(), 1270)["not sent"])
}

func TestGroups(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 123456: "123,456", 1234567: "1,234,567"} {
		require.Equal(t, want, grouped(n))
	}
}
