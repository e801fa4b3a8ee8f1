package exampletest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const library = `package shop

type Option func()
func WithColor() Option { return nil }
func InShop() Option { return nil }

type Fault struct{}
func Flood() Fault { return Fault{} }

type OrdersService struct{}
func (OrdersService) Place() {}

type Order struct{} // needs none
func NewOrder() *Order { return nil }
`

const shown = `package shop_test

import "example.com/shop"

func ExampleWithColor() {
	shop.WithColor()
	// Output:
}

func ExampleInShop() {
	shop.InShop()
	// Output:
}

func ExampleFlood() {
	shop.Flood()
	// Output:
}

func ExampleOrdersService_Place() {
	shop.OrdersService{}.Place()
	// Output:
}
`

func TestWhatIsNotShownIsAFault(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		tests []string
		want  []string
	}{
		"all is shown": {[]string{shown}, nil},
		"nothing is": {nil, []string{
			"WithColor has no Example", "InShop has no Example", "Flood has no Example", "OrdersService has no Example",
		}},
		"an example that is not run": {
			[]string{shown, "package shop_test\n\nfunc ExampleOrder() {}\n"},
			[]string{"ExampleOrder has no Output, and so is not run"},
		},
		"an example in two files": {
			[]string{shown, "package shop_test\n\nfunc ExampleOrder() {\n\thelp()\n\t// Output:\n}\n", "package shop_test\n\nfunc help() {}\n"},
			[]string{"ExampleOrder is shown in part, since it needs what another file declares"},
		},
		"an example of nothing": {
			[]string{shown, "package shop_test\n\nfunc ExampleInvoice() {\n\t// Output:\n}\n"},
			[]string{"ExampleInvoice is shown nowhere"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, "shop.go", library, parser.ParseComments)
			require.NoError(t, err)
			files := []*ast.File{file}
			for i, text := range tt.tests {
				file, err := parser.ParseFile(fset, string(rune('a'+i))+"_test.go", text, parser.ParseComments)
				require.NoError(t, err)
				files = append(files, file)
			}
			got, err := check(fset, files)
			require.NoError(t, err)
			require.ElementsMatch(t, tt.want, got)
		})
	}
}
