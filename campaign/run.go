package campaign

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// RunOption configures [Campaign.Run]. Zero and negative values mean the default.
type RunOption func(*runOptions)

type runOptions struct {
	concurrency  int
	lease, grace time.Duration
	suppress     func(context.Context, Item) (string, error)
	limiter      *Limiter
	progress     func(Progress)
}

// WithConcurrency sets the maximum number of calls in flight. The default is 4.
func WithConcurrency(n int) RunOption { return func(o *runOptions) { o.concurrency = n } }

// WithLease sets how long items are leased. The lease is renewed while they are processed; once
// it has expired, other runs treat the worker as dead. The default is a minute, the minimum 100
// milliseconds.
func WithLease(d time.Duration) RunOption { return func(o *runOptions) { o.lease = d } }

// WithGrace sets how long calls in flight may take after the context of the run has ended. The
// default is 30 seconds.
func WithGrace(d time.Duration) RunOption { return func(o *runOptions) { o.grace = d } }

// WithSuppress calls suppress for each item before it is sent. If suppress returns a reason, for
// example that the person has withdrawn consent, the item becomes [Suppressed]. If it returns an
// error, no item of the same call is sent and the run ends with that error. It is called concurrently.
func WithSuppress(suppress func(context.Context, Item) (reason string, err error)) RunOption {
	return func(o *runOptions) { o.suppress = suppress }
}

// WithLimiter makes the run wait for limiter before each call, for one event per item.
func WithLimiter(limiter *Limiter) RunOption { return func(o *runOptions) { o.limiter = limiter } }

// WithProgress calls progress about once a second and at the end of the run, never concurrently.
func WithProgress(progress func(Progress)) RunOption {
	return func(o *runOptions) { o.progress = progress }
}

// Progress is the progress of a campaign, over all its runs.
type Progress struct {
	Counts
	Rate float64       // items per second that left the states pending and sending, in the last 10 seconds
	Left time.Duration // at that rate; 0 if it is not known
}

// Report is the result of a run.
type Report struct {
	Counts        // of the campaign
	Run    Counts // of the items that this run settled
}

const (
	// retryDelay is how long an item waits that was not processed, unless the server asks for more.
	retryDelay = 2 * time.Second
	// maxPause bounds the pause of a worker after calls that failed.
	maxPause = 30 * time.Second
	// maxUnknown is the number of consecutive calls with an unknown outcome after which a run stops: a
	// server that fails does not turn a whole list into items that a person has to check.
	maxUnknown = 5
)

var errFinished = errors.New("finished")

// Run sends to the pending items of the campaign, and returns when none is pending or sending. Any
// number of processes may run a campaign at the same time, and each returns when all items are
// settled. While the campaign is paused, or before the time set by [Campaign.StartAt], Run waits.
//
// Refused items are not an error. It returns [ErrUnresolved] if items have an unknown outcome,
// [ErrDraft] if the campaign was not started, and [ErrCanceled] if it is canceled. A run also ends if
// the server refuses all calls (401, 402, 403, a template that is not approved), if five consecutive
// calls have an unknown outcome, if [WithSuppress] returns an error, or if the database keeps failing;
// the rest of the items stay pending. After any error, Run can be called again.
//
// When ctx ends, the run stops claiming items, lets calls in flight finish (see [WithGrace]), stores
// their results, and returns the error of ctx. The report is never nil.
func (c *Campaign) Run(ctx context.Context, sender Sender, opts ...RunOption) (_ *Report, err error) {
	defer prefix(fmt.Sprintf("run %q", c.name), &err)
	r := &run{campaign: c, sender: sender, opts: runOptions{}}
	for _, opt := range opts {
		if opt != nil {
			opt(&r.opts)
		}
	}
	if r.sender.Send == nil {
		return &r.report, errors.New("the sender has no Send function")
	}
	r.sender.Max = max(r.sender.Max, 1)
	o := &r.opts
	for _, d := range []struct {
		value *time.Duration
		def   time.Duration
	}{{&o.lease, time.Minute}, {&o.grace, 30 * time.Second}} {
		if *d.value <= 0 {
			*d.value = d.def
		}
	}
	o.lease = max(o.lease, 100*time.Millisecond)
	if o.concurrency <= 0 {
		o.concurrency = 4
	}
	status, err := c.status(ctx)
	if err == nil {
		err = runnable(status)
	}
	if err != nil {
		return &r.report, err
	}
	err = r.run(ctx)
	// The report is wanted after the context has ended, too.
	final, cancel := context.WithTimeout(context.WithoutCancel(ctx), busyTimeout)
	defer cancel()
	limit := busyTimeout / 2
	if err != nil {
		limit = 1 // the run has failed already: do not try again
	}
	var counts Counts
	countErr := retry(final, limit, func(ctx context.Context) (err error) {
		if err = c.store.applyAllStatuses(ctx); err == nil {
			counts, err = c.counts(ctx)
		}
		return err
	})
	r.report.Counts = counts
	if o.progress != nil && countErr == nil {
		o.progress(Progress{Counts: counts})
	}
	switch {
	case err != nil:
		return &r.report, err
	case countErr != nil:
		return &r.report, countErr
	case counts.Unknown > 0:
		return &r.report, fmt.Errorf("%w: %d", ErrUnresolved, counts.Unknown)
	}
	return &r.report, nil
}

type run struct {
	campaign *Campaign
	sender   Sender
	opts     runOptions

	// claiming ends when the run stops claiming items, sending when the calls in flight have to end,
	// and storing when results can no longer be stored.
	claiming, sending, storing context.Context
	stop                       context.CancelCauseFunc // of claiming

	mu       sync.Mutex
	report   Report
	failures int // consecutive calls without a result
	unknowns int // consecutive calls with an unknown outcome
}

// runnable returns an error if a campaign with the status cannot be run.
func runnable(status Status) error {
	switch status {
	case Draft:
		return ErrDraft
	case Canceled:
		return ErrCanceled
	case Stripped:
		return fmt.Errorf("%w: the campaign is stripped", ErrConflict)
	}
	return nil
}

func (r *run) run(ctx context.Context) error {
	r.claiming, r.stop = context.WithCancelCause(ctx)
	var endSending, endStoring context.CancelFunc
	r.sending, endSending = context.WithCancel(context.WithoutCancel(ctx))
	r.storing, endStoring = context.WithCancel(context.WithoutCancel(ctx))
	ended, end := context.WithCancel(context.WithoutCancel(ctx))
	var workers, others sync.WaitGroup
	for range r.opts.concurrency {
		workers.Go(r.work)
	}
	others.Go(func() {
		<-r.claiming.Done()
		sleep(ended, r.opts.grace)
		endSending()
		sleep(ended, busyTimeout)
		endStoring()
	})
	if r.opts.progress != nil {
		others.Go(r.watch)
	}
	workers.Wait()
	end()
	r.stop(errFinished) // no effect if the run was stopped for another reason
	others.Wait()
	switch err := context.Cause(r.claiming); {
	case err == errFinished:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	default:
		return err
	}
}

// work claims and sends items until the run ends. It continues after the last item that it reserved:
// from the beginning, PostgreSQL would read all former versions of items, which it keeps for as long as
// any transaction has a snapshot of them. It begins again at the end, and after half a lease, for items
// that are pending again.
func (r *run) work() {
	const shortest = 20 * time.Millisecond
	idle, after, began := shortest, int64(0), time.Now()
	for r.claiming.Err() == nil {
		claim, since := newClaim(), time.Now()
		if since.Sub(began) > r.opts.lease/2 {
			after, began = 0, since
		}
		var items []Item
		err := retry(r.storing, r.opts.lease/2, func(ctx context.Context) (err error) {
			items, err = r.campaign.reserve(ctx, claim, after, r.sender.Max, r.opts.lease)
			return err
		})
		switch {
		case err != nil:
			r.stop(err)
		case len(items) > 0:
			idle, after = shortest, items[len(items)-1].id
			r.process(claim, items, since)
		case after > 0:
			after = 0
		case r.isFinished():
			r.stop(errFinished)
		default:
			sleep(r.claiming, idle)
			idle = min(2*idle, time.Second, r.opts.lease/4)
		}
	}
}

// isFinished reports whether nothing is left to do. Items of dead workers become unknown.
func (r *run) isFinished() bool {
	var counts Counts
	var status Status
	err := retry(r.claiming, r.opts.lease/2, func(ctx context.Context) (err error) {
		if err = r.campaign.expire(ctx); err == nil {
			counts, err = r.campaign.counts(ctx)
		}
		if err == nil {
			status, err = r.campaign.status(ctx)
		}
		return err
	})
	if err == nil {
		err = runnable(status)
	}
	if err != nil {
		r.stop(err)
		return false
	}
	return counts.Finished()
}

// process sends reserved items. Their lease began after since.
func (r *run) process(claim string, items []Item, since time.Time) {
	h := r.hold(claim, items, since)
	defer h.release()
	if items = r.suppress(h, items); len(items) > 0 {
		r.deliver(h, items)
	}
	if pause := r.pause(); pause > 0 {
		sleep(r.claiming, pause)
	}
}

// A hold is a number of items under one claim, whose lease is renewed until it is released. Its
// context ends if the lease expires because the database cannot be reached: by then, another worker
// may have made the items unknown, and a person may have had them sent again.
type hold struct {
	context.Context
	claim   string
	release func()
}

func (r *run) hold(claim string, items []Item, since time.Time) *hold {
	ctx, cancel := context.WithCancelCause(r.sending)
	lease := r.opts.lease
	expired := time.AfterFunc(lease-time.Since(since), func() { cancel(errors.New("the lease expired")) })
	ended := make(chan struct{})
	var renewals sync.WaitGroup
	renewals.Go(func() {
		ticker := time.NewTicker(lease / 3)
		defer ticker.Stop()
		for {
			select {
			case <-ended:
				return
			case <-ticker.C:
			}
			since := time.Now()
			limited, cancel := context.WithTimeout(ctx, lease/2)
			if r.campaign.renew(limited, claim, items, lease) == nil {
				expired.Reset(lease - time.Since(since))
			}
			cancel()
		}
	})
	return &hold{ctx, claim, func() {
		close(ended)
		expired.Stop()
		cancel(nil)
		renewals.Wait()
	}}
}

// suppress settles the items that must not be sent, and returns the others.
func (r *run) suppress(h *hold, items []Item) []Item {
	if r.opts.suppress == nil || r.claiming.Err() != nil {
		return items // deliver does not send them if the run has ended
	}
	ctx, cancel := context.WithCancel(h)
	defer cancel()
	defer context.AfterFunc(r.claiming, cancel)()
	var suppressed []settlement
	var rest []Item
	for _, item := range items {
		reason, err := r.opts.suppress(ctx, item)
		switch {
		case err != nil:
			r.unreserve(h, items)
			r.stop(fmt.Errorf("check recipient: %w", err))
			return nil
		case reason != "":
			suppressed = append(suppressed, settlement{ID: item.id, State: Suppressed, Reason: clean(reason)})
		default:
			rest = append(rest, item)
		}
	}
	r.store(h, suppressed)
	return rest
}

// deliver sends items in one call, or in several if the server refuses them together.
func (r *run) deliver(h *hold, items []Item) {
	if err := r.wait(h, len(items)); err != nil || r.claiming.Err() != nil || h.Err() != nil {
		r.unreserve(h, items)
		if err != nil && r.claiming.Err() == nil && h.Err() == nil {
			r.stop(err)
		}
		return
	}
	since := time.Now()
	marked, err := r.mark(h, items)
	if err != nil {
		// Nothing was sent, but the statement may have been committed.
		r.unreserve(h, items)
		if h.Err() == nil { // the lease did not expire
			r.stop(err)
		}
		return
	}
	if len(marked) < len(items) {
		// The campaign was paused, others reserved the items, or the database lost the response of a mark.
		r.unreserve(h, slices.DeleteFunc(slices.Clone(items), func(item Item) bool { return slices.ContainsFunc(marked, item.is) }))
	}
	if len(marked) == 0 {
		return
	}
	// Without its monotonic part, the time includes a suspension of the machine.
	if passed := time.Now().Round(0).Sub(since.Round(0)); h.Err() != nil || max(passed, time.Since(since)) >= r.opts.lease {
		// The process was stopped for so long that the items may have become unknown.
		r.unreserve(h, marked)
		return
	}
	results, sendErr := r.send(h, marked)
	j := judge(marked, results, sendErr)
	if len(j.split) > 1 {
		for _, item := range j.split {
			j.settlements = append(j.settlements, settlement{ID: item.id, State: Pending, Delay: r.opts.lease.Milliseconds(), Claim: h.claim})
		}
	}
	r.store(h, j.settlements)
	r.note(j)
	if j.stop != nil {
		r.stop(j.stop)
	}
	if half := len(j.split) / 2; half > 0 {
		r.deliver(h, j.split[:half])
		r.deliver(h, j.split[half:])
	}
}

// send calls the sender. If it panics or ends its goroutine, the run ends.
func (r *run) send(h *hold, items []Item) (results []Result, err error) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if p := recover(); p != nil {
			err = fmt.Errorf("the sender panicked: %v", p)
			r.stop(fmt.Errorf("%w\n%s", err, debug.Stack()))
			return
		}
		err = errors.New("the sender ended its goroutine") // as FailNow of a test does
		r.store(h, judge(items, nil, err).settlements)
		r.stop(err)
	}()
	results, err = r.sender.Send(h, r.campaign.plan, slices.Clone(items))
	returned = true
	return results, err
}

func (i Item) is(other Item) bool { return i.id == other.id }

func (r *run) wait(h *hold, n int) error {
	if r.opts.limiter == nil {
		return nil
	}
	ctx, cancel := context.WithCancel(h)
	defer cancel()
	defer context.AfterFunc(r.claiming, cancel)()
	return r.opts.limiter.wait(ctx, n)
}

// mark marks items and returns those that it marked. It does not return items of an earlier attempt
// whose response was lost.
func (r *run) mark(h *hold, items []Item) (marked []Item, err error) {
	err = retry(h, r.opts.lease/2, func(ctx context.Context) (err error) {
		marked, err = r.campaign.mark(ctx, h.claim, items, r.opts.lease)
		return err
	})
	return marked, err
}

// unreserve returns items that were not sent to other workers.
func (r *run) unreserve(h *hold, items []Item) {
	settlements := make([]settlement, len(items))
	for i, item := range items {
		settlements[i] = settlement{ID: item.id, State: Pending}
	}
	r.store(h, settlements)
}

// store settles items. If the database keeps failing, it stops the run, and tries until the run has
// to end. The items of a result that cannot be stored become unknown.
func (r *run) store(h *hold, settlements []settlement) {
	if len(settlements) == 0 {
		return
	}
	settle := func(ctx context.Context) error { return r.campaign.settle(ctx, h.claim, settlements) }
	err := retry(r.storing, r.opts.lease/2, settle)
	if err != nil {
		r.stop(fmt.Errorf("store results: %w", err))
		err = retry(r.storing, 0, settle)
	}
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range settlements {
		if s.State != Pending {
			r.report.Run.add(s.State, 1)
		}
	}
}

// note counts consecutive failures.
func (r *run) note(j judgment) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if j.progress {
		r.failures, r.unknowns = 0, 0
		return
	}
	r.failures++
	if j.unknown != nil {
		if r.unknowns++; r.unknowns >= maxUnknown {
			r.stop(fmt.Errorf("%d consecutive calls have an unknown outcome: %w", r.unknowns, j.unknown))
		}
	}
}

// pause returns how long a worker waits before it claims again, after calls that failed.
func (r *run) pause() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failures == 0 {
		return 0
	}
	return min(250*time.Millisecond<<min(r.failures, 10), maxPause)
}

// retry calls f until it succeeds, the campaign is deleted, ctx ends, or limit has passed; 0 means no
// limit.
func retry(ctx context.Context, limit time.Duration, f func(context.Context) error) error {
	began := time.Now()
	for delay := 20 * time.Millisecond; ; delay = min(2*delay, 2*time.Second) {
		limited, cancel := context.WithTimeout(ctx, cmp.Or(limit, busyTimeout)+busyTimeout)
		err := f(limited)
		cancel()
		if err == nil || errors.Is(err, ErrNotFound) || ctx.Err() != nil || limit > 0 && time.Since(began)+delay > limit {
			return err
		}
		sleep(ctx, delay)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// watch reports the progress until the run ends.
func (r *run) watch() {
	type sample struct {
		at   time.Time
		done int
	}
	var samples []sample // of the last 10 seconds
	for r.claiming.Err() == nil {
		if counts, err := r.campaign.counts(r.claiming); err == nil {
			now := sample{time.Now(), counts.Total() - counts.Pending - counts.Sending}
			samples = append(samples[max(0, len(samples)-10):], now)
			p := Progress{Counts: counts}
			if past := now.at.Sub(samples[0].at).Seconds(); past > 0 {
				p.Rate = float64(now.done-samples[0].done) / past
			}
			if p.Rate > 0 {
				p.Left = time.Duration(float64(counts.Pending+counts.Sending) / p.Rate * float64(time.Second))
			}
			r.opts.progress(p)
		}
		sleep(r.claiming, time.Second)
	}
}
