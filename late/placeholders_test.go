package late

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// placeholdersOf finds placeholders with a regular expression.
func FuzzPlaceholders(f *testing.F) {
	for _, text := range []string{"{{1}}", "a {{ name }} b {{2}}", "{{{x}}}", "{{}}", "{{a{{b}}", "{{a}", "{ {1}}", "{{\n1}}", "{{1}} {{1}", "}}{{"} {
		f.Add(text)
	}
	pattern := regexp.MustCompile(`\{\{([^{}]*)\}\}`)
	f.Fuzz(func(t *testing.T, text string) {
		var ends []int
		for _, p := range placeholdersOf(text) {
			ends = append(ends, p.end)
		}
		var want []int
		for _, m := range pattern.FindAllStringIndex(text, -1) {
			want = append(want, m[1])
		}
		require.Equal(t, want, ends)
	})
}
