package webhook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maxKey bounds keys, which a store may keep in an indexed column.
const maxKey = 255

// Key joins parts to the key of an item: printable ASCII, at most 255 bytes, and different for
// different parts.
func Key(parts ...string) string {
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	key := strings.Join(parts, "/")
	if len(key) > maxKey {
		sum := sha256.Sum256([]byte(key))
		return "sha256/" + hex.EncodeToString(sum[:])
	}
	return key
}

// bodyKey is the key of the item at an index of a body, for items without an ID.
func bodyKey(body []byte, index int) string {
	sum := sha256.Sum256(body)
	return fmt.Sprintf("body/%x/%d", sum, index)
}

const (
	memoryItems = 1 << 16
	// memoryTime is longer than a server goes on delivering one event (51 hours).
	memoryTime = 72 * time.Hour
)

var errClaimLost = errors.New("the claim expired or was taken over")

// memoryStore is a [Store] of one process. It remembers a number of handled items for a time.
type memoryStore struct {
	size   int
	memory time.Duration

	mu      sync.Mutex
	items   map[string]*memoryItem
	handled []string // keys in order of expiry
	claims  int
}

type memoryItem struct {
	claim   string // "" once handled
	expires time.Time
}

func newMemoryStore(size int, memory time.Duration) *memoryStore {
	return &memoryStore{size: size, memory: memory, items: map[string]*memoryItem{}}
}

// Claim implements [Store].
func (s *memoryStore) Claim(_ context.Context, key string, lease time.Duration) (string, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for len(s.handled) > 0 && !now.Before(s.items[s.handled[0]].expires) {
		s.forget()
	}
	if item := s.items[key]; item != nil && now.Before(item.expires) {
		return "", item.claim == "", nil
	}
	s.claims++
	claim := strconv.Itoa(s.claims)
	s.items[key] = &memoryItem{claim: claim, expires: now.Add(lease)}
	return claim, false, nil
}

// Settle implements [Store].
func (s *memoryStore) Settle(_ context.Context, key, claim string, handled bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	item, now := s.items[key], time.Now()
	if item == nil || item.claim != claim || claim == "" {
		return errClaimLost
	}
	if expired := !now.Before(item.expires); expired || !handled {
		delete(s.items, key)
		if expired {
			return errClaimLost
		}
		return nil
	}
	item.claim, item.expires = "", now.Add(s.memory)
	s.handled = append(s.handled, key)
	if len(s.handled) > s.size {
		s.forget()
	}
	return nil
}

// forget drops the handled item that expires first.
func (s *memoryStore) forget() {
	delete(s.items, s.handled[0])
	s.handled = s.handled[1:]
}
