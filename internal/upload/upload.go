// Package upload reads a caller's file as the body of a request. net/http may still read a body
// after its attempt or its call is over; such a Read neither takes bytes from the next attempt or
// from the caller, nor blocks the call.
package upload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// File is the file of one call.
type File struct {
	reader  io.Reader
	seeker  io.Seeker       // nil if the reader is non-seekable
	start   int64           // offset at which the upload began
	length  int64           // -1 if unknown
	turn    chan struct{}   // held by a Read of a body, and while seeking
	reading chan struct{}   // held while a Read of reader is in flight
	stopped chan struct{}   // closed when the call is over
	ended   <-chan struct{} // closed when the context of the call is done
	buffer  []byte

	mu      sync.Mutex
	attempt int
	over    bool
	err     error // of the reader
}

// New returns the file that r contains from its current offset on.
func New(ctx context.Context, r io.Reader) *File {
	f := &File{
		reader: r, length: -1, turn: make(chan struct{}, 1), reading: make(chan struct{}, 1),
		stopped: make(chan struct{}), ended: ctx.Done(),
	}
	if seeker, ok := r.(io.Seeker); ok {
		f.measure(seeker)
	}
	if sized, ok := r.(interface{ Len() int }); ok {
		f.length = int64(sized.Len())
	}
	return f
}

// measure determines the length of a seekable reader. Devices report length 0 and pipes fail to
// seek; both are treated as unknown length.
func (f *File) measure(seeker io.Seeker) {
	start, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return
	}
	end, err := seeker.Seek(0, io.SeekEnd)
	if _, back := seeker.Seek(start, io.SeekStart); err != nil || back != nil {
		return
	}
	f.seeker, f.start = seeker, start
	if end > start {
		f.length = end - start
	}
}

// Body returns the body of the first attempt.
func (f *File) Body() *Body { return &Body{file: f, ended: f.ended} }

// Again returns the body of the next attempt.
func (f *File) Again() (io.ReadCloser, error) {
	f.mu.Lock()
	f.attempt++ // bodies of previous attempts read nothing from now on
	attempt := f.attempt
	f.err = nil
	f.mu.Unlock()
	for _, held := range []chan struct{}{f.turn, f.reading} {
		select {
		case held <- struct{}{}:
			defer func() { <-held }()
		case <-f.ended:
			return nil, errOver
		}
	}
	if _, err := f.seeker.Seek(f.start, io.SeekStart); err != nil {
		return nil, fmt.Errorf("rewind the file: %w", err)
	}
	return &Body{file: f, attempt: attempt, ended: f.ended}, nil
}

// lastRead is how long Stop waits for a Read that is in flight. The bytes of a later one are lost.
const lastRead = 250 * time.Millisecond

// Stop ends all reading. It waits for a Read in flight, but not after ctx is done.
func (f *File) Stop(ctx context.Context) {
	f.mu.Lock()
	f.over = true
	f.mu.Unlock()
	close(f.stopped)
	timer := time.NewTimer(lastRead)
	defer timer.Stop()
	for _, held := range []chan struct{}{f.turn, f.reading} {
		select {
		case held <- struct{}{}:
			defer func() { <-held }()
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

var errOver = errors.New("the attempt is over")

// ErrEmpty is the error of a file that has no bytes.
var ErrEmpty = errors.New("the file is empty")

// Length returns the number of bytes, or -1 if it is unknown.
func (f *File) Length() int64 { return f.length }

// Replayable reports whether the file can be read again.
func (f *File) Replayable() bool { return f.seeker != nil }

// Err returns the error of the caller's reader, or [ErrEmpty], or nil.
func (f *File) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

func (f *File) current(attempt int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !f.over && f.attempt == attempt
}

// Body is the body of one attempt.
type Body struct {
	file    *File
	attempt int
	ended   <-chan struct{} // closed when the context of the attempt is done
	read    int64
	left    bool // a Read of the file is still in flight
}

// Read reads from the file, up to the length that was announced. An error of the file comes without
// the bytes before it, so that the server never gets all of a file that could not be read.
func (b *Body) Read(p []byte) (int, error) {
	f := b.file
	if f.length >= 0 && b.read == f.length {
		return 0, io.EOF // also after the attempt: an error would cost net/http the connection
	}
	select {
	case f.turn <- struct{}{}:
		defer func() { <-f.turn }()
	case <-b.ended:
		return 0, errOver
	}
	if b.left || !f.current(b.attempt) {
		return 0, errOver
	}
	if f.length >= 0 {
		p = p[:min(int64(len(p)), f.length-b.read)]
	}
	n, err := b.readInterruptibly(p)
	b.read += int64(n)
	if err == io.EOF && b.read == 0 {
		err = ErrEmpty
	}
	if err != nil && err != io.EOF && err != errOver {
		n = 0
		f.mu.Lock()
		if f.attempt == b.attempt {
			f.err = err
		}
		f.mu.Unlock()
	}
	return n, err
}

// readInterruptibly reads on another goroutine, because net/http waits for a Read in flight even if
// the context is done.
func (b *Body) readInterruptibly(p []byte) (int, error) {
	f := b.file
	type result struct {
		n   int
		err error
	}
	select {
	case f.reading <- struct{}{}:
	case <-b.ended:
		return 0, errOver
	case <-f.stopped:
		return 0, errOver
	}
	if len(f.buffer) < len(p) {
		f.buffer = make([]byte, max(len(p), 32<<10))
	}
	done, buffer := make(chan result, 1), f.buffer[:len(p)]
	go func() {
		r := result{err: errors.New("the reader exited")}
		defer func() {
			if p := recover(); p != nil { // the caller of Upload could not recover from it
				r = result{err: fmt.Errorf("the reader panicked: %v", p)}
			}
			<-f.reading
			done <- r
		}()
		r.n, r.err = f.reader.Read(buffer)
	}()
	select {
	case r := <-done:
		return copy(p, buffer[:r.n]), r.err
	case <-b.ended:
	case <-f.stopped:
	}
	b.left = true
	return 0, errOver
}

// WriteTo uses a larger buffer than net/http would, because each Read starts a goroutine.
func (b *Body) WriteTo(w io.Writer) (int64, error) {
	return io.CopyBuffer(w, struct{ io.Reader }{b}, make([]byte, 256<<10))
}

// Close does not close the caller's reader.
func (b *Body) Close() error { return nil }

// Middleware ends the reads of a [Body] when the context of its attempt is done. It must be the
// innermost middleware.
func Middleware(next transport.Doer) transport.Doer { return middleware{next} }

type middleware struct{ next transport.Doer }

func (m middleware) Do(req *http.Request) (*http.Response, error) {
	if body, ok := req.Body.(*Body); ok {
		body.ended = req.Context().Done()
	}
	return m.next.Do(req)
}
