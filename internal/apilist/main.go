// Command apilist lists what the public packages export, one name a line, so that a change of
// the public surface is seen in review. It is run from the root of the module, and writes
// api/PACKAGE.txt for each package.
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"log"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// packages are the public packages that are written by hand.
var packages = []string{"late", "late/latetest", "onpremise", "onpremise/onpremisetest"}

// internals are the internal packages that have types with a name in a public one.
var internals = []string{"batch", "fakeserver", "transport"}

func main() {
	log.SetFlags(0)
	log.SetPrefix("apilist: ")
	for _, dir := range packages {
		text, err := list(os.DirFS("."), dir)
		if err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(file(dir), text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// file is where the listing of the package in dir stands.
func file(dir string) string { return filepath.Join("api", path.Base(dir)+".txt") }

// list lists what the package in dir exports, sorted. Of a type of an internal package that has
// a name here, it lists what a user can reach.
func list(tree fs.FS, dir string) ([]byte, error) {
	l, err := read(tree, dir)
	if err != nil {
		return nil, err
	}
	lines := l.lines
	for alias, of := range l.inside {
		internal, err := read(tree, path.Dir(of))
		if err != nil {
			return nil, err
		}
		name := path.Base(of)
		for _, line := range internal.lines {
			if strings.HasPrefix(line, "type "+name+" ") || strings.HasPrefix(line, "method ("+name+")") || strings.HasPrefix(line, "method (*"+name+")") {
				lines = append(lines, fmt.Sprintf("type %s, %s", alias, line))
			}
		}
	}
	slices.Sort(lines)
	return []byte(strings.Join(lines, "\n") + "\n"), nil
}

func read(tree fs.FS, dir string) (*lister, error) {
	entries, err := fs.ReadDir(tree, dir)
	if err != nil {
		return nil, err
	}
	l := &lister{fset: token.NewFileSet(), inside: map[string]string{}}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		source, err := fs.ReadFile(tree, path.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(l.fset, e.Name(), source, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, decl := range f.Decls {
			l.decl(decl)
		}
	}
	return l, nil
}

type lister struct {
	fset   *token.FileSet
	lines  []string
	inside map[string]string // aliases of internal types: "internal/batch/State" by "ItemState"
}

func (l *lister) add(format string, args ...any) {
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

func (l *lister) decl(decl ast.Decl) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		l.function(d)
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				l.typ(s)
			case *ast.ValueSpec:
				l.values(d.Tok, s)
			}
		}
	}
}

func (l *lister) function(d *ast.FuncDecl) {
	if !d.Name.IsExported() {
		return
	}
	signature := strings.TrimPrefix(l.text(d.Type), "func")
	if d.Recv == nil {
		l.add("func %s%s", d.Name, signature)
		return
	}
	receiver := l.text(d.Recv.List[0].Type)
	if ast.IsExported(strings.TrimLeft(receiver, "*")) {
		l.add("method (%s) %s%s", receiver, d.Name, signature)
	}
}

func (l *lister) values(tok token.Token, s *ast.ValueSpec) {
	for i, name := range s.Names {
		if !name.IsExported() {
			continue
		}
		line := tok.String() + " " + name.Name
		if s.Type != nil {
			line += " " + l.text(s.Type)
		}
		if i < len(s.Values) {
			line += " = " + l.text(s.Values[i])
		}
		l.add("%s", line)
	}
}

func (l *lister) typ(s *ast.TypeSpec) {
	if !s.Name.IsExported() {
		return
	}
	name := s.Name.Name
	if s.Assign.IsValid() {
		l.add("type %s = %s", name, l.text(s.Type))
		if of, ok := s.Type.(*ast.SelectorExpr); ok && slices.Contains(internals, l.text(of.X)) {
			l.inside[name] = path.Join("internal", l.text(of.X), of.Sel.Name)
		}
		return
	}
	switch t := s.Type.(type) {
	case *ast.StructType:
		l.add("type %s struct", name)
		l.members("type "+name+" struct", t.Fields)
	case *ast.InterfaceType:
		l.add("type %s interface", name)
		l.members("type "+name+" interface", t.Methods)
	default:
		l.add("type %s %s", name, l.text(t))
	}
}

// members lists the fields of a struct, or the methods of an interface. That there are some
// which are not exported says that no other package can make or implement the type.
func (l *lister) members(of string, fields *ast.FieldList) {
	hidden := false
	for _, f := range fields.List {
		if len(f.Names) == 0 {
			l.add("%s, embedded %s", of, l.text(f.Type))
		}
		for _, name := range f.Names {
			if name.IsExported() {
				l.add("%s, %s %s", of, name, l.text(f.Type))
			} else {
				hidden = true
			}
		}
	}
	if hidden {
		l.add("%s, unexported members", of)
	}
}

// text is the source of node in one line.
func (l *lister) text(node any) string {
	var b bytes.Buffer
	if err := printer.Fprint(&b, l.fset, node); err != nil {
		panic(err) // the parser made the node
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
