package job_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"quxiang/job"
	"quxiang/model"
)

// A look at a form reaches the phone, once that day; at night it waits for the
// morning.
func TestVerifiedReachesThePhone(t *testing.T) {
	each(t, func(r *rig) {
		openid := r.bound(1)[0]
		tell := &job.Verified{Store: r.store, Now: r.clock.Now}
		look := func() {
			r.Helper()
			r.must(r.store.AddVerification(r.Context(), model.Verification{
				AuthorizationID: 7, GraduateID: r.ids[0], Kind: model.FormHousehold, At: r.clock.Now(), Way: model.WayDesk,
				Department: "示范区派出所", Network: "192.0.2.0/24",
			}))
			_, err := tell.Run(r.Context())
			r.must(err)
			r.step()
			r.idle()
		}
		delivered := func(want int) {
			r.Helper()
			if got := r.sim.Inbox(openid); len(got) != want {
				r.Errorf("%v: the phone got %d, want %d", r.clock.Now().In(model.Shanghai), len(got), want)
			}
		}
		look()
		look()
		delivered(1)
		if card := r.sim.Inbox(openid)[0]; card.Rows[0].Value != "户口登记信息表被核验" || card.Rows[2].Value != "核验部门：示范区派出所" {
			r.Errorf("%+v", card.Rows)
		}
		r.clock.set(at(r, "2027-08-22 23:00"))
		look()
		delivered(1)
		r.clock.set(at(r, "2027-08-23 08:00"))
		r.step()
		r.idle()
		delivered(2)
	})
}

// pages answers as a store with that many untold verifications.
type pages struct{ left, asked int }

var errBroken = errors.New("broken")

func (p *pages) TellVerified(_ context.Context, limit int, _ time.Time) (seen, told int, err error) {
	p.asked++
	if p.left < 0 {
		return 0, 0, errBroken
	}
	seen = min(p.left, limit)
	p.left -= seen
	return seen, seen / 2, nil
}

func TestVerifiedWorksToTheEnd(t *testing.T) {
	p := &pages{left: 1200}
	v := &job.Verified{Store: p, Now: time.Now}
	if told, err := v.Step(t.Context()); err != nil || told != 600 || p.asked != 3 {
		t.Errorf("told %d in %d pages: %v", told, p.asked, err)
	}
	p.left = -1
	if outcome, err := v.Run(t.Context()); !errors.Is(err, errBroken) || !strings.Contains(outcome, "0 条") {
		t.Errorf("%q, %v", outcome, err)
	}
}
