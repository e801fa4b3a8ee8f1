package main

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late/latetest"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

// Whatever goes wrong, every row is accounted for, and nobody is in the address book of whom the
// table does not say so.
func TestWhatGoesWrongAddsUp(t *testing.T) {
	t.Parallel()
	const checking, importing = "CheckContact", "importWhatsAppContacts"
	for name, test := range map[string]struct {
		from   []onpremisetest.Fault
		to     []latetest.Fault
		status int
		want   map[string]int
		errs   string
	}{
		"a lookup is put off":       {from: []onpremisetest.Fault{onpremisetest.Status(503, "busy").On(checking).Times(1)}, want: map[string]int{"on WhatsApp, imported": 122}},
		"all lookups are refused":   {from: []onpremisetest.Fault{onpremisetest.Status(400, "no").On(checking)}, status: 1, want: map[string]int{"not looked up": 122}, errs: "400"},
		"no lookup is answered":     {from: []onpremisetest.Fault{onpremisetest.CutBefore().On(checking)}, status: 1, want: map[string]int{"not looked up": 122}, errs: "Nobody was imported."},
		"a lookup that is garbage":  {from: []onpremisetest.Fault{onpremisetest.Garbage().On(checking)}, status: 1, want: map[string]int{"not looked up": 122}, errs: "Nobody was imported."},
		"an import is cut":          {to: []latetest.Fault{latetest.CutAfter().On(importing).Times(1)}, want: map[string]int{"on WhatsApp, there already": 122}},
		"all imports are cut":       {to: []latetest.Fault{latetest.CutAfter().On(importing)}, status: 1, want: map[string]int{"unknown": 122}, errs: "outcome unknown"},
		"the import is refused":     {to: []latetest.Fault{latetest.Status(403, "no").On(importing)}, status: 1, want: map[string]int{"on WhatsApp, not imported": 122}, errs: "403 no"},
		"the key is wrong":          {to: []latetest.Fault{latetest.Status(401, "no")}, status: 1, want: map[string]int{"not looked up": 122}, errs: "Nobody was imported."},
		"the password is not right": {from: []onpremisetest.Fault{onpremisetest.Status(401, "no").On("LoginUser")}, status: 1, want: map[string]int{"not looked up": 122}, errs: "Nobody was imported."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			try(t, func(t *trial) {
				t.from.Inject(test.from...)
				remove := t.to.Inject(test.to...)
				require.Equal(t, test.status, t.m.run(t.Context()), t.errs.String())
				test.want["unusable"], test.want["duplicate"] = 9, 1
				counts := t.counts()
				require.Equal(t, test.want, counts)
				require.Contains(t, t.errs.String(), test.errs)
				remove()
				require.Equal(t, counts["on WhatsApp, imported"]+counts["on WhatsApp, there already"]+counts["unknown"], t.book())
			})
		})
	}
}

func TestSomeLookupsAreRefused(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.from.Inject(onpremisetest.Status(400, "no").On("CheckContact").After(1)) // the second of two calls
		require.Equal(t, 1, t.m.run(t.Context()))
		counts := t.counts()
		require.Equal(t, map[string]int{"on WhatsApp, imported": 100, "not looked up": 22, "duplicate": 1, "unusable": 9}, counts)
		require.Equal(t, counts["on WhatsApp, imported"], t.book())
		require.Regexp(t, `\nmigrate: onpremise: check contacts: [^\n]+ It can be run again: [^\n]+\n$`, t.errs.String())
	})
}

func TestARowThatTheAddressBookRefuses(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.list("phone,name\n+12025550100,Ada\n+12025550101,Bob\n")
		t.to.Inject(latetest.Answer(200, `{"success":true,"summary":{"total":2,"created":1,"skipped":0,"failed":1},"results":[`+
			`{"phone":"+12025550100","success":true,"contactId":"c1"},{"phone":"+12025550101","success":false,"error":"Blocked country"}]}`).
			On("importWhatsAppContacts"))
		require.Equal(t, 1, t.m.run(t.Context()))
		require.Equal(t, map[string]int{"on WhatsApp, imported": 1, "refused": 1}, t.counts())
		require.Contains(t, t.errs.String(), "x.csv:3: refused: +12025550101 Bob: late: refused: Blocked country\n")
	})
}

func TestCtrlC(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		from []onpremisetest.Fault
		to   []latetest.Fault
		want string // of 122
	}{
		"before":           {want: "not looked up"},
		"at the login":     {from: []onpremisetest.Fault{onpremisetest.Latency(time.Hour).On("LoginUser")}, want: "not looked up"},
		"at the lookup":    {from: []onpremisetest.Fault{onpremisetest.Latency(time.Hour).On("CheckContact")}, want: "not looked up"},
		"at the import":    {to: []latetest.Fault{latetest.Hang().On("importWhatsAppContacts")}, want: "unknown"},
		"while it retries": {to: []latetest.Fault{latetest.Status(503, "busy").With("Retry-After", "50").On("importWhatsAppContacts")}, want: "on WhatsApp, not imported"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			try(t, func(t *trial) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if name == "before" {
					cancel()
				}
				time.AfterFunc(10*time.Second, cancel)
				t.from.Inject(test.from...)
				t.to.Inject(test.to...)
				began := time.Now()
				require.Equal(t, 130, t.m.run(ctx))
				require.LessOrEqual(t, time.Since(began), 10*time.Second)
				require.Equal(t, map[string]int{"unusable": 9, "duplicate": 1, test.want: 122}, t.counts())
				require.Contains(t, t.errs.String(), "migrate: stopped. ")
				time.Sleep(time.Hour) // a login lives on for others who may wait for it
			})
		})
	}
}
