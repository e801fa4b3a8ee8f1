package faultwire

import (
	"runtime"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// HoldMemory keeps errors of calls that were answered with garbage, as the report of a batch
// does. Whoever calls it must not be parallel: it measures memory.
func (s *Subject) HoldMemory(t *testing.T, op string) {
	const many, most = 3, 64 << 10
	i := slices.IndexFunc(s.Operations, func(o Operation) bool { return o.ID == op })
	for _, f := range slices.Concat(statusFaults(s.Refusal), successFaults()) {
		if f.Name != "400 and 64 MiB of garbage" && f.Name != "200 and 64 MiB" {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var kept [many]error
				before := heap()
				for j := range kept {
					o := s.Strike(t, s.Operations[i], f, Once)
					require.Error(t, o.Err)
					require.Zero(t, o.left, "connections are left")
					kept[j] = o.Err
				}
				require.Less(t, (max(heap(), before)-before)/many, uint64(most), "bytes for an error")
				runtime.KeepAlive(&kept)
			})
		})
	}
}

// heap is what is in use when all that is not has been collected.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
