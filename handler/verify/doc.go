// Package verify is the part of the site that is open to everybody: who are you
// (选择登录用户), help, and the two modules in which archive and household
// departments verify a form (guide §5.2).
//
// Whoever has a name and its number, or the QR code of a form, sees whether the
// form is genuine and still in force, and its content only while it is. A wrong
// name, a wrong kind, an unknown and a malformed number are one answer, byte by
// byte (design §2), so that nobody can find out which numbers or names exist.
// Failed tries slow their address down: see pace.
package verify
