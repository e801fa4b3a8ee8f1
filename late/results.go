package late

import (
	"fmt"

	"github.com/wabakit/wabakit-go/internal/batch"
)

// matchRows finds the row of an answer for each item of a chunk: the one at its place, or,
// where the answer does not have one for each in order, the next one of the same phone number.
func matchRows[T, R any](chunk []T, all []R, phone func(T) string, rowPhone func(*R) string) []*R {
	rows := make([]*R, len(chunk))
	inOrder := len(all) == len(chunk)
	for i := 0; inOrder && i < len(all); i++ {
		inOrder = rowPhone(&all[i]) == phone(chunk[i])
		rows[i] = &all[i]
	}
	if inOrder {
		return rows
	}
	clear(rows)
	byPhone := make(map[string][]*R, len(all))
	for i := range all {
		byPhone[rowPhone(&all[i])] = append(byPhone[rowPhone(&all[i])], &all[i])
	}
	for i, item := range chunk {
		if next := byPhone[phone(item)]; len(next) > 0 {
			rows[i], byPhone[phone(item)] = next[0], next[1:]
		}
	}
	return rows
}

// countedResults says what became of each item of a chunk of which the server told only
// counts. Where some were skipped, those are taken to be the ones that stand in the chunk a
// second time, and then the last ones.
func countedResults(name string, keys []string, done, skipped int) []batch.Result {
	results := make([]batch.Result, len(keys))
	if done < 0 || skipped < 0 || done+skipped != len(keys) {
		err := fmt.Errorf("late: %s: the answer accounts for %d of %d, and does not say which (%w)", name, done+skipped, len(keys), ErrOutcomeUnknown)
		for i := range results {
			results[i] = batch.Result{State: batch.Unknown, Err: err}
		}
		return results
	}
	seen := make(map[string]bool, len(keys))
	for i, key := range keys {
		results[i].State = batch.Done
		if seen[key] && skipped > 0 {
			results[i].State = batch.Skipped
			skipped--
		}
		seen[key] = true
	}
	for i := len(results) - 1; i >= 0 && skipped > 0; i-- {
		if results[i].State == batch.Done {
			results[i].State = batch.Skipped
			skipped--
		}
	}
	return results
}
