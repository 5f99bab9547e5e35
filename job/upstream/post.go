package upstream

import (
	"context"
	"encoding/json"
	"fmt"

	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/store"
)

// post is a Delivery of the API: items about graduates of the key's school.
type post struct {
	receiver *Receiver
	key      model.UpstreamKey
	name     store.UpstreamDelivery
	items    []model.UpstreamItem
}

// Post takes in what a platform posted under an idempotency key and tells what
// became of each item. The errors are those of Receive.
func (r *Receiver) Post(ctx context.Context, key model.UpstreamKey, idempotency, digest string, items []model.UpstreamItem) ([]model.UpstreamResult, error) {
	answer, err := r.Receive(ctx, &post{
		receiver: r, key: key, items: items, name: store.UpstreamDelivery{Source: key.ID, Name: idempotency, Digest: digest},
	})
	if err != nil {
		return nil, err
	}
	return results(answer)
}

// Answered is what a post was answered: CodeNotFound when there was none under
// that idempotency key, CodeConflict while it is being worked.
func (r *Receiver) Answered(ctx context.Context, key model.UpstreamKey, idempotency string) ([]model.UpstreamResult, error) {
	answer, busy, found, err := r.o.Store.UpstreamAnswer(ctx, key.ID, idempotency)
	switch {
	case err != nil:
		return nil, fmt.Errorf("upstream: answer: %w", err)
	case !found:
		return nil, model.Errorf(model.CodeNotFound, "没有这个幂等键的请求，或已超过保留期限（7 天）。")
	case busy:
		return nil, errBusy
	}
	return results(answer)
}

func results(answer []byte) (out []model.UpstreamResult, err error) {
	if err := json.Unmarshal(answer, &out); err != nil {
		return nil, fmt.Errorf("upstream: stored answer: %w", err)
	}
	return out, nil
}

// Name implements Delivery.
func (p *post) Name() store.UpstreamDelivery { return p.name }

// Apply implements Delivery. Items of one cohort that follow one another are
// looked up together.
func (p *post) Apply(ctx context.Context, alive func() error) ([]byte, model.Tally, error) {
	out := make([]model.UpstreamResult, 0, len(p.items))
	var tally model.Tally
	for len(out) < len(p.items) {
		rest := p.items[len(out):]
		n := 1
		for n < min(len(rest), itemBatch) && rest[n].CohortCode == rest[0].CohortCode {
			n++
		}
		some, err := p.batch(ctx, rest[:n])
		if err != nil {
			return nil, tally, err
		}
		for _, res := range some {
			tally.Add(res.Reply.Reception)
		}
		out = append(out, some...)
		if err := alive(); err != nil {
			return nil, tally, err
		}
	}
	answer, err := json.Marshal(out)
	return answer, tally, err
}

// batch takes items of one cohort.
func (p *post) batch(ctx context.Context, items []model.UpstreamItem) ([]model.UpstreamResult, error) {
	cohort, table, fault, err := p.receiver.cohort(ctx, items[0].CohortCode)
	if err != nil {
		return nil, err
	}
	out := make([]model.UpstreamResult, len(items))
	var rows []store.UpstreamRow
	var at []int // item of each row
	for i, it := range items {
		if it.Fault == nil {
			it.Fault = fault
		}
		if it.Fault != nil {
			out[i] = it.Result(model.Reply{}, it.Fault)
			continue
		}
		it.Incoming.By = model.ByUpstream(p.key.Platform)
		rows = append(rows, store.UpstreamRow{ExamNumber: it.ExamNumber, Incoming: it.Incoming})
		at = append(at, i)
	}
	if len(rows) == 0 {
		return out, nil
	}
	outcomes, err := p.receiver.o.Store.ReceiveUpstream(ctx, p.key.SchoolCode, cohort, rows, p.receiver.o.Now(), table)
	if err != nil {
		return nil, err
	}
	for n, i := range at {
		out[i] = items[i].Result(outcomes[n].Reply, outcomes[n].Err)
	}
	return out, nil
}

// cohort finds a cohort and its code tables, or the fault of items that name it.
func (r *Receiver) cohort(ctx context.Context, code string) (model.Cohort, *codes.Table, *model.Error, error) {
	cohort, err := r.o.Store.Cohort(ctx, code)
	if model.CodeOf(err) == model.CodeNotFound {
		return cohort, nil, model.Invalid("cohort", "没有这一届，请核对毕业年份。"), nil
	}
	if err != nil {
		return cohort, nil, nil, err
	}
	table, err := r.o.Codes(cohort.CodeTable)
	return cohort, table, nil, err
}
