package main

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func mustRead(t *testing.T, text string) *list {
	t.Helper()
	l, err := readList("x.csv", strings.NewReader(text))
	require.NoError(t, err)
	return l
}

// told is a row as "line state: reason" or, if it can be messaged, "line phone name values".
func told(r *recipient) string {
	if r.state == notSent {
		return strings.TrimSuffix(fmt.Sprintf("%d %s %s %s", r.line, r.phone, r.name, strings.Join(r.values, "|")), " ")
	}
	return fmt.Sprintf("%d %s: %s", r.line, r.state, r.reason)
}

const good = "+12025550100,Ada,Rome\n"

func TestEveryKindOfRow(t *testing.T) {
	t.Parallel()
	bad := func(phone string) string {
		return fmt.Sprintf("3 unusable: phone %q is not a number such as +1 202 555 0123, with + and the country", phone)
	}
	for _, test := range []struct{ row, want string }{
		{"+12025550101,Bob,Oslo", "3 +12025550101 Bob Oslo"},
		{"+1 (202) 555-0101,Bob,Oslo", "3 +12025550101 Bob Oslo"},
		{"+1.202.555.0101,Bob,Oslo", "3 +12025550101 Bob Oslo"},
		{"\u202a+1\u00a0202\u2011555\u20110101\u202c,Bob,Oslo", "3 +12025550101 Bob Oslo"},
		{"+12025550101,  Bob   B. ,Oslo ", "3 +12025550101 Bob B. Oslo"},
		{`+12025550101,"Castillo, Inês",Göteborg`, "3 +12025550101 Castillo, Inês Göteborg"},
		{"+12025550101,明美 田中,東京", "3 +12025550101 明美 田中 東京"},
		{`+12025550101,"Bob ""the"" B.",Oslo`, `3 +12025550101 Bob "the" B. Oslo`},
		{"+12025550101,\"Ann\nand Bob\",Oslo", "3 +12025550101 Ann and Bob Oslo"},

		{",Bob,Oslo", "3 unusable: it has no phone"},
		{" - ,Bob,Oslo", "3 unusable: it has no phone"},
		{"12025550101,Bob,Oslo", bad("12025550101")},
		{"202 555 0101,Bob,Oslo", bad("202 555 0101")},
		{"0012025550101,Bob,Oslo", bad("0012025550101")},
		{"+02025550101,Bob,Oslo", bad("+02025550101")},
		{"+120255,Bob,Oslo", bad("+120255")},
		{"+1202555010112345,Bob,Oslo", bad("+1202555010112345")},
		{"+1202555O101,Bob,Oslo", bad("+1202555O101")},
		{"+１２０２５５５０１０１,Bob,Oslo", bad("+１２０２５５５０１０１")},
		{"1.20256E+10,Bob,Oslo", bad("1.20256E+10")},
		{"+44 (0)7700 900123,Bob,Oslo", `3 unusable: phone "+44 (0)7700 900123" has a (0), which must not be dialed from abroad`},
		{"+12025550101,,Oslo", "3 unusable: it has no name"},
		{`+12025550101," ",Oslo`, "3 unusable: it has no name"},
		{"+12025550101,Bob,", "3 unusable: it has no City"},
		{"+12025550101,Bob", "3 unusable: it has 2 columns, not 3"},
		{"+12025550101", "3 unusable: it has 1 columns, not 3"},
		{"   ", "3 unusable: it has 1 columns, not 3"},
		{"+12025550101,Smith, Bob,Oslo", "3 unusable: it has 4 columns, not 3"},
		{"+12025550101,B\xf6b,Oslo", "3 unusable: it is not in UTF-8"},
		{`+12025550101,Bob "the" B.,Oslo`, `3 unusable: bare " in non-quoted-field`},
		{`+12025550101,"Bob" B.,Oslo`, `3 unusable: extraneous or missing " in quoted-field`},

		{"+12025550100,Ada,Rome", "3 duplicate: +12025550100 is the phone of line 2"},
		{"+1 202 555 0100,Someone,Oslo", "3 duplicate: +12025550100 is the phone of line 2"},
	} {
		for _, end := range []string{"\n", "\r\n"} {
			text := strings.ReplaceAll("phone,name,City\n"+good+test.row+"\n+12025550199,Zoë,Bonn\n", "\n", end)
			l := mustRead(t, text)
			require.Len(t, l.rows, 3, test.row)
			require.Equal(t, test.want, told(l.rows[1]))
			last := 4 + strings.Count(test.row, "\n")
			require.Equal(t, fmt.Sprintf("%d +12025550199 Zoë Bonn", last), told(l.rows[2]), test.row)
		}
	}
}

func TestARowThatCannotBeUsedDoesNotTakeThePhoneFromALaterOne(t *testing.T) {
	t.Parallel()
	l := mustRead(t, "phone,name\n+12025550100,\n+12025550100,Ada\n+12025550100,Ada\n")
	require.Equal(t, []state{unusable, notSent, duplicate}, []state{l.rows[0].state, l.rows[1].state, l.rows[2].state})
	require.Contains(t, l.rows[2].reason, "line 3")
}

func TestEmptyLinesAreNoRowsAndCountAsLines(t *testing.T) {
	t.Parallel()
	l := mustRead(t, "phone,name\n\n\n+12025550100,\"Ada\n\nB\"\n\r\n+1202,Bob\n\n")
	require.Len(t, l.rows, 2)
	require.Equal(t, "4 +12025550100 Ada B", told(l.rows[0]))
	require.Equal(t, 8, l.rows[1].line)
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	for _, header := range []string{
		"name,phone,City\n", "\ufeffname,phone,City\n", "NAME, Phone ,City\r\n", "\"name\",\"phone\",\"City\"\n", "\n\nname,phone,City\n",
	} {
		l := mustRead(t, header+"Ada,+12025550100,Rome\n")
		require.Equal(t, []string{"City"}, l.columns, header)
		require.Equal(t, "+12025550100 Ada Rome", told(l.rows[0])[2:], header)
	}
	l := mustRead(t, "b,phone,a,name,c\n2,+12025550100,3,Ada,4\n")
	require.Equal(t, []string{"b", "a", "c"}, l.columns)
	require.Equal(t, []string{"2", "3", "4"}, l.rows[0].values)
	require.Empty(t, mustRead(t, "phone,name\n+12025550100,Ada").columns)
}

func TestAFileThatIsNoListOfRecipients(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                   "x.csv is empty",
		" \n\r\n":                            "x.csv is empty",
		"\ufeff":                             "x.csv is empty",
		"\x89PNG\r\n\x1a\n\x00\x00":          "x.csv is no CSV file in UTF-8",
		"\xff\xfep\x00h\x00o\x00":            "x.csv is no CSV file in UTF-8",
		"ph\"one,name\n":                     `x.csv is no CSV file in UTF-8: parse error on line 1, column 3: bare " in non-quoted-field`,
		"phone,n\xe4me,name\n":               "x.csv: the first line is not in UTF-8",
		"{\"json\": true}":                   `x.csv is no CSV file in UTF-8: parse error on line 1, column 2: bare " in non-quoted-field`,
		"hello":                              `x.csv: the first line names no column "phone"; it is to be like phone,name,city`,
		"phone,City\n+1202,Rome\n":           `x.csv: the first line names no column "name"; it is to be like phone,name,city`,
		"phone;name\n+1202;Ada\n":            `x.csv: the first line names no column "phone"; it is to be like phone,name,city`,
		"+12025550100,Ada\n":                 `x.csv: the first line names no column "phone"; it is to be like phone,name,city`,
		"phone,name,Phone\n":                 `x.csv: the first line names the column "Phone" twice`,
		"phone,name,\n":                      "x.csv: column 3 has no name in the first line",
		"phone,name\n":                       "x.csv has no rows below its first line",
		"phone,name\nx,Ada\n,Bob\n":          `x.csv: none of its 2 can be used; line 2: phone "x" is not a number such as +1 202 555 0123, with + and the country`,
		"phone,name\n+12025550100,Ada\n\x00": "x.csv is no CSV file in UTF-8",
		// The quote of Ada takes the rows below with it.
		"phone,name\n+12025550100,\"Ada\n+12025550101,Bob\n+12025550102,\"Eve\"\n": "x.csv: the quotes of lines 2 to 4 do not match",
		"phone,name\n+12025550100,\"Ada\n+12025550101,Bob\n":                       "x.csv: the quotes of lines 2 to 3 do not match",
		"phone,name\n+12025550100,Ada\n" + strings.Repeat(" ", 600) + "\x00":       "x.csv is no CSV file in UTF-8",
	} {
		_, err := readList("x.csv", strings.NewReader(text))
		require.EqualError(t, err, want, "%q", text)
	}
	_, err := readList("x.csv", iotest.ErrReader(io.ErrUnexpectedEOF))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, err = readList("x.csv", io.MultiReader(strings.NewReader("phone,name\n"+good), iotest.ErrReader(io.ErrClosedPipe)))
	require.ErrorIs(t, err, io.ErrClosedPipe)
}
