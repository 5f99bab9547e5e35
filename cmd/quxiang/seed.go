package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"quxiang/model"
	"quxiang/model/demo"
	"quxiang/model/store"
)

// seedOptions are the flags of seed.
type seedOptions struct {
	graduates    int
	bound, owing float64
	deadline     string
}

// maxSeed bounds a seed: a nation's graduates fit into the family of demo
// openids, which has seven digits.
const maxSeed = 9_999_999

func newSeed() *cobra.Command {
	var l loader
	var o seedOptions
	c := &cobra.Command{
		Use:   "seed --graduates N [--bound R] [--owing R] [--deadline YYYY-MM-DD]",
		Short: "向空数据库填入演示毕业生",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return l.withStore(c, func(w *workbench) error {
				counts, err := seed(c.Context(), w.store, o, w.clock.Now())
				if err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "graduates=%d bound=%d owing=%d deadline=%s\n",
					counts.graduates, counts.bound, counts.owing, counts.deadline)
				return nil
			})
		},
	}
	l.flag(c)
	c.Flags().IntVar(&o.graduates, "graduates", 1000, "毕业生人数")
	c.Flags().Float64Var(&o.bound, "bound", 1, "已绑定微信的比例，0 到 1")
	c.Flags().Float64Var(&o.owing, "owing", 1, "尚未确认去向的比例，0 到 1")
	c.Flags().StringVar(&o.deadline, "deadline", "", "截止日期（默认：下一个 8 月 31 日）")
	return c
}

func (o seedOptions) check() error {
	switch {
	case o.graduates < 1 || o.graduates > maxSeed:
		return fmt.Errorf("%w: --graduates 应为 1 到 %d", errUsage, maxSeed)
	case o.bound < 0 || o.bound > 1:
		return fmt.Errorf("%w: --bound 应为 0 到 1 的小数", errUsage)
	case o.owing < 0 || o.owing > 1:
		return fmt.Errorf("%w: --owing 应为 0 到 1 的小数", errUsage)
	}
	if o.deadline == "" {
		return nil
	}
	if _, err := model.ParseDate(o.deadline); err != nil {
		return fmt.Errorf("%w: --deadline 应写成 2027-08-31 的形式", errUsage)
	}
	return nil
}

type seedCounts struct {
	graduates, bound, owing int
	deadline                model.Date
}

// seed fills an empty database: everybody approved, the given shares bound to
// WeChat and owing a confirmation, everybody else confirmed, no message owed.
func seed(ctx context.Context, s *store.Store, o seedOptions, now time.Time) (seedCounts, error) {
	var counts seedCounts
	steps, err := s.StepCounts(ctx, model.Scope{All: true}, "")
	if err != nil {
		return counts, err
	}
	if len(steps) > 0 {
		return counts, model.Errorf(model.CodeConflict, "数据库里已有毕业生。seed 只用于空数据库，以免混入真实数据。")
	}
	cohort := model.NewCohort(demoYear(now))
	if o.deadline != "" {
		deadline, err := model.ParseDate(o.deadline)
		if err != nil {
			return counts, err
		}
		year, err := yearOf(deadline)
		if err != nil {
			return counts, err
		}
		cohort = model.NewCohort(year)
		cohort.Deadline = deadline
	}
	counts.deadline = cohort.Deadline
	if err := seedHouse(ctx, s, cohort); err != nil {
		return counts, err
	}
	year, err := yearOf(cohort.Deadline)
	if err != nil {
		return counts, err
	}
	b := seedBatch{store: s, now: now}
	for p := range demo.Graduates(o.graduates, 1, demo.Options{Year: year}) {
		i := counts.graduates
		counts.graduates++
		openid, nth := "", i-counts.bound
		if share(i, o.bound) {
			nth = counts.bound
			counts.bound++
			openid = fmt.Sprintf("oDemo%07d", counts.bound)
		}
		// The share holds among the bound and among the others, so that the two
		// shares are independent of each other.
		owing := share(nth, o.owing)
		if owing {
			counts.owing++
		}
		if err := b.add(ctx, p, fmt.Sprintf("demo%07d", i+1), openid, owing); err != nil {
			return counts, err
		}
	}
	return counts, b.flush(ctx)
}

// seedBatch writes seeded graduates some at a time.
type seedBatch struct {
	store    *store.Store
	now      time.Time
	accounts []model.Account
	records  []model.Record
	openids  []string
}

// add queues one graduate; bound to openid unless that is "".
func (b *seedBatch) add(ctx context.Context, p demo.Person, user, openid string, owing bool) error {
	before := b.now.Add(-24 * time.Hour)
	account := model.Account{CHSIUser: user, ConsentAt: before}
	if openid != "" {
		account.OpenID, account.BoundAt = openid, before
		b.openids = append(b.openids, openid)
	}
	b.accounts = append(b.accounts, account)
	b.records = append(b.records, seedRecord(p, before, owing))
	if len(b.records) < 500 {
		return nil
	}
	return b.flush(ctx)
}

func (b *seedBatch) flush(ctx context.Context) error {
	ids, err := b.store.CreateAccounts(ctx, b.accounts, b.now)
	if err != nil {
		return err
	}
	for i := range b.records {
		b.records[i].Graduate.AccountID = ids[i]
	}
	if _, err := b.store.CreateRecords(ctx, b.records, model.BySystem("seed")); err != nil {
		return err
	}
	err = b.store.CreateFollowers(ctx, b.openids, b.now.Add(-48*time.Hour))
	b.accounts, b.records, b.openids = b.accounts[:0], b.records[:0], b.openids[:0]
	return err
}

// share spreads the share r of true answers evenly over i = 0, 1, 2, …
func share(i int, r float64) bool {
	return int(float64(i+1)*r+1e-9) > int(float64(i)*r+1e-9)
}

func seedHouse(ctx context.Context, s *store.Store, cohort model.Cohort) error {
	school := demo.School()
	if err := s.SaveSchool(ctx, school); err != nil {
		return err
	}
	if err := s.SaveCohort(ctx, cohort); err != nil {
		return err
	}
	if err := s.ReplaceContacts(ctx, school.Code, demo.Contacts(school), model.BySystem("seed")); err != nil {
		return err
	}
	return mapDemoTemplates(ctx, s)
}

// seedRecord is a graduate who was linked, checked the basics, reported and was
// approved at both levels; without owing, who has confirmed as well.
func seedRecord(p demo.Person, before time.Time, owing bool) model.Record {
	d := p.Destination
	if d == nil {
		d = &model.Destination{Category: "70", SubCategory: "701"}
	}
	by := model.BySystem("seed")
	r := model.Record{
		School: demo.School(),
		Graduate: model.Graduate{
			CohortCode: p.CohortCode, SchoolCode: p.SchoolCode, Basics: p.Basics, CreatedAt: before, LinkedAt: before,
		},
		Revisions: []model.Revision{{
			Number: 1, Destination: *d, Origin: model.OriginHere, ReportedAt: before, ReportedBy: by,
			Reviews: []model.Review{
				{Level: model.LevelCollege, Decision: model.DecisionApprove, By: by, At: before},
				{Level: model.LevelSchool, Decision: model.DecisionApprove, By: by, At: before},
			},
		}},
	}
	if c, err := model.CheckBasics(r, before); err == nil {
		r = c.Record
	}
	if !owing {
		r.Confirmations = []model.Confirmation{{Revision: 1, Answer: model.AnswerRight, At: before}}
	}
	return r
}
