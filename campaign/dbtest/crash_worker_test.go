package dbtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/late"
)

// A job is what a worker process does. It is passed on in the environment.
type job struct {
	Dialect     campaign.Dialect
	Driver, DSN string

	Campaign string
	Add      bool   // create the campaign, add the recipients and start it, instead of running it
	URL, Key string // of the Late server
	Account  string

	Max         int
	Concurrency int
	Lease       time.Duration

	// The worker sends Signal to itself at a point of the n-th statement, or of the first that
	// contains Text.
	Signal    syscall.Signal
	Statement int
	Text      string
	Point     point
}

// listSize is the number of recipients that a worker adds, in three statements.
const listSize = 2100

const jobVariable = "WABAKIT_TEST_WORKER"

// work is the main function of a worker process. It reports on its standard output which claims it
// uses, and which items it may have marked.
func work(text string) (code int) {
	defer func() {
		if code != 0 {
			fmt.Println("worker failed")
		}
	}()
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		fmt.Println(err)
		return 1
	}
	d := database{j.Dialect, j.Driver, j.DSN}
	var found atomic.Bool
	db := d.hooked(func(s statement, p point) error {
		j.log(s, p)
		if p == j.Point && (s.n > 0 && s.n == j.Statement || j.Text != "" && strings.Contains(s.text, j.Text) && !found.Swap(true)) {
			began := time.Now()
			syscall.Kill(os.Getpid(), j.Signal)
			// The signal takes a moment to stop this thread. If the process continues, so does the loop,
			// before any timer fires.
			for time.Since(began) < shortLease {
			}
		}
		return nil
	})
	defer db.Close()
	if err := j.run(campaign.Open(context.Background(), db, d.dialect)); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

func (j job) run(store *campaign.Store, err error) error {
	if err != nil {
		return err
	}
	ctx := context.Background()
	if j.Add {
		c, err := store.Create(ctx, j.Campaign, plan)
		if err == nil {
			_, err = c.Add(ctx, late.FromSlice(recipients(listSize)))
		}
		if errors.Is(err, campaign.ErrConflict) {
			return nil // it is started already
		}
		if err == nil {
			err = c.Start(ctx)
		}
		return err
	}
	c, err := store.Campaign(ctx, j.Campaign)
	if err != nil {
		return err
	}
	client, err := late.NewClient(j.Key, late.WithBaseURL(j.URL), late.WithAccount(j.Account),
		late.WithMaxRetries(0), late.WithUserAgent(workerAgent+strconv.Itoa(os.Getpid())))
	if err != nil {
		return err
	}
	sender := campaign.LateMessages(client)
	sender.Max = j.Max
	_, err = c.Run(ctx, sender, campaign.WithConcurrency(j.Concurrency), campaign.WithLease(j.Lease), campaign.WithSuppress(withdrawn))
	if errors.Is(err, campaign.ErrUnresolved) || errors.Is(err, campaign.ErrCanceled) {
		return nil
	}
	return err
}

// workerAgent and a process ID are in the User-Agent header of a worker's requests.
const workerAgent = "worker/"

// markText is in the statement that marks items.
const markText = "SET state = 'sending'"

// log reports a claim before it is used, the items of a mark before it is executed, and the items of
// a settlement after it is committed.
func (j job) log(s statement, p point) {
	switch {
	case strings.Contains(s.text, "SET claim = ") && p == before:
		fmt.Println("reserve", s.args[0])
	case strings.Contains(s.text, markText) && p == before:
		fmt.Println("mark", s.args[1], s.args[0])
	case strings.Contains(s.text, "v.new_state") && p == after:
		fmt.Println("settle", s.args[1], s.args[0])
	}
}

// A process is a worker process.
type process struct {
	cmd    *exec.Cmd
	output lockedBuffer
	exited chan struct{}
	err    error // of Wait
}

type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// start starts a worker process.
func start(t *testing.T, j job) *process {
	t.Helper()
	text, err := json.Marshal(j)
	require.NoError(t, err)
	p := &process{cmd: exec.Command(os.Args[0]), exited: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), jobVariable+"="+string(text))
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	require.NoError(t, p.cmd.Start())
	go func() {
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	t.Cleanup(func() {
		p.cmd.Process.Kill()
		<-p.exited
	})
	return p
}

// wait waits until the process has ended, and reports whether it was killed. The test fails if it
// ended in another way than by success or a kill.
func (p *process) wait(t *testing.T) (killed bool) {
	t.Helper()
	<-p.exited
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	require.True(t, ok)
	if status.Signaled() && status.Signal() == syscall.SIGKILL {
		return true
	}
	require.NoError(t, p.err, p.output.String())
	return false
}

// kill kills the process and waits until it has ended.
func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.exited
}

// claims returns the claims of a process that has ended, and the IDs of the items that it marked, or
// may have marked, without settling them.
func (p *process) claims(t *testing.T) (claims []string, inFlight map[int64]bool) {
	t.Helper()
	inFlight = map[int64]bool{}
	for line := range strings.Lines(p.output.String()) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		if fields[0] == "reserve" {
			claims = append(claims, fields[1])
			continue
		}
		if fields[0] != "mark" && fields[0] != "settle" {
			continue
		}
		_, data, _ := strings.Cut(line, "[")
		var items []struct {
			ID int64 `json:"item"`
		}
		require.NoError(t, json.Unmarshal([]byte("["+data), &items), line)
		for _, item := range items {
			inFlight[item.ID] = fields[0] == "mark"
		}
	}
	for id, is := range inFlight {
		if !is {
			delete(inFlight, id)
		}
	}
	return claims, inFlight
}
