package job_test

import (
	"testing"
	"time"

	"quxiang/job"
	"quxiang/model"
)

func ladder(r *rig) *job.Ladder {
	return &job.Ladder{Store: r.store, Now: r.clock.Now, Ladder: model.Ladder{Days: []int{30, 14, 7, 3, 1, 0}, Minute: 600}}
}

func (r *rig) climb(l *job.Ladder, want int) {
	r.Helper()
	added, err := l.Step(r.Context())
	r.must(err)
	if added != want {
		r.Errorf("%v: %d reminders, want %d", r.clock.Now().In(model.Shanghai), added, want)
	}
}

func TestLadder(t *testing.T) {
	each(t, func(r *rig) {
		l := ladder(r)
		r.clock.set(at(r, "2027-07-01 12:00"))
		r.bound(3)
		r.climb(l, 0) // before the first rung
		r.clock.set(at(r, "2027-08-24 09:59"))
		r.climb(l, 3) // of the rungs 30 and 14, both missed, the later one
		r.climb(l, 0)
		r.clock.set(at(r, "2027-08-24 10:00"))
		r.climb(l, 3)
		newest := r.message(0)
		if newest.Notice.NotAfter != at(r, "2027-09-01 00:00").UTC() && !newest.Notice.NotAfter.Equal(at(r, "2027-09-01 00:00")) {
			r.Errorf("good until %v", newest.Notice.NotAfter)
		}
		old, err := r.store.Messages(r.Context(), r.ids[0], 2)
		r.must(err)
		if len(old) != 2 || old[1].State != model.MessageCancelled {
			r.Errorf("the older rung lives on: %+v", old)
		}
		// Done: whoever comes to owe something later hears at the next rung,
		// unless somebody asks for it.
		r.bound(1)
		r.climb(l, 0)
		forced, err := l.Force(r.Context())
		r.must(err)
		if forced != 1 {
			r.Errorf("forced: %d", forced)
		}
		// One has nothing to do any more.
		_, err = r.store.Change(r.Context(), r.ids[0], func(rec model.Record) (model.Change, error) {
			return model.CheckBasics(rec, r.clock.Now())
		})
		r.must(err)
		r.clock.set(at(r, "2027-08-31 23:59"))
		r.climb(l, 4) // to check and to report are both owed
		r.clock.set(at(r, "2027-09-01 00:00"))
		r.climb(l, 0)
	})
}

func TestLadderPages(t *testing.T) {
	r := one(t)
	const n = 1003
	now := r.clock.Now()
	accounts := make([]model.Account, n)
	graduates := make([]model.Graduate, n)
	for i := range n {
		accounts[i] = model.Account{CHSIUser: "user" + number(i), OpenID: "oMany" + number(i)}
	}
	ids, err := r.store.CreateAccounts(t.Context(), accounts, now)
	r.must(err)
	for i := range n {
		graduates[i] = model.Graduate{
			CohortCode: "2027", SchoolCode: "99001", CreatedAt: now, AccountID: ids[i], LinkedAt: now,
			Basics: model.Basics{ExamNumber: "27999001" + number(i), Name: "甲", IDNumber: "99999920050101" + number(i), Level: "31", Graduates: "202706"},
		}
	}
	_, err = r.store.CreateGraduates(t.Context(), graduates, model.BySystem("test"))
	r.must(err)
	r.climb(ladder(r), n)
}

func number(i int) string {
	return time.Unix(int64(i), 0).UTC().Format("150405")
}

func TestMovedDeadlineStartsAnew(t *testing.T) {
	r := one(t)
	r.bound(1)
	l := ladder(r)
	r.climb(l, 1)
	c := model.NewCohort(2027)
	c.Deadline = "2027-09-02"
	r.must(r.store.SaveCohort(t.Context(), c))
	r.climb(l, 1)
	r.climb(l, 0)
}
