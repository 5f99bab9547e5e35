// Package admin is what operators (管理员) see below /admin: the queues of
// review, graduates, roster uploads, the menu, other operators and the jobs.
//
// Every request loads the operator anew, so that one who was disabled, or whose
// role or scope has changed, is bound by that at once. Each route names what it
// needs (see Mount); whoever may not gets CodeForbidden before anything is
// read, and what is out of scope does not exist: CodeNotFound. The rules
// themselves are model.Operator's.
package admin
