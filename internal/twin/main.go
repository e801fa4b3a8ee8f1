// Twin copies files that packages late and onpremise both declare. It writes late/x.go to
// onpremise/x.gen.go, with the word "late" replaced by "onpremise".
//
//	go run ./internal/twin late/x.go …
package main

import (
	"fmt"
	"go/format"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	log.SetFlags(0)
	for _, path := range os.Args[1:] {
		source, err := os.ReadFile(path)
		if err != nil {
			log.Fatal(err)
		}
		out, err := twin(path, source)
		if err != nil {
			log.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".go") + ".gen.go"
		if err := os.WriteFile(filepath.Join("onpremise", name), out, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

var word = regexp.MustCompile(`\blate\b`)

func twin(path string, source []byte) ([]byte, error) {
	header := fmt.Appendf(nil, "// Code generated from %s by internal/twin. DO NOT EDIT.\n\n", path)
	return format.Source(append(header, word.ReplaceAll(source, []byte("onpremise"))...))
}
