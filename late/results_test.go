package late

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The contract does not say what a response contains for a contact that already exists.
func TestImportResults(t *testing.T) {
	t.Parallel()
	const done, skipped, refused, unknown = ItemDone, ItemSkipped, ItemRefused, ItemUnknown
	chunk := []ImportContact{{Phone: "+1"}, {Phone: "+2"}, {Phone: "+3"}, {Phone: "+2"}}
	yes := func(phone, id string) ImportResult { return ImportResult{Phone: phone, Success: true, ContactID: id} }
	no := func(phone, why string) ImportResult { return ImportResult{Phone: phone, Error: why} }
	tests := map[string]struct {
		summary ImportSummary
		rows    []ImportResult
		want    []ItemState
	}{
		"all created":                         {ImportSummary{Created: 4}, []ImportResult{yes("+1", "a"), yes("+2", "b"), yes("+3", "c"), yes("+2", "d")}, []ItemState{done, done, done, done}},
		"skipped rows succeed without an ID":  {ImportSummary{Created: 2, Skipped: 2}, []ImportResult{yes("+1", ""), yes("+2", "b"), yes("+3", "c"), yes("+2", "")}, []ItemState{skipped, done, done, skipped}},
		"skipped rows succeed with an ID":     {ImportSummary{Created: 3, Skipped: 1}, []ImportResult{yes("+1", "a"), yes("+2", "b"), yes("+3", "c"), yes("+2", "b")}, []ItemState{skipped, done, done, done}}, // a guess; the counts are right
		"skipped rows fail":                   {ImportSummary{Created: 2, Skipped: 2}, []ImportResult{yes("+1", "a"), yes("+2", "b"), no("+3", "in use"), no("+2", "in use")}, []ItemState{done, done, skipped, skipped}},
		"skipped and failed rows fail":        {ImportSummary{Created: 2, Skipped: 1, Failed: 1}, []ImportResult{yes("+1", "a"), yes("+2", "b"), no("+3", "bad phone"), no("+2", "Contact already exists")}, []ItemState{done, done, refused, skipped}},
		"skipped rows are absent":             {ImportSummary{Created: 3, Skipped: 1}, []ImportResult{yes("+1", "a"), yes("+2", "b"), yes("+3", "c")}, []ItemState{done, done, done, skipped}},
		"failed":                              {ImportSummary{Created: 3, Failed: 1}, []ImportResult{yes("+1", "a"), no("+2", ""), yes("+3", "c"), yes("+2", "d")}, []ItemState{done, refused, done, done}},
		"rows in another order, some missing": {ImportSummary{Created: 3}, []ImportResult{yes("+3", "c"), no("+2", "x"), yes("+1", "a")}, []ItemState{done, refused, done, unknown}},
		"no rows":                             {ImportSummary{}, nil, []ItemState{unknown, unknown, unknown, unknown}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			results := importResults(chunk, &ImportContactsResponse{Summary: test.summary, Results: test.rows})
			requireStates(t, test.want, results)
		})
	}
}

func TestCountedResults(t *testing.T) {
	t.Parallel()
	const done, skipped, unknown = ItemDone, ItemSkipped, ItemUnknown
	tests := map[string]struct {
		done, skipped int
		want          []ItemState
	}{
		"all new":               {3, 0, []ItemState{done, done, done}},
		"one repeated":          {2, 1, []ItemState{done, done, skipped}},
		"one repeated, one old": {1, 2, []ItemState{done, skipped, skipped}},
		"all old":               {0, 3, []ItemState{skipped, skipped, skipped}},
		"too few":               {2, 0, []ItemState{unknown, unknown, unknown}},
		"negative":              {5, -2, []ItemState{unknown, unknown, unknown}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireStates(t, test.want, countedResults([]string{"+1", "+2", "+1"}, test.done, test.skipped))
		})
	}
}

func requireStates(t *testing.T, want []ItemState, results []itemResult) {
	t.Helper()
	var got []ItemState
	for _, r := range results {
		got = append(got, r.state)
		require.Equal(t, r.state == ItemDone || r.state == ItemSkipped, r.err == nil, "a problem has a reason")
	}
	require.Equal(t, want, got)
}
