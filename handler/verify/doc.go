// Package verify is the part of the site that is open to everybody: who are you
// (选择登录用户), help, and the two modules in which archive and household
// departments verify a form (guide §5.2).
//
// Whoever has a name and its number, or the QR code of a form, sees whether the
// form is genuine and still in force, and its content only while it is. A wrong
// name, a wrong kind, an unknown and a malformed number are one answer, byte by
// byte (design §2), so that nobody can find out which numbers or names exist.
// Wrong tries slow their address down, and write; right ones write nothing but
// the trace for the holder: see guarded and ADR 0021. A QR code is signed, so
// that nobody guesses one: what we did not sign is answered without any of it.
package verify
