package batch

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// maxCauses bounds what an error of many different causes holds.
const maxCauses = 10

var (
	errNoReason = errors.New("no reason given")
	// errNoAnswer keeps a Send that ends its goroutine (t.FailNow does) from
	// looking like one that answered.
	errNoAnswer = errors.New("send did not return")
)

// ledger counts, keeps the problems, and tells the callbacks. It belongs to the
// goroutine that called Run.
type ledger struct {
	opts    Options
	report  Report
	settled int
	told    int // settled items when Progress was last called
	causes  causes
	inCall  bool // still true after a callback that panicked
}

func newLedger(opts Options) *ledger {
	return &ledger{opts: opts}
}

// read counts an item, and returns its index.
func (l *ledger) read() int {
	l.report.Total++
	return l.report.Total - 1
}

// settle is called once for each item that was read. The key is asked for only
// if somebody gets to see it.
func (l *ledger) settle(o Outcome, key func() string) {
	switch o.State {
	case Done:
		l.report.Done++
	case Skipped:
		l.report.Skipped++
	case Refused:
		l.report.Refused++
	case NotSent:
		l.report.NotSent++
	default:
		o.State = Unknown
		l.report.Unknown++
	}
	l.settled++
	if !o.State.problem() && l.opts.Outcome == nil {
		return
	}
	o.Key = key()
	if o.State.problem() {
		if o.Err == nil {
			o.Err = errNoReason
		}
		l.report.Problems = append(l.report.Problems, o)
		l.causes.add(o)
	}
	if l.opts.Outcome != nil {
		l.call(func() { l.opts.Outcome(o) })
	}
}

// progress tells the counts, if they changed since it last did.
func (l *ledger) progress() {
	if l.opts.Progress == nil || l.told == l.settled {
		return
	}
	l.told = l.settled
	r := &l.report
	l.call(func() {
		l.opts.Progress(Progress{
			Total: r.Total, Done: r.Done, Skipped: r.Skipped, Refused: r.Refused, NotSent: r.NotSent, Unknown: r.Unknown,
		})
	})
}

// call does not call again into callbacks of which one has panicked, while Run
// unwinds.
func (l *ledger) call(callback func()) {
	if l.inCall {
		return
	}
	l.inCall = true
	callback()
	l.inCall = false
}

// err sums up the run: ended is the error of the context that held items back,
// cut says that it also left some unread.
func (l *ledger) err(ended error, cut bool) error {
	r := &l.report
	if len(r.Problems) == 0 {
		if !cut {
			return nil
		}
		return fmt.Errorf("stopped after %s: %w", items(r.Total), ended)
	}
	causes := l.causes.list
	if ended != nil {
		causes = append(causes, ended)
	}
	var parts []string
	for _, s := range []struct {
		n     int
		state State
	}{{r.Refused, Refused}, {r.NotSent, NotSent}, {r.Unknown, Unknown}} {
		if s.n > 0 {
			parts = append(parts, grouped(s.n)+" "+s.state.String())
		}
	}
	text := fmt.Sprintf("%s of %s not done (%s)", grouped(len(r.Problems)), items(r.Total), strings.Join(parts, ", "))
	if cut {
		text += ", and no more were read"
	}
	return &runError{text: text + ": " + r.Problems[0].Err.Error(), causes: causes}
}

type runError struct {
	text   string
	causes []error
}

func (e *runError) Error() string   { return e.text }
func (e *runError) Unwrap() []error { return e.causes }

// causes keeps the first errors of different text, and the first of each state
// however many came before it: a caller who asks whether something may have
// happened must not be told no because of a thousand refusals.
type causes struct {
	list   []error
	texts  map[string]bool
	states map[State]bool
}

func (c *causes) add(o Outcome) {
	if len(c.list) >= maxCauses && c.states[o.State] {
		return
	}
	if c.texts == nil {
		c.texts, c.states = make(map[string]bool), make(map[State]bool)
	}
	c.states[o.State] = true
	if text := o.Err.Error(); !c.texts[text] {
		c.texts[text] = true
		c.list = append(c.list, o.Err)
	}
}

func items(n int) string {
	if n == 1 {
		return "1 item"
	}
	return grouped(n) + " items"
}

// grouped writes 10500 as 10,500.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
