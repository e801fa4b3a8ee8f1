package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/wabakit/wabakit-go/campaign"
)

// row is a row of the CSV file.
type row struct {
	phone, name string
	withdrawn   bool // the person has withdrawn consent
}

func (r row) recipient() campaign.Recipient {
	return campaign.Recipient{Phone: r.phone, Variables: map[string]string{"1": r.name}}
}

// generate writes a list of n people, with the flaws of real lists.
func generate(path string, n int) error {
	records := [][]string{{"phone", "name", "consent"}}
	for i := range n {
		phone, consent := fmt.Sprintf("+1631%07d", 2000000+i), "yes"
		switch i % 1000 {
		case 123:
			phone = fmt.Sprintf("0631-%d", i) // not an international number
		case 250, 750:
			consent = "withdrawn"
		case 999:
			phone = records[i-500][0] // a duplicate
		}
		records = append(records, []string{phone, fmt.Sprintf("Customer %d", i), consent})
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(csv.NewWriter(file).WriteAll(records), file.Close())
}

// readList reads a CSV file with the columns phone, name and consent.
func readList(path string) ([]row, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	table := csv.NewReader(file)
	header, err := table.Read()
	if err != nil {
		return nil, err
	}
	phone, name, consent := slices.Index(header, "phone"), slices.Index(header, "name"), slices.Index(header, "consent")
	if phone < 0 || name < 0 || consent < 0 {
		return nil, fmt.Errorf("%s has the columns %q, not phone, name and consent", path, header)
	}
	var rows []row
	for {
		record, err := table.Read()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{record[phone], record[name], record[consent] != "yes"})
	}
}
