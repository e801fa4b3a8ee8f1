package transport

import "sync"

const (
	budgetSize  = 500
	retryCost   = 5
	attemptGain = 1
)

// budget keeps an outage from becoming a storm: a retry takes from it, and only what ends in
// anything but overload gives back. Without it, every call of a client would be sent several
// times just when the server is weakest.
type budget struct {
	mu     sync.Mutex
	tokens int
}

func newBudget() *budget { return &budget{tokens: budgetSize} }

// take pays for a retry, if there is enough to.
func (b *budget) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tokens < retryCost {
		return false
	}
	b.tokens -= retryCost
	return true
}

// ended tells how an attempt went.
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
