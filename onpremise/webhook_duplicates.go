package onpremise

import (
	"context"
	"crypto/sha256"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Claim is how an item of an event stands with a [DuplicateStore].
type Claim int

// How an item can stand.
const (
	ClaimGranted Claim = iota // it is the caller's to handle
	ClaimHandled              // it was handled before
	ClaimBusy                 // somebody is handling it at the moment
)

// DuplicateStore remembers what was handled. Its methods are called by any number of
// goroutines. A key names an item, such as a message, whatever delivery it comes in; keys can be
// as long as the sender likes.
//
// A store that several processes share should end a claim that is not settled for a long time:
// its process may have died.
type DuplicateStore interface {
	// Claim claims key, unless it was handled or is claimed. An error has the event delivered
	// again.
	Claim(ctx context.Context, key string) (Claim, error)
	// Settle ends a claim. Where handled is false, key can be claimed again, else never.
	Settle(ctx context.Context, key string, handled bool) error
}

// WithDeduplication drops what was handled before. A message is known by its ID, a status by its
// ID, receiver and status. Of an event, the function gets what is not handled yet: when it
// returns nil, all of that is handled, and else none: one that fails half-way gets all of it again.
// Where nothing is left, it is not called.
// What is being handled by another delivery at the moment is answered 503, so that it is
// delivered again unless the other succeeds. What has no ID, as errors of the installation have
// none, is never taken for a duplicate.
//
// A nil store is [NewMemoryStore] with room for 65,536 items.
func WithDeduplication(store DuplicateStore) WebhookOption {
	if store == nil {
		store = NewMemoryStore(1 << 16)
	}
	return func(w *webhook) { w.store = store }
}

// handleOnce hands over what is not handled yet.
func (w *webhook) handleOnce(r *http.Request, event *WebhookEvent) (status int) {
	claimed := map[string]struct{}{}
	handled := false
	// Settling must not fail because the sender has hung up, nor be left out after a panic.
	defer func() {
		for key := range claimed {
			if err := w.store.Settle(context.WithoutCancel(r.Context()), key, handled); err != nil {
				w.report(r, "claim not settled", err)
			}
		}
	}()
	refused, dropped := 0, false
	fresh := func(key string) bool {
		if key == "" || refused != 0 {
			return true
		}
		claim := ClaimHandled // a second one in the same event
		if _, again := claimed[key]; !again {
			var err error
			if claim, err = w.store.Claim(r.Context(), key); err != nil {
				w.report(r, "claim failed", err)
				refused = http.StatusInternalServerError
				return true
			}
		}
		switch claim {
		case ClaimGranted:
			claimed[key] = struct{}{}
			return true
		case ClaimHandled:
			dropped = true
			return false
		default:
			refused = http.StatusServiceUnavailable
			return true
		}
	}
	event.Messages = slices.DeleteFunc(event.Messages, func(m WebhookMessage) bool { return !fresh(messageKey(m)) })
	event.Statuses = slices.DeleteFunc(event.Statuses, func(s WebhookStatus) bool { return !fresh(statusKey(s)) })
	if refused != 0 {
		return refused
	}
	if dropped && len(event.Messages)+len(event.Statuses)+len(event.Errors) == 0 && !event.more() {
		return http.StatusOK
	}
	status = w.call(r, event)
	handled = status == http.StatusOK
	return status
}

func messageKey(m WebhookMessage) string {
	if m.ID == "" {
		return ""
	}
	return "message " + m.ID
}

// statusKey holds the receiver: a message to a group is read by each member.
func statusKey(s WebhookStatus) string {
	if s.ID == "" || s.Status == "" {
		return ""
	}
	return strings.Join([]string{"status", s.ID, s.RecipientID, string(s.Status)}, " ")
}

// MemoryStore is a [DuplicateStore] in memory, of one process.
type MemoryStore struct {
	mu      sync.Mutex
	busy    map[[sha256.Size]byte]struct{}
	handled map[[sha256.Size]byte]struct{}
	order   [][sha256.Size]byte // of handled, a ring
	next    int                 // the oldest of it, once it is full
	size    int
}

// NewMemoryStore returns a store that remembers the size items that were handled last.
func NewMemoryStore(size int) *MemoryStore {
	return &MemoryStore{
		busy: map[[sha256.Size]byte]struct{}{}, handled: map[[sha256.Size]byte]struct{}{}, size: max(size, 1),
	}
}

// Claim claims key, unless it was handled or is claimed.
func (s *MemoryStore) Claim(_ context.Context, key string) (Claim, error) {
	sum := sha256.Sum256([]byte(key)) // keys of any length, in a memory that has its bounds
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.handled[sum]; ok {
		return ClaimHandled, nil
	}
	if _, ok := s.busy[sum]; ok {
		return ClaimBusy, nil
	}
	s.busy[sum] = struct{}{}
	return ClaimGranted, nil
}

// Settle ends a claim.
func (s *MemoryStore) Settle(_ context.Context, key string, handled bool) error {
	sum := sha256.Sum256([]byte(key))
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.busy, sum)
	if !handled {
		return nil
	}
	if _, ok := s.handled[sum]; ok {
		return nil
	}
	s.handled[sum] = struct{}{}
	if len(s.order) < s.size {
		s.order = append(s.order, sum)
		return nil
	}
	delete(s.handled, s.order[s.next])
	s.order[s.next] = sum
	s.next = (s.next + 1) % s.size
	return nil
}
