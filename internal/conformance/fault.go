package conformance

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"golang.org/x/net/http2"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// The protocols.
const (
	HTTP1 = "HTTP/1.1"
	HTTP2 = "HTTP/2"
)

// Fault is a way in which a call goes wrong.
type Fault struct {
	Name string
	Facts

	only    string // the protocol, if it is not for both
	heavy   bool   // it is slow, so the short form runs it for few operations
	ends    ending // of the call's context
	dial    func(context.Context) error
	secure  bool    // the client speaks TLS, the server does not
	warm    bool    // the connection has served before
	idle    serving // happens to the warm connection before the request
	unread  bool    // the connection is lost before the request is read
	early   bool    // serve runs before the body is read
	serve   serving
	then    *Fault        // strikes later attempts
	timeout time.Duration // of an attempt
}

// Facts are what is true of an attempt that a fault strikes, whatever the client makes of it.
type Facts struct {
	harmless  bool // the call succeeds
	notSent   bool // nothing of the attempt leaves
	uncertain bool // the client cannot know whether the server processed it
	processed bool
	transient bool // a later attempt may succeed
	resends   bool // net/http may resend reads and lookups by itself

	Status int // of the response, 0 if there is none
	is     []error
	wait   time.Duration // Retry-After

	worded  bool // the body is an error of the API
	quotes  bool // the body quotes the request
	floods  bool // the body is oversized
	broken  bool // the body is truncated
	short   bool // and the status says all
	strange bool // a success with the wrong body
	page    bool // and that body is a page
	bytes   bool // that a file operation takes for a file
	large   bool // a success that is too large
	away    bool // a redirect to another host
	near    bool // a redirect to another path
}

// ending is how the context of a call ends.
type ending struct {
	reason  error // context.Canceled, context.DeadlineExceeded or nil
	after   time.Duration
	inPause bool // between two attempts
}

func (e ending) context(ctx context.Context) (context.Context, context.CancelFunc) {
	if e.reason == context.DeadlineExceeded {
		return context.WithTimeout(ctx, e.after)
	}
	ctx, cancel := context.WithCancel(ctx)
	if e.reason != nil && e.after == 0 {
		cancel()
	} else if e.reason != nil {
		time.AfterFunc(e.after, cancel)
	}
	return ctx, cancel
}

// Ending returns when and why the context of the call ends.
func (f *Fault) Ending() (time.Duration, error) { return f.ends.after, f.ends.reason }

const (
	limit = 5 * time.Second // timeout of an attempt that nothing else ends
	early = 3 * time.Second // when a context ends
	pause = 30 * time.Second
)

// Faults returns the whole table.
func (c *Client) Faults() []Fault {
	return slices.Concat(connectionFaults(), http2Faults(), harmlessFaults(), successFaults(), c.statusFaults(),
		redirectFaults(), contextFaults(), sequences())
}

func connectionFaults() []Fault {
	notSent, unread := Facts{notSent: true, transient: true}, Facts{uncertain: true, transient: true}
	lost := Facts{uncertain: true, transient: true, processed: true}
	truncated, quoting, timeout, noDial := lost, lost, lost, notSent
	truncated.broken, truncated.Status = true, 200
	quoting.quotes = true
	timeout.is, noDial.is = []error{context.DeadlineExceeded}, []error{context.DeadlineExceeded}
	slow, badTrailer := timeout, quoting
	slow.broken, slow.Status = true, 200
	badTrailer.broken, badTrailer.Status = true, 200
	resent := unread
	resent.resends = true
	return []Fault{
		{Name: "refused connection", Facts: notSent, dial: refuseDial},
		{Name: "unknown host", Facts: notSent, dial: unknownHost},
		{Name: "connection timeout", Facts: noDial, dial: hang, timeout: limit},
		{Name: "lost in the TLS handshake", Facts: notSent, secure: true, unread: true, only: HTTP1},
		{Name: "lost before the request is read", Facts: unread, unread: true, only: HTTP1},
		{Name: "lost before the request is read, warm", Facts: resent, unread: true, warm: true},
		{Name: "lost before the body is read", Facts: unread, early: true, serve: cut},
		{Name: "lost after processing", Facts: lost, serve: cut},
		{Name: "lost after processing, warm", Facts: resends(lost), serve: cut, warm: true},
		{Name: "lost after 100 Continue", Facts: lost, serve: raw("HTTP/1.1 100 Continue\r\n\r\n"), only: HTTP1},
		{Name: "lost after 103 Early Hints", Facts: lost, serve: before(cut, hints(1))},
		{Name: "lost in the status line", Facts: lost, serve: raw("HTTP/1.1 2"), only: HTTP1},
		{Name: "lost in the headers", Facts: lost, serve: raw("HTTP/1.1 200 OK\r\nContent-Ty"), only: HTTP1},
		{Name: "lost in the body", Facts: truncated, serve: before(cut, partial)},
		{Name: "lost in the body, warm", Facts: truncated, serve: before(cut, partial), warm: true},
		{Name: "lost in a chunk", Facts: truncated, only: HTTP1, serve: raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" +
			"Transfer-Encoding: chunked\r\n\r\n20\r\n" + `{"success":`)},
		{Name: "lost between chunks", Facts: truncated, only: HTTP1, serve: raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" +
			"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")},
		{Name: "malformed headers", Facts: quoting, only: HTTP1, serve: raw("HTTP/1.1 200 OK\r\nit said %s\r\n\r\n")},
		{Name: "malformed trailers", Facts: badTrailer, only: HTTP1,
			serve: raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nit said %s\r\n\r\n")},
		{Name: "echo of the request", Facts: quoting, only: HTTP1, serve: raw("POST /v1 HTTP/1.1\r\nAuthorization: %s\r\n\r\n")},
		{Name: "no headers", Facts: timeout, serve: stall, timeout: limit},
		{Name: "no body", Facts: slow, serve: before(stall, partial), timeout: limit},
		{Name: "endless body", Facts: slow, serve: before(drip, partial), timeout: limit},
	}
}

func resends(f Facts) Facts { f.resends = true; return f }

// http2Faults are resets and GOAWAY at each point of a request.
func http2Faults() []Fault {
	unread := Facts{uncertain: true, transient: true}
	processed := Facts{uncertain: true, transient: true, processed: true}
	truncated := processed
	truncated.broken, truncated.Status = true, 200
	var faults []Fault
	for code := http2.ErrCodeNo; code <= http2.ErrCodeHTTP11Required; code++ {
		if code != http2.ErrCodeRefusedStream {
			early, late := unread, processed
			early.resends, late.resends = code == http2.ErrCodeProtocol, code == http2.ErrCodeProtocol
			faults = append(faults,
				Fault{Name: "reset before the body is read, " + code.String(), Facts: early, early: true, serve: reset(code)},
				Fault{Name: "reset after processing, " + code.String(), Facts: late, serve: reset(code)})
		}
		faults = append(faults, Fault{Name: "reset in the body, " + code.String(), Facts: truncated, serve: before(reset(code), partial)})
	}
	for _, code := range []http2.ErrCode{http2.ErrCodeNo, http2.ErrCodeProtocol, http2.ErrCodeInternal, http2.ErrCodeEnhanceYourCalm} {
		name := ", " + code.String()
		faults = append(faults,
			Fault{Name: "GOAWAY without the request" + name, Facts: resends(unread), early: true, serve: before(cut, goAway(code, true))},
			Fault{Name: "GOAWAY after processing, then lost" + name, Facts: resends(processed), serve: before(cut, goAway(code, false))},
			Fault{Name: "GOAWAY in the body, then lost" + name, Facts: truncated, serve: before(cut, partial, goAway(code, false))})
	}
	faults = append(faults,
		Fault{Name: "refused stream", Facts: resends(unread), early: true, serve: reset(http2.ErrCodeRefusedStream)},
		Fault{Name: "GOAWAY on an idle connection", Facts: Facts{harmless: true}, warm: true, idle: func(x *exchange) {
			goAway(http2.ErrCodeNo, false)(x)
			time.AfterFunc(time.Second, func() { x.conn.Close() })
		}})
	for i := range faults {
		faults[i].only = HTTP2
	}
	return faults
}

// harmlessFaults are faults that a client has to tolerate.
func harmlessFaults() []Fault {
	ok := Facts{harmless: true, processed: true}
	normal := func(steps ...serving) serving {
		return func(x *exchange) {
			for _, step := range steps {
				step(x)
			}
			resp := x.conn.server.response(x.Request)
			respond(resp.Status, resp.ContentType, resp.Body)(x)
		}
	}
	trailers := func(x *exchange) {
		resp := x.conn.server.response(x.Request)
		if resp.Status == http.StatusNoContent {
			normal()(x)
			return
		}
		head(x, resp.Status, resp.ContentType, -1, "Trailer: X-Checksum")
		_, _ = x.Write(resp.Body)
		x.Header().Set("X-Checksum", "1")
	}
	return []Fault{
		{Name: "no fault", Facts: ok, serve: normal()},
		{Name: "103 Early Hints", Facts: ok, serve: normal(hints(4))},
		{Name: "trailers", Facts: ok, serve: trailers},
		{Name: "GOAWAY before the response", Facts: ok, serve: normal(goAway(http2.ErrCodeNo, false)), only: HTTP2},
		{Name: "connection closed while idle", Facts: Facts{harmless: true}, warm: true, idle: func(x *exchange) { x.conn.Close() }},
	}
}

// successFaults say 200 and send the wrong body.
func successFaults() []Fault {
	wrong := Facts{uncertain: true, processed: true, strange: true, Status: 200}
	file, quoting, paged := wrong, wrong, wrong
	file.bytes, quoting.quotes, paged.page = true, true, true
	large := Facts{uncertain: true, processed: true, large: true, floods: true, Status: 200, is: []error{transport.ErrResponseTooLarge}}
	return []Fault{
		{Name: "200 and garbage", Facts: file, serve: respond(200, "application/octet-stream", rubbish[:300])},
		{Name: "200 and nothing", Facts: wrong, serve: respond(200, "", nil)},
		{Name: "200 and a page", Facts: paged, serve: respond(200, "text/html", []byte(page))},
		{Name: "200 and truncated JSON", Facts: wrong, serve: respond(200, jsonType, []byte(`{"success":true,"mess`))},
		{Name: "200 and null", Facts: wrong, serve: respond(200, jsonType, []byte(`null`))},
		{Name: "200 and a list", Facts: wrong, serve: respond(200, jsonType, []byte(`[{}]`))},
		{Name: "200 and the request", Facts: quoting, serve: quote(200)},
		{Name: "200 and 64 MiB", Facts: large, heavy: true, serve: overflow(200, jsonType, flood)},
		{Name: "200 and 64 MiB compressed", Facts: large, heavy: true, serve: compressedBody(manyBytes)},
		{Name: "200 and 3 million values", Facts: large, heavy: true, serve: compressedBody(manyValues)},
	}
}

func compressedBody(body func() []byte) serving {
	return func(x *exchange) { respond(200, jsonType, body(), "Content-Encoding: gzip")(x) }
}

// statusFaults are every status with every kind of body.
func (c *Client) statusFaults() []Fault {
	type body struct {
		name  string
		facts func(*Facts)
		serve func(code int, header ...string) serving
	}
	floods := func(f *Facts) { f.floods = true }
	bodies := []body{
		{"the API's error", func(f *Facts) { f.worded = true }, func(code int, header ...string) serving {
			return respond(code, jsonType, []byte(c.Refusal), header...)
		}},
		{"nothing", func(*Facts) {}, func(code int, header ...string) serving { return respond(code, "", nil, header...) }},
		{"a proxy's page", func(*Facts) {}, func(code int, header ...string) serving {
			return respond(code, "text/html", []byte(page), header...)
		}},
		{"the request", func(f *Facts) { f.quotes = true }, quote},
		{"64 MiB", floods, func(code int, header ...string) serving { return overflow(code, "text/plain", flood, header...) }},
		{"64 MiB of unknown length", floods, func(code int, header ...string) serving { return overflow(code, "text/plain", -1, header...) }},
		{"a truncated body", func(f *Facts) { f.short = true }, func(code int, header ...string) serving {
			return func(x *exchange) {
				head(x, code, jsonType, len(c.Refusal)+1, header...)
				_, _ = io.WriteString(x, c.Refusal[:5])
				x.flush()
				x.cut()
			}
		}},
	}
	var faults []Fault
	for _, s := range statuses {
		for _, b := range bodies {
			f := Fault{Name: fmt.Sprintf("%d and %s", s.code, b.name), Facts: s.Facts}
			var header []string
			if s.retryAfter != "-" {
				f.Name = fmt.Sprintf("%d with Retry-After %q and %s", s.code, s.retryAfter, b.name)
				header = append(header, "Retry-After: "+s.retryAfter)
			}
			f.Status = s.code
			b.facts(&f.Facts)
			// A cache in front of the server says 503 about requests that the server has processed.
			f.uncertain = s.uncertain || s.code == 503 && (f.wait == 0 || !f.worded)
			f.processed = f.uncertain
			f.heavy = f.floods
			f.serve = b.serve(s.code, header...)
			faults = append(faults, f)
		}
	}
	return faults
}

// statuses are what each status says. A Retry-After of "-" is none.
var statuses = []struct {
	code       int
	retryAfter string
	Facts
}{
	{400, "-", Facts{is: []error{transport.ErrInvalidRequest}}},
	{401, "-", Facts{is: []error{transport.ErrUnauthorized}}},
	{402, "-", Facts{is: []error{transport.ErrPaymentRequired}}},
	{403, "-", Facts{is: []error{transport.ErrForbidden}}},
	{404, "-", Facts{is: []error{transport.ErrNotFound}}},
	{408, "-", Facts{uncertain: true, transient: true}},
	{409, "-", Facts{is: []error{transport.ErrConflict}}},
	{422, "-", Facts{is: []error{transport.ErrInvalidRequest}}},
	{429, "-", Facts{is: []error{transport.ErrRateLimited}, transient: true}},
	{429, "3", Facts{is: []error{transport.ErrRateLimited}, transient: true, wait: 3 * time.Second}},
	{500, "-", Facts{is: []error{transport.ErrServer}, transient: true, uncertain: true}},
	{501, "-", Facts{is: []error{transport.ErrServer}}},
	{502, "-", Facts{is: []error{transport.ErrServer}, transient: true, uncertain: true}},
	{502, "3", Facts{is: []error{transport.ErrServer}, transient: true, uncertain: true, wait: 3 * time.Second}},
	{503, "-", Facts{is: []error{transport.ErrServer}, transient: true}},
	{503, "", Facts{is: []error{transport.ErrServer}, transient: true}},
	{503, "soon", Facts{is: []error{transport.ErrServer}, transient: true}},
	{503, "-1", Facts{is: []error{transport.ErrServer}, transient: true}},
	{503, "3", Facts{is: []error{transport.ErrServer}, transient: true, wait: 3 * time.Second}},
	{504, "-", Facts{is: []error{transport.ErrServer}, transient: true, uncertain: true}},
}

func redirectFaults() []Fault {
	var faults []Fault
	for _, code := range []int{301, 302, 303, 307, 308} {
		// A 303 means that the server has processed the request.
		facts := Facts{Status: code, uncertain: code == 303, processed: code == 303}
		away, near := facts, facts
		away.away, near.near = true, true
		faults = append(faults,
			Fault{Name: fmt.Sprint(code, " to another host"), Facts: away,
				serve: respond(code, "text/html", []byte(page), "Location: http://"+elsewhere+"/v1")},
			Fault{Name: fmt.Sprint(code, " to another path"), Facts: near,
				serve: respond(code, "text/html", []byte(page), "Location: "+movedPath)})
	}
	return faults
}

// contextFaults end the context at each point of a call.
func contextFaults() []Fault {
	var faults []Fault
	for _, reason := range []error{context.Canceled, context.DeadlineExceeded} {
		at := func(after time.Duration, inPause bool) ending { return ending{reason, after, inPause} }
		is := []error{reason}
		notSent, processed := Facts{notSent: true, is: is}, Facts{uncertain: true, processed: true, is: is}
		truncated := processed
		truncated.broken, truncated.Status = true, 200
		// 429 is not processed, 502 is uncertain; both ask for a pause.
		refused := Facts{Status: 429, is: []error{transport.ErrRateLimited}, transient: true, wait: pause}
		failed := Facts{Status: 502, is: []error{transport.ErrServer}, transient: true, wait: pause, uncertain: true, processed: true}
		header := fmt.Sprintf("Retry-After: %d", int(pause.Seconds()))
		for _, f := range []Fault{
			{Name: "before the call", Facts: notSent, ends: at(0, false)},
			{Name: "in the dial", Facts: notSent, ends: at(early, false), dial: hang},
			{Name: "before the headers", Facts: processed, ends: at(early, false), serve: stall},
			{Name: "in the body", Facts: truncated, ends: at(early, false), serve: before(stall, partial)},
			{Name: "in a slow body", Facts: truncated, ends: at(early, false), serve: before(drip, partial)},
			{Name: "in the pause after a refused connection", Facts: Facts{notSent: true, transient: true}, ends: at(time.Microsecond, true), dial: refuseDial},
			{Name: "in the pause after a refusal", Facts: refused, ends: at(early, true), serve: respond(429, "", nil, header)},
			{Name: "in the pause after a failure", Facts: failed, ends: at(early, true), serve: respond(502, "", nil, header)},
		} {
			f.Name = reason.Error() + " " + f.Name
			faults = append(faults, f)
		}
	}
	return faults
}

// sequences are faults whose later attempts meet another one.
func sequences() []Fault {
	refused := Facts{notSent: true, transient: true}
	lost := Facts{uncertain: true, transient: true, processed: true}
	busy := Facts{Status: 429, transient: true, is: []error{transport.ErrRateLimited}}
	again := respond(429, "", nil, "Retry-After: 0", "Connection: close")
	gone := &Fault{Facts: Facts{Status: 404, is: []error{transport.ErrNotFound}}, serve: respond(404, "text/html", []byte(page))}
	invalid := &Fault{Facts: Facts{Status: 400, is: []error{transport.ErrInvalidRequest}}, serve: respond(400, "", nil)}
	return []Fault{
		{Name: "lost after processing, then gone", Facts: lost, serve: cut, then: gone},
		{Name: "429, then gone", Facts: busy, serve: again, then: gone},
		{Name: "refused connection, then gone", Facts: refused, dial: refuseDial, then: gone},
		{Name: "lost after processing, then invalid", Facts: lost, serve: cut, then: invalid},
		{Name: "lost after processing, then a refused connection", Facts: lost, serve: cut, then: &Fault{Facts: refused, dial: refuseDial}},
		{Name: "refused connection, then lost after processing", Facts: refused, dial: refuseDial, then: &Fault{Facts: lost, serve: cut}},
		{Name: "429, then lost after processing", Facts: busy, serve: again, then: &Fault{Facts: lost, serve: cut}},
	}
}

// times returns how often the fault strikes, in turn.
func (f *Fault) times() []int {
	switch {
	case f.secure, f.then != nil:
		return []int{always}
	case f.transient && !f.ends.inPause && !f.floods:
		return []int{1, always}
	}
	return []int{1}
}
