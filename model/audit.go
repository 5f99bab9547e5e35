package model

import "time"

// ActorKind says what sort of party did something.
type ActorKind string

// The kinds of actors.
const (
	ActorGraduate ActorKind = "graduate"
	ActorAccount  ActorKind = "account" // somebody logged in at CHSI, whichever records are his
	ActorOperator ActorKind = "operator"
	ActorUpstream ActorKind = "upstream" // the platform on which the graduate registered
	ActorSystem   ActorKind = "system"
)

// Actor is who did something. Name is the operator's login or the system's
// part, never a graduate's name.
type Actor struct {
	Kind ActorKind
	ID   int64
	Name string
}

// ByGraduate is the graduate acting for himself.
func ByGraduate(id GraduateID) Actor { return Actor{Kind: ActorGraduate, ID: int64(id)} }

// ByAccount is the holder of a CHSI account acting on the account itself: before
// a record is linked, and for all that are.
func ByAccount(id AccountID) Actor { return Actor{Kind: ActorAccount, ID: int64(id)} }

// ByOperator is an operator acting.
func ByOperator(op Operator) Actor {
	return Actor{Kind: ActorOperator, ID: int64(op.ID), Name: op.Name}
}

// ByUpstream is the platform upstream, named.
func ByUpstream(name string) Actor { return Actor{Kind: ActorUpstream, Name: name} }

// BySystem is a part of this program.
func BySystem(part string) Actor { return Actor{Kind: ActorSystem, Name: part} }

// Audit is one entry of the audit log. It never holds ID numbers, phones,
// e-mail addresses or secrets.
type Audit struct {
	At         time.Time
	Actor      Actor
	Action     string // noun.verb
	GraduateID GraduateID
	SchoolCode string
	College    string
	Detail     map[string]string
	RequestID  string // filled in at the edge
}
