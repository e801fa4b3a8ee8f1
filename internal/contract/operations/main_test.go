package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/internal/contract"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var root = filepath.Join("..", "..", "..")

func TestGeneratedFilesAreUpToDate(t *testing.T) {
	t.Parallel()
	files, err := generate(root)
	require.NoError(t, err)
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "%s: run go generate ./...", name)
	}
}

func TestCommentsOfMethodsStateTheRetries(t *testing.T) {
	t.Parallel()
	for _, api := range contract.APIs {
		doc, err := contract.Load(root, api)
		require.NoError(t, err)
		ops, err := contract.Operations(doc)
		require.NoError(t, err)
		retries := map[string]string{}
		for _, op := range ops {
			retries[op.Method+" "+op.Path] = retried(op)
		}
		methods, err := methodsOf(root, api)
		require.NoError(t, err)
		documented := map[string]bool{}
		for _, m := range methods {
			for _, endpoint := range m.endpoints {
				documented[endpoint] = true
			}
		}
		for endpoint := range retries {
			require.True(t, documented[endpoint], "%s: no method documents %s", api, endpoint)
		}
		for _, m := range methods {
			require.NotEmpty(t, m.endpoints, "%s.%s names no endpoint", api, m.name)
			for _, endpoint := range m.endpoints {
				require.Contains(t, retries, endpoint, "%s.%s", api, m.name)
			}
			if len(m.endpoints) > 1 {
				continue // its comment explains how it recovers
			}
			switch retries[m.endpoints[0]] {
			case "yes":
				require.Regexp(t, `Retried\son\sany\stransient\sfailure|is\sretried`, m.comment, "%s.%s", api, m.name)
			case "no":
				require.Regexp(t, `Retried\sonly\sif\sthe\srequest\swas\snot\sprocessed|(not\sretried|never\srepeated)\son\sa\sdoubt`, m.comment, "%s.%s", api, m.name)
			default:
				require.Regexp(t, `Retried\son\sany\stransient\sfailure,\sunless\s\w+\sis\sfalse|is\sfalse`, m.comment, "%s.%s", api, m.name)
			}
		}
	}
}
