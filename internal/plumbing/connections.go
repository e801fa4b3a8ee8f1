package plumbing

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// connections has operations fail and succeed over net/http's own transport: one connection is
// enough for all attempts.
func (api *API) connections(t *testing.T) {
	for _, op := range api.Operations {
		t.Run(op.ID, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := api.Server(op.ID)
				rt, dials := s.Listen(t)
				client := api.Open(t, rt, Settings{MaxRetries: maxRetries})
				for _, f := range Faults {
					if f.Err != nil || f.Doubt && !api.long {
						continue // a connection that breaks is lost, and what is left of the others is alike
					}
					s.Set(f)
					value, err := client(t.Context(), op.ID)
					require.Equal(t, f.Doubt && op.Repeat == "never", err != nil, "%s: %v", f.Name, err)
					Finish(t, value, err)
					for _, a := range s.Seen() {
						require.Equal(t, s.Seen()[0].Body, a.Body)
						require.Equal(t, s.Seen()[0].Header, a.Header)
					}
				}
				require.EqualValues(t, 1, dials.Load())
			})
		})
	}
}

// Listen serves net/http's own transport over connections in memory, and counts them. Those of
// HTTPS are not encrypted.
func (s *Server) Listen(t *testing.T) (http.RoundTripper, *atomic.Int64) {
	accepted, dials := make(chan net.Conn), new(atomic.Int64)
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		dials.Add(1)
		client, server := net.Pipe()
		select {
		case accepted <- server:
			return client, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	rt := &http.Transport{DialContext: dial, DialTLSContext: dial}
	server := &http.Server{Handler: s, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = server.Serve(&listener{accepted: accepted, closed: make(chan struct{})}) }()
	t.Cleanup(func() {
		rt.CloseIdleConnections()
		require.NoError(t, server.Close())
	})
	return rt, dials
}

// ServeHTTP is RoundTrip for a connection.
func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	resp, err := s.RoundTrip(req)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer resp.Body.Close()
	for name := range resp.Header {
		w.Header().Set(name, resp.Header.Get(name))
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body)
}

type listener struct {
	accepted chan net.Conn
	closed   chan struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.accepted:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error   { close(l.closed); return nil }
func (l *listener) Addr() net.Addr { return &net.UnixAddr{Name: "memory"} }
