package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// recipient is a row of the file, and what became of it.
type recipient struct {
	line   int    // where it begins, from 1
	phone  string // in E.164 form
	name   string
	values []string // of the further columns
	state  state
	reason string // why, where there is something to tell
}

// list is all rows of a file, in its order.
type list struct {
	file    string
	columns []string // the further ones
	rows    []*recipient
	byPhone map[string]*recipient // those that can be messaged
}

// in iterates over the rows that are in a state.
func (l *list) in(s state) iter.Seq[*recipient] {
	return func(yield func(*recipient) bool) {
		for _, r := range l.rows {
			if r.state == s && !yield(r) {
				return
			}
		}
	}
}

func (l *list) count(s state) (n int) {
	for range l.in(s) {
		n++
	}
	return n
}

var bom = []byte("\ufeff")

// readList reads a CSV file whole, so that nothing is sent of one that turns out to be none.
// A row that cannot be used is in the list, with the reason; an empty line is no row.
func readList(file string, r io.Reader) (*list, error) {
	in := bufio.NewReader(r)
	start, err := in.Peek(512)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if bytes.HasPrefix(start, bom) {
		in.Discard(len(bom))
		start = start[len(bom):]
	}
	switch {
	case len(bytes.TrimSpace(start)) == 0 && err == io.EOF:
		return nil, fmt.Errorf("%s is empty", file)
	case bytes.IndexByte(start, 0) >= 0:
		return nil, noCSV(file)
	}
	table := csv.NewReader(in)
	table.FieldsPerRecord = -1 // a row too short or too long is a matter of that row
	table.ReuseRecord = true

	header, err := table.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", noCSV(file), err)
	}
	l := &list{file: file, byPhone: map[string]*recipient{}}
	columns, err := l.readHeader(header)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for {
		record, err := table.Read()
		broken, isBroken := errors.AsType[*csv.ParseError](err)
		switch {
		case err == io.EOF:
			return l, l.check()
		case isBroken && broken.Line > broken.StartLine: // it may have swallowed rows
			return nil, fmt.Errorf("%s: the quotes of lines %d to %d do not match", file, broken.StartLine, broken.Line)
		case isBroken:
			l.rows = append(l.rows, &recipient{line: broken.StartLine, state: unusable, reason: broken.Err.Error()})
			continue
		case err != nil:
			return nil, err
		}
		if strings.ContainsRune(strings.Join(record, ""), 0) {
			return nil, noCSV(file)
		}
		line, _ := table.FieldPos(0)
		l.add(line, columns, record)
	}
}

func noCSV(file string) error { return fmt.Errorf("%s is no CSV file in UTF-8", file) }

// check refuses a list of which nothing can be used.
func (l *list) check() error {
	switch {
	case len(l.rows) == 0:
		return fmt.Errorf("%s has no rows below its first line", l.file)
	case len(l.byPhone) == 0:
		return fmt.Errorf("%s: none of its %s can be used; line %d: %s", l.file, grouped(len(l.rows)), l.rows[0].line, l.rows[0].reason)
	}
	return nil
}

// columns is where the columns of a file are.
type columns struct {
	phone, name int
	further     []int
	all         int
}

func (l *list) readHeader(header []string) (columns, error) {
	c := columns{phone: -1, name: -1, all: len(header)}
	seen := map[string]bool{}
	for i, title := range header {
		title = tidy(title)
		key := strings.ToLower(title)
		switch {
		case !utf8.ValidString(title):
			return c, errors.New("the first line is not in UTF-8")
		case title == "":
			return c, fmt.Errorf("column %d has no name in the first line", i+1)
		case seen[key]:
			return c, fmt.Errorf("the first line names the column %.40q twice", title)
		case key == "phone":
			c.phone = i
		case key == "name":
			c.name = i
		default:
			c.further = append(c.further, i)
			l.columns = append(l.columns, title)
		}
		seen[key] = true
	}
	for _, needed := range []string{"phone", "name"} {
		if !seen[needed] {
			return c, fmt.Errorf("the first line names no column %q; it is to be like phone,name,city", needed)
		}
	}
	return c, nil
}

// add takes in a row, if only to say why it cannot be used.
func (l *list) add(line int, c columns, record []string) {
	r := &recipient{line: line}
	l.rows = append(l.rows, r)
	var err error
	if r.phone, r.name, r.values, err = l.read(c, record); err != nil {
		r.state, r.reason = unusable, err.Error()
		return
	}
	if first := l.byPhone[r.phone]; first != nil {
		r.state, r.reason = duplicate, fmt.Sprintf("%s is the phone of line %d", r.phone, first.line)
		return
	}
	l.byPhone[r.phone] = r
}

func (l *list) read(c columns, record []string) (phone, name string, values []string, err error) {
	if len(record) != c.all {
		return "", "", nil, fmt.Errorf("it has %d columns, not %d", len(record), c.all)
	}
	for _, field := range record {
		if !utf8.ValidString(field) {
			return "", "", nil, errors.New("it is not in UTF-8")
		}
	}
	if phone, err = normalize(record[c.phone]); err != nil {
		return "", "", nil, err
	}
	if name = tidy(record[c.name]); name == "" {
		return "", "", nil, errors.New("it has no name")
	}
	for i, column := range c.further {
		value := tidy(record[column])
		if value == "" { // WhatsApp sends no template with an empty variable
			return "", "", nil, fmt.Errorf("it has no %s", l.columns[i])
		}
		values = append(values, value)
	}
	return phone, name, values, nil
}

// tidy makes one line of a text: variables of a template must not hold line breaks.
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
