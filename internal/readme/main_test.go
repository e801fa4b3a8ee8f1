package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var root = filepath.Join("..", "..")

func TestREADMEsAreUpToDate(t *testing.T) {
	t.Parallel()
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(root, file))
		require.NoError(t, err)
		want, err := fill(root, string(text))
		require.NoError(t, err)
		have, should := strings.Split(string(text), "\n"), strings.Split(want, "\n")
		for i := range min(len(have), len(should)) {
			require.Equal(t, should[i], have[i], "%s, line %d: run go generate ./...", file, i+1)
		}
		require.Len(t, have, len(should))
	}
}

// What a reader copies is compiled, and short.
func TestAllGoCodeOfTheREADMEComesFromCode(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		if line != "```go" {
			continue
		}
		require.Regexp(t, `^<!-- code: .* -->$`, lines[i-1], "line %d", i+1)
		end, err := endOf(lines, i)
		require.NoError(t, err)
		if lines[i+1] != "package main" {
			require.LessOrEqual(t, end-i-2, 20, "lines of code at line %d", i+1)
		}
	}
}

func TestFill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.go"), []byte("// Greets.\npackage main\n\nfunc main() {\n\tif true {\n\t\tprintln(`hi`)\n\t}\n}\n"), 0o600))
	got, err := fill(dir, "# A\n\n<!-- code: a.go -->\n```go\nold\n\nolder\n```\n\n<!-- code: a.go main -->\n\nThe end.\n")
	require.NoError(t, err)
	require.Equal(t, "# A\n\n<!-- code: a.go -->\n```go\npackage main\n\nfunc main() {\n\tif true {\n\t\tprintln(`hi`)\n\t}\n}\n```\n\n"+
		"<!-- code: a.go main -->\n```go\nif true {\n\tprintln(`hi`)\n}\n```\n\nThe end.\n", got)
	for _, text := range []string{"<!-- code: b.go -->", "<!-- code: a.go nobody -->", "<!-- code: a.go -->\n```go\nno end", "<!-- code: a b c -->"} {
		_, err := fill(dir, text)
		require.Error(t, err, text)
	}
}
