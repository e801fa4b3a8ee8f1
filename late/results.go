package late

import (
	"fmt"
	"strings"
)

// noResult is the result of an item that the response does not mention.
var noResult = itemResult{err: &sentinel{"response has no result for this item (" + ErrOutcomeUnknown.Error() + ")", ErrOutcomeUnknown}}

// matchRows returns the row of a response for each item of a chunk, or nil: the row at its
// position or, if the response does not have all rows in order, the next one of its phone number.
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

func bulkResults(chunk []BulkRecipient, resp *SendBulkResponse) []itemResult {
	results := make([]itemResult, len(chunk))
	for i, row := range matchRows(chunk, resp.Results,
		func(r BulkRecipient) string { return r.Phone }, func(r *BulkResult) string { return r.Phone }) {
		switch {
		case row == nil:
			results[i] = noResult
		case row.Success:
			results[i] = itemResult{state: ItemDone, id: row.MessageID}
		case row.MessageID != "" && row.Error == "":
			results[i] = itemResult{id: row.MessageID, err: noResult.err} // it does not say whether it was sent
		default:
			results[i] = itemResult{state: ItemRefused, err: &ItemError{Reason: row.Error}}
		}
	}
	return results
}

// importResults returns the result of each contact of an import. The response has a row for each,
// but only its summary distinguishes skipped contacts: their rows may report success or failure,
// or be absent.
func importResults(chunk []ImportContact, resp *ImportContactsResponse) []itemResult {
	rows := matchRows(chunk, resp.Results,
		func(c ImportContact) string { return c.Phone }, func(r *ImportResult) string { return r.Phone })
	results := make([]itemResult, len(chunk))
	var done, failed, absent []int
	for i, row := range rows {
		switch {
		case row == nil:
			results[i] = noResult
			absent = append(absent, i)
		case row.Success:
			results[i] = itemResult{state: ItemDone, id: row.ContactID}
			done = append(done, i)
		default:
			results[i] = itemResult{state: ItemRefused, id: row.ContactID, err: &ItemError{Reason: row.Error}}
			failed = append(failed, i)
		}
	}
	skip := func(i int) { results[i] = itemResult{state: ItemSkipped, id: results[i].id} }
	skipped := resp.Summary.Skipped
	switch {
	case skipped == 0:
	case len(failed) == resp.Summary.Failed && len(done)-resp.Summary.Created == skipped:
		// Rows without a contact ID first, because no contact was created for them.
		for _, hasID := range []bool{false, true} {
			for _, i := range done {
				if skipped > 0 && (rows[i].ContactID != "") == hasID {
					skip(i)
					skipped--
				}
			}
		}
	case len(failed) == resp.Summary.Failed && len(absent) == skipped:
		for _, i := range absent {
			skip(i)
		}
	case len(failed) == resp.Summary.Failed+skipped:
		for _, i := range failed {
			if resp.Summary.Failed == 0 || rows[i].ContactID != "" || isDuplicate(rows[i]) {
				skip(i)
			}
		}
	}
	return results
}

func isDuplicate(row *ImportResult) bool {
	reason := strings.ToLower(row.Error)
	return strings.Contains(reason, "duplicate") || strings.Contains(reason, "exist") || strings.Contains(reason, "skip")
}

// countedResults returns the results of a call whose response has only counts. If items were
// skipped, it marks repeated keys first, then the last ones.
func countedResults(keys []string, done, skipped int) []itemResult {
	results := make([]itemResult, len(keys))
	if done < 0 || skipped < 0 || done+skipped != len(keys) {
		reason := fmt.Sprintf("response accounts for %d of %s, without naming them (%v)", done+skipped, countItems(len(keys)), ErrOutcomeUnknown)
		for i := range results {
			results[i].err = &sentinel{reason, ErrOutcomeUnknown}
		}
		return results
	}
	seen := make(map[string]bool, len(keys))
	for i, key := range keys {
		results[i].state = ItemDone
		if seen[key] && skipped > 0 {
			results[i].state = ItemSkipped
			skipped--
		}
		seen[key] = true
	}
	for i := len(results) - 1; i >= 0 && skipped > 0; i-- {
		if results[i].state == ItemDone {
			results[i].state = ItemSkipped
			skipped--
		}
	}
	return results
}
