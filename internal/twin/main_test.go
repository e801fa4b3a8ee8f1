package main

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTwin(t *testing.T) {
	t.Parallel()
	got, err := twin("late/x.go", []byte("package late\n\n// See [late.Latest].\nconst  relate = \"late: no\"\n"))
	require.NoError(t, err)
	require.Equal(t, "// Code generated from late/x.go by internal/twin. DO NOT EDIT.\n\n"+
		"package onpremise\n\n// See [onpremise.Latest].\nconst relate = \"onpremise: no\"\n", string(got))
	_, err = twin("late/x.go", []byte("package"))
	require.Error(t, err)
}
