package onpremise

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// upload is a file on its way out. net/http may still read a body when its call is over, and
// must then neither take from what the caller does with the reader next, nor from the next
// attempt, which reads it from the start.
type upload struct {
	reader  io.Reader
	seeker  io.Seeker // nil where the file cannot be read again
	start   int64     // where it was when the upload began
	length  int64     // -1 where nothing tells it
	turn    chan struct{}
	stopped chan struct{}   // closed when the call is over
	ended   <-chan struct{} // closed when the context of the call is
	buffer  []byte          // of what can block
	aside   chan struct{}   // full while such a read goes on

	mu      sync.Mutex
	attempt int
	over    bool
	err     error // of the reader
}

func newUpload(ctx context.Context, r io.Reader) *upload {
	u := &upload{
		reader: r, length: -1, turn: make(chan struct{}, 1), stopped: make(chan struct{}), ended: ctx.Done(),
		aside: make(chan struct{}, 1),
	}
	if seeker, ok := r.(io.Seeker); ok {
		u.measure(seeker)
	}
	if sized, ok := r.(interface{ Len() int }); ok {
		u.length = int64(sized.Len())
	}
	return u
}

// measure tells the length of what can be read again. A device says that it ends where it
// begins, and a pipe that it cannot seek.
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

// body is the file for the first attempt.
func (u *upload) body() *uploadBody { return &uploadBody{upload: u, ended: u.ended} }

// again is the file for the next attempt.
func (u *upload) again() (io.ReadCloser, error) {
	u.turn <- struct{}{}
	defer func() { <-u.turn }()
	if _, err := u.seeker.Seek(u.start, io.SeekStart); err != nil {
		return nil, fmt.Errorf("the file cannot be read again: %w", err)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.attempt++
	u.err = nil
	return &uploadBody{upload: u, attempt: u.attempt, ended: u.ended}, nil
}

// lastRead is how long to wait for a Read that can block: what it gets later is lost with the
// rest of the file.
const lastRead = 250 * time.Millisecond

// stop ends all reading. It waits for a Read that goes on, but no longer than ctx.
func (u *upload) stop(ctx context.Context) {
	u.mu.Lock()
	u.over = true
	u.mu.Unlock()
	close(u.stopped)
	select {
	case u.turn <- struct{}{}:
		<-u.turn
	case <-ctx.Done():
		return
	}
	timer := time.NewTimer(lastRead)
	defer timer.Stop()
	select {
	case u.aside <- struct{}{}:
	case <-timer.C:
	case <-ctx.Done():
	}
}

var errNotRewindable = errors.New("the token has ended, and the file cannot be read again to repeat the call: a new call gets a new token")

// explain puts the reason why a file was not sent to its end in the place of what came of that,
// and says why a call was not repeated with a new token.
func (u *upload) explain(err error) error {
	u.mu.Lock()
	failed := u.err
	u.mu.Unlock()
	e, ok := err.(*Error)
	switch {
	case failed != nil && ok:
		e.Err = fmt.Errorf("the file cannot be read: %w", failed)
		// Half a file is none: its end never came.
		e.Outcome = OutcomeRefused
	case failed != nil:
		return fmt.Errorf("onpremise: upload media: the file cannot be read: %w", failed)
	case ok && e.StatusCode == http.StatusUnauthorized && e.Err == nil && u.seeker == nil && u.length != 0:
		e.Err = errNotRewindable
	}
	return err
}

func (u *upload) current(attempt int) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return !u.over && u.attempt == attempt
}

// uploadBody is the file for one attempt.
type uploadBody struct {
	upload  *upload
	attempt int
	ended   <-chan struct{} // closed when the time of the attempt is over
}

var errUploadOver = errors.New("the attempt is over")

func (b *uploadBody) Read(p []byte) (int, error) {
	u := b.upload
	u.turn <- struct{}{}
	defer func() { <-u.turn }()
	if !u.current(b.attempt) {
		return 0, errUploadOver
	}
	n, err := b.read(p)
	if err != nil && err != io.EOF && err != errUploadOver {
		u.mu.Lock()
		u.err = err
		u.mu.Unlock()
	}
	return n, err
}

// read reads what can block aside: net/http waits for a Read that goes on, even if the context
// has ended.
func (b *uploadBody) read(p []byte) (int, error) {
	u := b.upload
	if u.seeker != nil {
		return u.reader.Read(p)
	}
	if u.buffer == nil {
		u.buffer = make([]byte, max(len(p), 32<<10))
	}
	type result struct {
		n   int
		err error
	}
	done, aside := make(chan result, 1), u.buffer[:min(len(p), len(u.buffer))]
	u.aside <- struct{}{}
	go func() {
		n, err := u.reader.Read(aside)
		<-u.aside
		done <- result{n, err}
	}()
	select {
	case r := <-done:
		return copy(p, aside[:r.n]), r.err
	case <-b.ended:
	case <-u.stopped:
	}
	u.mu.Lock()
	u.over = true // the next Read would meet this one
	u.mu.Unlock()
	return 0, errUploadOver
}

// WriteTo has net/http take more at a time than the 32 KiB of its own buffer: a Read of what can
// block costs a goroutine.
func (b *uploadBody) WriteTo(w io.Writer) (int64, error) {
	return io.CopyBuffer(w, struct{ io.Reader }{b}, make([]byte, 256<<10))
}

// Close leaves the caller's reader open.
func (b *uploadBody) Close() error { return nil }
