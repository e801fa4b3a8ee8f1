package fakeserver

import (
	"crypto/tls"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"time"
)

// StartTLS opens a socket as [Server.Start] does, and serves HTTPS on it.
func (s *Server) StartTLS(config *tls.Config) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		if l, err = net.Listen("tcp6", "[::1]:0"); err != nil {
			return "", err
		}
	}
	s.http = &http.Server{
		Handler: s, ReadHeaderTimeout: time.Minute,
		// A client that does not trust the certificate is what some tests are about.
		ErrorLog: stdlog.New(io.Discard, "", 0),
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				s.serving.Add(1)
			case http.StateClosed, http.StateHijacked:
				s.serving.Done()
			}
		},
	}
	// A listener that is wrapped here speaks HTTP/1.1 alone, whose connections can be cut.
	s.serving.Go(func() { s.http.Serve(tls.NewListener(l, config)) }) // always ends with ErrServerClosed
	return "https://" + l.Addr().String(), nil
}
