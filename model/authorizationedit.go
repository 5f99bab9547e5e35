package model

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Extend moves the end of an unrevoked, unsuperseded form to another day, at
// most to the cap. An expired one comes into force again with the same number,
// where a new one could be made.
func Extend(r Record, n VerificationNumber, until Date, now time.Time) (Change, error) {
	if err := MayAuthorize(r, now); err != nil {
		return Change{}, err
	}
	if err := checkValidity(r, until, now); err != nil {
		return Change{}, err
	}
	return editAuthorization(r, n, "authorization.extend", now, func(a *Authorization) error {
		switch s := a.State(r, now); s {
		case AuthorizationRevoked, AuthorizationSuperseded:
			return Errorf(CodeConflict, "该编号%s，不能延期。请重新授权。", s.Chinese())
		case AuthorizationExpired:
			if _, err := r.roomFor(a.Kind, now); err != nil {
				return err
			}
		case AuthorizationActive:
		}
		a.ValidUntil = until
		return nil
	})
}

// Annotate changes the note for whom a form was made. It stands on no form.
func Annotate(r Record, n VerificationNumber, whom string, now time.Time) (Change, error) {
	whom = readable(whom)
	if utf8.RuneCountInString(whom) > forLength {
		return Change{}, Invalid("for", "提供给谁最多 %d 字。", forLength)
	}
	return editAuthorization(r, n, "authorization.annotate", now, func(a *Authorization) error {
		a.For = whom
		return nil
	})
}

// Revoke ends a form at once. Revoking again is no error and changes nothing.
func Revoke(r Record, n VerificationNumber, now time.Time) (Change, error) {
	return editAuthorization(r, n, "authorization.revoke", now, func(a *Authorization) error {
		if a.RevokedAt.IsZero() {
			a.RevokedAt = now
		}
		return nil
	})
}

func editAuthorization(r Record, n VerificationNumber, action string, now time.Time, edit func(*Authorization) error) (Change, error) {
	r = r.clone()
	for i := range r.Authorizations {
		a := &r.Authorizations[i]
		if a.Number != n {
			continue
		}
		before := *a
		if err := edit(a); err != nil {
			return Change{}, err
		}
		if *a == before {
			return Change{Record: r}, nil
		}
		ch := r.change(ByGraduate(r.Graduate.ID), action, now)
		ch.Audit.Detail = map[string]string{"kind": string(a.Kind), "until": string(a.ValidUntil)}
		return ch, nil
	}
	return Change{}, Errorf(CodeNotFound, "没有找到这个核验编号。")
}

// Consented reports whether a consent stands that can be withdrawn: each number
// that was not revoked carries one, an expired one too, since it can be
// extended.
func (r Record) Consented() bool {
	for _, a := range r.Authorizations {
		if a.RevokedAt.IsZero() {
			return true
		}
	}
	return false
}

// WithdrawnAt is when the consent to be verified was withdrawn; the zero time
// where it stands, was given anew, or never was.
func (r Record) WithdrawnAt() time.Time {
	var at time.Time
	for _, a := range r.Authorizations {
		if a.Withdrawn && a.RevokedAt.After(at) {
			at = a.RevokedAt
		}
	}
	for _, a := range r.Authorizations {
		if !a.Withdrawn && !a.CreatedAt.Before(at) {
			return time.Time{}
		}
	}
	return at
}

// withdrawnAfter reports whether the consent was withdrawn later than now, which
// is when something was asked for.
func (r Record) withdrawnAfter(now time.Time) bool {
	return slices.ContainsFunc(r.Authorizations, func(a Authorization) bool { return a.Withdrawn && a.RevokedAt.After(now) })
}

// Withdraw withdraws the consent to be verified (PIPL art. 15): every number
// ends at once and for ever, those too that have expired or are superseded and
// could come into force again. It is possible at any time. Withdrawing again is
// no error and changes nothing.
func Withdraw(r Record, now time.Time) (Change, error) {
	if !r.Consented() {
		if !r.WithdrawnAt().IsZero() {
			return Change{Record: r}, nil
		}
		return Change{}, Errorf(CodeConflict, "您现在没有可以撤回的核验授权。")
	}
	r = r.clone()
	ended := 0
	for i := range r.Authorizations {
		if a := &r.Authorizations[i]; a.RevokedAt.IsZero() {
			a.RevokedAt, a.Withdrawn = now, true
			ended++
		}
	}
	ch := r.change(ByGraduate(r.Graduate.ID), "authorization.withdraw", now)
	ch.Audit.Detail = map[string]string{"numbers": strconv.Itoa(ended)}
	return ch, nil
}
