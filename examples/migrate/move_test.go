package main

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

// trial is a move of the file that ships, between servers in memory, in a bubble whose time
// costs none.
type trial struct {
	*testing.T
	m         *move
	from      *onpremisetest.Server
	to        *latetest.Server
	out, errs bytes.Buffer
}

func try(t *testing.T, test func(t *trial)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		tr := &trial{T: t, from: onpremisetest.NewServer(onpremisetest.InProcess()), to: latetest.NewServer(latetest.InProcess())}
		defer tr.from.Close()
		defer tr.to.Close()
		tr.m = &move{tag: "moved", from: tr.from.Client(), to: tr.to.Client(), out: &tr.out, errs: &tr.errs}
		tr.list(shipped)
		test(tr)
	})
}

// list takes another file.
func (t *trial) list(csv string) {
	t.Helper()
	l, err := readList("x.csv", strings.NewReader(csv))
	require.NoError(t, err)
	t.m.list = l
}

var tableRow = regexp.MustCompile(`(?m)^  (\S.*?)  +(\d+)$`)

// counts are those of the table, which add up, and are the truth: the address book has who was
// imported and who was there.
func (t *trial) counts() map[string]int {
	t.Helper()
	counts, sum := map[string]int{}, 0
	for _, match := range tableRow.FindAllStringSubmatch(t.out.String(), -1) {
		n, err := strconv.Atoi(match[2])
		require.NoError(t, err)
		counts[match[1]] = n
		sum += n
	}
	all := counts["all"]
	require.Equal(t, all, sum-all, t.out.String())
	require.Len(t, t.m.list.rows, all)
	delete(counts, "all")
	for name, n := range counts {
		if n == 0 {
			delete(counts, name)
		}
	}
	return counts
}

// book is how many people are in the address book.
func (t *trial) book() int {
	t.Helper()
	page, err := t.to.Client().Contacts.List(context.WithoutCancel(t.Context()), late.ListContactsOptions{Limit: 1})
	require.NoError(t, err)
	return page.Pagination.Total
}

func TestWhoIsOnWhatsAppIsImported(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.from.AddWhatsAppUsers("+12025550100", "+12025550102", "+12025550103")
		t.to.AddContacts(late.CreateContactRequest{Phone: "+12025550103", Name: "Opted out", IsOptedIn: new(false)})
		t.list("name,City,phone\nAda,Rome,+1 (202) 555-0100\nBob,Oslo,+12025550101\nZoë,Bonn,+12025550102\nEve,Bonn,+12025550103\n")
		require.Zero(t, t.m.run(t.Context()), t.errs.String())
		require.Equal(t, map[string]int{"on WhatsApp, imported": 2, "on WhatsApp, there already": 1, "not on WhatsApp": 1}, t.counts())
		require.Empty(t, t.errs.String())

		page, err := t.to.Client().Contacts.List(t.Context(), late.ListContactsOptions{})
		require.NoError(t, err)
		var book []string
		for _, c := range page.Contacts {
			book = append(book, fmt.Sprint(c.Phone, " ", c.Name, " ", c.IsOptedIn, " ", c.Tags))
		}
		require.ElementsMatch(t, []string{
			"+12025550100 Ada true [moved]", "+12025550102 Zoë true [moved]", "+12025550103 Opted out false []",
		}, book)
		require.Empty(t, t.to.Messages())
		require.Empty(t, t.from.Messages())
	})
}

func TestARepeatFindsAllThere(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		require.Zero(t, t.m.run(t.Context()), t.errs.String())
		t.out.Reset()
		t.list(shipped)
		t.from.ExpireTokens()
		require.Zero(t, t.m.run(t.Context()), t.errs.String())
		require.Equal(t, map[string]int{"on WhatsApp, there already": 122, "unusable": 9, "duplicate": 1}, t.counts())
		require.Equal(t, 122, t.book())
	})
}

func TestTheTokenEndsInTheMiddle(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.from.Inject(onpremisetest.Latency(time.Second).On("CheckContact"))
		time.AfterFunc(time.Second/2, t.from.ExpireTokens)
		require.Zero(t, t.m.run(t.Context()), t.errs.String())
		require.Equal(t, map[string]int{"on WhatsApp, imported": 122, "unusable": 9, "duplicate": 1}, t.counts())
		require.Len(t, t.from.Requests("LoginUser"), 2)
	})
}

// processing is an answer that has not looked anybody up.
func processing(phones ...string) onpremisetest.Fault {
	var rows []string
	for _, phone := range phones {
		rows = append(rows, fmt.Sprintf(`{"input":%q,"status":"processing"}`, phone))
	}
	return onpremisetest.Answer(200, `{"contacts":[`+strings.Join(rows, ",")+`]}`).On("CheckContact")
}

func TestALookupThatTakesAWhileIsWaitedFor(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.list("phone,name\n+12025550100,Ada\n+12025550101,Bob\n")
		t.from.Inject(processing("+12025550100", "+12025550101").Times(3))
		began := time.Now()
		require.Zero(t, t.m.run(t.Context()), t.errs.String())
		require.Contains(t, t.out.String(), "lookup   waiting for 2, for up to 2m0s\n")
		require.Greater(t, time.Since(began), 2*time.Second)
		require.Equal(t, map[string]int{"on WhatsApp, imported": 2}, t.counts())
	})
}

func TestALookupThatDoesNotEndKeepsNobodyElseBack(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.list("phone,name\n+12025550100,Ada\n+12025550101,Bob\n")
		t.from.Inject(onpremisetest.Answer(200, `{"contacts":[{"input":"+12025550100","status":"processing"},`+
			`{"input":"+12025550101","status":"valid","wa_id":"12025550101"}]}`).On("CheckContact").Times(1), processing("+12025550100"))
		require.Equal(t, 1, t.m.run(t.Context()))
		require.Equal(t, map[string]int{"on WhatsApp, imported": 1, "not looked up": 1}, t.counts())
		require.Equal(t, 1, t.book())
		require.Contains(t, t.errs.String(), "migrate: onpremise: wait for lookup of 1 contacts")
	})
}

func TestTwoNumbersOfOneAccount(t *testing.T) {
	t.Parallel()
	try(t, func(t *trial) {
		t.list("phone,name\n+5215512345678,Ana\n+525512345678,Ana\n")
		t.from.Inject(onpremisetest.Answer(200, `{"contacts":[{"input":"+5215512345678","status":"valid","wa_id":"5215512345678"},`+
			`{"input":"+525512345678","status":"valid","wa_id":"5215512345678"}]}`).On("CheckContact"))
		require.Zero(t, t.m.run(t.Context()), t.errs.String())
		require.Equal(t, map[string]int{"on WhatsApp, imported": 1, "duplicate": 1}, t.counts())
		require.Equal(t, "x.csv:3: duplicate: +525512345678 is the WhatsApp account of line 2, too\n", t.errs.String())
	})
}
