package downstream

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// linked are the modules that a program gets into its binary.
var linked = []string{
	"example.com/downstream",
	"github.com/apapsch/go-jsonmerge/v2",
	"github.com/google/uuid",
	"github.com/oapi-codegen/runtime",
	modulePath,
}

var (
	program = regexp.MustCompile("(?ms)^```go\n(package main\n.*?)^```$")
	goGet   = regexp.MustCompile(`(?m)^go get (\S+)`)
)

// What a stranger does in an empty folder: get the module as the README says, run its programs,
// and test with what it shows of tests, all with nothing but a module proxy.
func TestADownstreamModuleRunsWhatTheReadmeShows(t *testing.T) {
	if os.Getenv("WABAKIT_LONG") == "" {
		t.Skip("builds everything in a module of its own: set WABAKIT_LONG=1")
	}
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	gets := goGet.FindAllSubmatch(readme, -1)
	require.NotEmpty(t, gets, "the README says how to get the module")
	programs := program.FindAllSubmatch(readme, -1)
	require.NotEmpty(t, programs, "the README has a program")

	d := newDownstream(t)
	for _, get := range gets {
		d.run("get", string(get[1]))
	}
	for i, code := range programs {
		dir := fmt.Sprintf("program%d", i+1)
		write(t, d.dir, dir+"/main.go", code[1])
		require.NotEmpty(t, d.run("run", "./"+dir))
	}

	// Every other block of code in the README comes from here, the test with httpmock among them.
	tests, err := os.ReadFile(filepath.Join(root, "readme_test.go"))
	require.NoError(t, err)
	require.Contains(t, string(tests), "httpmock.NewMockTransport()")
	write(t, d.dir, "readme/readme_test.go", tests)
	d.run("get", "-t", "./...")
	d.run("vet", "./...")
	d.run("test", "./...")

	modules := d.run("list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "./...", modulePath+"/late", modulePath+"/onpremise")
	require.ElementsMatch(t, linked, slices.Compact(slices.Sorted(slices.Values(strings.Fields(modules)))))
	require.Equal(t, this.Version, strings.TrimSpace(d.run("list", "-m", "-f", "{{.Version}}{{with .Replace}} replaced{{end}}", modulePath)))
}

// downstream is a module of somebody else's, in a folder and with a module cache of its own.
type downstream struct {
	t   *testing.T
	dir string
	env []string
}

func newDownstream(t *testing.T) *downstream {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	require.NoError(t, err)
	cache := filepath.Join(strings.TrimSpace(string(out)), "cache", "download")
	proxies := []string{fileURL(serve(t)), fileURL(cache), fileURL(mentioned(t))}
	d := &downstream{t: t, dir: t.TempDir(), env: append(os.Environ(),
		"GOENV=off", "GOWORK=off", "GOTOOLCHAIN=local", "GOSUMDB=off", "GOVCS=*:off",
		"GOPRIVATE=", "GONOPROXY=none", "GONOSUMDB=", "GOPROXY="+strings.Join(proxies, ","),
		"GOMODCACHE="+t.TempDir(),
		"GOFLAGS=-modcacherw", // or the folder could not be removed
	)}
	d.run("mod", "init", "example.com/downstream")
	return d
}

func (d *downstream) run(args ...string) string {
	d.t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Env = d.dir, d.env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	require.NoError(d.t, cmd.Run(), "go %s\n%s%s", strings.Join(args, " "), &stdout, &stderr)
	return stdout.String()
}

// serve lays the module out as a module proxy serves it.
func serve(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	var b bytes.Buffer
	require.NoError(t, zip.Create(&b, this, files(t)))
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	at := modulePath + "/@v/"
	write(t, dir, at+"list", []byte(this.Version+"\n"))
	write(t, dir, at+this.Version+".info", fmt.Appendf(nil, `{"Version":%q}`, this.Version))
	write(t, dir, at+this.Version+".mod", mod)
	write(t, dir, at+this.Version+".zip", b.Bytes())
	return dir
}

// mentioned is a proxy with a go.mod for each module that go.sum knows and nobody links. The go
// command reads them for their versions when it adds a requirement; tests of this module do not
// need them, so that a module cache can be without.
func mentioned(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	for line := range strings.Lines(string(sums)) {
		fields := strings.Fields(line)
		v, ok := strings.CutSuffix(fields[1], "/go.mod")
		if !ok {
			continue
		}
		path, err := module.EscapePath(fields[0])
		require.NoError(t, err)
		write(t, dir, path+"/@v/"+v+".mod", []byte("module "+fields[0]+"\n"))
	}
	return dir
}

func write(t *testing.T, dir, name string, content []byte) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, content, 0o644))
}

func fileURL(dir string) string {
	path := filepath.ToSlash(dir)
	if !strings.HasPrefix(path, "/") { // a drive
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}
