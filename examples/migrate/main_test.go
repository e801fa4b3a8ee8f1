package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/late/latetest"
	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDemo(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, runDemo(t.Context(), &out))
	require.Contains(t, out.String(), "1 already there, 0 not imported")
}

func TestMove(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		file     string
		faults   []onpremisetest.Fault
		wantErr  string
		imported int
	}{
		"all":           {file: "phone,name\n+12025550100,Ada\n+12025550101,Ben\n", imported: 2},
		"wrong header":  {file: "name,phone\nAda,+12025550100\n", wantErr: "first line must be"},
		"broken row":    {file: "phone,name\n+12025550100,Ada\n+12025550101\n", wantErr: "read the file", imported: 1},
		"failed lookup": {file: "phone,name\n+12025550100,Ada\n", faults: []onpremisetest.Fault{onpremisetest.Status(403, "no").On(onpremise.OpCheckContact)}, wantErr: "403"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := onpremisetest.NewServer(onpremisetest.InProcess()), latetest.NewServer(latetest.InProcess())
			defer from.Close()
			defer to.Close()
			from.Inject(test.faults...)
			var out bytes.Buffer
			err := move(t.Context(), from.Client(), to.Client(), strings.NewReader(test.file), &out)
			if test.wantErr == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, test.wantErr)
			}
			require.Contains(t, out.String(), fmt.Sprintf("%d imported", test.imported))
		})
	}
}
