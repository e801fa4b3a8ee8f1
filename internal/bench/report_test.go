package bench_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

const report = "../../BENCHMARKS.md"

var update = flag.Bool("update", false, "write what the benchmarks measure into BENCHMARKS.md")

func TestMain(m *testing.M) {
	load := line("/proc/loadavg", `(\S+) .*`, "unknown")
	code := m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if *update && code == 0 {
		must(writeReport(load))
	}
	os.Exit(code)
}

const (
	opening = "<!-- measured: go test -update writes what follows -->\n"
	closing = "<!-- end -->\n"
)

func writeReport(load string) error {
	text, err := os.ReadFile(report)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(text), opening)
	_, after, closed := strings.Cut(rest, closing)
	if !found || !closed {
		return fmt.Errorf("%s has no place for what was measured", report)
	}
	return os.WriteFile(report, []byte(before+opening+"\n"+markdown(load)+"\n"+closing+after), 0o644)
}

// markdown is the table, with the machine that measured it, and how busy that was with other
// things before.
func markdown(load string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s; %d cores, %s; %s; load average before the run %s.\n\n", runtime.Version(), runtime.NumCPU(),
		line("/proc/cpuinfo", `model name\s*: (.*)`, runtime.GOARCH), line("/etc/os-release", `PRETTY_NAME="(.*)"`, runtime.GOOS), load)
	b.WriteString("| what | beside | unit | to reach | measured | |\n|---|---|---|---:|---:|---|\n")
	for _, f := range table {
		value, verdict := "not measured", ""
		if v, ok := measured[f]; ok {
			value = fmt.Sprintf("%.4g", v)
			verdict = map[bool]string{true: "holds", false: "**missed**"}[f.holds(v)]
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s %g | %s | %s |\n", f.row, f.baseline, f.unit, f.relation, f.bound, value, verdict)
	}
	return b.String()
}

// line finds the first match in a file that not every system has.
func line(path, pattern, otherwise string) string {
	text, _ := os.ReadFile(path)
	if match := regexp.MustCompile(`(?m)^` + pattern + `$`).FindSubmatch(text); match != nil {
		return string(match[1])
	}
	return otherwise
}
