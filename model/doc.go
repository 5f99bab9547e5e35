// Package model holds the nouns of destination registration (毕业去向登记) and
// the rules that govern them: who may do what, when, and what follows.
//
// It is pure: no database, no HTTP, no clock. Every change of state is a
// function that takes the present Record and an instant and returns a Change
// (the new Record, one audit entry, the messages owed and those cancelled) or
// an *Error. The store writes a Change in one transaction and may run the
// function again when it lost a race, so that no function here may have an
// effect of its own.
package model
