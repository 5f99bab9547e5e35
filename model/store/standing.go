package store

import (
	"context"

	"quxiang/model"
)

// StandingRow is where one record stands, without its history.
type StandingRow struct {
	ID            model.GraduateID
	CohortCode    string
	SchoolCode    string
	Level         string // 学历, to tell two records of one person apart
	ReopenedUntil model.Date
	Standing      model.Standing
}

// standingRow are the columns of a graduate's row that say where it stands.
type standingRow struct {
	ID            int64
	CohortCode    string
	SchoolCode    string
	Level         string
	ReopenedUntil string
	Step          string
	StepSince     int64
	StepReason    string
	StepReturned  string
	Disputed      bool
}

func (r *standingRow) standing() model.Standing {
	return model.Standing{
		Step: model.Step(r.Step), Since: fromMillis(r.StepSince), Reason: r.StepReason, Returned: model.Level(r.StepReturned),
		Disputed: r.Disputed,
	}
}

// Standings returns where the records linked to an openid stand, the newest
// cohort first; none when it is not bound. It is what the chat's 办理进度 asks:
// one query, by accounts_openid and graduates_account, a handful of rows.
func (s *Store) Standings(ctx context.Context, openid string) ([]StandingRow, error) {
	if openid == "" || !isCode(openid) {
		return nil, nil
	}
	rows := make([]standingRow, 0, 1) // nearly always one: GORM makes room for 20 otherwise
	err := s.read(ctx).Table("accounts").
		Select("graduates.id, graduates.cohort_code, graduates.school_code, graduates.level, graduates.reopened_until, "+
			"graduates.step, graduates.step_since, graduates.step_reason, graduates.step_returned, graduates.disputed").
		Joins("JOIN graduates ON graduates.account_id = accounts.id").
		Where("accounts.openid = ?", openid).
		Order("graduates.cohort_code DESC, graduates.id").Limit(maxMatches).Find(&rows).Error
	if err != nil {
		return nil, wrap("standings", err)
	}
	out := make([]StandingRow, len(rows))
	for i, r := range rows {
		out[i] = StandingRow{
			ID: model.GraduateID(r.ID), CohortCode: r.CohortCode, SchoolCode: r.SchoolCode, Level: r.Level,
			ReopenedUntil: model.Date(r.ReopenedUntil), Standing: r.standing(),
		}
	}
	return out, nil
}

// setStanding fills in the columns that lists, jobs and the chat read.
func (r *graduateRow) setStanding(rec model.Record) {
	st := rec.Standing()
	r.Step, r.StepSince, r.StepReason, r.StepReturned = string(st.Step), toMillis(st.Since), st.Reason, string(st.Returned)
	r.Disputed = st.Disputed
	r.Category, r.Unit, r.UnitCode, r.Settled = "", "", "", ""
	if last := rec.Latest(); last != nil {
		r.Category, r.Unit, r.UnitCode = last.Destination.Category, last.Destination.Unit, last.Destination.UnitCode
	}
	if v := rec.Settled(); v != nil {
		r.Settled = v.Destination.Category
	}
}
