package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var update = flag.Bool("update", false, "write people.csv anew")

var firstNames = strings.Fields(`Ada Björn Chloé Dmitri Élise Farid Grace Håkon Inês Jürgen Kofi Łucja Mei Óscar Priya
	Rania Søren Tomás Věra Yusuf Zoë 明美 فاطمة`)

var lastNames = strings.Fields(`Abbott Bauer Castillo Dvořák Fontaine García Haddad Jensen Kowalska Moreau Núñez O'Brien
	Peña Rossi Şahin Tanaka Vogel Wójcik Yılmaz`)

// wrong are rows that cannot be used, by the row they come after.
var wrong = map[int]string{
	12: "555 0123,Nobody", 30: "+1 (202) 555-0104,Ada again", 41: "+12025550112,", 55: "n/a,Somebody", 63: "",
	70: "+44 (0)7700 900123,Cornelius", 82: "1.20256E+10,Spreadsheet", 97: "+12065550109,Smith, John",
	104: ",Nemo", 111: `+12065550150,Barry "Bare" Quote`, 118: "Total",
}

// shippedCSV makes the file, the same each time. The numbers are reserved for fiction: 555-0100
// to 555-0199 in every area of North America.
func shippedCSV() string {
	var b strings.Builder
	b.WriteString("phone,name\n")
	for i := range 122 {
		phone := fmt.Sprintf("+1%s55501%02d", []string{"202", "206", "212"}[i/45], i%45)
		if i%25 == 16 {
			phone = fmt.Sprintf("+1 (%s) 555-01%02d", phone[2:5], i%45)
		}
		fmt.Fprintf(&b, "%s,%s %s\n", phone, firstNames[i%len(firstNames)], lastNames[i*7%len(lastNames)])
		if row, ok := wrong[i]; ok {
			b.WriteString(row + "\n")
		}
	}
	return b.String()
}

func TestTheFileThatShipsIsAsGenerated(t *testing.T) {
	if *update {
		require.NoError(t, os.WriteFile(shippedFile, []byte(shippedCSV()), 0o644))
		return
	}
	require.True(t, shippedCSV() == shipped, "people.csv is not what -update writes")
}
