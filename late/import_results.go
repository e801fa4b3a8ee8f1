package late

import (
	"fmt"
	"strings"

	"github.com/wabakit/wabakit-go/internal/batch"
)

var errNoResult = fmt.Errorf("late: import contacts: the answer says nothing of this contact (%w)", ErrOutcomeUnknown)

// importResults says what became of each contact of an import. The answer has a row for each,
// but only its summary tells the skipped ones from the others: they may be rows of success or
// of failure, or have no row at all.
func importResults(chunk []ImportContact, resp *ImportContactsResponse) []batch.Result {
	rows := matchRows(chunk, resp.Results,
		func(c ImportContact) string { return c.Phone }, func(r *ImportResult) string { return r.Phone })
	results := make([]batch.Result, len(chunk))
	var done, failed, silent []int
	for i, row := range rows {
		switch {
		case row == nil:
			results[i] = batch.Result{State: batch.Unknown, Err: errNoResult}
			silent = append(silent, i)
		case row.Success:
			results[i] = batch.Result{State: batch.Done}
			done = append(done, i)
		default:
			results[i] = batch.Result{State: batch.Refused, Err: &ItemError{Reason: row.Error}}
			failed = append(failed, i)
		}
	}
	skip := func(i int) { results[i] = batch.Result{State: batch.Skipped} }
	skipped := resp.Summary.Skipped
	switch {
	case skipped == 0:
	case len(failed) == resp.Summary.Failed && len(done)-resp.Summary.Created == skipped:
		// Rows of success: those that name no contact first, as nothing was made for them.
		for _, wanted := range []bool{false, true} {
			for _, i := range done {
				if skipped > 0 && (rows[i].ContactID != "") == wanted {
					skip(i)
					skipped--
				}
			}
		}
	case len(failed) == resp.Summary.Failed && len(silent) == skipped:
		for _, i := range silent {
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
