package main

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
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

// fewRows is a list of three people, and three rows that nobody can be messaged by.
const fewRows = `phone,name,City
+12025550100,Ada,Rome
555 0100,Nobody,Rome
+12025550101,Bob,Oslo
+1 202 555 0100,Ada,Rome
+12025550102,Zoë,Bonn
+12025550103,,Bonn
`

var fewPhones = []string{"+12025550100", "+12025550101", "+12025550102"}

// manyRows is a list of n people, for whom it takes several requests of each kind.
func manyRows(n int) string {
	var b strings.Builder
	b.WriteString("phone,name,City\n")
	for i := range n {
		fmt.Fprintf(&b, "+4477009%05d,Person %d,Leeds\n", i, i)
	}
	return b.String()
}

// trial is a campaign that runs against a server in memory, in a bubble whose time costs none.
type trial struct {
	*testing.T
	server *latetest.Server
	c      *campaign
	out    bytes.Buffer
	errs   bytes.Buffer
}

func try(t *testing.T, rows string, test func(t *trial), serverOptions ...latetest.Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server := latetest.NewServer(append([]latetest.Option{latetest.InProcess()}, serverOptions...)...)
		defer server.Close()
		tr := &trial{T: t, server: server}
		tr.again(rows)
		test(tr)
	})
}

// again makes a new campaign for the same server.
func (t *trial) again(rows string) {
	t.out.Reset()
	t.errs.Reset()
	t.c = &campaign{
		options: options{name: "news", template: "news", follow: time.Minute},
		client:  t.server.Client(), list: mustRead(t.T, rows), out: &t.out, errs: &t.errs, look: time.Second,
	}
}

// run runs the campaign and requires that its table adds up.
func (t *trial) run(ctx context.Context) (status int, counts map[string]int) {
	t.Helper()
	status = t.c.run(ctx)
	return status, tableOf(t.T, t.out.String(), len(t.c.list.rows))
}

// stopAfter is a context that ends in a while, as by Ctrl-C.
func (t *trial) stopAfter(d time.Duration) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(d, cancel)
	return ctx
}

var tableLine = regexp.MustCompile(`(?m)^  ([a-z ]+?) +([0-9,]+)$`)

// tableOf reads the counts of a table and requires that they add up to rows.
func tableOf(t *testing.T, out string, rows int) map[string]int {
	t.Helper()
	_, table, ok := strings.Cut(out, "What became of the rows of ")
	require.True(t, ok, out)
	counts, sum := map[string]int{}, 0
	for _, m := range tableLine.FindAllStringSubmatch(table, -1) {
		n, err := strconv.Atoi(strings.ReplaceAll(m[2], ",", ""))
		require.NoError(t, err)
		counts[m[1]] = n
		sum += n
	}
	require.Equal(t, rows, counts["all"], table)
	require.Equal(t, rows, sum-counts["all"], table)
	delete(counts, "all")
	return counts
}

// messaged requires that these phones, and nobody else, got one message each.
func (t *trial) messaged(phones ...string) {
	t.Helper()
	time.Sleep(time.Hour) // whatever is still to be sent is sent
	var got []string
	for _, m := range t.server.Messages() {
		got = append(got, m.Phone)
	}
	slices.Sort(got)
	slices.Sort(phones)
	require.Equal(t, phones, got)
}

// acted counts the sends that the server did.
func (t *trial) acted() (n int) {
	for _, r := range t.server.Requests("sendWhatsAppBroadcast") {
		if r.Acted {
			n++
		}
	}
	return n
}

func (t *trial) approveTemplate() {
	t.server.AddTemplate(late.CreateTemplateRequest{
		Name: "news", Language: "de", Category: late.TemplateUtility,
		Components: []late.TemplateComponent{late.Body("Hallo {{1}}, neues aus {{2}}!")},
	})
}
