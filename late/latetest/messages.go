package latetest

import "github.com/wabakit/wabakit-go/late/lateapi"

const maxMessages = 100

// sendBulk messages every recipient, including duplicates. A malformed phone number fails only
// its own row.
func (a *api) sendBulk(c *call, in lateapi.SendBulkRequest) (any, error) {
	acc, err := a.account(in.AccountID)
	if err != nil {
		return nil, err
	}
	if err := count("recipients", len(in.Recipients), maxMessages); err != nil {
		return nil, err
	}
	if err := checkRef(in.Template); err != nil {
		return nil, err
	}
	t, err := a.approved(acc, in.Template, c.now)
	if err != nil {
		return nil, err
	}
	resp := lateapi.SendBulkResponse{}
	for _, to := range in.Recipients {
		result := lateapi.BulkResult{Phone: to.Phone}
		if err := checkPhone("phone", to.Phone); err != nil {
			result.Error = err.Error()
		} else {
			d := a.deliver(acc, "", t, in.Template, to, c.now)
			result.Success, result.MessageID, result.Error = d.failure == "", d.id, d.failure
		}
		resp.Summary.Total++
		if result.Success {
			resp.Summary.Sent++
		} else {
			resp.Summary.Failed++
		}
		resp.Results = append(resp.Results, result)
	}
	return succeeded(resp), nil
}
