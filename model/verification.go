package model

import (
	"crypto/sha256"
	"crypto/subtle"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Verification (核验) is one look at a form, kept for its holder.
type Verification struct {
	ID              int64
	AuthorizationID int64
	GraduateID      GraduateID
	Kind            FormKind
	At              time.Time
	Way             VerificationWay
	Network         string // masked: IPv4 /24, IPv6 /48
	Place           string // what an address table calls the network; "" when none does
	RequestID       string
	Own             bool // the holder's own check

	// Of a department that has an account; zero for who verified without.
	OperatorID OperatorID
	Department string // its name then
	Batch      string // joins the rows of one sheet or request
}

// VerificationWay is how somebody verified.
type VerificationWay string

// The ways of guide §5.2.
const (
	WayNumber VerificationWay = "number" // name and number typed in
	WayQR     VerificationWay = "qr"     // QR scanned
	WayDesk   VerificationWay = "desk"   // name and number typed in by a department's account
	WaySheet  VerificationWay = "sheet"  // a row of a department's sheet
	WayAPI    VerificationWay = "api"    // by a department's program
)

// Issued is a form that exists, with what its verification looks at.
type Issued struct {
	Authorization Authorization
	// Record holds as much of the graduate's record as Authorization.State,
	// EndedAt and the form's content need: no ID number, phone or e-mail.
	Record Record
}

// State of the form at now, and since when it is no longer in force.
func (i Issued) State(now time.Time) (AuthorizationState, time.Time) {
	return i.Authorization.State(i.Record, now), i.Authorization.EndedAt(i.Record, now)
}

// Question is what a department asks with name and number.
type Question struct {
	Kind   FormKind
	Name   string
	Number VerificationNumber // "" where what was typed can be none

	// Signed says that kind and number are those of a form's QR code with a good
	// signature: whoever has it has the form before him, and no name is asked.
	Signed bool
}

// Matches says whether q is the form that was found under its number; found is
// nil for an unknown number.
func (q Question) Matches(found *Issued) bool {
	if q.Signed {
		return found != nil && found.Authorization.Kind == q.Kind
	}
	if found == nil {
		return MatchNumber(nil, "", q.Kind, q.Name)
	}
	return MatchNumber(&found.Authorization, found.Record.Graduate.Basics.Name, q.Kind, q.Name)
}

// MatchNumber decides whether a number and name belong to a form of a kind. a
// is nil for an unknown number: the same work is done then, so that time tells
// nothing. A wrong name, a wrong kind and an unknown number are one answer
// (design §2).
func MatchNumber(a *Authorization, holder string, kind FormKind, name string) bool {
	known := a != nil
	if !known {
		holder = ""
	}
	want, got := sha256.Sum256([]byte(FoldName(holder))), sha256.Sum256([]byte(FoldName(name)))
	same := subtle.ConstantTimeCompare(want[:], got[:]) == 1
	return known && same && a.Kind == kind && FoldName(name) != ""
}

// middleDots are what people type for the dot in a transliterated name, besides
// those that NFKC makes one of these.
const middleDots = "·•‧・．.∙⋅ꞏ⸱⸳᛫"

// FoldName makes names comparable as people type them (docs/verification.md,
// names and numbers as people type them): NFKC, no white space and nothing that
// cannot be seen, the several middle dots of transliterated names as one, letters
// upper case. Rare characters stay what they are: 𬭚 is not 𬭛.
func FoldName(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c), unicode.Is(unicode.Cf, c):
			return -1
		case strings.ContainsRune(middleDots, c):
			return '·'
		}
		return unicode.ToUpper(c)
	}, norm.NFKC.String(s))
}
