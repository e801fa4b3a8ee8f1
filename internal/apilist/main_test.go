package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A change of the public surface is a change of a file, which review sees.
func TestTheListingsAreUpToDate(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	for _, dir := range packages {
		got, err := list(os.DirFS(root), dir)
		require.NoError(t, err)
		want, err := os.ReadFile(filepath.Join(root, file(dir)))
		require.NoError(t, err)
		if string(want) == string(got) {
			continue
		}
		before, now := strings.Split(string(want), "\n"), strings.Split(string(got), "\n")
		gone := slices.DeleteFunc(slices.Clone(before), func(line string) bool { return slices.Contains(now, line) })
		come := slices.DeleteFunc(slices.Clone(now), func(line string) bool { return slices.Contains(before, line) })
		t.Errorf("%s exports something else: is it meant to? Then run go generate ./...\ngone:\n%s\ncome:\n%s",
			dir, strings.Join(gone, "\n"), strings.Join(come, "\n"))
	}
}

func TestWhatIsListed(t *testing.T) {
	t.Parallel()
	got, err := list(fstest.MapFS{
		"p/p.go": {Data: []byte(`package p

const (
	A Kind = "a" // said
	b Kind = "b"
)

var Err, other = errors.New("x"), 1

type Kind string
type Alias = q.Thing
type State = batch.State
type Option func(*options)

type Client struct {
	Name, Host string
	*Base
	secret int
}

type Sum interface {
	Get(id string) (*Client, error)
	sealed()
}

func New(name string,
	opts ...Option) (*Client, error) {
	return nil, nil
}
func unseen() {}

func (c *Client) Do() error { return nil }
func (c *Client) do() {}
func (o *options) Do() {}

type options struct{ A int }
`)},
		"internal/batch/batch.go": {Data: []byte(`package batch

type State string

func (s State) Final() bool { return true }

type Other struct{}
`)},
		"p/p_test.go": {Data: []byte("package p\n\nfunc Tested() {}\n")},
	}, "p")
	require.NoError(t, err)
	require.Equal(t, `const A Kind = "a"
func New(name string, opts ...Option) (*Client, error)
method (*Client) Do() error
type Alias = q.Thing
type Client struct
type Client struct, Host string
type Client struct, Name string
type Client struct, embedded *Base
type Client struct, unexported members
type Kind string
type Option func(*options)
type State = batch.State
type State, method (State) Final() bool
type State, type State string
type Sum interface
type Sum interface, Get func(id string) (*Client, error)
type Sum interface, unexported members
var Err = errors.New("x")
`, string(got))
}
