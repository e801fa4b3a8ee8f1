// Package exampletest holds the examples of a package against what it exports.
package exampletest

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// Complete fails for each option, fault and service of the package in the working directory
// that no example shows, and for each example that is not run or that a reader cannot copy.
func Complete(t *testing.T) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	faults, err := check(fset, files)
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range faults {
		t.Error(fault)
	}
}

func check(fset *token.FileSet, files []*ast.File) (faults []string, err error) {
	pkg, err := doc.NewFromFiles(fset, files, "package")
	if err != nil {
		return nil, err
	}
	examples, functions := pkg.Examples, pkg.Funcs
	for _, t := range pkg.Types {
		shown := t.Examples
		for _, method := range t.Methods {
			shown = append(shown, method.Examples...)
		}
		if len(shown) == 0 && strings.HasSuffix(t.Name, "Service") {
			faults = append(faults, t.Name+" has no Example")
		}
		examples, functions = append(examples, shown...), append(functions, t.Funcs...)
	}
	for _, f := range functions {
		if len(f.Examples) == 0 && isChoice(f.Decl) {
			faults = append(faults, f.Name+" has no Example")
		}
		examples = append(examples, f.Examples...)
	}

	attached := map[string]bool{}
	for _, e := range examples {
		attached[e.Name] = true
		if e.Output == "" && !e.EmptyOutput {
			faults = append(faults, fmt.Sprintf("Example%s has no Output, and so is not run", e.Name))
		}
		if e.Play == nil {
			faults = append(faults, fmt.Sprintf("Example%s is shown in part, since it needs what another file declares", e.Name))
		}
	}
	for _, e := range doc.Examples(files...) {
		if !attached[e.Name] {
			faults = append(faults, fmt.Sprintf("Example%s is shown nowhere", e.Name))
		}
	}
	return faults, nil
}

// isChoice reports whether a function makes one of the values that a caller chooses from.
func isChoice(f *ast.FuncDecl) bool {
	if strings.HasPrefix(f.Name.Name, "With") {
		return true
	}
	if f.Type.Results == nil || len(f.Type.Results.List) != 1 {
		return false
	}
	result, ok := f.Type.Results.List[0].Type.(*ast.Ident)
	return ok && (strings.HasSuffix(result.Name, "Option") || result.Name == "Fault")
}
