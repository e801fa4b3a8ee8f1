package fakeserver

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// Fault is something that goes wrong between client and server. Its methods return a copy for fewer
// requests; a new Fault is for all of them.
type Fault struct {
	operations []string
	when       func(Request) bool
	after      int
	times      int // 0 means no limit

	header    http.Header
	delay     time.Duration // of a latency, which has no serve
	processed bool          // the API processes the request before
	serve     func(exchange)
}

// On limits the fault to requests of the given operations.
func (f Fault) On(operations ...string) Fault {
	f.operations = slices.Clone(operations)
	return f
}

// When limits the fault to requests for which match returns true. Status and Processed are not yet set
// in the Request that match receives.
func (f Fault) When(match func(Request) bool) Fault {
	f.when = match
	return f
}

// After skips the first n matching requests.
func (f Fault) After(n int) Fault {
	f.after = n
	return f
}

// Times limits the fault to n requests.
func (f Fault) Times(n int) Fault {
	f.times = n
	return f
}

// With adds a header to the response, such as Retry-After.
func (f Fault) With(name, value string) Fault {
	f.header = f.header.Clone()
	if f.header == nil {
		f.header = http.Header{}
	}
	f.header.Set(name, value)
	return f
}

// faults are the injected faults in order.
type faults struct {
	mu   sync.Mutex
	list []*injected
}

type injected struct {
	Fault
	matched int
	used    int
}

func (f *injected) over() bool { return f.times > 0 && f.used >= f.times }

func (f *injected) on(operation string) bool {
	return len(f.operations) == 0 || slices.Contains(f.operations, operation)
}

func (f *faults) add(list []Fault) (remove func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var added []*injected
	for _, fault := range list {
		added = append(added, &injected{Fault: fault})
	}
	f.list = append(f.list, added...)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.list = slices.DeleteFunc(f.list, func(one *injected) bool { return slices.Contains(added, one) })
	}
}

// any reports whether a request of the operation may meet a fault.
func (f *faults) any(operation string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.ContainsFunc(f.list, func(one *injected) bool { return one.on(operation) && !one.over() })
}

// pick returns what r meets: the sum of all latencies, and the first other fault if there is one.
func (f *faults) pick(r Request) (latency time.Duration, fault *Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, one := range f.list {
		if one.serve != nil && fault != nil || one.over() || !one.on(r.Operation) || one.when != nil && !one.when(r) {
			continue
		}
		if one.matched++; one.matched <= one.after {
			continue
		}
		one.used++
		if one.serve == nil {
			latency += one.delay
			continue
		}
		fault = &one.Fault
	}
	return latency, fault
}
