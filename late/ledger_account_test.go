package late_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
)

// requireReport holds the report against the outcomes, and the error against the report.
func requireReport(t *testing.T, s *sequence, told []*late.ItemOutcome, report *late.BatchReport, err error) {
	t.Helper()
	require.Equal(t, s.read, report.Total)
	want := &late.BatchReport{Total: report.Total}
	for i := range report.Total {
		require.NotNil(t, told[i], "item %d", i)
		switch told[i].State {
		case late.ItemDone:
			want.Done++
		case late.ItemSkipped:
			want.Skipped++
		case late.ItemRefused:
			want.Refused++
		case late.ItemNotSent:
			want.NotSent++
		case late.ItemUnknown:
			want.Unknown++
		}
		if s := told[i].State; s != late.ItemDone && s != late.ItemSkipped {
			want.Problems = append(want.Problems, *told[i])
		}
	}
	require.Equal(t, want, report)
	failed := !s.whole || report.NotSent+report.Unknown > 0
	for _, p := range report.Problems {
		_, ofCall := errors.AsType[*late.Error](p.Err)
		failed = failed || ofCall
	}
	require.Equal(t, failed, err != nil, "%v", err)
	require.Equal(t, report.Unknown > 0, errors.Is(err, late.ErrOutcomeUnknown), "%v", err)
	require.Equal(t, len(report.Problems) > 0, report.Err() != nil)
}

// hold tells of each item whether what is said of it is so.
func (l *ledger) hold(t *testing.T, s *sequence, told []*late.ItemOutcome) {
	t.Helper()
	said := map[*call]map[late.ItemState]int{}
	for i, item := range s.rows {
		e, o := l.entry(i), told[i]
		c := e.call
		hold := func(promise bool, what string) {
			if !promise {
				t.Fatalf("%s: item %d, %+v\nit arrived %d times, was done %d times and refused %d times; its call: %v",
					what, i, o, e.seen, e.made, e.refused, c)
			}
		}
		hold(e.calls <= 1, "it is sent in one call")
		hold(e.made <= 1, "nothing is done twice")
		if o == nil {
			hold(e.seen == 0, "what has left is told")
			continue
		}
		hold(o.Key == item.key, "it bears its key")
		invalid, _ := errors.AsType[*late.ValidationError](o.Err)
		hold(s.invalid[i] == (invalid != nil), "what cannot be right is refused")
		hold((o.State == late.ItemDone || o.State == late.ItemSkipped) == (o.Err == nil), "a problem has a reason")
		hold((o.State == late.ItemUnknown) == errors.Is(o.Err, late.ErrOutcomeUnknown), "the reason of a doubt says that it is one")
		answered := c != nil && c.said != nil
		if answered {
			if said[c] == nil {
				said[c] = map[late.ItemState]int{}
			}
			said[c][o.State]++
		}
		switch o.State {
		case late.ItemDone:
			hold(answered, "done needs an answer")
			hold(l.work.counts || e.made == 1, "done is done")
		case late.ItemSkipped:
			hold(answered, "skipped needs an answer")
		case late.ItemRefused:
			hold(invalid != nil && e.seen == 0 || e.refused > 0, "refused is refused by somebody")
			hold(e.made == 0, "refused is not done")
		case late.ItemNotSent:
			hold(e.seen == 0, "not sent is never seen")
		case late.ItemUnknown:
			hold(c != nil && c.doubt && !answered, "unknown is in doubt")
		}
	}
	for c, states := range said {
		n := tally(c.said)
		require.Equal(t, []int{n[made], n[had], n[denied]}, []int{states[late.ItemDone], states[late.ItemSkipped], states[late.ItemRefused]},
			"done, skipped and refused of a call, by its answer and by the report")
	}
}
