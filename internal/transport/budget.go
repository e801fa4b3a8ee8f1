package transport

import "sync"

const (
	budgetSize  = 500
	retryCost   = 5
	attemptGain = 1
)

// budget keeps an outage from becoming a retry storm: a retry takes from it, and only attempts
// that did not meet an overloaded server refill it.
type budget struct {
	mu     sync.Mutex
	tokens int
}

func newBudget() *budget { return &budget{tokens: budgetSize} }

// take pays for a retry, or reports that the budget is spent.
func (b *budget) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tokens < retryCost {
		return false
	}
	b.tokens -= retryCost
	return true
}

// ended records the end of an attempt.
func (b *budget) ended(retry, overload bool) {
	if overload {
		return
	}
	gain := attemptGain
	if retry {
		gain = retryCost
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = min(b.tokens+gain, budgetSize)
}
