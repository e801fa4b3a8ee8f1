package main

import (
	"bytes"
	"context"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func noEnv(string) string { return "" }

func env(of map[string]string) func(string) string {
	return func(name string) string { return of[name] }
}

const demoOutput = `Without -live: the server is one in memory, and nobody is messaged.
—         Ada writes
message   text from 12025550101: "Hello, is anybody there?"
answered  12025550101, with text
—         Björn sends a picture, and the token ends before its time
message   a picture from 12025550102
answered  12025550102, with a picture
—         Chloé sends something that did not exist when the bot was written
message   something of the kind "sticker" from 12025550103
answered  12025550103, with text
—         Dmitri sends a picture, and the server cannot take its copy at first
message   a picture from 12025550104
put off   a picture from 12025550104 comes again: onpremise: upload media: 507 1000 Generic error: Disk full (outcome unknown: it may or may not have happened; request ID)
answered  12025550104, with a picture
—         what Ada wrote comes again, as an event does whose 200 was lost

received     4
answered     4  4 delivered, 4 read, 0 failed
in doubt     0
given up     0
read         4
`

var requestID = regexp.MustCompile(`request [0-9A-Z]{26}`)

// What the doc comment promises: no installation, and a few seconds.
func TestTheProgramAsItIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var stdout, stderr bytes.Buffer
		require.Zero(t, run(t.Context(), nil, noEnv, &stdout, &stderr), stderr.String())
		require.Less(t, time.Since(began), 5*time.Second)
		require.Equal(t, demoOutput, requestID.ReplaceAllString(stdout.String(), "request ID"))
		require.Empty(t, stderr.String())
	})
}

// Were nobody answered, the demo would say so.
func TestTheDemoChecksItself(t *testing.T) {
	t.Parallel()
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	err := check(server, []onpremise.IncomingMessage{{ID: "m1", From: ada}})
	require.EqualError(t, err, ada+" got 0 answers, 0 of them pictures; read: false")
}

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.pem")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestAWrongInvocationIsOneLineAndStatus1(t *testing.T) {
	t.Parallel()
	keys := func(name, value string) map[string]string {
		all := map[string]string{"WA_BASE_URL": "https://wa.invalid/v1", "WA_USER": "admin", "WA_PASSWORD": "hunter22", "WA_WEBHOOK_SECRET": demoSecret}
		all[name] = value
		return all
	}
	for name, test := range map[string]struct {
		args []string
		env  map[string]string
		want string
	}{
		"an argument":            {args: []string{"now"}, want: `"now" is no flag`},
		"an unknown flag":        {args: []string{"-answer"}, want: "flag provided but not defined: -answer"},
		"listen without live":    {args: []string{"-listen", ":1"}, want: "-listen needs -live"},
		"a webhook in the clear": {args: []string{"-live", "-url", "http://bot"}, want: "has to begin with https://"},
		"no environment":         {args: []string{"-live"}, want: "-live needs WA_BASE_URL, WA_USER, WA_PASSWORD, WA_WEBHOOK_SECRET in the environment"},
		"no secret":              {args: []string{"-live"}, env: keys("WA_WEBHOOK_SECRET", ""), want: "-live needs WA_WEBHOOK_SECRET in"},
		"a secret to be guessed": {args: []string{"-live"}, env: keys("WA_WEBHOOK_SECRET", "hunter22"), want: "WA_WEBHOOK_SECRET is to have 16"},
		"a secret of two parts":  {args: []string{"-live"}, env: keys("WA_WEBHOOK_SECRET", "hunter22/hunter22"), want: "WA_WEBHOOK_SECRET is to have 16"},
		"a URL that is none":     {args: []string{"-live"}, env: keys("WA_BASE_URL", "wa"), want: "onpremise: baseURL"},
		"an authority not there": {args: []string{"-live", "-ca", filepath.Join(t.TempDir(), "a.pem")}, env: keys("", ""), want: "a.pem: "},
		"no authority":           {args: []string{"-live", "-ca", file(t, "none")}, env: keys("", ""), want: "has no certificate in PEM form"},
	} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, 1, run(t.Context(), test.args, env(test.env), &stdout, &stderr), name)
		require.Empty(t, stdout.String(), name)
		require.Contains(t, stderr.String(), test.want, name)
		require.Regexp(t, `^onpremise-bot: [^\n]+\n$`, stderr.String(), name)
		require.NotContains(t, stderr.String(), "hunter22", name)
	}
}

func TestHelpIsNoError(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	require.Zero(t, run(t.Context(), []string{"-h"}, noEnv, &stdout, &stderr))
	require.Contains(t, stdout.String(), "-listen address")
	require.Empty(t, stderr.String())
}

func TestCtrlCInTheDemo(t *testing.T) {
	t.Parallel()
	for _, after := range []time.Duration{0, demoBackoff / 2} { // before it begins; while Dmitri waits
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			var stdout, stderr bytes.Buffer
			require.Equal(t, 130, run(ctx, nil, noEnv, &stdout, &stderr))
			require.Equal(t, "onpremise-bot: stopped\n", stderr.String())
		})
	}
}

var listening = regexp.MustCompile(`listening on http://(\S+)/webhook/ and the secret\n`)

// The whole way over sockets, from an installation with a certificate of its own making.
func TestLive(t *testing.T) {
	t.Parallel()
	server := onpremisetest.NewServer(onpremisetest.WithTLS())
	defer server.Close()
	defer http.DefaultClient.CloseIdleConnections()
	authority := file(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	at := map[string]string{"WA_BASE_URL": server.URL, "WA_USER": server.Username(), "WA_PASSWORD": server.Password(), "WA_WEBHOOK_SECRET": demoSecret}
	args := []string{"-live", "-listen", "127.0.0.1:0", "-ca", authority, "-url", "https://bot.example.internal/"}

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var stdout, stderr buffer
	status := make(chan int, 1)
	go func() { status <- run(ctx, args, env(at), &stdout, &stderr) }()
	client := server.Client()
	require.Eventually(t, func() bool {
		settings, err := client.Application.Settings(t.Context())
		return err == nil && settings.Webhooks.URL == "https://bot.example.internal/webhook/"+demoSecret
	}, 10*time.Second, 5*time.Millisecond, "%s", &stderr)

	// The proxy is what ends TLS in front of the bot.
	address, err := url.Parse("http://" + listening.FindStringSubmatch(stdout.String())[1])
	require.NoError(t, err)
	server.SetWebhookHandler(httputil.NewSingleHostReverseProxy(address))
	text := server.ReceiveText(ada, "hello")
	server.ExpireTokens()
	media := server.Receive(onpremise.IncomingMessage{From: björn, Image: server.AddMedia("image/png", picture(1))})
	require.NoError(t, server.WaitDelivered(t.Context()))
	require.True(t, server.IsRead(text))
	require.True(t, server.IsRead(media))
	require.Len(t, server.Messages(), 2)

	stop()
	require.Zero(t, <-status, stderr.String())
	require.Contains(t, stdout.String(), "\nreceived     2\nanswered     2  ")
	require.Empty(t, stderr.String())
	require.NotContains(t, stdout.String(), demoSecret)
}

func TestLiveThatCannotBegin(t *testing.T) {
	t.Parallel()
	server := onpremisetest.NewServer()
	defer server.Close()
	defer http.DefaultClient.CloseIdleConnections()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for want, test := range map[string]struct{ password, listen string }{
		"401 ":                   {"hunter22", "127.0.0.1:0"},
		"address already in use": {server.Password(), taken.Addr().String()},
	} {
		at := map[string]string{"WA_BASE_URL": server.URL, "WA_USER": server.Username(), "WA_PASSWORD": test.password, "WA_WEBHOOK_SECRET": demoSecret}
		var stdout, stderr bytes.Buffer
		require.Equal(t, 1, run(t.Context(), []string{"-live", "-listen", test.listen}, env(at), &stdout, &stderr))
		require.Regexp(t, `^onpremise-bot: [^\n]+\n$`, stderr.String())
		require.Contains(t, stderr.String(), want)
		require.NotContains(t, stderr.String(), "hunter22")
	}
}
