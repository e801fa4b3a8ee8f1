package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// fleet is a number of worker processes of this program.
type fleet struct {
	args   []string // of a worker
	env    []string
	chaos  bool
	seed   uint64
	screen *screen
	kills  atomic.Int64
}

// run runs n workers until all have ended.
func (f *fleet) run(ctx context.Context, n int) error {
	group, ctx := errgroup.WithContext(ctx)
	for i := range n {
		group.Go(func() error { return f.keep(ctx, i+1) })
	}
	return group.Wait()
}

// keep runs a worker, and starts it again if it was killed.
func (f *fleet) keep(ctx context.Context, number int) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(f.seed, uint64(number)))
	for {
		worker := exec.CommandContext(ctx, program, f.args...)
		worker.Env = append(os.Environ(), f.env...)
		worker.Stdout, worker.Stderr = f.screen, os.Stderr
		worker.Cancel = func() error { return worker.Process.Signal(os.Interrupt) } // it stores the results of its calls
		if err := worker.Start(); err != nil {
			return err
		}
		var killed atomic.Bool
		kill := time.AfterFunc(time.Duration(500+random.IntN(4000))*time.Millisecond, func() {
			killed.Store(true)
			worker.Process.Kill()
		})
		if !f.chaos {
			kill.Stop()
		}
		err := worker.Wait()
		kill.Stop()
		if err == nil || !killed.Load() {
			return err
		}
		f.screen.say("killed worker %d, process %d", number, worker.Process.Pid)
		f.kills.Add(1)
	}
}

// screen shows the progress that the workers write, in one line on a terminal, and otherwise in a
// line every second. Each worker writes that of the whole campaign.
type screen struct {
	out      io.Writer
	terminal bool

	mu   sync.Mutex
	last time.Time
}

func newScreen(out io.Writer) *screen {
	s := &screen{out: out}
	if file, ok := out.(*os.File); ok {
		info, err := file.Stat()
		s.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return s
}

func (s *screen) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.last) > 900*time.Millisecond {
		s.last = time.Now()
		line, _, _ := bytes.Cut(text, []byte("\n"))
		if s.terminal {
			fmt.Fprintf(s.out, "\r\033[K%s", line)
		} else {
			fmt.Fprintf(s.out, "%s\n", line)
		}
	}
	return len(text), nil
}

func (s *screen) say(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.terminal {
		fmt.Fprint(s.out, "\r\033[K")
	}
	fmt.Fprintf(s.out, format+"\n", args...)
}
