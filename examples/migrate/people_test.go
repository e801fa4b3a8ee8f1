package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func TestEveryKindOfRow(t *testing.T) {
	t.Parallel()
	bad := func(phone string) string {
		return fmt.Sprintf("3 unusable phone %q is not a number such as +1 202 555 0123, with + and the country", phone)
	}
	for _, test := range []struct{ row, want string }{
		{"+12025550101,Bob", "3 +12025550101 Bob"},
		{"+1 (202) 555-0101,  Bob   B. ", "3 +12025550101 Bob B."},
		{"\u202a+1\u00a0202\u2011555\u20110101\u202c,明美 田中", "3 +12025550101 明美 田中"},
		{`+12025550101,"Castillo, Inês"`, "3 +12025550101 Castillo, Inês"},
		{"+12025550101,\"Ann\nand Bob\"", "3 +12025550101 Ann and Bob"},
		{",Bob", "3 unusable it has no phone"},
		{"12025550101,Bob", bad("12025550101")},
		{"+02025550101,Bob", bad("+02025550101")},
		{"+120255,Bob", bad("+120255")},
		{"+1202555010112345,Bob", bad("+1202555010112345")},
		{"+44 (0)7700 900123,Bob", `3 unusable phone "+44 (0)7700 900123" has a (0), which must not be dialed from abroad`},
		{`+12025550101," "`, "3 unusable it has no name"},
		{"+12025550101", "3 unusable it has 1 columns, not 2"},
		{"+12025550101,Smith, Bob", "3 unusable it has 3 columns, not 2"},
		{"+12025550101,B\xf6b", "3 unusable it is not in UTF-8"},
		{`+12025550101,Bob "the" B.`, `3 unusable bare " in non-quoted-field`},
		{"+1 202 555 0100,Someone", "3 duplicate +12025550100 is the phone of line 2"},
	} {
		for _, end := range []string{"\n", "\r\n"} {
			l, err := readList("x.csv", strings.NewReader(strings.ReplaceAll("phone,name\n+12025550100,Ada\n"+test.row+"\n", "\n", end)))
			require.NoError(t, err)
			require.Len(t, l.rows, 2, test.row)
			r := l.rows[1]
			told := fmt.Sprintf("%d %s %s", r.line, r.phone, r.name)
			if r.state != pending {
				told = fmt.Sprintf("%d %s %s", r.line, r.state, r.reason)
			}
			require.Equal(t, test.want, told)
		}
	}
}

func TestAFileThatBreaksOffIsNotUsed(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk")
	for _, text := range []string{"", "phone,name\n+12025550100,Ada\n", "phone,name\n" + strings.Repeat("+12025550100,Ada\n", 1000)} {
		_, err := readList("x.csv", io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)))
		require.ErrorIs(t, err, broken, len(text))
	}
}
