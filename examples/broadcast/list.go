package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"strings"
	"unicode/utf8"
)

// row is a row of the file and what happened to it.
type row struct {
	line   int
	phone  string // in E.164 form
	name   string
	values []string // of the further columns
	status string   // empty while the row can be messaged
	reason string
}

// list contains all rows of a file, in order.
type list struct {
	columns []string // the further columns
	rows    []*row
	byPhone map[string]*row // rows that can be messaged
}

// pending yields the rows that can be messaged.
func (l *list) pending() iter.Seq[*row] {
	return func(yield func(*row) bool) {
		for _, r := range l.rows {
			if r.status == "" && !yield(r) {
				return
			}
		}
	}
}

// readList reads the whole file before anything is sent. Rows that cannot be used are kept with
// the reason.
func readList(source io.Reader) (*list, error) {
	data, err := io.ReadAll(source)
	if err != nil {
		return nil, err
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, errors.New("the file is not a CSV file in UTF-8")
	}
	table := csv.NewReader(strings.NewReader(text))
	table.FieldsPerRecord = -1 // a row with a wrong number of fields is a problem of that row
	header, err := table.Read()
	if err != nil {
		return nil, fmt.Errorf("read the first line: %w", err)
	}
	index := map[string]int{}
	l := &list{byPhone: map[string]*row{}}
	for i, column := range header {
		column = oneLine(column)
		if _, twice := index[strings.ToLower(column)]; twice || column == "" {
			return nil, fmt.Errorf("column %d has no name, or the name of another: %q", i+1, column)
		}
		index[strings.ToLower(column)] = i
		if !strings.EqualFold(column, "phone") && !strings.EqualFold(column, "name") {
			l.columns = append(l.columns, column)
		}
	}
	for _, required := range []string{"phone", "name"} {
		if _, ok := index[required]; !ok {
			return nil, fmt.Errorf("the first line has no column %q", required)
		}
	}
	for {
		record, err := table.Read()
		if err == io.EOF {
			break
		}
		r := &row{}
		l.rows = append(l.rows, r)
		if broken, ok := errors.AsType[*csv.ParseError](err); ok && broken.Line > broken.StartLine {
			return nil, err // it may span several rows
		} else if ok {
			r.line, r.status, r.reason = broken.StartLine, "invalid", broken.Err.Error()
			continue
		}
		r.line, _ = table.FieldPos(0)
		if len(record) != len(header) {
			r.status, r.reason = "invalid", fmt.Sprintf("%d columns instead of %d", len(record), len(header))
			continue
		}
		r.name = oneLine(record[index["name"]])
		for _, column := range l.columns {
			r.values = append(r.values, oneLine(record[index[strings.ToLower(column)]]))
		}
		r.phone, r.reason = normalize(record[index["phone"]])
		for i, value := range append([]string{r.name}, r.values...) {
			if value == "" && r.reason == "" { // WhatsApp does not send a template with an empty variable
				r.reason = "no " + append([]string{"name"}, l.columns...)[i]
			}
		}
		first := l.byPhone[r.phone]
		switch {
		case r.reason != "":
			r.status = "invalid"
		case first != nil:
			r.status, r.reason = "duplicate", fmt.Sprintf("same phone as line %d", first.line)
		default:
			l.byPhone[r.phone] = r
		}
	}
	if len(l.byPhone) == 0 {
		return nil, fmt.Errorf("none of the %d rows can be messaged", len(l.rows))
	}
	return l, nil
}

// oneLine removes line breaks, which template variables must not contain.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

var (
	separators = regexp.MustCompile(`[\s\p{Z}\p{Pd}\p{Cf}().]`)
	e164       = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
)

// normalize returns a phone number in E.164 form, or the reason why it has none. It does not guess:
// without its country code, a number could be someone else's.
func normalize(phone string) (number, reason string) {
	number = separators.ReplaceAllString(phone, "")
	if strings.Contains(phone, "(0)") || !e164.MatchString(number) {
		return "", fmt.Sprintf("phone %.40q is not an international number such as +1 202 555 0123", phone)
	}
	return number, ""
}
