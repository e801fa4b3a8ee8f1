package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func TestExactlyTheUsableAreMessagedOnce(t *testing.T) {
	t.Parallel()
	try(t, fewRows, func(t *trial) {
		status, counts := t.run(t.Context())
		require.Zero(t, status, t.errs.String())
		require.Equal(t, 3, counts["delivered"]+counts["read"])
		require.Equal(t, 1, counts["duplicate"])
		require.Equal(t, 2, counts["unusable"])
		require.Equal(t, `x.csv:3: unusable: phone "555 0100" is not a number such as +1 202 555 0123, with + and the country
x.csv:5: duplicate: +12025550100 is the phone of line 2
x.csv:7: unusable: it has no name
`, t.errs.String())
		t.messaged(fewPhones...)
		for _, m := range t.server.Messages() {
			require.Len(t, m.Variables, 2)
		}
		require.Equal(t, map[string]string{"1": "Ada", "2": "Rome"}, t.server.Messages()[0].Variables)
		template, err := t.c.client.Templates.Get(t.Context(), "news")
		require.NoError(t, err)
		require.Equal(t, late.Body("Hello {{1}}, our shop is open again.\nCity: {{2}}\nSee you soon!", "Ada", "Rome"), template.Components[0])
	})
}

func TestALongListIsAccountedForWhole(t *testing.T) {
	t.Parallel()
	try(t, manyRows(2001), func(t *trial) {
		t.server.FailPhone("+447700902000", "Not a WhatsApp number")
		status, counts := t.run(t.Context())
		require.Zero(t, status, t.errs.String())
		require.Equal(t, 1, counts["failed"])
		require.Equal(t, 2000, counts["delivered"]+counts["read"])
		require.Equal(t, "x.csv:2002: failed: +447700902000 Person 2000: Not a WhatsApp number\n", t.errs.String())
		require.Len(t, t.server.Requests("importWhatsAppContacts"), 3)
		require.Len(t, t.server.Requests("addWhatsAppBroadcastRecipients"), 3)
		require.Len(t, t.server.Messages(), 2000)
	})
}

func TestWhoTheServerRefusesIsNamedAndStopsNobodyElse(t *testing.T) {
	t.Parallel()
	try(t, fewRows, func(t *trial) {
		t.server.Inject(latetest.Answer(200, `{"success":true,"summary":{"total":3,"created":2,"skipped":0,"failed":1},"results":[
			{"phone":"+12025550100","success":true,"contactId":"1"},
			{"phone":"+12025550101","success":false,"error":"Landline"},
			{"phone":"+12025550102","success":true,"contactId":"2"}]}`).On("importWhatsAppContacts"))
		status, counts := t.run(t.Context())
		require.Zero(t, status, t.errs.String())
		require.Equal(t, 1, counts["refused"])
		require.Contains(t, t.errs.String(), "x.csv:4: refused: +12025550101 Bob: Landline\n")
		t.messaged("+12025550100", "+12025550102")
	})
}

func TestWhoOptedOutIsLeftOut(t *testing.T) {
	t.Parallel()
	try(t, fewRows, func(t *trial) {
		t.server.AddContacts(
			late.CreateContactRequest{Phone: "+12025550101", Name: "Robert", IsOptedIn: new(false)},
			late.CreateContactRequest{Phone: "+12025550177", Name: "Somebody else", IsOptedIn: new(false)})
		status, counts := t.run(t.Context())
		require.Zero(t, status, t.errs.String())
		require.Equal(t, 1, counts["opted out"])
		require.Contains(t, t.errs.String(), "x.csv:4: opted out: +12025550101 Bob\n")
		t.messaged("+12025550100", "+12025550102")
		page, err := t.c.client.Contacts.List(t.Context(), late.ListContactsOptions{OptedIn: new(false)})
		require.NoError(t, err)
		require.Len(t, page.Contacts, 2, "the import changes nobody's consent")
	})
}

func TestATemplateThatExistsIsUsedInItsLanguage(t *testing.T) {
	t.Parallel()
	try(t, fewRows, func(t *trial) {
		t.approveTemplate()
		status, _ := t.run(t.Context())
		require.Zero(t, status, t.errs.String())
		require.Empty(t, t.server.Requests("createWhatsAppTemplate"))
		t.messaged(fewPhones...)
	})
}

// What ends a campaign before the sending leaves everybody unmessaged, and says why.
func TestNothingIsSentOf(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rows  string
		spoil func(*trial)
		want  string
	}{
		"a key that is not valid": {spoil: func(t *trial) {
			t.c.client, _ = late.NewClient("wrong", late.WithAccount("a"), late.WithHTTPClient(t.server.HTTPClient()), late.WithBaseURL(t.server.URL))
		}, want: "401"},
		"a server that is down": {spoil: func(t *trial) { t.server.Inject(latetest.ProxyPage(502)) }, want: "502"},
		"an import that fails": {spoil: func(t *trial) {
			t.server.Inject(latetest.Status(500, "no").On("importWhatsAppContacts"))
		}, want: "3 of 3 items not done (3 unknown): import contacts: 500"},
		"an import of which a part fails": {rows: manyRows(2001), spoil: func(t *trial) {
			t.server.Inject(latetest.Status(400, "no").On("importWhatsAppContacts").Times(1))
		}, want: "of 2,001 items not done (1"},
		"contacts whose consent cannot be told": {spoil: func(t *trial) {
			t.server.Inject(latetest.Status(403, "no").On("getWhatsAppContacts"))
		}, want: "403 no"},
		"people who have all opted out": {spoil: func(t *trial) {
			for _, phone := range fewPhones {
				t.server.AddContacts(late.CreateContactRequest{Phone: phone, Name: "x", IsOptedIn: new(false)})
			}
		}, want: "nobody is left to be messaged"},
		"a template that is rejected": {spoil: func(t *trial) { t.server.RejectTemplate("news", "Too loud") },
			want: "template news is REJECTED, and cannot be sent"},
		"a template with other variables": {rows: "phone,name\n+12025550100,Ada\n", spoil: (*trial).approveTemplate,
			want: "template news has 2 variables, and x.csv gives it 1"},
		"a draft that misses people": {spoil: func(t *trial) {
			t.server.Inject(latetest.Answer(200, `{"success":true,"added":3,"duplicates":0}`).On("addWhatsAppBroadcastRecipients"))
		}, want: "has 0 recipients, and was given 3"},
		"recipients that cannot be added": {spoil: func(t *trial) {
			t.server.Inject(latetest.Status(400, "no").On("addWhatsAppBroadcastRecipients"))
		}, want: "3 of 3 items not done (3 refused): add broadcast recipients: 400"},
		"a sending that is refused": {spoil: func(t *trial) {
			t.server.Inject(latetest.Status(402, "Pay first").On("sendWhatsAppBroadcast"))
		}, want: "402 Pay first"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := test.rows
			if rows == "" {
				rows = fewRows
			}
			try(t, rows, func(t *trial) {
				test.spoil(t)
				status, counts := t.run(t.Context())
				require.Equal(t, 1, status)
				require.Contains(t, t.errs.String(), test.want)
				require.Contains(t, t.errs.String(), "Nobody was messaged")
				require.Regexp(t, `(?m)^broadcast: [^\n]*\n\z`, t.errs.String())
				require.Equal(t, len(t.c.list.byPhone), counts["not sent"]+counts["opted out"])
				t.messaged()
			})
		})
	}
}

func TestWhatMayHaveHappenedBeforeTheSendingIsDoneAgain(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"importWhatsAppContacts", "createWhatsAppTemplate", "addWhatsAppBroadcastRecipients"} {
		try(t, fewRows, func(t *trial) {
			t.server.Inject(latetest.CutAfter().On(operation).Times(1))
			status, _ := t.run(t.Context())
			require.Zero(t, status, t.errs.String())
			t.messaged(fewPhones...)
		})
	}
}

func TestCtrlCAtEachStep(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{
		"getWhatsAppBroadcasts", "importWhatsAppContacts", "getWhatsAppContacts", "getWhatsAppTemplate",
		"createWhatsAppTemplate", "createWhatsAppBroadcast", "addWhatsAppBroadcastRecipients", "getWhatsAppBroadcast",
	} {
		for _, fault := range []latetest.Fault{latetest.Latency(time.Hour), latetest.Hang()} {
			try(t, fewRows, func(t *trial) {
				t.server.Inject(fault.On(operation))
				status, counts := t.run(t.stopAfter(20 * time.Second))
				require.Equal(t, 130, status, operation)
				require.Equal(t, 3, counts["not sent"], operation)
				require.Regexp(t, `(?m)^broadcast: stopped\. Nobody was messaged[^\n]*\n\z`, t.errs.String())
				t.messaged()
			})
		}
	}
}

func TestCtrlCBeforeAnythingAndInALongReview(t *testing.T) {
	t.Parallel()
	for _, after := range []time.Duration{0, 20 * time.Minute} {
		try(t, fewRows, func(t *trial) {
			status, counts := t.run(t.stopAfter(after))
			require.Equal(t, 130, status)
			require.Equal(t, 3, counts["not sent"])
			t.messaged()

			t.again(fewRows) // when it has been reviewed
			time.Sleep(time.Hour)
			status, _ = t.run(t.Context())
			require.Zero(t, status, t.errs.String())
			t.messaged(fewPhones...)
		}, latetest.WithReviewTime(time.Hour))
	}
}

func TestCtrlCInTheMidstOfAnImport(t *testing.T) {
	t.Parallel()
	try(t, manyRows(5001), func(t *trial) {
		t.server.Inject(latetest.Latency(time.Second).On("importWhatsAppContacts"))
		status, counts := t.run(t.stopAfter(1500 * time.Millisecond))
		require.Equal(t, 130, status)
		require.Equal(t, 5001, counts["not sent"])
		t.messaged()
	})
}
