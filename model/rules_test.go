package model

import (
	"slices"
	"testing"
	"time"
)

func TestDeadlineIsTheWholeDayInShanghai(t *testing.T) {
	c := NewCohort(2027)
	for _, tc := range []struct {
		at       string
		reopened Date
		open     bool
	}{
		{"2027-08-31T23:59:59+08:00", "", true},
		{"2027-08-31T15:59:59Z", "", true},
		{"2027-09-01T00:00:00+08:00", "", false},
		{"2027-08-31T16:00:00Z", "", false},
		{"2027-09-05T23:59:59+08:00", "2027-09-05", true},
		{"2027-09-06T00:00:00+08:00", "2027-09-05", false},
	} {
		now, err := time.Parse(time.RFC3339, tc.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Open(Graduate{ReopenedUntil: tc.reopened}, now); got != tc.open {
			t.Errorf("%s reopened %q: open = %v, want %v", tc.at, tc.reopened, got, tc.open)
		}
	}
}

func TestVerificationCap(t *testing.T) {
	for month, want := range map[Month]Date{
		"202306": "2023-12-31", "202308": "2024-02-29", "202712": "2028-06-30", "x": "", "202313": "",
	} {
		if got := VerificationCap(Graduate{Basics: Basics{Graduates: month}}); got != want {
			t.Errorf("cap of %s = %s, want %s", month, got, want)
		}
	}
}

func TestLadderDue(t *testing.T) {
	l := Ladder{Days: []int{30, 14, 7, 3, 1, 0}, Minute: 10 * 60}
	c := NewCohort(2027)
	for at, want := range map[string]int{
		"2027-08-01T09:59:59+08:00": -1, "2027-08-01T10:00:00+08:00": 30, "2027-08-16T09:00:00+08:00": 30,
		"2027-08-25T09:00:00+08:00": 7, "2027-08-30T12:00:00+08:00": 1, "2027-08-31T09:00:00+08:00": 1,
		"2027-08-31T10:00:00+08:00": 0, "2027-08-31T23:59:59+08:00": 0, "2027-09-01T00:00:00+08:00": -1,
	} {
		now, _ := time.Parse(time.RFC3339, at)
		days, ok := l.Due(c, now)
		if (!ok && want != -1) || (ok && days != want) {
			t.Errorf("due at %s = %d, %v; want %d", at, days, ok, want)
		}
	}
}

func TestQuietHours(t *testing.T) {
	q := QuietHours{From: 22 * 60, To: 8 * 60}
	day := Date("2027-08-20").Start()
	last := Date("2027-08-31")
	for _, tc := range []struct {
		name     string
		kind     MessageKind
		now      time.Time
		notAfter time.Time
		until    time.Time
	}{
		{"evening waits for the morning", MessageApproved, day.Add(23 * time.Hour), day.AddDate(0, 0, 9), day.AddDate(0, 0, 1).Add(8 * time.Hour)},
		{"before dawn", MessageDeadline, day.Add(3 * time.Hour), last.End(), day.Add(8 * time.Hour)},
		{"at eight it goes", MessageApproved, day.Add(8 * time.Hour), day.AddDate(0, 0, 9), time.Time{}},
		{"security never waits", MessageRebound, day.Add(23 * time.Hour), day.AddDate(0, 0, 9), time.Time{}},
		{"on the last day the ladder goes", MessageDeadline, last.Start().Add(23 * time.Hour), last.End(), time.Time{}},
	} {
		until, held := q.Holds(tc.kind, tc.notAfter, tc.now)
		if held != !tc.until.IsZero() || !until.Equal(tc.until) {
			t.Errorf("%s: until %v (%v), want %v", tc.name, until, held, tc.until)
		}
	}
	if _, held := (QuietHours{}).Holds(MessageApproved, last.End(), day); held {
		t.Error("no quiet hours held a message")
	}
}

func TestMatchNumber(t *testing.T) {
	a := &Authorization{Number: "2799001ABCDEFGH", Kind: FormArchive}
	for _, tc := range []struct {
		name   string
		a      *Authorization
		holder string
		kind   FormKind
		typed  string
		want   bool
	}{
		{"right", a, "张三", FormArchive, "张三", true},
		{"blanks and full width", a, "Li Na", FormArchive, " ＬＩ　na ", true},
		{"other middle dot", a, "阿依·买买提", FormArchive, "阿依•买买提", true},
		{"rare characters differ", a, "张𬭚", FormArchive, "张𬭛", false},
		{"wrong kind", a, "张三", FormHousehold, "张三", false},
		{"wrong name", a, "张三", FormArchive, "张四", false},
		{"unknown number", nil, "", FormArchive, "张三", false},
		{"unknown number, no name", nil, "", FormArchive, "", false},
		{"no name", a, "张三", FormArchive, "  ", false},
	} {
		if got := MatchNumber(tc.a, tc.holder, tc.kind, tc.typed); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestUnitCode(t *testing.T) {
	for code, want := range map[string]bool{
		"12100000466006770Q": true, "12100000466006771Q": false, "12100000466006770": false, "1210000046600677IQ": false, "": false,
	} {
		if got := ValidUnitCode(code); got != want {
			t.Errorf("ValidUnitCode(%q) = %v", code, got)
		}
	}
}

func TestScopeCovers(t *testing.T) {
	g := Graduate{SchoolCode: "99001", Basics: Basics{College: "文学院", Class: "一班"}}
	for _, tc := range []struct {
		op   Operator
		want bool
	}{
		{Operator{Role: RoleAdmin}, true},
		{Operator{Role: RoleAdmin, Disabled: true}, false},
		{Operator{Role: RoleSchool, SchoolCode: "99001"}, true},
		{Operator{Role: RoleSchool, SchoolCode: "99002"}, false},
		{Operator{Role: RoleSchool}, false},
		{Operator{Role: RoleCollege, SchoolCode: "99001", College: "文学院"}, true},
		{Operator{Role: RoleCollege, SchoolCode: "99001", College: "理学院"}, false},
		{Operator{Role: RoleCollege, SchoolCode: "99001"}, false},
		{Operator{Role: RoleCounsellor, SchoolCode: "99001", College: "文学院", Classes: []string{"一班"}}, true},
		{Operator{Role: RoleCounsellor, SchoolCode: "99001", College: "文学院", Classes: []string{"二班"}}, false},
		{Operator{Role: RoleCounsellor, SchoolCode: "99001", College: "文学院"}, false},
		{Operator{Role: RoleMenu, SchoolCode: "99001"}, false},
		{Operator{Role: RoleDesk}, false},
		{Operator{Role: RoleAuditor}, true},
		{Operator{Role: RoleAuditor, SchoolCode: "99002"}, false},
	} {
		if got := tc.op.Scope().Covers(g); got != tc.want {
			t.Errorf("%+v covers = %v, want %v", tc.op, got, tc.want)
		}
	}
}

func TestFollowIsIdempotentAndOrdered(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	f, changed := Follower{OpenID: "o1"}.Follow(true, "class-1", at)
	if !changed || !f.Subscribed || f.Scene != "class-1" {
		t.Fatalf("follow: %+v, %v", f, changed)
	}
	if _, changed := f.Follow(true, "class-1", at); changed {
		t.Error("the same event again changed something")
	}
	gone, changed := f.Follow(false, "", at.Add(time.Minute))
	if !changed || gone.Subscribed || gone.Scene != "" {
		t.Errorf("unfollow: %+v, %v", gone, changed)
	}
	if _, changed := gone.Follow(true, "class-1", at); changed {
		t.Error("an old follow undid a newer unfollow")
	}
}

func TestBind(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	a := Account{ID: 1}
	c, err := Bind(a, nil, "oNew", false, now)
	if err != nil || c.Account.OpenID != "oNew" || c.TellOld != nil {
		t.Fatalf("first binding: %+v, %v", c, err)
	}
	bound := c.Account
	if _, err := Bind(bound, nil, "oOther", false, now); CodeOf(err) != CodeConflict {
		t.Errorf("moving without asking: %v", err)
	}
	moved, err := Bind(bound, nil, "oOther", true, now)
	if err != nil || moved.OldOpenID != "oNew" || moved.TellOld == nil || !moved.EndSessions {
		t.Errorf("moving: %+v, %v", moved, err)
	}
	if _, err := Bind(bound, &Account{ID: 2, OpenID: "oOther"}, "oOther", true, now); CodeOf(err) != CodeConflict {
		t.Errorf("taking another person's WeChat: %v", err)
	}
	if again, err := Bind(bound, &bound, "oNew", false, now); err != nil || again.Audit.Action != "" {
		t.Errorf("binding again: %+v, %v", again, err)
	}
}

func TestBasicsAreAskedAgainOnlyWhenAnItemChanged(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	r := Record{Graduate: Graduate{ID: 1, AccountID: 1, Basics: Basics{Name: "张三", Phone: "13800000000"}}}
	if !r.Graduate.NeedsCheck() {
		t.Fatal("nothing was checked yet")
	}
	c, err := CheckBasics(r, now)
	if err != nil || c.Record.Graduate.NeedsCheck() {
		t.Fatalf("after checking: %v", err)
	}
	if _, changed := RefreshContact(c.Record, "13800000000", "", now); changed {
		t.Error("the same phone is no change")
	}
	r2, changed := RefreshContact(c.Record, "13900000000", "", now)
	g := r2.Record.Graduate
	if !changed || !g.NeedsCheck() || !g.ChangedItems()["phone"] || len(g.ChangedItems()) != 1 {
		t.Errorf("changed items: %v", g.ChangedItems())
	}
}

func TestNearestContact(t *testing.T) {
	g := Graduate{SchoolCode: "1", Basics: Basics{College: "文学院", Class: "一班"}}
	office := Contact{Role: ContactOffice, SchoolCode: "1", Name: "中心"}
	college := Contact{Role: ContactCounsellor, SchoolCode: "1", College: "文学院", Name: "院"}
	class := Contact{Role: ContactCounsellor, SchoolCode: "1", College: "文学院", Class: "一班", Name: "班"}
	other := Contact{Role: ContactCounsellor, SchoolCode: "1", College: "文学院", Class: "二班", Name: "别"}
	for _, tc := range []struct {
		all  []Contact
		want string
	}{
		{[]Contact{office, other, college, class}, "班"},
		{[]Contact{office, other, college}, "院"},
		{[]Contact{office, other}, "中心"},
		{[]Contact{other}, ""},
	} {
		if got, _ := NearestContact(tc.all, g); got.Name != tc.want {
			t.Errorf("nearest = %q, want %q", got.Name, tc.want)
		}
	}
}

func TestOfficeOf(t *testing.T) {
	whole := Contact{Role: ContactOffice, SchoolCode: "99001", Name: "就业指导中心"}
	college := Contact{Role: ContactOffice, SchoolCode: "99001", College: "文学院", Name: "文学院"}
	others := []Contact{{Role: ContactOffice, SchoolCode: "99002", Name: "别校"}, {Role: ContactCounsellor, SchoolCode: "99001", Name: "辅导员"}}
	for _, tc := range []struct {
		all  []Contact
		want string
	}{
		{nil, ""},
		{others, ""},
		{append(slices.Clone(others), college), "文学院"},
		{append(slices.Clone(others), college, whole), "就业指导中心"},
		{append(slices.Clone(others), whole, college), "就业指导中心"},
	} {
		if got, ok := OfficeOf(tc.all, "99001"); got.Name != tc.want || ok != (tc.want != "") {
			t.Errorf("OfficeOf(%v) = %q, %v; want %q", tc.all, got.Name, ok, tc.want)
		}
	}
}
