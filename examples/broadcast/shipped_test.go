package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write recipients.csv anew")

// The numbers are reserved for fiction: 555-0100 to 555-0199 in every area of North America.
var areas = []struct{ code, city string }{
	{"202", "Washington"}, {"206", "Seattle"}, {"212", "New York"}, {"213", "Los Angeles"},
	{"305", "Miami"}, {"312", "Chicago"}, {"404", "Atlanta"}, {"415", "San Francisco"},
	{"503", "Portland"}, {"512", "Austin"}, {"602", "Phoenix"}, {"702", "Las Vegas"}, {"713", "Houston"},
}

var firstNames = strings.Fields(`Ada Björn Chloé Dmitri Élise Farid Grace Håkon Inês Jürgen Kofi Łucja Mei Nguyễn
	Óscar Priya Quentin Rania Søren Tomás Ursula Věra Wanda Xiomara Yusuf Zoë Aiko Olga Мария 明美 فاطمة`)

var lastNames = strings.Fields(`Abbott Bauer Castillo Dvořák Eriksson Fontaine García Haddad Ivanova Jensen Kowalska
	Lindqvist Moreau Núñez O'Brien Peña Quispe Rossi Şahin Tanaka Umarov Vogel Wójcik Xu Yılmaz Zhang Müller-Lüdenscheidt`)

// wrong are rows that cannot be used, by the row they come after.
var wrong = map[int]string{
	20: "555 0123,Nobody,Springfield,N0-0001", 90: "+1 (202) 555-0104,Ada again,Washington,N0-0002",
	141: "+12025550112,,Washington,N0-0003", 207: "n/a,Somebody,Seattle,N0-0004",
	260: "+12065550103,Wanda", 333: "", 402: "+44 (0)7700 900123,Cornelius,London,N0-0005",
	455: "+12125550117,Doubled,New York,N0-0006", 518: ",Nemo,Miami,N0-0007",
	577: "+1 305 555 0101,Doubled,Miami,N0-0008", 640: "+13125550109,Smith, John,Chicago,N0-0009",
	701: "+1.415.555.0199 ext. 7,Desk,San Francisco,N0-0010", 760: `+16025550100,"   ",Phoenix,N0-0011`,
	815: "+12025550100,Ada once more,Washington,N0-0012", 903: "1.20256E+10,Spreadsheet,Washington,N0-0013",
	977: `+15035550150,Barry "Bare" Quote,Portland,N0-0014`, 1010: "+15035550151,Nowhere,,N0-0015",
	1088: "+15125550101 ,Doubled,Austin,N0-0016", 1130: "+0 713 555 0100,Zero,Houston,N0-0017",
	1199: "+17135550102,No code,Houston,", 1230: "Total,1250",
}

// shippedCSV makes the file, the same each time.
func shippedCSV() string {
	var b strings.Builder
	b.WriteString("\ufeffphone,name,City,Voucher\n") // as spreadsheets write it
	for i := range 1250 {
		area := areas[i/100]
		name := firstNames[i%len(firstNames)] + " " + lastNames[i*7%len(lastNames)]
		switch {
		case i == 58:
			name = "\"Castillo, Inês\nand Tomás\"" // one row on two lines
		case i%100 == 30:
			name = fmt.Sprintf("%q", lastNames[i%len(lastNames)]+", "+firstNames[i%len(firstNames)])
		}
		phone := fmt.Sprintf("+1%s55501%02d", area.code, i%100)
		if i%50 == 16 {
			phone = fmt.Sprintf("+1 (%s) 555-01%02d", area.code, i%100)
		}
		fmt.Fprintf(&b, "%s,%s,%s,%c%c-%04d\n", phone, name, area.city, 'A'+i%26, 'A'+i/26%26, (i*7919+1234)%10000)
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
	require.True(t, shippedCSV() == shipped, "recipients.csv is not what -update writes")
}
