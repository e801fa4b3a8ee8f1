package fakeserver

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// exchange is a request that meets a fault.
type exchange struct {
	http.ResponseWriter
	ctx      context.Context
	extra    http.Header // to add to the response
	response *buffer     // the API's, if it processed the request
}

// Latency delays requests before the API sees them. If the client disconnects first, the API never
// does.
func Latency(d time.Duration) Fault { return Fault{delay: d} }

// Respond responds instead of the API, which does not see the request. The Content-Type is derived
// from the beginning of the body.
func Respond(status int, body string) Fault {
	return Fault{serve: func(x exchange) {
		h := x.Header()
		switch {
		case strings.HasPrefix(body, "{"), strings.HasPrefix(body, "["):
			h.Set("Content-Type", "application/json")
		case strings.HasPrefix(body, "<"):
			h.Set("Content-Type", "text/html; charset=utf-8")
		case body != "":
			h.Set("Content-Type", "text/plain; charset=utf-8")
		}
		maps.Copy(h, x.extra)
		x.WriteHeader(status)
		_, _ = io.WriteString(x, body)
	}}
}

// ProxyPage responds with the HTML page of a proxy that cannot reach the API.
func ProxyPage(status int) Fault {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	return Respond(status, "<html>\r\n<head><title>"+title+"</title></head>\r\n<body>\r\n<center><h1>"+
		title+"</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n")
}

// Redirect redirects the client.
func Redirect(status int, location string) Fault {
	return Respond(status, "").With("Location", location)
}

// CutBefore resets the connection, or the HTTP/2 stream, before the API sees the request.
func CutBefore() Fault { return Fault{serve: func(x exchange) { cut(x, "") }} }

// CutAfter resets the connection, or the HTTP/2 stream, after the API has processed the request.
func CutAfter() Fault { return Fault{processed: true, serve: func(x exchange) { cut(x, "") }} }

// CutHead closes the connection in the headers of the API's response. Over HTTP/2 it is CutAfter.
func CutHead() Fault {
	return Fault{processed: true, serve: func(x exchange) {
		cut(x, fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: application/json\r\n", x.response.status, http.StatusText(x.response.status)))
	}}
}

// Truncated ends the API's response in the middle of its body.
func Truncated() Fault {
	return Fault{processed: true, serve: func(x exchange) {
		body := x.response.body.Bytes()
		x.head(len(body) + 1)
		_, _ = x.Write(body[:len(body)/2]) // less than declared, so net/http ends the connection
		x.flush()
	}}
}

// Garbage replaces the body of the API's response by malformed bytes.
func Garbage() Fault {
	return Fault{processed: true, serve: func(x exchange) {
		body := "\x1f\x8b\x08{\"suc\x00\xff\xfe]]"
		x.head(len(body))
		_, _ = io.WriteString(x, body)
	}}
}

// SlowBody sends the body of the API's response byte by byte, after a pause of d each.
func SlowBody(d time.Duration) Fault {
	return Fault{processed: true, serve: func(x exchange) {
		body := x.response.body.Bytes()
		x.head(len(body))
		x.flush()
		for i := range body {
			if !sleep(x.ctx, d) {
				return
			}
			if _, err := x.Write(body[i : i+1]); err != nil {
				return
			}
			x.flush()
		}
	}}
}

// EndlessBody replaces the body of the API's response by one that never ends.
func EndlessBody() Fault {
	return Fault{processed: true, serve: func(x exchange) {
		x.head(-1)
		_, _ = io.WriteString(x, `{"endless":"`)
		more := bytes.Repeat([]byte("more"), 4<<10)
		for x.ctx.Err() == nil {
			x.flush()
			if _, err := x.Write(more); err != nil {
				return
			}
		}
		cut(x, "")
	}}
}

// Hang processes the request and never responds. It ends when the client disconnects. Use [Latency]
// for requests that must not be processed.
func Hang() Fault {
	return Fault{processed: true, serve: func(x exchange) {
		<-x.ctx.Done()
		cut(x, "")
	}}
}

// head sends the head of the API's response with another length, or with none if it is negative.
func (x exchange) head(length int) {
	h := x.Header()
	maps.Copy(h, x.response.header)
	h.Del("Content-Length")
	if length >= 0 {
		h.Set("Content-Length", strconv.Itoa(length))
	}
	maps.Copy(h, x.extra)
	x.WriteHeader(x.response.status)
}

func (x exchange) flush() { _ = http.NewResponseController(x.ResponseWriter).Flush() }

func (x exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// cut sends head and closes the connection, or resets it if there is no head.
func cut(w http.ResponseWriter, head string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil { // HTTP/2, or the connection is lost
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	if head != "" {
		_, _ = io.WriteString(conn, head)
		return
	}
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
		defer conn.Close()
	}
	if c, ok := conn.(interface{ SetLinger(int) error }); ok {
		_ = c.SetLinger(0)
	}
}

// buffer is a response that is not sent.
type buffer struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func capture(api http.Handler, r *http.Request) *buffer {
	b := &buffer{header: http.Header{}}
	api.ServeHTTP(b, r)
	b.WriteHeader(http.StatusOK)
	return b
}

func (b *buffer) Header() http.Header { return b.header }

func (b *buffer) WriteHeader(status int) {
	if b.status == 0 {
		b.status = status
	}
}

func (b *buffer) Write(p []byte) (int, error) {
	b.WriteHeader(http.StatusOK)
	return b.body.Write(p)
}

func (*buffer) Flush() {}

// replay returns a body that has been read.
func replay(body []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(body)) }
