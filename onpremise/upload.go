package onpremise

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

// upload is the file of one call. net/http may still read a body after its attempt or its call is
// over; such a Read must not take bytes from the next attempt or from the caller.
type upload struct {
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

func newUpload(ctx context.Context, r io.Reader) *upload {
	u := &upload{
		reader: r, length: -1, turn: make(chan struct{}, 1), reading: make(chan struct{}, 1),
		stopped: make(chan struct{}), ended: ctx.Done(),
	}
	if seeker, ok := r.(io.Seeker); ok {
		u.measure(seeker)
	}
	if sized, ok := r.(interface{ Len() int }); ok {
		u.length = int64(sized.Len())
	}
	return u
}

// measure determines the length of a seekable reader. Devices report length 0 and pipes fail to
// seek; both are treated as unknown length.
func (u *upload) measure(seeker io.Seeker) {
	start, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return
	}
	end, err := seeker.Seek(0, io.SeekEnd)
	if _, back := seeker.Seek(start, io.SeekStart); err != nil || back != nil {
		return
	}
	u.seeker, u.start = seeker, start
	if end > start {
		u.length = end - start
	}
}

// body returns the body of the first attempt.
func (u *upload) body() *uploadBody { return &uploadBody{upload: u, ended: u.ended} }

// again returns the body of the next attempt.
func (u *upload) again() (io.ReadCloser, error) {
	u.mu.Lock()
	u.attempt++ // bodies of previous attempts read nothing from now on
	attempt := u.attempt
	u.err = nil
	u.mu.Unlock()
	for _, held := range []chan struct{}{u.turn, u.reading} {
		select {
		case held <- struct{}{}:
			defer func() { <-held }()
		case <-u.ended:
			return nil, errUploadOver
		}
	}
	if _, err := u.seeker.Seek(u.start, io.SeekStart); err != nil {
		return nil, fmt.Errorf("rewind the file: %w", err)
	}
	return &uploadBody{upload: u, attempt: attempt, ended: u.ended}, nil
}

// lastRead is how long stop waits for a Read that is in flight. The bytes of a later one are lost.
const lastRead = 250 * time.Millisecond

// stop ends all reading. It waits for a Read in flight, but not after ctx is done.
func (u *upload) stop(ctx context.Context) {
	u.mu.Lock()
	u.over = true
	u.mu.Unlock()
	close(u.stopped)
	timer := time.NewTimer(lastRead)
	defer timer.Stop()
	for _, held := range []chan struct{}{u.turn, u.reading} {
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

var (
	errUploadOver    = errors.New("the attempt is over")
	errNotRewindable = errors.New("the token was rejected and the file cannot be read again; a new call gets a new token")
	errEmptyUpload   = invalid("file", "must not be empty")
)

// explain replaces err with the reader's own error, if there was one, and explains why an upload was
// not retried after a 401.
func (u *upload) explain(resp *http.Response, err error) error {
	u.mu.Lock()
	failed := u.err
	u.mu.Unlock()
	e, ok := err.(*Error)
	switch {
	case failed == errEmptyUpload:
		return failed
	case failed != nil:
		failed = fmt.Errorf("read the file: %w", failed)
		switch {
		case ok:
			e.Err = failed
			if e.Outcome == OutcomeUnknown {
				e.Outcome = OutcomeRefused // a truncated upload is never stored
			}
		case err == nil:
			return transport.CallOf(resp).Fail(resp, failed) // the server did not wait for the end
		default:
			return fmt.Errorf("onpremise: upload media: %w", failed)
		}
	case ok && e.StatusCode == http.StatusUnauthorized && e.Err == nil && u.seeker == nil:
		e.Err = errNotRewindable
	}
	return err
}

func (u *upload) current(attempt int) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return !u.over && u.attempt == attempt
}

// uploadBody is the body of one attempt.
type uploadBody struct {
	upload  *upload
	attempt int
	ended   <-chan struct{} // closed when the context of the attempt is done
	read    int64
	left    bool // a Read of the file is still in flight
}

// Read reads from the file, up to the length that was announced. An error of the file comes without
// the bytes before it, so that the server never gets all of a file that could not be read.
func (b *uploadBody) Read(p []byte) (int, error) {
	u := b.upload
	if u.length >= 0 && b.read == u.length {
		return 0, io.EOF // also after the attempt: an error would cost net/http the connection
	}
	select {
	case u.turn <- struct{}{}:
		defer func() { <-u.turn }()
	case <-b.ended:
		return 0, errUploadOver
	}
	if b.left || !u.current(b.attempt) {
		return 0, errUploadOver
	}
	if u.length >= 0 {
		p = p[:min(int64(len(p)), u.length-b.read)]
	}
	n, err := b.readInterruptibly(p)
	b.read += int64(n)
	if err == io.EOF && b.read == 0 {
		err = errEmptyUpload
	}
	if err != nil && err != io.EOF && err != errUploadOver {
		n = 0
		u.mu.Lock()
		if u.attempt == b.attempt {
			u.err = err
		}
		u.mu.Unlock()
	}
	return n, err
}

// readInterruptibly reads on another goroutine, because net/http waits for a Read in flight even if
// the context is done.
func (b *uploadBody) readInterruptibly(p []byte) (int, error) {
	u := b.upload
	type result struct {
		n   int
		err error
	}
	select {
	case u.reading <- struct{}{}:
	case <-b.ended:
		return 0, errUploadOver
	case <-u.stopped:
		return 0, errUploadOver
	}
	if len(u.buffer) < len(p) {
		u.buffer = make([]byte, max(len(p), 32<<10))
	}
	done, buffer := make(chan result, 1), u.buffer[:len(p)]
	go func() {
		r := result{err: errors.New("the reader exited")}
		defer func() {
			if p := recover(); p != nil { // the caller of Upload could not recover from it
				r = result{err: fmt.Errorf("the reader panicked: %v", p)}
			}
			<-u.reading
			done <- r
		}()
		r.n, r.err = u.reader.Read(buffer)
	}()
	select {
	case r := <-done:
		return copy(p, buffer[:r.n]), r.err
	case <-b.ended:
	case <-u.stopped:
	}
	b.left = true
	return 0, errUploadOver
}

// WriteTo uses a larger buffer than net/http would, because each Read starts a goroutine.
func (b *uploadBody) WriteTo(w io.Writer) (int64, error) {
	return io.CopyBuffer(w, struct{ io.Reader }{b}, make([]byte, 256<<10))
}

// Close does not close the caller's reader.
func (b *uploadBody) Close() error { return nil }
