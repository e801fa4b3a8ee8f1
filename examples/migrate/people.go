package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// row is a row of the file, and what became of it.
type row struct {
	line   int    // where it begins, from 1
	phone  string // in E.164 form
	name   string
	waID   string // what WhatsApp knows the phone by
	state  state
	reason string // why, where there is something to tell
}

func (r *row) settle(s state, reason string) { r.state, r.reason = s, reason }

// list is all rows of a file, in its order.
type list struct {
	file string
	rows []*row
}

// in returns the rows that are in a state.
func (l *list) in(s state) (rows []*row) {
	for _, r := range l.rows {
		if r.state == s {
			rows = append(rows, r)
		}
	}
	return rows
}

// readList reads a CSV file whole, so that nobody is moved of one that turns out to be none. A
// row that cannot be used is in the list, with the reason; an empty line is no row.
func readList(file string, r io.Reader) (*list, error) {
	in := bufio.NewReader(r)
	start, err := in.Peek(512)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if bom := []byte("\ufeff"); bytes.HasPrefix(start, bom) { // as spreadsheets write it
		in.Discard(len(bom))
		start = start[len(bom):]
	}
	if len(bytes.TrimSpace(start)) == 0 && err == io.EOF {
		return nil, fmt.Errorf("%s is empty", file)
	}
	table := csv.NewReader(in)
	table.FieldsPerRecord = -1 // a row too short or too long is a matter of that row
	header, err := table.Read()
	if err != nil || bytes.IndexByte(start, 0) >= 0 || !utf8.ValidString(strings.Join(header, "")) {
		return nil, fmt.Errorf("%s is no CSV file in UTF-8", file)
	}
	c, err := readHeader(header)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}

	l := &list{file: file}
	lines := map[string]int{} // of the phones
	for {
		record, err := table.Read()
		broken, isBroken := errors.AsType[*csv.ParseError](err)
		switch {
		case err == io.EOF:
			return l, l.check()
		case isBroken && broken.Line > broken.StartLine: // it may have swallowed rows
			return nil, fmt.Errorf("%s: the quotes of lines %d to %d do not match", file, broken.StartLine, broken.Line)
		case isBroken:
			l.rows = append(l.rows, &row{line: broken.StartLine, state: unusable, reason: broken.Err.Error()})
			continue
		case err != nil:
			return nil, err
		}
		one := &row{}
		one.line, _ = table.FieldPos(0)
		l.rows = append(l.rows, one)
		if one.phone, one.name, err = c.read(record); err != nil {
			one.settle(unusable, err.Error())
		} else if first := lines[one.phone]; first != 0 {
			one.settle(duplicate, fmt.Sprintf("%s is the phone of line %d", one.phone, first))
		} else {
			lines[one.phone] = one.line
		}
	}
}

// check refuses a list of which nothing can be used.
func (l *list) check() error {
	switch {
	case len(l.rows) == 0:
		return fmt.Errorf("%s has no rows below its first line", l.file)
	case len(l.in(pending)) == 0:
		return fmt.Errorf("%s: none of its %d rows can be used; line %d: %s", l.file, len(l.rows), l.rows[0].line, l.rows[0].reason)
	}
	return nil
}

// columns is where the columns of a file are, and how many there are.
type columns struct{ phone, name, all int }

func readHeader(header []string) (columns, error) {
	titles := make([]string, len(header))
	for i, title := range header {
		titles[i] = strings.ToLower(tidy(title))
	}
	c := columns{slices.Index(titles, "phone"), slices.Index(titles, "name"), len(titles)}
	if c.phone < 0 || c.name < 0 {
		return c, errors.New("the first line does not name the columns phone and name")
	}
	return c, nil
}

func (c columns) read(record []string) (phone, name string, err error) {
	if len(record) != c.all {
		return "", "", fmt.Errorf("it has %d columns, not %d", len(record), c.all)
	}
	name = tidy(record[c.name])
	switch {
	case !utf8.ValidString(strings.Join(record, "")) || strings.ContainsRune(name, 0):
		return "", "", errors.New("it is not in UTF-8")
	case name == "":
		return "", "", errors.New("it has no name")
	}
	phone, err = normalize(record[c.phone])
	return phone, name, err
}

// tidy makes one line of a text.
func tidy(text string) string { return strings.Join(strings.Fields(text), " ") }

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// normalize writes a phone number in E.164 form. It takes away what only separates digits, and
// guesses nothing: a number without its country could be that of somebody else.
func normalize(phone string) (string, error) {
	digits := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Z, unicode.Pd, unicode.Cf) || strings.ContainsRune("\t().", r) {
			return -1
		}
		return r
	}, phone)
	switch {
	case digits == "":
		return "", errors.New("it has no phone")
	case strings.Contains(phone, "(0)"): // dialed at home only
		return "", fmt.Errorf("phone %.40q has a (0), which must not be dialed from abroad", phone)
	case !e164.MatchString(digits):
		return "", fmt.Errorf("phone %.40q is not a number such as +1 202 555 0123, with + and the country", phone)
	}
	return digits, nil
}
