package batch

// State is what became of an item. The zero value is Unknown: what nobody told
// is not taken for done.
type State int

const (
	Unknown State = iota // may or may not have been done
	Done                 // the server did it
	Skipped              // the server had it already
	Refused              // the server said no, with a reason
	NotSent              // never left
)

func (s State) String() string {
	switch s {
	case Done:
		return "done"
	case Skipped:
		return "skipped"
	case Refused:
		return "refused"
	case NotSent:
		return "not sent"
	default:
		return "unknown"
	}
}

// problem also holds for a value that is no State.
func (s State) problem() bool { return s != Done && s != Skipped }

// Result is what Send tells of one item.
type Result struct {
	State State
	Err   error
}

// Outcome is what became of one item. A problem always has an error.
type Outcome struct {
	Index int    // in the sequence
	Key   string // its phone or id
	State State
	Err   error
}

// Progress counts what was read and settled so far.
type Progress struct {
	Total   int // items read from the sequence
	Done    int
	Skipped int
	Refused int
	NotSent int
	Unknown int
}

// Report is the account of a whole run. Its counts add up to Total.
type Report struct {
	Total    int       // items read from the sequence
	Done     int       // the server did it
	Skipped  int       // the server had it already
	Refused  int       // the server said no, with a reason
	NotSent  int       // never left
	Unknown  int       // may or may not have been done
	Problems []Outcome // every item that is neither Done nor Skipped, by Index
}
