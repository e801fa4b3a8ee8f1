package plumbing

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Fault is what befalls an attempt.
type Fault struct {
	Name   string
	Status int    // of the answer; 0 where there is none
	Body   string // of the answer
	Err    error  // in the place of the answer, or where there is one, of its rest
	Doubt  bool   // the server may have acted
	After  string // how long the answer asks to wait: in seconds, or until a date
	Lasts  bool   // it befalls all attempts that come
}

// asked is how long every fault asks to wait that does.
const asked = 7 * time.Second

const (
	inSeconds = "seconds"
	byDate    = "date"

	refusal = `{"error":"not now","errors":[{"code":1016,"title":"System overloaded"}]}`
)

var (
	page = "<html>" + strings.Repeat("<p>Bad gateway</p>", 2_000)
	dial = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
)

// Faults may go better another time.
var Faults = []Fault{
	{Name: "408", Status: 408, Doubt: true},
	{Name: "429", Status: 429, Body: refusal},
	{Name: "429 with seconds", Status: 429, Body: refusal, After: inSeconds},
	{Name: "429 with a date", Status: 429, Body: page, After: byDate},
	{Name: "500", Status: 500, Body: refusal, Doubt: true},
	{Name: "502", Status: 502, Body: page, Doubt: true},
	{Name: "502 with seconds", Status: 502, Body: page, Doubt: true, After: inSeconds},
	{Name: "503", Status: 503, Body: page, Doubt: true},
	{Name: "503 with seconds", Status: 503, Body: refusal, After: inSeconds},
	{Name: "503 with a date", Status: 503, Body: refusal, After: byDate},
	{Name: "504", Status: 504, Body: page, Doubt: true},
	{Name: "cut", Err: io.ErrUnexpectedEOF, Doubt: true},
	{Name: "cut in the answer", Status: 200, Body: `{"success":`, Err: io.ErrUnexpectedEOF, Doubt: true},
	{Name: "dial", Err: dial},
}

// fault returns one of Faults by its name.
func fault(name string) Fault {
	for _, f := range Faults {
		if f.Name == name {
			return f
		}
	}
	panic("no such fault: " + name)
}

// header is that of the answer. The server's clock is an hour ahead.
func (f Fault) header() http.Header {
	h := http.Header{"Content-Type": {"text/html"}}
	if strings.HasPrefix(f.Body, "{") {
		h.Set("Content-Type", "application/json")
	}
	now := time.Now().UTC().Add(time.Hour)
	switch f.After {
	case "":
	case inSeconds:
		h.Set("Retry-After", strconv.Itoa(int(asked.Seconds())))
	case byDate:
		h.Set("Date", now.Format(http.TimeFormat))
		h.Set("Retry-After", now.Add(asked).Format(http.TimeFormat))
	default:
		h.Set("Retry-After", f.After)
	}
	return h
}

// pause is the policy: how long to wait after the fault, before retry n of the call, which
// counts from 0.
func (f Fault) pause(n int) (least, below time.Duration) {
	switch {
	case f.Status == http.StatusUnauthorized: // new credentials do not wait
		return 0, 1
	case f.After != "":
		return asked, asked + 1
	}
	return 0, min(500*time.Millisecond<<n, 20*time.Second)
}
