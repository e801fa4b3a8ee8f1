// Package riverjob runs campaigns as jobs of River, on any number of machines. River executes a job
// at least once. The ledger makes that harmless: no two executions send to the same recipient.
package riverjob

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/wabakit/wabakit-go/campaign"
)

// RunCampaign is a job that runs a campaign. Insert one for each worker that is to share the work,
// with slots 0, 1, 2 and so on.
type RunCampaign struct {
	Name string `json:"name"`
	Slot int    `json:"slot"`
}

// Kind names the job.
func (RunCampaign) Kind() string { return "run_campaign" }

// InsertOpts makes a job unique until it has ended.
func (RunCampaign) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

// Worker runs campaigns. River ends an execution after JobTimeout, and the job goes on in the next.
// Do not disable it: River does not rescue jobs without a timeout from clients that died.
type Worker struct {
	river.WorkerDefaults[RunCampaign]
	Store   *campaign.Store
	Sender  campaign.Sender
	Options []campaign.RunOption
}

// Work runs the campaign of a job. River retries the job after any error that is not handled here.
func (w *Worker) Work(ctx context.Context, job *river.Job[RunCampaign]) error {
	c, err := w.Store.Campaign(ctx, job.Args.Name)
	if err == nil {
		_, err = c.Run(ctx, w.Sender, w.Options...)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, campaign.ErrDraft):
		return river.JobSnooze(time.Minute)
	case errors.Is(err, campaign.ErrUnresolved), errors.Is(err, campaign.ErrCanceled), errors.Is(err, campaign.ErrNotFound):
		return river.JobCancel(err) // a person has to act, and then inserts the job again
	case ctx.Err() != nil: // the timeout, or a deploy: another execution continues
		return river.JobSnooze(0)
	}
	return err
}
