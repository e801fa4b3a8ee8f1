package late_test

import (
	"testing"

	"github.com/wabakit/wabakit-go/internal/exampletest"
)

func TestEachOptionAndServiceIsShownByAnExample(t *testing.T) { exampletest.Complete(t) }
