package fakeserver

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// blow is a fault striking a request.
type blow struct {
	ctx    context.Context
	w      http.ResponseWriter
	header http.Header // to add to the answer
	answer *captured   // the API's own, if it saw the request
}

// Latency lets a request wait before the API sees it. If the client goes in the meantime,
// the API never does.
func Latency(d time.Duration) Fault { return Fault{delay: d} }

// Answer is an answer in place of the API's, which does not see the request. Its content
// type goes by how body begins.
func Answer(status int, body string) Fault {
	return Fault{strike: func(b blow) {
		h := b.w.Header()
		switch {
		case strings.HasPrefix(body, "{"), strings.HasPrefix(body, "["):
			h.Set("Content-Type", "application/json")
		case strings.HasPrefix(body, "<"):
			h.Set("Content-Type", "text/html; charset=utf-8")
		case body != "":
			h.Set("Content-Type", "text/plain; charset=utf-8")
		}
		b.send(status, []byte(body))
	}}
}

// ProxyPage is the HTML page of a proxy that cannot reach the API.
func ProxyPage(status int) Fault {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	return Answer(status, "<html>\r\n<head><title>"+title+"</title></head>\r\n<body>\r\n<center><h1>"+
		title+"</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n")
}

// Redirect sends the client elsewhere.
func Redirect(status int, location string) Fault {
	return Answer(status, "").With("Location", location)
}

// CutBefore cuts the connection before the API sees the request.
func CutBefore() Fault { return Fault{strike: func(b blow) { cut(b.w, "") }} }

// CutAfter cuts the connection when the API has acted, before its answer leaves.
func CutAfter() Fault { return Fault{acts: true, strike: func(b blow) { cut(b.w, "") }} }

// CutHead cuts the connection in the midst of the headers of the API's answer.
func CutHead() Fault {
	return Fault{acts: true, strike: func(b blow) {
		cut(b.w, fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: application/json\r\n", b.answer.status, http.StatusText(b.answer.status)))
	}}
}

// Truncated cuts the connection in the midst of the body of the API's answer.
func Truncated() Fault {
	return Fault{acts: true, strike: func(b blow) {
		body := b.answer.body.Bytes()
		b.head(len(body) + 1)
		b.w.Write(body[:len(body)/2]) // less than promised, so that the server ends the connection
		http.NewResponseController(b.w).Flush()
	}}
}

// Garbage keeps the head of the API's answer and puts bytes that mean nothing in the place
// of its body.
func Garbage() Fault {
	return Fault{acts: true, strike: func(b blow) {
		body := "\x1f\x8b\x08{\"suc\x00\xff\xfe]]"
		b.head(len(body))
		io.WriteString(b.w, body)
	}}
}

// SlowBody sends the body of the API's answer a byte at a time, and waits for d before each.
func SlowBody(d time.Duration) Fault {
	return Fault{acts: true, strike: func(b blow) {
		body := b.answer.body.Bytes()
		b.head(len(body))
		flush := http.NewResponseController(b.w).Flush
		flush()
		for i := range body {
			if !sleep(b.ctx, d) {
				return
			}
			if _, err := b.w.Write(body[i : i+1]); err != nil {
				return
			}
			flush()
		}
	}}
}

// EndlessBody sends a body that never ends, in the place of that of the API's answer.
func EndlessBody() Fault {
	return Fault{acts: true, strike: func(b blow) {
		b.head(-1)
		flush := http.NewResponseController(b.w).Flush
		io.WriteString(b.w, `{"endless":"`)
		more := bytes.Repeat([]byte("more"), 4<<10)
		for b.ctx.Err() == nil {
			flush()
			if _, err := b.w.Write(more); err != nil {
				return
			}
		}
		cut(b.w, "")
	}}
}

// Hang never answers although the API has acted. It ends when the client goes. Where the API
// must not act, there is [Latency].
func Hang() Fault {
	return Fault{acts: true, strike: func(b blow) {
		<-b.ctx.Done()
		cut(b.w, "")
	}}
}

// send writes an answer of the fault's own.
func (b blow) send(status int, body []byte) {
	maps.Copy(b.w.Header(), b.header)
	b.w.WriteHeader(status)
	b.w.Write(body)
}

// head writes the head of the API's answer with another length, or, below zero, none.
func (b blow) head(length int) {
	h := b.w.Header()
	maps.Copy(h, b.answer.header)
	h.Del("Content-Length")
	if length >= 0 {
		h.Set("Content-Length", strconv.Itoa(length))
	}
	maps.Copy(h, b.header)
	b.w.WriteHeader(b.answer.status)
}

// cut ends the connection: with a reset, or, if there is a part of a head to send before,
// by closing it.
func cut(w http.ResponseWriter, head string) {
	if n, ok := w.(*noted); ok {
		w = n.ResponseWriter
	}
	if w, ok := w.(*writer); ok {
		w.cut(head)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil { // HTTP/2, or gone
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	if head != "" {
		io.WriteString(conn, head)
		return
	}
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
		defer conn.Close()
	}
	if c, ok := conn.(*net.TCPConn); ok {
		c.SetLinger(0)
	}
}

// captured is an answer that the API gave and nobody has seen yet.
type captured struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func capture(api http.Handler, r *http.Request) *captured {
	c := &captured{header: http.Header{}}
	api.ServeHTTP(c, r)
	c.WriteHeader(http.StatusOK)
	return c
}

func (c *captured) Header() http.Header { return c.header }
func (c *captured) WriteHeader(s int) {
	if c.status == 0 {
		c.status = s
	}
}
func (c *captured) Write(p []byte) (int, error) {
	c.WriteHeader(http.StatusOK)
	return c.body.Write(p)
}
func (c *captured) Flush() {}

// replay is a body that was read already.
func replay(body []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(body)) }
