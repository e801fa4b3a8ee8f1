// Package downstream holds tests alone: of the module as its users get it.
package downstream

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"

	"github.com/wabakit/wabakit-go/internal/version"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	root       = "../.."
	modulePath = "github.com/wabakit/wabakit-go"
)

var this = module.Version{Path: modulePath, Version: "v" + version.Module}

// file is a file of the checkout, by its path below the root.
type file string

func (f file) Path() string                 { return string(f) }
func (f file) Lstat() (os.FileInfo, error)  { return os.Lstat(f.local()) }
func (f file) Open() (io.ReadCloser, error) { return os.Open(f.local()) }
func (f file) local() string                { return filepath.Join(root, filepath.FromSlash(string(f))) }

// files are those that a commit of the checkout would hold: what a module proxy zips.
func files(t *testing.T) []zip.File {
	t.Helper()
	if _, err := os.Lstat(filepath.Join(root, ".git")); errors.Is(err, fs.ErrNotExist) {
		t.Skip("only a git checkout tells what is committed")
	}
	out, err := exec.Command("git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	require.NoError(t, err)
	var list []zip.File
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if _, err := file(name).Lstat(); err == nil { // else it was deleted
			list = append(list, file(name))
		}
	}
	return list
}

func TestTheModuleCanBeServed(t *testing.T) {
	t.Parallel()
	list := files(t)
	checked, err := zip.CheckFiles(list)
	require.NoError(t, err)
	require.NoError(t, checked.Err())
	require.Empty(t, checked.Omitted, "belongs to another module")
	for _, need := range []string{"LICENSE", "README.md", "go.mod", "late/client.go", "onpremise/client.go"} {
		require.Contains(t, checked.Valid, need)
	}

	var b bytes.Buffer
	require.NoError(t, zip.Create(&b, this, list))
	require.Less(t, b.Len(), 2<<20, "what every user downloads")
}

// A program that was built, a profile or an archive among the sources would be shipped to
// everybody, for as long as there are proxies.
func TestTheModuleHoldsNothingButSources(t *testing.T) {
	t.Parallel()
	kinds := []string{".csv", ".go", ".md", ".mod", ".sum", ".txt", ".yaml", ".yml"}
	for _, f := range files(t) {
		path := f.Path()
		name := path[strings.LastIndex(path, "/")+1:]
		known := slices.Contains(kinds, filepath.Ext(name)) || name == "LICENSE" ||
			strings.HasPrefix(path, ".") || strings.Contains(path, "/testdata/")
		require.True(t, known, "%s is of no kind that ships", path)
		info, err := f.Lstat()
		require.NoError(t, err)
		require.True(t, info.Mode().IsRegular(), path)
		require.Less(t, info.Size(), int64(1<<20), path)
	}
}
