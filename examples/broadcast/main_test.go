package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
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

func TestDemo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), nil, nil, &out))
		table := out.String()[strings.Index(out.String(), "1270 rows"):]
		for _, want := range []string{"5 duplicate", "15 invalid", "2 opted out", "2 failed"} {
			require.Contains(t, table, " "+want+"\n")
		}
		require.NotContains(t, table, "not sent")
	})
}

const file = "phone,name,city\n+12025550100,Ada,Bonn\n+12025550101,Ben,Oslo\n+12025550102,Cho,Rome\n"

func newBroadcast(t *testing.T, server *latetest.Server) *broadcast {
	list, err := readList(strings.NewReader(file))
	require.NoError(t, err)
	return &broadcast{
		client: server.Client(late.WithMaxRetries(0)), list: list, name: "news", template: "news",
		follow: time.Minute, poll: time.Second, out: io.Discard,
	}
}

// Whatever fails, running the broadcast again completes it, and each person gets one message.
func TestRunAgainAfterAnyFailure(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{
		late.OpGetWhatsAppBroadcasts, late.OpImportWhatsAppContacts, late.OpGetWhatsAppContacts, late.OpGetWhatsAppTemplate,
		late.OpCreateWhatsAppTemplate, late.OpCreateWhatsAppBroadcast, late.OpAddWhatsAppBroadcastRecipients,
		late.OpGetWhatsAppBroadcast, late.OpSendWhatsAppBroadcast, late.OpGetWhatsAppBroadcastRecipients,
	} {
		for name, fault := range map[string]latetest.Fault{
			"not processed": latetest.CutBefore(), "processed": latetest.CutAfter(), "refused": latetest.Status(403, "no"),
		} {
			t.Run(operation+", "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := latetest.NewServer(latetest.InProcess())
					defer server.Close()
					server.Inject(fault.On(operation).Times(1))

					newBroadcast(t, server).run(t.Context()) // may fail
					again := newBroadcast(t, server)
					require.NoError(t, again.run(t.Context()))

					for _, r := range again.list.rows {
						require.Contains(t, []string{"delivered", "read"}, r.status)
					}
					require.Len(t, server.Messages(), 3)
				})
			})
		}
	}
}

// A person who opts out between two runs gets no message.
func TestOptOutBetweenRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := latetest.NewServer(latetest.InProcess())
		defer server.Close()
		stop := server.Inject(latetest.CutBefore().On(late.OpSendWhatsAppBroadcast))
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		require.Error(t, newBroadcast(t, server).run(ctx))
		stop()
		contact, err := server.Client().Contacts.ByPhone(t.Context(), "+12025550101")
		require.NoError(t, err)
		_, err = server.Client().Contacts.Update(t.Context(), contact.ID, late.UpdateContactRequest{IsOptedIn: new(false)})
		require.NoError(t, err)

		require.NoError(t, newBroadcast(t, server).run(t.Context()))

		require.Len(t, server.Messages(), 2)
	})
}

func TestReadList(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		file    string
		want    string // status and reason of the last row
		wantErr string
	}{
		"separators":       {file: "phone,name\n+1 (202) 555-0100,Ada\n", want: ""},
		"byte order mark":  {file: "\ufeffPhone,Name\n+12025550100,Ada\n", want: ""},
		"duplicate":        {file: "phone,name\n+12025550100,Ada\n+1 202 555 0100,Ben\n", want: "duplicate same phone as line 2"},
		"no country":       {file: "phone,name\n+12025550100,Ada\n02025550100,Ben\n", want: `invalid phone "02025550100" is not`},
		"domestic zero":    {file: "phone,name\n+12025550100,Ada\n+49 (0)30 1234567,Ben\n", want: "invalid phone"},
		"empty variable":   {file: "phone,name,city\n+12025550100,Ada,Bonn\n+12025550101,Ben, \n", want: "invalid no city"},
		"too few columns":  {file: "phone,name\n+12025550100,Ada\n+12025550101\n", want: "invalid 1 columns instead of 2"},
		"bare quote":       {file: "phone,name\n+12025550100,Ada\n+12025550101,a\"b\n", want: "invalid bare"},
		"unclosed quote":   {file: "phone,name\n+12025550100,Ada\n+12025550101,\"b\n+12025550102,c\n", wantErr: "extraneous or missing"},
		"no phone column":  {file: "number,name\n+12025550100,Ada\n", wantErr: `no column "phone"`},
		"repeated column":  {file: "phone,name,Name\n", wantErr: "the name of another"},
		"not UTF-8":        {file: "phone,name\n+12025550100,\xff\n", wantErr: "UTF-8"},
		"empty":            {file: "", wantErr: "first line"},
		"nothing to send":  {file: "phone,name\nx,y\n", wantErr: "none of the 1 rows"},
		"two rows on disk": {file: "phone,name\n+12025550100,\"Ada\nLovelace\"\n", want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, err := readList(strings.NewReader(test.file))
			if test.wantErr != "" {
				require.ErrorContains(t, err, test.wantErr)
				return
			}
			require.NoError(t, err)
			last := list.rows[len(list.rows)-1]
			require.Contains(t, fmt.Sprint(last.status, " ", last.reason), test.want)
		})
	}
}
