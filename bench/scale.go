package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/lateapi"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// ServeHTTP serves the response over a socket.
func (m *memory) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	for name, values := range m.header {
		w.Header()[name] = values
	}
	w.Write(m.body)
}

// manyGoroutines compares throughput and latency of many goroutines on one client, which share two
// cores with the server.
func manyGoroutines() {
	row("protocol, goroutines", "throughput", "99th percentile", "per call")
	row("---", "---:", "---:", "---:")
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2"} {
		server := httptest.NewUnstartedServer(respond(contactResponse{true, newContact(1, false)}))
		server.EnableHTTP2 = protocol == "HTTP/2"
		server.StartTLS()
		client := server.Client()
		client.Transport.(*http.Transport).MaxIdleConnsPerHost = 512
		client.Transport.(*http.Transport).MaxIdleConns = 512
		url := server.URL + "/api"
		sdk := newClient(url, client)
		for _, goroutines := range []int{1, 64, 512} {
			byHand := func() { get[contactResponse](client, url+"/v1/whatsapp/contacts/"+id) }
			call := func() { must(sdk.Contacts.Get(context.Background(), id)) }
			load(goroutines, byHand)
			var throughput, tail, cost []float64
			for range max(*rounds/6, 3) {
				n1, p1 := load(goroutines, byHand)
				n2, p2 := load(goroutines, call)
				throughput = append(throughput, n2/n1)
				tail = append(tail, float64(p2)/float64(p1))
				cost = append(cost, 1e6/n2)
			}
			row(fmt.Sprintf("%s, %d", protocol, goroutines), fmt.Sprintf("%.2f", median(throughput)),
				fmt.Sprintf("%.2f", median(tail)), fmt.Sprintf("%.0f µs", median(cost)))
		}
		server.Close()
	}
}

// load makes calls for half a second, and returns calls per second and the 99th percentile.
func load(goroutines int, call func()) (perSecond float64, tail time.Duration) {
	runtime.GC()
	const duration = 500 * time.Millisecond
	times := make([][]time.Duration, goroutines)
	begin := time.Now()
	var all sync.WaitGroup
	for g := range goroutines {
		all.Go(func() {
			for time.Since(begin) < duration {
				at := time.Now()
				call()
				times[g] = append(times[g], time.Since(at))
			}
		})
	}
	all.Wait()
	elapsed := time.Since(begin)
	sorted := slices.Concat(times...)
	slices.Sort(sorted)
	return float64(len(sorted)) / elapsed.Seconds(), sorted[len(sorted)*99/100]
}

// pages serves pages of a list of any length.
type pages struct{ total int }

func (p pages) RoundTrip(req *http.Request) (*http.Response, error) {
	skip, _ := strconv.Atoi(req.URL.Query().Get("skip"))
	limit, _ := strconv.Atoi(req.URL.Query().Get("limit"))
	return respond(newPage(skip, min(limit, p.total-skip), p.total, false)).RoundTrip(req)
}

func liveHeap() {
	const rows = 1_000_000
	sdk := newClient(base, &http.Client{Transport: pages{rows}})
	before, n, peak := heap(), 0, 0.0
	for _, err := range sdk.Contacts.All(context.Background(), late.ListContactsOptions{Limit: 100}) {
		must(0, err)
		if n++; n%100_000 == 0 {
			peak = max(peak, heap()-before)
		}
	}
	fmt.Printf("`Contacts.All` over %d rows: %.1f MiB\n", n, peak)
}

func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

// testServer compares a program that reads a long list of latetest over loopback with one by hand, on
// both sides.
func testServer() {
	const rows, size = 200_000, 100
	list := newPage(0, rows, rows, false)
	byHand := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		page := contactPage{Success: true, Pagination: list.Pagination}
		skip, _ := strconv.Atoi(req.URL.Query().Get("skip"))
		page.Contacts = list.Contacts[skip : skip+size]
		json.NewEncoder(w).Encode(page)
	}))
	defer byHand.Close()
	server := latetest.NewServer(latetest.WithRateLimit(rows))
	defer server.Close()
	for _, c := range list.Contacts {
		server.AddContacts(lateapi.CreateContactRequest{
			Phone: c.Phone, Name: c.Name, Email: c.Email, Company: c.Company, Notes: c.Notes, Tags: c.Tags, Groups: c.Groups,
		})
	}
	bare := took(func() {
		for skip := 0; skip < rows; skip += size {
			get[contactPage](http.DefaultClient, fmt.Sprint(byHand.URL, "/v1/whatsapp/contacts?limit=", size, "&skip=", skip))
		}
	}, 1)
	n := 0
	sdk := took(func() {
		for _, err := range server.Client().Contacts.All(context.Background(), late.ListContactsOptions{Limit: size}) {
			must(0, err)
			n++
		}
	}, 1)
	fmt.Printf("`Contacts.All` over %d rows of latetest: %.1f s. By hand on both sides: %.1f s\n", n, sdk.Seconds(), bare.Seconds())
}

func programSize() {
	dir := must(os.MkdirTemp("", "bench"))
	defer os.RemoveAll(dir)
	size := func(name string) float64 {
		out := filepath.Join(dir, name)
		cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", out, "./programs/"+name)
		cmd.Stderr = os.Stderr
		must(0, cmd.Run())
		return float64(must(os.Stat(out)).Size()) / 1e6
	}
	sdk, byHand := size("sdk"), size("byhand")
	fmt.Printf("bare net/http %.2f MB, wabakit %.2f MB: %.2f MB more\n", byHand, sdk, sdk-byHand)
}
