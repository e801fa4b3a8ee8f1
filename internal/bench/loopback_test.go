package bench_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

const goroutines = 64

func BenchmarkManyGoroutines(b *testing.B) {
	p := manyGoroutines(b)
	p.bench(b, "http-client", func(b *testing.B) { throughput.report(b, 1/p.ratio(b)) })
}

func manyGoroutines(tb testing.TB) pair {
	answers := answering(lateapi.ContactResponse{Success: true, Contact: person(1)}).limited()
	server := httptest.NewServer(answers)
	transport := &http.Transport{MaxIdleConnsPerHost: goroutines} // else most connections are made anew
	tb.Cleanup(func() { transport.CloseIdleConnections(); server.Close() })
	client := &http.Client{Transport: transport, Timeout: timeout}
	sdk := lateClient(server.URL+"/api", &http.Client{Transport: transport})
	return pair{
		sdk: together(goroutines, func() error {
			_, err := sdk.Contacts.Get(context.Background(), contactID)
			return err
		}),
		baseline: together(goroutines, func() error {
			_, err := getByHand(context.Background(), client, server.URL+"/api", contactID)
			return err
		}),
	}
}

// together is f, n times over, by a number of goroutines.
func together(goroutines int, f func() error) func(int) {
	return func(n int) {
		var left atomic.Int64
		left.Store(int64(n))
		var all sync.WaitGroup
		for range goroutines {
			all.Go(func() {
				for left.Add(-1) >= 0 {
					must(f())
				}
			})
		}
		all.Wait()
	}
}

// ServeHTTP answers over a socket.
func (m *memory) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	_, err := io.Copy(io.Discard, req.Body)
	must(err)
	for name, values := range m.header {
		w.Header()[name] = values
	}
	_, err = w.Write(m.body)
	must(err)
}
