package faultwire

import (
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/contract"
)

// Rules are what a repeat of each operation would do, by hand from what is known of the servers,
// so that a wrong word in an overlay does not pass.
type Rules struct {
	Never   []string // on a doubt
	Delete  []string // a repeat that finds nothing is success
	Unless  string   // repeated unless a boolean of it is false
	Untimed []string // may take minutes
	Files   []string // answers with a file
	Streams []string // and hands it over as it comes
}

// Load returns a subject with the operations of the contract of an API and its answers.
func Load(t *testing.T, api string, rules Rules) *Subject {
	t.Helper()
	c, err := load(api)
	require.NoError(t, err)
	s := &Subject{
		Answer: func(op string, _ *http.Request) Answer { return c.answers[op] },
		rules:  rules, contract: c.operations,
	}
	for _, op := range c.operations {
		s.Operations = append(s.Operations, Operation{
			ID: op.ID, Read: op.Method == http.MethodGet, ReadOnly: op.ReadOnly,
			Repeat: !slices.Contains(rules.Never, op.ID), Delete: slices.Contains(rules.Delete, op.ID),
			File: slices.Contains(rules.Files, op.ID), Stream: slices.Contains(rules.Streams, op.ID),
		})
	}
	return s
}

type published struct {
	operations []contract.Operation
	answers    map[string]Answer
}

// read is the contracts that were read before: a package reads one, for many tests.
var read struct {
	sync.Mutex
	contracts map[string]published
}

func load(api string) (published, error) {
	read.Lock()
	defer read.Unlock()
	if c, ok := read.contracts[api]; ok {
		return c, nil
	}
	doc, err := contract.Load("..", api)
	if err != nil {
		return published{}, err
	}
	operations, err := contract.Operations(doc)
	if err != nil {
		return published{}, err
	}
	answers := map[string]Answer{}
	for _, op := range operations {
		status, contentType, body := contract.Answer(doc.Paths.Value(op.Path).GetOperation(op.Method))
		answers[op.ID] = Answer{Status: status, ContentType: contentType, Body: body}
	}
	read.contracts = map[string]published{api: {operations, answers}}
	return read.contracts[api], nil
}

// HoldRules holds what the overlay says of each operation against the rules, and the wrappers
// against the operations.
func (s *Subject) HoldRules(t *testing.T, wrappers []string) {
	t.Helper()
	var ids []string
	for _, op := range s.contract {
		repeat := "always"
		switch {
		case slices.Contains(s.rules.Never, op.ID):
			repeat = "never"
		case slices.Contains(s.rules.Delete, op.ID):
			repeat = "delete"
		}
		require.Equal(t, repeat, op.Repeat, op.ID)
		require.Equal(t, op.ID == s.rules.Unless, op.Unless != "", op.ID)
		require.Equal(t, slices.Contains(s.rules.Untimed, op.ID), op.Untimed, op.ID)
		require.Equal(t, slices.Contains(s.rules.Streams, op.ID), op.Stream, op.ID)
		ids = append(ids, op.ID)
	}
	require.ElementsMatch(t, ids, wrappers)
	require.Subset(t, ids, slices.Concat(s.rules.Never, s.rules.Delete, s.rules.Untimed, s.rules.Files, s.rules.Streams))
}
