package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// program returns a file without the comment before its package clause.
func program(root, file string) (string, error) {
	src, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		return "", err
	}
	_, text, found := strings.Cut("\n"+string(src), "\npackage ")
	if !found {
		return "", fmt.Errorf("%s has no package clause", file)
	}
	return fenced("package " + text), nil
}

// body returns the body of a function, unindented.
func body(root, file, function string) (string, error) {
	src, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		return "", err
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, src, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	for _, decl := range f.Decls {
		d, ok := decl.(*ast.FuncDecl)
		if !ok || d.Name.Name != function {
			continue
		}
		at := func(p token.Pos) int { return fset.Position(p).Offset }
		text := strings.Trim(string(src[at(d.Body.Lbrace)+1:at(d.Body.Rbrace)]), "\n")
		return fenced(strings.ReplaceAll("\n"+text, "\n\t", "\n")[1:]), nil
	}
	return "", fmt.Errorf("%s has no function %s", file, function)
}

func fenced(code string) string { return "```go\n" + strings.TrimSpace(code) + "\n```\n" }
