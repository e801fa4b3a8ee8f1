// Command comments makes sentences of the comments in files that oapi-codegen has written: it
// puts the name of a thing before the description that the contract has of it, which reads
// "Broadcast A template that goes to a list" and "ID ID of the broadcast".
package main

import (
	"bytes"
	"log"
	"os"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("comments: ")
	for _, file := range os.Args[1:] {
		source, err := os.ReadFile(file)
		if err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(file, rewrite(source), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

var (
	packageComment = regexp.MustCompile(`^// Package \w+ provides primitives`)
	comment        = regexp.MustCompile(`^\t*//`)
	field          = regexp.MustCompile(`^\t+(\w+) `)
	declaration    = regexp.MustCompile(`^(type|func)(?: \(\w+ \*?\w+\))? (\w+)`)
)

func rewrite(source []byte) []byte {
	lines := strings.Split(string(source), "\n")
	var out bytes.Buffer
	for i := 0; i < len(lines); {
		n := i
		for n < len(lines) && comment.MatchString(lines[n]) {
			n++
		}
		if n == i {
			out.WriteString(lines[i] + "\n")
			i++
			continue
		}
		for _, line := range block(lines[i:n], lines[n]) {
			out.WriteString(line + "\n")
		}
		i = n
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// block rewrites the comment before the line of a declaration.
func block(lines []string, declared string) []string {
	if packageComment.MatchString(lines[0]) {
		// The hand-written comment of the package says it better, and this one would follow it.
		return []string{lines[len(lines)-1], ""}
	}
	if m := field.FindStringSubmatch(declared); m != nil {
		if text, ok := description(lines[0], m[1]); ok {
			return append([]string{lines[0][:strings.Index(lines[0], "//")] + "// " + text}, lines[1:]...)
		}
		return lines
	}
	m := declaration.FindStringSubmatch(declared)
	if m == nil {
		return lines
	}
	text, ok := description(lines[0], m[2])
	switch {
	case !ok:
		return lines
	case m[1] == "type":
		return append([]string{"// " + m[2] + ": " + lower(text)}, lines[1:]...)
	case len(lines) > 2 && lines[1] == "//":
		// The summary of an operation, and then what it does.
		return append([]string{"// " + m[2] + " " + lower(strings.TrimPrefix(lines[2], "// "))}, lines[3:]...)
	}
	return lines
}

// description returns what follows the name in the first line of a comment, if that is a
// description of the contract's.
func description(line, name string) (string, bool) {
	text, ok := strings.CutPrefix(strings.TrimLeft(line, "\t"), "// "+name+" ")
	first, _ := utf8.DecodeRuneInString(text)
	return text, ok && unicode.IsUpper(first)
}

// lower lets text go on a sentence, unless it begins with an initialism.
func lower(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if second, _ := utf8.DecodeRuneInString(text[size:]); unicode.IsUpper(second) {
		return text
	}
	return string(unicode.ToLower(first)) + text[size:]
}
