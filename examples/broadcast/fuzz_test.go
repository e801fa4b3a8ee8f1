package main

import (
	"encoding/csv"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every row of a file is accounted for, and what can be used of it survives being written.
func FuzzRecipients(f *testing.F) {
	f.Add("phone,name\n+12025550100,Ada\n")
	f.Add("\ufeffphone,name,City\r\n\r\n+1 202 555 0100,\"A\r\nB\",Rome\r\nx,,\r\n")
	f.Add("phone,name\n+12025550100,\"Ada\n+12025550101,Bob\n+12025550102,\"Eve\"\n")
	f.Add("phone,name\n+12025550100,A\"da\n+12025550100,Ada\n")
	f.Add("b,Phone, NAME ,\"a, c\"\n2,+44 7700 900123,In\u00eas,3\n1,+44 (0)7700 900123,x,\n,,,,\n")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := readList("x.csv", strings.NewReader(text))
		if err != nil {
			require.NotContains(t, err.Error(), "\n")
			return
		}
		lenient := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
		lenient.FieldsPerRecord = -1
		var records [][]string
		for {
			record, err := lenient.Read()
			if err == io.EOF {
				break
			}
			records = append(records, record)
		}
		header, records := records[0], records[1:]
		require.Len(t, l.rows, len(records))
		line, usable := 1, 0
		for i, r := range l.rows {
			require.Greater(t, r.line, line)
			line = r.line
			switch r.state {
			case notSent:
				usable++
				require.Regexp(t, `^\+[1-9][0-9]{6,14}$`, r.phone)
				require.NotEmpty(t, r.name)
				require.NotContains(t, r.name, "\n")
				require.Equal(t, further(header, records[i]), r.values)
				require.Same(t, r, l.byPhone[r.phone])
			case unusable, duplicate:
				require.NotEmpty(t, r.reason)
				require.Less(t, len(r.reason), len(text)+300)
				require.NotContains(t, r.reason, "\n")
			default:
				t.Fatalf("a row is %s", r.state)
			}
		}
		require.Len(t, l.byPhone, usable)
		require.NotZero(t, usable)

		again := mustRead(t, tidied(t, l))
		require.Equal(t, l.columns, again.columns)
		require.Len(t, again.rows, usable)
		for _, r := range again.rows {
			was := l.byPhone[r.phone]
			require.Equal(t, notSent, r.state, r.reason)
			require.Equal(t, []any{was.name, was.values}, []any{r.name, r.values})
		}
	})
}

// further is what stands in the columns beside phone and name, on one line each.
func further(header, record []string) (values []string) {
	for i, title := range header {
		switch strings.ToLower(strings.TrimSpace(title)) {
		case "phone", "name":
		default:
			values = append(values, strings.Join(strings.Fields(record[i]), " "))
		}
	}
	return values
}

// tidied is a CSV file of the rows that can be messaged, as they were read.
func tidied(t *testing.T, l *list) string {
	t.Helper()
	var b strings.Builder
	table := csv.NewWriter(&b)
	require.NoError(t, table.Write(append([]string{"name", "phone"}, l.columns...)))
	for r := range l.in(notSent) {
		require.NoError(t, table.Write(append([]string{r.name, r.phone}, r.values...)))
	}
	table.Flush()
	return b.String()
}
