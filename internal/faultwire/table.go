package faultwire

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/wabakit/wabakit-go/internal/transport"
)

const (
	limit = 5 * time.Second // of an attempt that nothing else ends
	early = 3 * time.Second // when a context ends
	pause = 30 * time.Second

	moved    = "/moved"
	jsonType = "application/json"
	page     = "<html><head><title>Bad gateway</title></head></html>"
)

// partial is the beginning of an answer that says to be longer.
var partial = head(200, "", jsonType, 1<<20) + `{"success":`

// Faults are all of them, in the long form or the short one.
func (s *Subject) Faults() []Fault {
	all := slices.Concat(wireFaults(), successFaults(), statusFaults(s.Refusal), redirectFaults(), contextFaults(), repeatFaults())
	return slices.DeleteFunc(all, func(f Fault) bool { return !Long() && !f.short })
}

// wireFaults are those of the connection.
func wireFaults() []Fault {
	unsent, doubt := Fate{Unsent: true, Passing: true}, Fate{Doubt: true, Passing: true}
	acted := Fate{Doubt: true, Passing: true, Acts: true}
	brokenOff := acted
	brokenOff.Broken, brokenOff.Status, brokenOff.Is = true, 200, []error{io.ErrUnexpectedEOF}
	garbled := acted
	garbled.Quotes = true
	trailed := garbled
	trailed.Broken, trailed.Status = true, 200
	silent, never := acted, unsent
	silent.Is, never.Is = []error{context.DeadlineExceeded}, []error{context.DeadlineExceeded}
	dripping := silent
	dripping.Broken, dripping.Status = true, 200
	return []Fault{
		{Name: "refused connection", Fate: unsent, dial: refuse, short: true, wired: true},
		{Name: "unknown host", Fate: unsent, dial: unknownHost},
		{Name: "connection that never comes about", Fate: never, dial: hang, timeout: limit, short: true},
		{Name: "cut in the TLS handshake", Fate: unsent, secure: true, unread: true, short: true, wired: true},
		{Name: "cut before the request is read", Fate: doubt, unread: true, short: true, wired: true},
		{Name: "cut before the request is read, on a kept connection", Fate: doubt, unread: true, kept: true, short: true, wired: true},
		{Name: "cut after it was acted on", Fate: acted, serve: cut(""), short: true, wired: true},
		{Name: "cut after it was acted on, on a kept connection", Fate: acted, serve: cut(""), kept: true, short: true, wired: true},
		{Name: "cut after 100 Continue", Fate: acted, serve: cut("HTTP/1.1 100 Continue\r\n\r\n")},
		{Name: "cut in the status line", Fate: acted, serve: cut("HTTP/1.1 2")},
		{Name: "cut in the headers", Fate: acted, serve: cut("HTTP/1.1 200 OK\r\nContent-Ty"), short: true, wired: true},
		{Name: "cut in the body", Fate: brokenOff, serve: cut(partial), short: true, wired: true},
		{Name: "cut in the body, on a kept connection", Fate: brokenOff, serve: cut(partial), kept: true},
		{Name: "cut in a chunk", Fate: brokenOff, serve: cut("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" +
			"Transfer-Encoding: chunked\r\n\r\n20\r\n" + `{"success":`), short: true, wired: true},
		{Name: "cut between chunks", Fate: brokenOff, serve: cut("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" +
			"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")},
		{Name: "headers that are none", Fate: garbled, short: true, serve: func(x *exchange) bool {
			return cut("HTTP/1.1 200 OK\r\nit said " + x.Header.Get("Authorization") + "\r\n\r\n")(x)
		}},
		{Name: "trailers that are none", Fate: trailed, short: true, serve: func(x *exchange) bool {
			return cut("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n" +
				"it said " + x.Header.Get("Authorization") + "\r\n\r\n")(x)
		}},
		{Name: "echo of the request", Fate: garbled, serve: func(x *exchange) bool {
			return cut(x.Method + " " + x.RequestURI + " HTTP/1.1\r\nAuthorization: " + x.Header.Get("Authorization") + "\r\n\r\n")(x)
		}},
		{Name: "headers that never end", Fate: acted, most: 11 << 20, Heavy: true,
			serve: overflow("HTTP/1.1 200 OK\r\n", []byte("X: "+strings.Repeat("0", 1<<13)+"\r\n"))},
		{Name: "headers that never come", Fate: silent, serve: stall(""), timeout: limit, short: true},
		{Name: "body that never comes", Fate: dripping, serve: stall(partial), timeout: limit},
		{Name: "body that never ends", Fate: dripping, serve: drip(partial), timeout: limit, short: true},
	}
}

func refuse(ctx context.Context, loopback bool) error {
	if !loopback {
		return &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	l.Close()
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", l.Addr().String())
	if err == nil {
		c.Close()
		return syscall.ECONNREFUSED // somebody was quick to take the port
	}
	return err
}

func unknownHost(context.Context, bool) error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: home, IsNotFound: true}}
}

func hang(ctx context.Context, _ bool) error {
	<-ctx.Done()
	return ctx.Err()
}

// successFaults say 200, and nothing that can be read.
func successFaults() []Fault {
	strange := Fate{Doubt: true, Acts: true, Strange: true, Status: 200}
	octets, quoting, paged := strange, strange, strange
	octets.Octets, quoting.Quotes, paged.Page = true, true, true
	large := Fate{Doubt: true, Acts: true, Large: true, Status: 200, Is: []error{transport.ErrResponseTooLarge}}
	return []Fault{
		{Name: "200 and garbage", Fate: octets, serve: respond(200, "", "application/octet-stream", rubbish[:300]), short: true},
		{Name: "200 and nothing", Fate: strange, serve: respond(200, "", "", nil), short: true},
		{Name: "200 and a page", Fate: paged, serve: respond(200, "", "text/html", []byte(page)), short: true},
		{Name: "200 and half of it", Fate: strange, serve: respond(200, "", jsonType, []byte(`{"success":true,"mess`)), short: true},
		{Name: "200 and null", Fate: strange, serve: respond(200, "", jsonType, []byte(`null`))},
		{Name: "200 and a list", Fate: strange, serve: respond(200, "", jsonType, []byte(`[{}]`))},
		{Name: "200 and 64 MiB", Fate: large, serve: overflow(head(200, "", jsonType, flood), rubbish), most: 34 << 20, short: true, Heavy: true},
		{Name: "200 and the request", Fate: quoting, serve: quote(200, ""), short: true},
	}
}

// statuses are what a server refuses with, or fails.
var statuses = []struct {
	code  int
	after string // Retry-After
	Fate
}{
	{400, "", Fate{Is: []error{transport.ErrInvalidRequest}}},
	{401, "", Fate{Is: []error{transport.ErrUnauthorized}}},
	{402, "", Fate{Is: []error{transport.ErrPaymentRequired}}},
	{403, "", Fate{Is: []error{transport.ErrForbidden}}},
	{404, "", Fate{Is: []error{transport.ErrNotFound}}},
	{408, "", Fate{Doubt: true, Passing: true}},
	{409, "", Fate{Is: []error{transport.ErrConflict}}},
	{422, "", Fate{Is: []error{transport.ErrInvalidRequest}}},
	{429, "", Fate{Is: []error{transport.ErrRateLimited}, Passing: true}},
	{429, "3", Fate{Is: []error{transport.ErrRateLimited}, Passing: true}},
	{500, "", Fate{Is: []error{transport.ErrServer}, Passing: true, Doubt: true}},
	{501, "", Fate{Is: []error{transport.ErrServer}}},
	{502, "", Fate{Is: []error{transport.ErrServer}, Passing: true, Doubt: true}},
	{502, "3", Fate{Is: []error{transport.ErrServer}, Passing: true, Doubt: true}},
	{503, "", Fate{Is: []error{transport.ErrServer}, Passing: true, Doubt: true}},
	{503, "3", Fate{Is: []error{transport.ErrServer}, Passing: true, Doubt: true}}, // but with the API's words
	{504, "", Fate{Is: []error{transport.ErrServer}, Passing: true, Doubt: true}},
}

// statusFaults are every status with every kind of body. The short form has each status with
// one of them, and each of them with several.
func statusFaults(refusal string) []Fault {
	type body struct {
		name  string
		alter func(*Fate)
		serve func(code int, header string) serving
	}
	none := func(*Fate) {}
	bodies := []body{
		{"the API's words", func(f *Fate) { f.Worded = true }, func(code int, header string) serving {
			return respond(code, header, jsonType, []byte(refusal))
		}},
		{"nothing", none, func(code int, header string) serving { return respond(code, header, "", nil) }},
		{"a proxy's page", none, func(code int, header string) serving { return respond(code, header, "text/html", []byte(page)) }},
		{"64 MiB of garbage", func(f *Fate) { f.Floods = true }, func(code int, header string) serving {
			return overflow(head(code, header, "text/plain", flood), rubbish)
		}},
		{"the request", func(f *Fate) { f.Quotes = true }, quote},
		{"64 MiB of garbage of no told length", func(f *Fate) { f.Floods = true }, func(code int, header string) serving {
			return overflow(fmt.Sprintf("HTTP/1.1 %d Whatever\r\n%sConnection: close\r\n\r\n", code, header), rubbish)
		}},
		{"a body that breaks off", none, func(code int, header string) serving {
			return cut(head(code, header, jsonType, len(refusal)+1) + refusal[:5])
		}},
	}
	var faults []Fault
	for i, s := range statuses {
		for j, b := range bodies {
			f := Fault{Name: fmt.Sprint(s.code), Fate: s.Fate, short: j < 5 && i%5 == j}
			header := ""
			if s.after != "" {
				seconds, _ := strconv.Atoi(s.after)
				f.Name += " with Retry-After"
				f.Wait, header = time.Duration(seconds)*time.Second, "Retry-After: "+s.after+"\r\n"
			}
			f.Name += " and " + b.name
			f.Doubt = s.Doubt && !(s.code == 503 && s.after != "" && b.name == "the API's words")
			f.Status, f.Acts = s.code, f.Doubt
			b.alter(&f.Fate)
			f.serve = b.serve(s.code, header)
			faults = append(faults, f)
		}
	}
	return faults
}

// redirectFaults send the client on, to another host or to another path.
func redirectFaults() []Fault {
	var faults []Fault
	for _, code := range []int{301, 302, 303, 307, 308} {
		// What the server did is to be seen elsewhere.
		fate := Fate{Status: code, Doubt: code == http.StatusSeeOther, Acts: code == http.StatusSeeOther}
		away, near := fate, fate
		away.Away, near.Near = true, true
		faults = append(faults,
			Fault{Name: fmt.Sprint(code, " to another host"), Fate: away, short: code != 301 && code != 308,
				serve: respond(code, "Location: http://"+elsewhere+"/v1\r\n", "text/html", []byte(page))},
			Fault{Name: fmt.Sprint(code, " to another path"), Fate: near, short: code == 302 || code == 308,
				serve: respond(code, "Location: "+moved+"\r\n", "text/html", []byte(page))},
		)
	}
	return faults
}

// contextFaults are a context that ends, at each point of a call.
func contextFaults() []Fault {
	var faults []Fault
	for _, way := range []string{"cancel", "deadline"} {
		at := func(after time.Duration) ending {
			return ending{cancel: way == "cancel", deadline: way == "deadline", after: after}
		}
		waiting := at(early)
		waiting.pause = true
		moment := at(1) // the wait has no told length, but it is longer than this
		moment.pause = true
		is := []error{at(0).reason()}
		unsent, acted := Fate{Unsent: true, Is: is}, Fate{Doubt: true, Acts: true, Is: is}
		brokenOff := acted
		brokenOff.Broken, brokenOff.Status = true, 200
		retryAfter := fmt.Sprintf("Retry-After: %d\r\n", int(pause.Seconds()))
		unavailable := Fate{Status: 503, Is: []error{transport.ErrServer}, Passing: true, Wait: pause}
		badGateway := unavailable
		badGateway.Status, badGateway.Doubt, badGateway.Acts = 502, true, true
		for _, f := range []Fault{
			{Name: "before the call", Fate: unsent, ends: at(0)},
			{Name: "in the dial", Fate: unsent, ends: at(early), dial: hang},
			{Name: "in the wait for the headers", Fate: acted, ends: at(early), serve: stall("")},
			{Name: "in the body", Fate: brokenOff, ends: at(early), serve: stall(partial)},
			{Name: "in a body that drips", Fate: brokenOff, ends: at(early), serve: drip(partial)},
			{Name: "in the wait after a refused connection", Fate: Fate{Unsent: true, Passing: true}, ends: moment, dial: refuse},
			{Name: "in the wait after a refusal", Fate: unavailable, ends: waiting, serve: respond(503, retryAfter, jsonType, []byte("{}"))},
			{Name: "in the wait after a doubt", Fate: badGateway, ends: waiting, serve: respond(502, retryAfter, "", nil)},
		} {
			f.Name, f.short = way+" "+f.Name, true
			faults = append(faults, f)
		}
	}
	return faults
}

// RenewalRefused is a fault that only a client meets to the end that gets new credentials after
// a 401.
const RenewalRefused = "401, then a refused connection"

// repeatFaults are those whose repeat meets another one.
func repeatFaults() []Fault {
	refused := Fate{Unsent: true, Passing: true}
	acted := Fate{Doubt: true, Passing: true, Acts: true}
	later := Fate{Status: 503, Passing: true, Is: []error{transport.ErrServer}}
	refusal := Fate{Status: 401, Is: []error{transport.ErrUnauthorized}}
	comeBack := respond(503, "Retry-After: 0\r\nConnection: close\r\n", jsonType, []byte("{}"))
	gone := &Fault{Fate: Fate{Status: 404, Is: []error{transport.ErrNotFound}}, serve: respond(404, "", "text/html", []byte(page))}
	wrong := &Fault{Fate: Fate{Status: 400, Is: []error{transport.ErrInvalidRequest}}, serve: respond(400, "", "", nil)}
	faults := []Fault{
		{Name: "cut after it was acted on, then gone", Fate: acted, serve: cut(""), then: gone},
		{Name: "503 with Retry-After, then gone", Fate: later, serve: comeBack, then: gone},
		{Name: "refused connection, then gone", Fate: refused, dial: refuse, then: gone},
		{Name: "cut after it was acted on, then wrong", Fate: acted, serve: cut(""), then: wrong},
		{Name: "cut after it was acted on, then a refused connection", Fate: acted, serve: cut(""), then: &Fault{Fate: refused, dial: refuse}},
		{Name: "refused connection, then cut after it was acted on", Fate: refused, dial: refuse, then: &Fault{Fate: acted, serve: cut("")}},
		{Name: RenewalRefused, Fate: refusal, serve: respond(401, "Connection: close\r\n", "", nil), then: &Fault{Fate: refused, dial: refuse}},
		{Name: "503 with Retry-After, then cut after it was acted on", Fate: later, serve: comeBack, then: &Fault{Fate: acted, serve: cut("")}},
	}
	for i := range faults {
		faults[i].short = true
	}
	return faults
}
