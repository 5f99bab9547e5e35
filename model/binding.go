package model

import (
	"errors"
	"time"
)

// Causes of a refused Bind, for the page that asks what to do.
var (
	// ErrOpenIDTaken: the openid is bound to another CHSI account.
	ErrOpenIDTaken = errors.New("openid is bound to another account")
	// ErrMoveNeedsAnswer: the account is bound to another openid; ask first.
	ErrMoveNeedsAnswer = errors.New("account is bound to another openid")
)

// AccountID identifies an Account in the store.
type AccountID int64

// Account (绑定) is a CHSI account that has logged in here, and the WeChat
// openid bound to it: at most one, and an openid belongs to one account only.
type Account struct {
	ID        AccountID
	CHSIUser  string // the CAS user name; personal data, encrypted at rest
	OpenID    string // "" when no WeChat is bound
	BoundAt   time.Time
	ConsentAt time.Time // consent to process personal data (PIPL §13, §29 for the ID number)
	Version   int64
}

// AccountChange is the outcome of a rule about accounts.
type AccountChange struct {
	Account     Account
	Audit       Audit
	TellOld     *Notice // to the openid that lost the binding
	OldOpenID   string
	EndSessions bool // all other sessions of this account end
}

// Consent records that the holder agreed to what the binding page says.
func Consent(a Account, now time.Time) AccountChange {
	if a.ConsentAt.IsZero() {
		a.ConsentAt = now
	}
	return AccountChange{Account: a, Audit: Audit{At: now, Actor: ByAccount(a.ID), Action: "account.consent"}}
}

// Bind binds openid to a. holder is the account that has openid now, nil when
// none. move says that the person has been asked and wants to move from the
// old WeChat. The caller never passes a snapshot user's openid: those are
// virtual and must not be bound (WeChat, 快照页).
func Bind(a Account, holder *Account, openid string, move bool, now time.Time) (AccountChange, error) {
	if openid == "" {
		return AccountChange{}, Errorf(CodeInvalid, "没有取得微信身份，请在微信中重新打开。")
	}
	if a.OpenID == openid {
		return AccountChange{Account: a}, nil
	}
	if holder != nil && holder.ID != a.ID {
		return AccountChange{}, Errorf(CodeConflict, "当前微信已绑定其他学信网账号。请用该账号登录，或先在原账号中换绑微信。").Because(ErrOpenIDTaken)
	}
	if a.OpenID != "" && !move {
		return AccountChange{}, Errorf(CodeConflict, "这个学信网账号已绑定另一个微信。").Because(ErrMoveNeedsAnswer)
	}
	old := a.OpenID
	a.OpenID, a.BoundAt = openid, now
	c := AccountChange{
		Account: a, EndSessions: true,
		Audit: Audit{At: now, Actor: ByAccount(a.ID), Action: "account.bind"},
	}
	if old != "" {
		n := noticeRebound(a, now)
		c.OldOpenID, c.TellOld, c.Audit.Action = old, &n, "account.rebind"
	}
	return c, nil
}

// Unbind ends the binding with WeChat; the link to CHSI stays.
func Unbind(a Account, now time.Time) AccountChange {
	a.OpenID, a.BoundAt = "", time.Time{}
	return AccountChange{
		Account: a, EndSessions: true,
		Audit: Audit{At: now, Actor: ByAccount(a.ID), Action: "account.unbind"},
	}
}

// LetGo ends the binding of a WeChat whose holder unfollowed and did not come back
// within the days for which it was kept. Who was bound after unfollowing, by a
// link, is given as many days from then.
func LetGo(a Account, f Follower, days int, now time.Time) AccountChange {
	since := f.LastEventAt
	if a.BoundAt.After(since) {
		since = a.BoundAt
	}
	if days <= 0 || a.OpenID == "" || a.OpenID != f.OpenID || f.Subscribed || now.Before(since.AddDate(0, 0, days)) {
		return AccountChange{Account: a}
	}
	ch := Unbind(a, now)
	ch.Audit.Actor, ch.Audit.Action = BySystem("purge"), "account.unbind.unfollowed"
	return ch
}

// Link ties a graduate's record to the CHSI account whose holder has proved to
// be that graduate, by mapped CAS attributes or by 考生号 + 姓名 + the ID
// number's last six. Linking again to the same account changes nothing.
func Link(r Record, a Account, proof string, now time.Time) (Change, error) {
	g := &r.Graduate
	switch g.AccountID {
	case a.ID:
		return Change{Record: r}, nil
	case 0:
	default:
		return Change{}, Errorf(CodeConflict, "这条学籍信息已由另一个学信网账号登录使用。如非本人操作，请联系学校就业指导中心。")
	}
	g.AccountID, g.LinkedAt = a.ID, now
	r.OpenID = a.OpenID
	ch := r.change(ByGraduate(g.ID), "graduate.link", now)
	ch.Audit.Detail = map[string]string{"proof": proof}
	return ch, nil
}
