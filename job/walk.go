package job

import (
	"context"
	"errors"
	"time"

	"quxiang/model"
)

// Walk runs, in order, every instant that falls due after from and up to to,
// each with the clock set to it, and after each what the Always and the Walked
// jobs find to do. Instants to which those have put something off are visited too. In the
// end the clock shows to. Only a sandbox, which owns its clock, walks; jobs of
// this Runner that would start meanwhile are held off.
//
// A job that fails does not end the walk: its error is returned in the end.
func (r *Runner) Walk(ctx context.Context, from, to time.Time, set func(time.Time)) error {
	for i, e := range r.entries {
		if err := e.lock(ctx); err != nil {
			r.unlock(i)
			return err
		}
	}
	defer r.unlock(len(r.entries))
	var errs []error
	at := from
	for ctx.Err() == nil {
		at = r.nextEvent(at)
		if at.IsZero() || at.After(to) {
			break
		}
		set(at)
		errs = append(errs, r.visit(ctx, at))
	}
	set(to)
	errs = append(errs, r.visitAlways(ctx), ctx.Err())
	return errors.Join(errs...)
}

func (r *Runner) unlock(n int) {
	for _, e := range r.entries[:n] {
		<-e.busy
	}
}

// nextEvent is the next instant after t at which something happens.
func (r *Runner) nextEvent(t time.Time) time.Time {
	var next time.Time
	for _, e := range r.entries {
		switch {
		case e.schedule == nil && e.Next != nil:
			next = earlier(next, e.Next(t))
		case e.schedule != nil && !e.Walked:
			next = earlier(next, e.schedule.Next(t.In(model.Shanghai)))
		}
	}
	return next
}

// visit does what falls due at t.
func (r *Runner) visit(ctx context.Context, t time.Time) error {
	var errs []error
	for _, e := range r.entries {
		if e.schedule != nil && !e.Walked && latest(e.schedule, t).Equal(t.In(model.Shanghai)) {
			errs = append(errs, r.perform(ctx, e, t, 0))
		}
	}
	return errors.Join(append(errs, r.visitAlways(ctx))...)
}

func (r *Runner) visitAlways(ctx context.Context) error {
	var errs []error
	for _, e := range r.entries {
		if e.schedule == nil || e.Walked {
			_, err := r.call(ctx, e.Run)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
