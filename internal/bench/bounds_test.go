package bench_test

import (
	"testing"
	"testing/synctest"
)

// The tests below hold the bounds that do not depend on how fast a machine is, or how busy. Those
// that measure memory are not parallel: it is that of the whole process.

func TestACallAllocatesLittleMoreThanByHand(t *testing.T) {
	notUnderRace(t)
	getAllocs.hold(t, contactsGet().extraAllocs())
}

func TestAPageAllocatesLittleMoreThanItsDecoding(t *testing.T) {
	notUnderRace(t)
	listAllocs.hold(t, contactsList().extraAllocs())
}

func TestABatchOfAnyLengthKeepsToItsMemoryAndItsCalls(t *testing.T) {
	n := 300_000
	switch {
	case raceEnabled:
		n = 30_000
	case long():
		n = 1_000_000
	}
	synctest.Test(t, func(t *testing.T) {
		s := addRecipients(t, n)
		inFlight.hold(t, float64(s.most))
		if !raceEnabled {
			heapGrowth.hold(t, s.live.grown())
		}
	})
}

func TestAFileIsNotHeldInMemory(t *testing.T) {
	notUnderRace(t)
	for _, transfer := range transfers {
		m := newInstallation(t)
		transfer.heap.hold(t, m.growth(transfer.pair(m).sdk))
	}
}

func TestPagesAreFetchedWhileTheLoopWorks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { prefetchOne.hold(t, workWhileFetching(t)) })
}

func TestPagesAreFetchedTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { prefetchMore.hold(t, fetchAhead(t)) })
}

func TestTheLimitIsUsedUpAndNeverExceeded(t *testing.T) {
	t.Parallel()
	calls := 10_000
	if raceEnabled {
		calls = 2_500
	}
	synctest.Test(t, func(t *testing.T) {
		refused, used := underLimit(t, calls)
		refusals.hold(t, refused)
		rateUsed.hold(t, used)
	})
}

func TestAProgramGrowsLittle(t *testing.T) {
	if !long() {
		t.Skip("WABAKIT_LONG builds programs")
	}
	t.Parallel()
	sdk, baseline := programSizes(t)
	programSize.hold(t, sdk-baseline)
}

// notUnderRace skips a test of allocations, of which the race detector makes its own.
func notUnderRace(t *testing.T) {
	t.Helper()
	if raceEnabled {
		t.Skip("the race detector allocates by itself")
	}
}
