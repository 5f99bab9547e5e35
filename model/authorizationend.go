package model

import "time"

// AuthorizationState says whether a form still holds.
type AuthorizationState string

// The states; only active ones are in force.
const (
	AuthorizationActive     AuthorizationState = "active"
	AuthorizationExpired    AuthorizationState = "expired"
	AuthorizationRevoked    AuthorizationState = "revoked"
	AuthorizationSuperseded AuthorizationState = "superseded"
)

// Chinese names the state.
func (s AuthorizationState) Chinese() string {
	switch s {
	case AuthorizationActive:
		return "有效"
	case AuthorizationExpired:
		return "已过期"
	case AuthorizationRevoked:
		return "已撤销"
	default:
		return "已被新的确认取代"
	}
}

// AuthorizationEnd is why a form is no longer in force: finer than its state,
// for the holder alone.
type AuthorizationEnd string

// The reasons.
const (
	EndNone       AuthorizationEnd = ""           // it is in force
	EndRevoked    AuthorizationEnd = "revoked"    // the holder ended this number
	EndWithdrawn  AuthorizationEnd = "withdrawn"  // the holder withdrew the consent
	EndVoid       AuthorizationEnd = "void"       // what it shows was found not to be the holder's
	EndSuperseded AuthorizationEnd = "superseded" // the holder confirmed something newer
	EndExpired    AuthorizationEnd = "expired"    // the day came that the holder had set
	EndCap        AuthorizationEnd = "cap"        // the last day came on which forms can be verified
)

// Until is the last day on which a can be in force: the one that the holder set,
// unless a corrected graduation has moved the cap before it.
func (a Authorization) Until(r Record) Date {
	if limit := VerificationCap(r.Graduate); limit != "" && limit < a.ValidUntil {
		return limit
	}
	return a.ValidUntil
}

// End says why a is no longer in force at now, and since when. The graduate's
// own act comes before a newer confirmation, and that before the day: it is
// what a verifier hears of first.
func (a Authorization) End(r Record, now time.Time) (AuthorizationEnd, time.Time) {
	c := r.Confirmed()
	until := a.Until(r)
	switch {
	case !a.RevokedAt.IsZero() && a.Withdrawn:
		return EndWithdrawn, a.RevokedAt
	case !a.RevokedAt.IsZero():
		return EndRevoked, a.RevokedAt
	case r.void(a.Revision):
		return EndVoid, r.VoidedAt(a.Revision)
	case c != nil && c.Revision > a.Revision:
		return EndSuperseded, c.At
	case now.Before(until.End()):
		return EndNone, time.Time{}
	case until == VerificationCap(r.Graduate):
		return EndCap, until.End()
	default:
		return EndExpired, until.End()
	}
}

// State of a at now within its record. A form of a revision that is void counts
// as revoked.
func (a Authorization) State(r Record, now time.Time) AuthorizationState {
	switch end, _ := a.End(r, now); end {
	case EndNone:
		return AuthorizationActive
	case EndSuperseded:
		return AuthorizationSuperseded
	case EndExpired, EndCap:
		return AuthorizationExpired
	default:
		return AuthorizationRevoked
	}
}

// EndedAt is when a stopped being in force; the zero time while it is.
func (a Authorization) EndedAt(r Record, now time.Time) time.Time {
	_, at := a.End(r, now)
	return at
}
