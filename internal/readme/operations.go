package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/wabakit/wabakit-go/internal/contract"
)

// operations is the table of a client's operations: the methods that call each, and whether it
// is repeated where it may have happened.
func operations(root, pkg string) (string, error) {
	ops, err := contractOf(root, pkg)
	if err != nil {
		return "", err
	}
	methods, err := methodsOf(filepath.Join(root, pkg))
	if err != nil {
		return "", err
	}
	callers := map[string][]string{} // by operation
	for _, m := range methods {
		callers[m.operation] = append(callers[m.operation], m.name)
	}
	rows := make([]string, 0, len(ops))
	for _, op := range ops {
		calls := callers[op.Method+" "+op.Path]
		if len(calls) == 0 {
			return "", fmt.Errorf("no method says that it calls %s %s", op.Method, op.Path)
		}
		slices.Sort(calls)
		rows = append(rows, fmt.Sprintf("| %s | `%s %s` | %s |\n", strings.Join(calls, "<br>"), op.Method, op.Path, repeated(op)))
	}
	slices.Sort(rows)
	return "| method | operation | if in doubt |\n|---|---|---|\n" + strings.Join(rows, ""), nil
}

func contractOf(root, pkg string) ([]contract.Operation, error) {
	base := filepath.Join(root, "openapi", pkg)
	doc, err := contract.Load(base+".yaml", base+".overlay.yaml")
	if err != nil {
		return nil, err
	}
	return contract.Operations(doc)
}

func repeated(op contract.Operation) string {
	switch {
	case op.Unless != "":
		return "repeated, unless `" + op.Unless + "` is false"
	case op.Repeat == "never":
		return "never repeated"
	}
	return "repeated"
}

// method is a method of a service.
type method struct {
	name      string // "Contacts.List"
	operation string // "GET /v1/whatsapp/contacts"
	comment   string
}

var operationLine = regexp.MustCompile(`\n\n((?:GET|POST|PUT|PATCH|DELETE) /\S*)\n$`)

// methodsOf lists the methods of the services of the package in dir. One that does not end its
// comment with the operation that it calls is an error.
func methodsOf(dir string) ([]method, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var methods []method
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, decl := range f.Decls {
			d, ok := decl.(*ast.FuncDecl)
			if !ok || d.Recv == nil || !d.Name.IsExported() {
				continue
			}
			service, ok := serviceOf(d.Recv.List[0].Type)
			if !ok {
				continue
			}
			m := method{name: service + "." + d.Name.Name, comment: d.Doc.Text()}
			found := operationLine.FindStringSubmatch(m.comment)
			if found == nil {
				return nil, fmt.Errorf("the comment of %s does not end with its operation", m.name)
			}
			m.operation = found[1]
			methods = append(methods, m)
		}
	}
	return methods, nil
}

func serviceOf(receiver ast.Expr) (string, bool) {
	star, ok := receiver.(*ast.StarExpr)
	if !ok {
		return "", false
	}
	name, ok := star.X.(*ast.Ident)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(name.Name, "Service")
}
