package transport

import "sync/atomic"

const (
	budgetSize  = 500
	retryCost   = 5
	attemptGain = 1
)

// budget keeps an outage from becoming a retry storm: a retry takes from it, and only attempts
// that did not meet an overloaded server refill it.
type budget struct{ tokens atomic.Int64 }

func newBudget() *budget {
	b := new(budget)
	b.tokens.Store(budgetSize)
	return b
}

// take pays for a retry, or reports that the budget is spent.
func (b *budget) take() bool { return b.add(-retryCost) }

// ended records the end of an attempt.
func (b *budget) ended(retry, overload bool) {
	switch {
	case overload:
	case retry:
		b.add(retryCost)
	default:
		b.add(attemptGain)
	}
}

// add adds n tokens, up to the size of the budget, or reports that there are too few to take. It
// writes nothing to a full budget, which all calls of a client share.
func (b *budget) add(n int64) bool {
	for {
		before := b.tokens.Load()
		after := min(before+n, budgetSize)
		if after < 0 {
			return false
		}
		if after == before || b.tokens.CompareAndSwap(before, after) {
			return true
		}
	}
}
