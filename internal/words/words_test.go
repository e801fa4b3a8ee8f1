// Package words holds the language of the project: comments, strings and documents use the words
// of the trade.
package words

import (
	"bytes"
	"fmt"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// banned are words with a plainer alternative.
var banned = regexp.MustCompile(`(?i)\b(` + strings.Join([]string{
	`on a doubt`, `in doubt`, `bears`, `whoever`, `are none`, `in the place of`, `tells of`, `stands in`,
	`looks keep`, `broke off`, `breaks off`, `at the most`, `small letters?`, `failed in passing`,
	`left aside`, `under way`, `gives? back`, `gone is gone`, `hand(s|ed)? in for`, `not there any ?more`,
	`is answered`, `says nothing of`, `is told so`, `is (no|none) of`, `is no [a-z]+`,
}, "|") + `)\b`)

// plain are phrases that contain banned words and are plain English.
var plain = regexp.MustCompile(`(?i)\bthere is no\b|\bis no (longer|more|better|worse)\b`)

func TestBannedWords(t *testing.T) {
	t.Parallel()
	root := os.DirFS("../..")
	require.NoError(t, fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != "." && strings.HasPrefix(entry.Name(), ".") || name == "internal/words" {
				return fs.SkipDir
			}
			return nil
		}
		content, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		for _, problem := range check(name, content) {
			t.Error(problem)
		}
		return nil
	}))
}

func TestCheck(t *testing.T) {
	t.Parallel()
	got := check("a.go", []byte("package a\n\n// A is no thing.\n// There is no other.\nvar A = `one\nbears two`\n"))
	require.Equal(t, []string{`a.go:3: "is no thing"`, `a.go:6: "bears"`}, got)
	require.Equal(t, []string{`b.md:2: "Whoever"`}, check("b.md", []byte("# B\nWhoever reads this.\n")))
	require.Empty(t, check("a.gen.go", []byte("package a // whoever\n")))
	require.Empty(t, check("a.csv", []byte("whoever")))
}

// check lists the banned words in the prose of a file.
func check(name string, content []byte) []string {
	switch path.Ext(name) {
	case ".go":
		if strings.HasSuffix(name, ".gen.go") {
			return nil
		}
		content = prose(content)
	case ".md", ".yaml", ".yml":
	default:
		return nil
	}
	var problems []string
	for i, line := range bytes.Split(content, []byte("\n")) {
		for _, word := range banned.FindAllString(plain.ReplaceAllString(string(line), ""), -1) {
			problems = append(problems, fmt.Sprintf("%s:%d: %q", name, i+1, word))
		}
	}
	return problems
}

// prose blanks everything in a Go file but comments and strings.
func prose(src []byte) []byte {
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(src))
	var s scanner.Scanner
	s.Init(file, src, nil, scanner.ScanComments)
	text := bytes.Repeat([]byte(" "), len(src))
	for i, b := range src {
		if b == '\n' {
			text[i] = b
		}
	}
	for {
		pos, tok, lit := s.Scan()
		switch tok {
		case token.EOF:
			return text
		case token.COMMENT, token.STRING:
			copy(text[file.Offset(pos):], lit)
		}
	}
}
