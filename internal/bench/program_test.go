package bench_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The cold builds take most of a minute, once. With WABAKIT_LONG they are the best of three.
func BenchmarkProgram(b *testing.B) {
	rounds := 1
	if long() {
		rounds = 3
	}
	b.Run("size", func(b *testing.B) {
		for b.Loop() {
			sdk, baseline := programSizes(b)
			programSize.report(b, sdk-baseline)
			b.ReportMetric(sdk, "sdk-MB")
			b.ReportMetric(baseline, "by-hand-MB")
		}
	})
	b.Run("cold-build", func(b *testing.B) {
		for b.Loop() {
			var sdk, baseline time.Duration
			for i := range rounds {
				s, h := buildCold(b, "sdk"), buildCold(b, "byhand")
				if i == 0 || s < sdk {
					sdk = s
				}
				if i == 0 || h < baseline {
					baseline = h
				}
			}
			coldBuild.report(b, sdk.Seconds()/baseline.Seconds())
			b.ReportMetric(sdk.Seconds(), "sdk-s")
			b.ReportMetric(baseline.Seconds(), "by-hand-s")
		}
	})
}

// programSizes returns how many megabytes a program takes that makes one call, with the SDK and
// by hand.
func programSizes(tb testing.TB) (sdk, baseline float64) {
	size := func(program string) float64 {
		info, err := os.Stat(build(tb, program))
		require.NoError(tb, err)
		return float64(info.Size()) / 1e6
	}
	return size("sdk"), size("byhand")
}

// buildCold returns how long a build takes that finds nothing built, the standard library
// included.
func buildCold(tb testing.TB, program string) time.Duration {
	begin := time.Now()
	build(tb, program, "GOCACHE="+tb.TempDir())
	return time.Since(begin)
}

func build(tb testing.TB, program string, env ...string) (path string) {
	path = filepath.Join(tb.TempDir(), program)
	cmd := exec.Command("go", "build", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", "-o", path, "./programs/"+program)
	cmd.Env = append(os.Environ(), env...)
	output, err := cmd.CombinedOutput()
	require.NoError(tb, err, "%s", output)
	return path
}
