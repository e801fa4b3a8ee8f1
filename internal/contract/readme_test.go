package contract_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the tables of openapi/README.md anew")

// action is what an overlay does at one place.
type action struct {
	target, reason string
	remove         bool
	update         map[string]any
}

// actions reads an overlay. kin-openapi reads any YAML, and keeps what is no OpenAPI.
func actions(t *testing.T, api string) []action {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("../../openapi/" + api + ".overlay.yaml")
	require.NoError(t, err)
	listed, _ := doc.Extensions["actions"].([]any)
	require.NotEmpty(t, listed)
	var list []action
	for _, one := range listed {
		fields := one.(map[string]any)
		a := action{target: fields["target"].(string)}
		a.reason, _ = fields["description"].(string)
		a.remove, _ = fields["remove"].(bool)
		a.update, _ = fields["update"].(map[string]any)
		list = append(list, a)
	}
	return list
}

// table is one of an overlay, and takes the actions that say its words and no others.
type table struct {
	title string
	words []string
}

var tables = []table{
	{"May it be repeated?", []string{"x-repeatable", "x-repeatable-unless-false", "x-untimed", "x-stream"}},
	{"Go names", []string{"x-go-name", "x-go-type-name", "x-enum-varnames"}},
	{"Corrections", nil}, // and everything else
}

func (t table) takes(a action) bool {
	for word := range a.update {
		if !slices.Contains(t.words, word) {
			return t.words == nil
		}
	}
	return t.words == nil || len(a.update) > 0
}

func (a action) table() int {
	return slices.IndexFunc(tables, func(t table) bool { return t.takes(a) })
}

var oneKey = regexp.MustCompile(`\['([^',]+)'\]`)

// what is the place as people read it, and what the action says there if its reason does not.
func (a action) what() string {
	place := oneKey.ReplaceAllString(a.target, ".$1")
	for _, prefix := range []string{"$.components.schemas", "$.paths"} {
		if rest := strings.TrimPrefix(place, prefix); rest != "" && rest != place {
			place = strings.TrimPrefix(strings.Replace(rest, "..", "*.", 1), ".")
		}
	}
	said := "`" + place + "`"
	if a.remove {
		said += " (removed)"
	}
	for _, word := range tables[a.table()].words {
		value, ok := a.update[word]
		switch {
		case !ok:
		case value == true:
			said += " `" + word + "`"
		default:
			said += " → `" + strings.Trim(fmt.Sprint(value), "[]") + "`"
		}
	}
	return said
}

// render writes the tables of an overlay: a row for each reason. An action without one goes with
// the action before it.
func render(t *testing.T, api string) string {
	t.Helper()
	rows := make([][]string, len(tables))
	last := -1
	for _, a := range actions(t, api) {
		table := a.table()
		if a.reason == "" {
			require.Equal(t, last, table, "%s: %s has no description that tells why", api, a.target)
			rows[table][len(rows[table])-1] += "<br>" + a.what()
		} else {
			rows[table] = append(rows[table], a.reason+" | "+a.what())
		}
		last = table
	}
	var b strings.Builder
	for i := range slices.Backward(rows) {
		fmt.Fprintf(&b, "\n### %s\n\n| why | where |\n|---|---|\n", tables[i].title)
		for _, row := range rows[i] {
			b.WriteString("| " + strings.ReplaceAll(row, "||", `\|\|`) + " |\n")
		}
	}
	return b.String() + "\n"
}

// Whoever corrects a contract says so where a reader of the contract looks.
func TestTheReadmeOfTheContractsTellsEachCorrection(t *testing.T) {
	const path = "../../openapi/README.md"
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	want := string(content)
	for _, api := range []string{"late", "onpremise"} {
		begin, end := "<!-- begin "+api+".overlay.yaml -->\n", "<!-- end "+api+".overlay.yaml -->\n"
		before, rest, ok := strings.Cut(want, begin)
		require.True(t, ok, "%s is missing", begin)
		_, after, ok := strings.Cut(rest, end)
		require.True(t, ok, "%s is missing", end)
		want = before + begin + render(t, api) + end + after
	}
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
		return
	}
	const remedy = "write the tables anew: go test ./internal/contract -run Readme -update"
	have := strings.Split(string(content), "\n")
	require.Empty(t, slices.DeleteFunc(strings.Split(want, "\n"), func(line string) bool { return slices.Contains(have, line) }), remedy)
	require.True(t, want == string(content), remedy)
}
