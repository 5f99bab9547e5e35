package store

import (
	"context"
	"time"

	"quxiang/model"
)

// UpstreamRow is what came from upstream about one 考生号.
type UpstreamRow struct {
	ExamNumber string
	Incoming   model.Incoming
}

// UpstreamOutcome is the answer to one row.
type UpstreamOutcome struct {
	Reply model.Reply
	Err   *model.Error // why it was refused; Field names the column to blame
}

// maxUpstream bounds a batch: what one statement of look-ups may carry.
const maxUpstream = 1000

// ReceiveUpstream takes at most 1,000 rows about graduates of one school and
// one cohort and tells for each what became of it, in their order: of several
// about the same graduate each sees what the one before has done. Whoever is of
// another school is not found. Receiving again changes nothing.
//
// One look-up by graduates_exam_number and six queries by primary key for all
// rows; a transaction for each row that changes something.
func (s *Store) ReceiveUpstream(ctx context.Context, school string, cohort model.Cohort, rows []UpstreamRow, now time.Time, codes model.Codes) ([]UpstreamOutcome, error) {
	if len(rows) > maxUpstream {
		return nil, model.Errorf(model.CodeTooLarge, "每批最多 %d 条。", maxUpstream)
	}
	exams := make([]string, 0, len(rows))
	for _, r := range rows {
		if r.ExamNumber != "" && isCode(r.ExamNumber) {
			exams = append(exams, r.ExamNumber)
		}
	}
	ids, err := s.idsByExam(s.read(ctx), exams)
	if err != nil {
		return nil, wrap("receive upstream", err)
	}
	wanted := make([]int64, 0, len(rows))
	for _, r := range rows {
		if id, ok := ids[naturalKey{cohort.Code, school, r.ExamNumber}]; ok {
			wanted = append(wanted, id)
		}
	}
	all, err := s.loadRecords(ctx, wanted)
	if err != nil {
		return nil, wrap("receive upstream", err)
	}
	out := make([]UpstreamOutcome, len(rows))
	for i, r := range rows {
		id := ids[naturalKey{cohort.Code, school, r.ExamNumber}]
		if all[id] == nil {
			out[i] = UpstreamOutcome{
				Reply: model.Reply{Reception: model.ReceptionRefused},
				Err:   model.Errorf(model.CodeNotFound, "%s届没有考生号“%s”的毕业生，请核对，或先导入生源名单。", cohort.Code, model.Shorten(r.ExamNumber, 32)),
			}
			out[i].Err.Field = "exam_number"
			continue
		}
		if out[i], err = s.receiveOne(ctx, all[id], cohort, r.Incoming, now, codes); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// receiveOne runs the rule on what was loaded, and in a transaction when it
// changes something. l is then what was written.
func (s *Store) receiveOne(ctx context.Context, l *loaded, cohort model.Cohort, in model.Incoming, now time.Time, codes model.Codes) (UpstreamOutcome, error) {
	var reply model.Reply
	rule := func(r model.Record) (model.Change, error) {
		ch, re, err := model.ReceiveUpstream(r, cohort, in, codes, now)
		reply = re
		return ch, err
	}
	ch, err := rule(l.record)
	if err == nil && ch.Audit.Action != "" {
		var after model.Record
		if after, err = s.Change(ctx, l.record.Graduate.ID, rule); err == nil {
			l.record = after
		}
	}
	fault := ruleError(err)
	if err != nil && (fault == nil || fault.Code == model.CodeUnavailable) {
		return UpstreamOutcome{}, err
	}
	if fault != nil {
		reply = model.Reply{Reception: model.ReceptionRefused}
	}
	return UpstreamOutcome{Reply: reply, Err: fault}, nil
}
