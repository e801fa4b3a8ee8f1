// Command readme copies code into the READMEs from functions and programs that are compiled and run
// as tests. It runs from the root of the module.
//
// A marker names the source of the code block below it:
//
//	<!-- code: examples/hello/main.go -->
//	<!-- code: readme_test.go buyNumber -->
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"regexp"
	"strings"
)

var files = []string{"README.md", "examples/campaign/README.md"}

func main() {
	log.SetFlags(0)
	log.SetPrefix("readme: ")
	for _, file := range files {
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
}

var marker = regexp.MustCompile(`^<!-- code: (.+) -->$`)

// fill returns text with its code blocks replaced by the sources below root.
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
		part, err := source(root, strings.Fields(m[1]))
		if err != nil {
			return "", fmt.Errorf("%s: %w", lines[i], err)
		}
		out.WriteString(part)
		i = end - 1
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}

// endOf returns the line after the block that begins at line i: a fenced block, or the lines up
// to an empty one.
func endOf(lines []string, i int) (int, error) {
	if i < len(lines) && strings.HasPrefix(lines[i], "```") {
		for n := i + 1; n < len(lines); n++ {
			if lines[n] == "```" {
				return n + 1, nil
			}
		}
		return 0, fmt.Errorf("line %d: the code block is not closed", i+1)
	}
	for i < len(lines) && lines[i] != "" {
		i++
	}
	return i, nil
}

func source(root string, args []string) (string, error) {
	switch len(args) {
	case 1:
		return program(root, args[0])
	case 2:
		return body(root, args[0], args[1])
	}
	return "", fmt.Errorf("want a file and perhaps a function, not %q", args)
}
