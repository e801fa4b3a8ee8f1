// Command readme fills in what README.md takes from elsewhere: code, from functions and programs
// that are compiled and run as tests, and the tables of operations, from the contracts and the
// comments of the methods. It is run from the root of the module.
//
// A line of README.md that names a source begins such a part, and the next empty line behind it
// ends the part:
//
//	<!-- code: examples/hello/main.go -->
//	<!-- code: readme_test.go buyNumber -->
//	<!-- operations: late -->
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"regexp"
	"strings"
)

const file = "README.md"

func main() {
	log.SetFlags(0)
	log.SetPrefix("readme: ")
	old, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	text, err := fill(".", string(old))
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		log.Fatal(err)
	}
}

var marker = regexp.MustCompile(`^<!-- (code|operations): (.+) -->$`)

// fill returns text with its parts made anew from the sources below root.
func fill(root, text string) (string, error) {
	var out bytes.Buffer
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		out.WriteString(lines[i] + "\n")
		m := marker.FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		end, err := endOf(lines, i+1)
		if err != nil {
			return "", err
		}
		part, err := source(root, m[1], strings.Fields(m[2]))
		if err != nil {
			return "", fmt.Errorf("%s: %w", lines[i], err)
		}
		out.WriteString(part)
		i = end - 1
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}

// endOf finds the end of the part that begins at line i: a fenced block, or lines up to an
// empty one.
func endOf(lines []string, i int) (int, error) {
	if i < len(lines) && strings.HasPrefix(lines[i], "```") {
		for n := i + 1; n < len(lines); n++ {
			if lines[n] == "```" {
				return n + 1, nil
			}
		}
		return 0, fmt.Errorf("line %d: the block has no end", i+1)
	}
	for i < len(lines) && lines[i] != "" {
		i++
	}
	return i, nil
}

func source(root, kind string, args []string) (string, error) {
	switch {
	case kind == "operations" && len(args) == 1:
		return operations(root, args[0])
	case kind == "code" && len(args) == 1:
		return program(root, args[0])
	case kind == "code" && len(args) == 2:
		return body(root, args[0], args[1])
	}
	return "", fmt.Errorf("%d words are too few or too many", len(args))
}
