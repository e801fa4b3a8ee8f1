package fakeserver

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// Fault is something that goes wrong on the way between client and server. Its methods
// return a copy that is meant for fewer requests; a new Fault is meant for all of them.
type Fault struct {
	operations []string
	when       func(Request) bool
	after      int
	times      int // 0 is no limit

	header http.Header
	delay  time.Duration // of a latency, which has no strike
	acts   bool          // whether the API sees the request before the fault strikes
	strike func(blow)
}

// On means the fault for calls of these operations of the contract.
func (f Fault) On(operations ...string) Fault {
	f.operations = slices.Clone(operations)
	return f
}

// When means the fault for requests of which match says so. Of what it is given, the
// outcome is not known yet.
func (f Fault) When(match func(Request) bool) Fault {
	f.when = match
	return f
}

// After lets n requests pass that the fault is meant for.
func (f Fault) After(n int) Fault {
	f.after = n
	return f
}

// Times ends the fault when it has struck n times.
func (f Fault) Times(n int) Fault {
	f.times = n
	return f
}

// With adds a header to the answer, such as Retry-After.
func (f Fault) With(name, value string) Fault {
	f.header = f.header.Clone()
	if f.header == nil {
		f.header = http.Header{}
	}
	f.header.Set(name, value)
	return f
}

// faults are those that are in force, in the order in which they were injected.
type faults struct {
	mu   sync.Mutex
	list []*armed
}

type armed struct {
	Fault
	seen   int
	struck int
}

func (a *armed) over() bool { return a.times > 0 && a.struck >= a.times }

func (a *armed) on(operation string) bool {
	return len(a.operations) == 0 || slices.Contains(a.operations, operation)
}

func (f *faults) add(list []Fault) (remove func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var added []*armed
	for _, fault := range list {
		added = append(added, &armed{Fault: fault})
	}
	f.list = append(f.list, added...)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.list = slices.DeleteFunc(f.list, func(a *armed) bool { return slices.Contains(added, a) })
	}
}

// any reports whether a call of operation might meet a fault.
func (f *faults) any(operation string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.ContainsFunc(f.list, func(a *armed) bool { return a.on(operation) && !a.over() })
}

// pick takes what r meets: every latency, and the first other fault, if there is one.
func (f *faults) pick(r Request) (latency time.Duration, fault *Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.list {
		if a.strike != nil && fault != nil || a.over() || !a.on(r.Operation) || a.when != nil && !a.when(r) {
			continue
		}
		if a.seen++; a.seen <= a.after {
			continue
		}
		a.struck++
		if a.strike == nil {
			latency += a.delay
			continue
		}
		fault = &a.Fault
	}
	return latency, fault
}
