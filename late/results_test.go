package late

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What a server may answer for a contact that it has already is not in the contract.
func TestImportTellsSkippedFromFailed(t *testing.T) {
	t.Parallel()
	chunk := []ImportContact{{Phone: "+1"}, {Phone: "+2"}, {Phone: "+3"}, {Phone: "+2"}}
	ok := func(phone, id string) ImportResult { return ImportResult{Phone: phone, Success: true, ContactID: id} }
	no := func(phone, why string) ImportResult { return ImportResult{Phone: phone, Error: why} }
	tests := map[string]struct {
		sum  ImportSummary
		rows []ImportResult
		want []ItemState
	}{
		"all created": {
			ImportSummary{Total: 4, Created: 4},
			[]ImportResult{ok("+1", "a"), ok("+2", "b"), ok("+3", "c"), ok("+2", "d")},
			[]ItemState{ItemDone, ItemDone, ItemDone, ItemDone},
		},
		"skipped rows succeed without an id": {
			ImportSummary{Total: 4, Created: 2, Skipped: 2},
			[]ImportResult{ok("+1", ""), ok("+2", "b"), ok("+3", "c"), ok("+2", "")},
			[]ItemState{ItemSkipped, ItemDone, ItemDone, ItemSkipped},
		},
		"skipped rows succeed with an id": {
			ImportSummary{Total: 4, Created: 3, Skipped: 1},
			[]ImportResult{ok("+1", "a"), ok("+2", "b"), ok("+3", "c"), ok("+2", "b")},
			[]ItemState{ItemSkipped, ItemDone, ItemDone, ItemDone}, // one of them, and the counts are right
		},
		"skipped rows fail": {
			ImportSummary{Total: 4, Created: 2, Skipped: 2},
			[]ImportResult{ok("+1", "a"), ok("+2", "b"), no("+3", "in use"), no("+2", "in use")},
			[]ItemState{ItemDone, ItemDone, ItemSkipped, ItemSkipped},
		},
		"skipped and failed rows fail": {
			ImportSummary{Total: 4, Created: 2, Skipped: 1, Failed: 1},
			[]ImportResult{ok("+1", "a"), ok("+2", "b"), no("+3", "bad phone"), no("+2", "Contact already exists")},
			[]ItemState{ItemDone, ItemDone, ItemRefused, ItemSkipped},
		},
		"skipped rows are left out": {
			ImportSummary{Total: 4, Created: 3, Skipped: 1},
			[]ImportResult{ok("+1", "a"), ok("+2", "b"), ok("+3", "c")},
			[]ItemState{ItemDone, ItemDone, ItemDone, ItemSkipped},
		},
		"failed": {
			ImportSummary{Total: 4, Created: 3, Failed: 1},
			[]ImportResult{ok("+1", "a"), no("+2", ""), ok("+3", "c"), ok("+2", "d")},
			[]ItemState{ItemDone, ItemRefused, ItemDone, ItemDone},
		},
		"rows in another order, some missing": {
			ImportSummary{Total: 4, Created: 3},
			[]ImportResult{ok("+3", "c"), no("+2", "x"), ok("+1", "a")},
			[]ItemState{ItemDone, ItemRefused, ItemDone, ItemUnknown},
		},
		"no rows": {
			ImportSummary{}, nil,
			[]ItemState{ItemUnknown, ItemUnknown, ItemUnknown, ItemUnknown},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			results := importResults(chunk, &ImportContactsResponse{Summary: tt.sum, Results: tt.rows})
			var got []ItemState
			for _, r := range results {
				got = append(got, r.State)
				require.Equal(t, r.State != ItemDone && r.State != ItemSkipped, r.Err != nil, "a problem has a reason")
			}
			require.Equal(t, tt.want, got)
		})
	}
}

func TestCountsAreAllThatIsTold(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		done, skipped int
		want          []ItemState
	}{
		"all new":                 {3, 0, []ItemState{ItemDone, ItemDone, ItemDone}},
		"one twice in the call":   {2, 1, []ItemState{ItemDone, ItemDone, ItemSkipped}},
		"one more was there":      {1, 2, []ItemState{ItemDone, ItemSkipped, ItemSkipped}},
		"all were there":          {0, 3, []ItemState{ItemSkipped, ItemSkipped, ItemSkipped}},
		"an answer that is short": {2, 0, []ItemState{ItemUnknown, ItemUnknown, ItemUnknown}},
		"an answer that is wrong": {5, -2, []ItemState{ItemUnknown, ItemUnknown, ItemUnknown}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []ItemState
			for _, r := range countedResults("x", []string{"+1", "+2", "+1"}, tt.done, tt.skipped) {
				got = append(got, r.State)
			}
			require.Equal(t, tt.want, got)
		})
	}
}
