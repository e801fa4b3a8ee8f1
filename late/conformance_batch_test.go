package late_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/conformance"
	"github.com/wabakit/wabakit-go/late"
)

// Of each batch, items with these indexes are invalid or refused by the server.
const invalidItem, refusedItem = 5, 7

// batchRun is what a batch reports.
type batchRun struct {
	keys     []string
	report   *late.BatchReport
	outcomes map[int]late.ItemOutcome
}

// batches are the methods that take a sequence. They read more items than fit in a call.
var batches = map[string]struct {
	op     string
	items  int
	single bool // the server refuses single items
	run    func(context.Context, *late.Client, iter.Seq2[string, error], ...late.BatchOption) (*late.BatchReport, error)
}{
	"SendMany": {late.OpSendWhatsAppBulk, 250, true,
		func(ctx context.Context, c *late.Client, keys iter.Seq2[string, error], opts ...late.BatchOption) (*late.BatchReport, error) {
			return c.Messages.SendMany(ctx, hello, late.Map(keys, func(key string) late.BulkRecipient { return late.BulkRecipient{Phone: key} }), opts...)
		}},
	"ImportMany":             {late.OpImportWhatsAppContacts, 1100, true, importMany(late.ImportOptions{})},
	"ImportManyNoDuplicates": {late.OpImportWhatsAppContacts, 1100, true, importMany(late.ImportOptions{SkipDuplicates: new(false)})},
	"AddRecipientsMany": {late.OpAddWhatsAppBroadcastRecipients, 1100, false,
		func(ctx context.Context, c *late.Client, keys iter.Seq2[string, error], opts ...late.BatchOption) (*late.BatchReport, error) {
			return c.Broadcasts.AddRecipientsMany(ctx, testID,
				late.Map(keys, func(key string) late.BroadcastRecipient { return late.BroadcastRecipient{Phone: key} }), opts...)
		}},
	"UpdateMany": {late.OpBulkUpdateWhatsAppContacts, 600, false,
		func(ctx context.Context, c *late.Client, keys iter.Seq2[string, error], opts ...late.BatchOption) (*late.BatchReport, error) {
			return c.Contacts.UpdateMany(ctx, late.ContactChange{Action: late.OptOut}, keys, opts...)
		}},
	"DeleteMany": {late.OpBulkDeleteWhatsAppContacts, 600, false,
		func(ctx context.Context, c *late.Client, keys iter.Seq2[string, error], opts ...late.BatchOption) (*late.BatchReport, error) {
			return c.Contacts.DeleteMany(ctx, keys, opts...)
		}},
}

func importMany(o late.ImportOptions) func(context.Context, *late.Client, iter.Seq2[string, error], ...late.BatchOption) (*late.BatchReport, error) {
	return func(ctx context.Context, c *late.Client, keys iter.Seq2[string, error], opts ...late.BatchOption) (*late.BatchReport, error) {
		return c.Contacts.ImportMany(ctx, o, late.Map(keys, func(key string) late.ImportContact {
			return late.ImportContact{Phone: key, Name: "Ada"}
		}), opts...)
	}
}

// TestConformanceOfBatches compares what a batch reports of each item with what the server did.
func TestConformanceOfBatches(t *testing.T) {
	t.Parallel()
	for name, b := range batches {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := conformingClient(t)
			i := slices.IndexFunc(c.Operations, func(op conformance.Operation) bool { return op.ID == b.op })
			c.Operations = c.Operations[i : i+1]
			c.Call = func(ctx context.Context, _ string, s conformance.Settings) (any, error) {
				client, err := clientFor(s)
				if err != nil {
					return nil, err
				}
				run := &batchRun{outcomes: map[int]late.ItemOutcome{}}
				for i := range b.items {
					key := fmt.Sprintf("+1631%07d", i)
					if b.items == 600 {
						key = fmt.Sprintf("65f1a2b3c4d5e6f70%07d", i)
					}
					if i == invalidItem {
						key = "."
					}
					run.keys = append(run.keys, key)
				}
				run.report, err = b.run(ctx, client, late.FromSlice(run.keys), late.WithConcurrency(1), late.WithOutcome(func(o late.ItemOutcome) {
					if _, twice := run.outcomes[o.Index]; twice {
						o.State = -1
					}
					run.outcomes[o.Index] = o
				}))
				return run, err
			}
			c.Response = func(op string, r *http.Request) conformance.Response {
				body, _ := io.ReadAll(r.Body)
				return conformance.Response{Status: 200, ContentType: "application/json", Body: batchResponse(op, keysIn(body))}
			}
			c.Verify = func(t *testing.T, _ conformance.Operation, _ conformance.Fault, o *conformance.Outcome) {
				verifyBatch(t, name, b.single, o)
			}
			c.Run(t)
		})
	}
}

var batchKey = regexp.MustCompile(`"(\+1631|65f1a2b3c4d5e6f70)\d{7}"`)

func keysIn(body []byte) (keys []string) {
	for _, quoted := range batchKey.FindAllString(string(body), -1) {
		keys = append(keys, quoted[1:len(quoted)-1])
	}
	return keys
}

func batchResponse(op string, keys []string) []byte {
	refused := 0
	var rows []map[string]any
	for i, key := range keys {
		row := map[string]any{"phone": key, "success": true, "messageId": fmt.Sprint("m", i), "contactId": testID}
		if key == fmt.Sprintf("+1631%07d", refusedItem) {
			refused++
			row = map[string]any{"phone": key, "success": false, "error": "no"}
		}
		rows = append(rows, row)
	}
	body, _ := json.Marshal(map[string]any{
		"success": true, "results": rows, "added": len(keys), "duplicates": 0, "matched": len(keys), "modified": len(keys), "deleted": len(keys),
		"summary": map[string]int{"total": len(keys), "created": len(keys) - refused, "sent": len(keys) - refused, "skipped": 0, "failed": refused},
	})
	return body
}

func verifyBatch(t *testing.T, name string, single bool, o *conformance.Outcome) {
	t.Helper()
	run := o.Value.(*batchRun)
	seen, processed, delivered := map[string]int{}, map[string]int{}, map[string]int{}
	for _, r := range o.Seen {
		for _, key := range keysIn(r.Payload) {
			seen[key]++
			if r.Processed {
				processed[key]++
			}
			if r.Processed && !r.Struck {
				delivered[key]++
			}
		}
	}
	want := late.BatchReport{Total: len(run.outcomes)}
	for i := range run.report.Total {
		key, outcome := run.keys[i], run.outcomes[i]
		about := fmt.Sprintf("item %d: %+v; seen %d times, processed %d, delivered %d", i, outcome, seen[key], processed[key], delivered[key])
		require.Equal(t, key, outcome.Key, about)
		require.Equal(t, outcome.State == late.ItemUnknown, errors.Is(outcome.Err, late.ErrOutcomeUnknown), about)
		if name == "SendMany" || name == "ImportManyNoDuplicates" {
			require.LessOrEqual(t, processed[key], 1, about)
		}
		switch outcome.State {
		case late.ItemDone:
			want.Done++
			require.Positive(t, delivered[key], about)
			require.False(t, single && i == refusedItem, about)
		case late.ItemRefused:
			want.Refused++
			require.True(t, processed[key] == 0 || single && i == refusedItem, about)
			require.True(t, i == invalidItem || seen[key] > 0, about)
		case late.ItemNotSent:
			want.NotSent++
			require.Zero(t, seen[key], about)
		case late.ItemUnknown:
			want.Unknown++
			require.Zero(t, delivered[key], about)
		default:
			t.Fatal(about)
		}
		if outcome.State != late.ItemDone {
			want.Problems = append(want.Problems, outcome)
		}
	}
	require.Equal(t, want, *run.report)
	require.Equal(t, want.Unknown > 0, errors.Is(o.Err, late.ErrOutcomeUnknown))
	if o.Err == nil {
		require.Equal(t, len(run.keys), run.report.Total)
		require.Zero(t, want.Unknown+want.NotSent)
	}
}
