package late_test

import (
	"context"
	"fmt"
	"iter"

	"github.com/wabakit/wabakit-go/late"
)

// work is a batch as a program runs it, and how the API answers its calls.
type work struct {
	name         string
	method, path string
	size         int  // items of a call
	repeats      bool // what arrives twice is done twice
	single       bool // items can be refused one by one
	strict       bool // what is so already is refused
	counts       bool // the answer tells how many, and not which
	ids          bool
	run          func(context.Context, *late.Client, iter.Seq[row], ...late.BatchOption) (*late.BatchReport, error)
	answer       func(rows []row, deeds []deed, form int) any
}

func mark(index int) map[string]string { return map[string]string{"1": fmt.Sprintf("%06d", index)} }

func each[T any](rows iter.Seq[row], item func(row) T) iter.Seq2[T, error] {
	return late.Map(late.FromSeq(rows), item)
}

func importing(opts late.ImportOptions) func(context.Context, *late.Client, iter.Seq[row], ...late.BatchOption) (*late.BatchReport, error) {
	return func(ctx context.Context, c *late.Client, rows iter.Seq[row], batchOpts ...late.BatchOption) (*late.BatchReport, error) {
		return c.Contacts.ImportMany(ctx, opts, each(rows, func(r row) late.ImportContact {
			return late.ImportContact{Phone: r.key, Name: fmt.Sprintf("Person %06d", r.index)}
		}), batchOpts...)
	}
}

func tally(deeds []deed) (n map[deed]int) {
	n = map[deed]int{}
	for _, d := range deeds {
		n[d]++
	}
	return n
}

func id(index int) string { return fmt.Sprintf("65f1a2b3c4d5e6f708%06d", index) }

var works = []*work{
	{
		name: "SendMany", method: "POST", path: "/bulk", size: 100, repeats: true, single: true,
		run: func(ctx context.Context, c *late.Client, rows iter.Seq[row], opts ...late.BatchOption) (*late.BatchReport, error) {
			return c.Messages.SendMany(ctx, hello, each(rows, func(r row) late.BulkRecipient {
				return late.BulkRecipient{Phone: r.key, Variables: mark(r.index)}
			}), opts...)
		},
		answer: func(rows []row, deeds []deed, _ int) any {
			var resp late.SendBulkResponse
			for i, r := range rows {
				resp.Results = append(resp.Results, late.BulkResult{Phone: r.key, Success: deeds[i] == made})
			}
			return resp
		},
	},
	{name: "ImportMany", method: "POST", path: "/contacts/import", size: 1000, single: true, run: importing(late.ImportOptions{}), answer: imported},
	{
		name: "ImportMany that refuses duplicates", method: "POST", path: "/contacts/import", size: 1000, single: true, strict: true,
		run: importing(late.ImportOptions{SkipDuplicates: new(false)}), answer: imported,
	},
	{
		name: "AddRecipientsMany", method: "PATCH", path: "/broadcasts/" + testID + "/recipients", size: 1000, counts: true,
		run: func(ctx context.Context, c *late.Client, rows iter.Seq[row], opts ...late.BatchOption) (*late.BatchReport, error) {
			return c.Broadcasts.AddRecipientsMany(ctx, testID, each(rows, func(r row) late.BroadcastRecipient {
				return late.BroadcastRecipient{Phone: r.key, Variables: mark(r.index)}
			}), opts...)
		},
		answer: func(_ []row, deeds []deed, _ int) any {
			return map[string]int{"added": tally(deeds)[made], "duplicates": tally(deeds)[had]}
		},
	},
	{
		name: "UpdateMany", method: "POST", path: "/contacts/bulk", size: 500, counts: true, ids: true,
		run: func(ctx context.Context, c *late.Client, rows iter.Seq[row], opts ...late.BatchOption) (*late.BatchReport, error) {
			return c.Contacts.UpdateMany(ctx, late.ContactChange{Action: late.OptOut}, each(rows, func(r row) string { return r.key }), opts...)
		},
		answer: func(_ []row, deeds []deed, _ int) any {
			return map[string]int{"matched": len(deeds), "modified": tally(deeds)[made]}
		},
	},
	{
		name: "DeleteMany", method: "DELETE", path: "/contacts/bulk", size: 500, counts: true, ids: true,
		run: func(ctx context.Context, c *late.Client, rows iter.Seq[row], opts ...late.BatchOption) (*late.BatchReport, error) {
			return c.Contacts.DeleteMany(ctx, each(rows, func(r row) string { return r.key }), opts...)
		},
		answer: func(_ []row, deeds []deed, _ int) any {
			return map[string]int{"deleted": tally(deeds)[made]}
		},
	},
}

// imported is the answer to an import, in each of the forms in which skipped contacts can come.
func imported(rows []row, deeds []deed, form int) any {
	n := tally(deeds)
	resp := late.ImportContactsResponse{}
	resp.Summary = late.ImportSummary{Total: len(rows), Created: n[made], Skipped: n[had], Failed: n[denied]}
	for i, r := range rows {
		one := late.ImportResult{Phone: r.key, Success: deeds[i] == made}
		switch {
		case deeds[i] == made:
			one.ContactID = id(r.index)
		case deeds[i] == denied:
			one.Error = "not this one"
		case form == 0:
			one.ContactID = id(r.index)
		case form == 1:
			one.Success = true
		default:
			continue
		}
		resp.Results = append(resp.Results, one)
	}
	return resp
}
