package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

// steps are what a row does to a record by the rules of its kind of sheet, none
// when it changes nothing. Of what comes from upstream, reply says what became of
// its destination.
func (im *importing) steps(rec model.Record, row ImportRow) (steps []model.Change, reply model.Reply, err error) {
	if im.By.Kind == model.ActorUpstream {
		return im.upstream(rec, row)
	}
	rules := []func(model.Record, ImportRow) (model.Change, error){im.receive}
	switch im.Kind {
	case model.SheetRoster:
		rules = []func(model.Record, ImportRow) (model.Change, error){im.facts, im.receive}
	case model.SheetReviews:
		rules = []func(model.Record, ImportRow) (model.Change, error){im.decide}
	case model.SheetDestinations:
	}
	before := rec
	for _, rule := range rules {
		ch, err := rule(rec, row)
		if err != nil {
			return nil, reply, err
		}
		if ch.Audit.Action != "" {
			rec = ch.Record
			steps = append(steps, ch)
		}
	}
	if len(steps) > 0 && row.Previewed && row.Version != before.Version {
		return nil, reply, sinceThePreview()
	}
	return steps, reply, nil
}

// upstream are the steps of a row that a platform upstream sent: the facts of a
// roster only where its destination is no conflict, so that a row is taken whole
// or not at all.
func (im *importing) upstream(rec model.Record, row ImportRow) (steps []model.Change, reply model.Reply, err error) {
	heard, reply, err := im.hear(rec, row)
	if err != nil || reply.Reception == model.ReceptionConflict || im.Kind != model.SheetRoster {
		return written(heard), reply, err
	}
	facts, err := im.facts(rec, row)
	if err != nil {
		return nil, reply, err
	}
	if facts.Audit.Action == "" {
		return written(heard), reply, nil
	}
	// Again, on the facts that hold from now on.
	heard, reply, err = im.hear(facts.Record, row)
	return written(facts, heard), reply, err
}

// written are the changes that write something.
func written(steps ...model.Change) []model.Change {
	return slices.DeleteFunc(steps, func(ch model.Change) bool { return ch.Audit.Action == "" })
}

// hear is receive for what a platform upstream tells: what a person did here
// stands against it.
func (im *importing) hear(rec model.Record, row ImportRow) (model.Change, model.Reply, error) {
	if row.Destination == nil {
		return model.Change{}, model.Reply{}, nil
	}
	d, reported := im.told(rec, row)
	return model.ReceiveUpstream(rec, im.cohorts[rec.Graduate.CohortCode], model.Incoming{
		Destination: d, Name: row.Basics.Name, ReportedAt: reported, By: im.By,
	}, im.Codes, im.Now)
}

// told is the destination that a row tells, with what its sheet leaves out, and
// when it was reported.
func (im *importing) told(rec model.Record, row ImportRow) (d model.Destination, reported time.Time) {
	d, reported = *row.Destination, row.ReportedAt
	if reported.IsZero() {
		reported = im.Now
	}
	if last := rec.Latest(); last != nil && row.Columns != nil {
		d = row.Columns.KeepDestination(d, last.Destination)
	}
	return d, reported
}

// facts takes the row's basics over. Whoever works on one college moves nobody
// out of it.
func (im *importing) facts(rec model.Record, row ImportRow) (model.Change, error) {
	if !im.Scope.Covers(rec.Graduate) {
		return model.Change{}, model.Invalid("exam_number", "该考生号的毕业生不在您的管理范围内，不能导入。")
	}
	b := row.Basics
	if row.Columns != nil {
		b = row.Columns.Keep(b, rec.Graduate.Basics)
	}
	if fault := im.outside(model.Graduate{SchoolCode: rec.Graduate.SchoolCode, Basics: b}); fault != nil {
		return model.Change{}, fault
	}
	ch, _ := model.UpdateBasics(rec, b, im.By, im.Now)
	return ch, nil
}

// receive takes the row's destination over.
func (im *importing) receive(rec model.Record, row ImportRow) (model.Change, error) {
	if row.Destination == nil {
		return model.Change{}, nil
	}
	d, reported := im.told(rec, row)
	ch, _, err := model.Receive(rec, im.cohorts[rec.Graduate.CohortCode], d, im.By, reported, im.Now, im.Codes)
	return ch, err
}

// decide applies the row's verdict, at the level that the row names or else
// that where the revision waits. One that this reviewer has given already is no
// change.
func (im *importing) decide(rec model.Record, row ImportRow) (model.Change, error) {
	if row.Verdict == nil || rec.Given(im.Reviewer, *row.Verdict) {
		return model.Change{}, nil
	}
	v := *row.Verdict
	if rev := rec.Revision(v.Revision); v.Level == "" && rev != nil {
		v.Level = model.LevelCollege
		if rev.State() == model.ReviewSchool || !im.Reviewer.MayReview(model.LevelCollege) {
			v.Level = model.LevelSchool
		}
	}
	return model.Decide(rec, im.cohorts[rec.Graduate.CohortCode], im.Reviewer, v, im.Now)
}

// named finds the graduates of rows that only name them, or refuses the row: by
// row, their ids. Index graduates_exam_number.
func (im *importing) named(ctx context.Context) (map[int]int64, error) {
	var found []struct {
		ID                                                       int64
		CohortCode, SchoolCode, ExamNumber, Name, College, Class string
	}
	err := im.read(ctx).Table(graduatesTable).Select("id, cohort_code, school_code, exam_number, name, college, class").
		Where("exam_number IN ?", im.examNumbers()).Order("id").Find(&found).Error
	if err != nil {
		return nil, err
	}
	byExam := map[string][]int{} // places in found
	for n, f := range found {
		g := model.Graduate{SchoolCode: f.SchoolCode, Basics: model.Basics{College: f.College, Class: f.Class}}
		if im.Scope.Covers(g) {
			byExam[f.ExamNumber] = append(byExam[f.ExamNumber], n)
		}
	}
	existing, taken := map[int]int64{}, map[int64]bool{}
	for i, row := range im.rows {
		match := slices.DeleteFunc(slices.Clone(byExam[row.Basics.ExamNumber]), func(n int) bool {
			f := found[n]
			return row.SchoolCode != "" && f.SchoolCode != row.SchoolCode || row.CohortCode != "" && f.CohortCode != row.CohortCode
		})
		switch {
		case len(match) == 0:
			im.refuse(i, model.Invalid("exam_number", "没有找到这个考生号的毕业生，或不在您的管理范围内。请核对，新的毕业生请先用生源名单导入。"))
		case len(match) > 1:
			im.refuse(i, model.Invalid("exam_number", "这个考生号有 %d 条记录，请增加“毕业时间”和“院校代码”两列，说明是哪一条。", len(match)))
		case row.Basics.Name != "" && im.By.Kind != model.ActorUpstream && model.FoldName(row.Basics.Name) != model.FoldName(found[match[0]].Name):
			im.refuse(i, model.Invalid("name", "姓名与系统中这个考生号的毕业生不一致，请核对考生号和姓名。"))
		case taken[found[match[0]].ID]:
			im.refuse(i, model.Invalid("exam_number", "考生号在同一批中重复，已采用先出现的一行。"))
		default:
			existing[i] = found[match[0]].ID
			taken[existing[i]] = true
		}
	}
	return existing, nil
}

// outside refuses a graduate who is not, or would no longer be, within the
// scope, and names the column.
func (im *importing) outside(g model.Graduate) *model.Error {
	s := im.Scope
	switch {
	case s.Covers(g):
		return nil
	case s.SchoolCode != g.SchoolCode:
		return model.Invalid("school", "院校代码“%s”不在您的管理范围内，不能导入。", g.SchoolCode)
	case s.College != g.Basics.College:
		return model.Invalid("college", "院系“%s”不在您的管理范围内（%s），不能导入。如院系有变动，请由学校处理。", g.Basics.College, s.College)
	default:
		return model.Invalid("class", "班级“%s”不在您的管理范围内，不能导入。如班级有变动，请由学院处理。", g.Basics.Class)
	}
}

// auditCounts writes one entry a school with how many graduates it is about.
func (im *importing) auditCounts(tx *gorm.DB, action, what string, bySchool map[string]int) error {
	for school, n := range bySchool {
		detail := map[string]string{what: strconv.Itoa(n)}
		if im.TaskID != 0 {
			detail["task"] = strconv.FormatInt(im.TaskID, 10)
		}
		if err := appendAudit(tx, model.Audit{At: im.Now, Actor: im.By, Action: action, SchoolCode: school, Detail: detail}); err != nil {
			return err
		}
	}
	return nil
}
