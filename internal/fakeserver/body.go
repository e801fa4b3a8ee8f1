package fakeserver

import (
	"context"
	"errors"
	"io"
	"sync"
)

// stream is a body that is read while the handler writes it.
type stream struct {
	*io.PipeReader
	ctx  context.Context
	gone context.CancelFunc
	stop func()
	once sync.Once
}

func (s *stream) Read(p []byte) (int, error) {
	n, err := s.PipeReader.Read(p)
	if err != nil && err != io.EOF && s.ctx.Err() != nil {
		err = s.ctx.Err() // the handler has noticed before the pipe
	}
	return n, err
}

func (s *stream) Close() error {
	s.once.Do(func() {
		s.stop()
		s.PipeReader.CloseWithError(errors.New("http: read on closed response body"))
		s.gone()
	})
	return nil
}

// whole is a body that was written before it is read.
type whole struct {
	ctx   context.Context
	mu    sync.Mutex
	rest  []byte
	short bool // the answer promised more
	shut  bool
}

func (b *whole) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.shut:
		return 0, errors.New("http: read on closed response body")
	case b.ctx.Err() != nil:
		return 0, b.ctx.Err()
	case len(b.rest) > 0:
		n := copy(p, b.rest)
		b.rest = b.rest[n:]
		return n, nil
	case b.short:
		return 0, io.ErrUnexpectedEOF
	}
	return 0, io.EOF
}

func (b *whole) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shut = true
	return nil
}
