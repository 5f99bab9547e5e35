package model

import (
	"errors"
	"fmt"
)

// Code classifies an Error for machines. Each code has an anchor in
// docs/errors.md and exactly one HTTP status in handler/web.
type Code string

// The codes of all errors that people can meet.
const (
	CodeInvalid         Code = "invalid"         // an input is malformed; Field names it
	CodeUnauthenticated Code = "unauthenticated" // nobody is logged in, or no longer
	CodeForbidden       Code = "forbidden"       // logged in, but not allowed
	CodeNotFound        Code = "not_found"       // no such thing within the caller's scope
	CodeConflict        Code = "conflict"        // the thing is not in a state that allows this
	CodeChanged         Code = "changed"         // somebody changed it since the caller looked
	CodeLocked          Code = "locked"          // an earlier step of the guide is missing
	CodeClosed          Code = "closed"          // the deadline has passed
	CodeTooMany         Code = "too_many"        // a limit on tries was reached
	CodeTooLarge        Code = "too_large"       // a body or file is over its limit
	CodeMediaType       Code = "media_type"      // a body of a kind that is not taken here
	CodeMethod          Code = "method"          // an address of the API that is not used in this way
	CodeUnavailable     Code = "unavailable"     // a system that we depend on does not answer
	CodeExpired         Code = "expired"         // a link, state or session is too old or used up
	CodeInternal        Code = "internal"        // our own fault
)

// ErrorCodes lists every Code, so that tables over codes can be tested for being
// exhaustive.
func ErrorCodes() []Code {
	return []Code{
		CodeInvalid, CodeUnauthenticated, CodeForbidden, CodeNotFound, CodeConflict, CodeChanged,
		CodeLocked, CodeClosed, CodeTooMany, CodeTooLarge, CodeMediaType, CodeMethod, CodeUnavailable, CodeExpired, CodeInternal,
	}
}

// Error is the one error type that crosses rooms. Message is Chinese, polite,
// and safe to show to the person who caused it; the wrapped cause is for the
// log only.
type Error struct {
	Code    Code
	Message string
	Field   string // form field, column or setting; empty when none is to blame
	cause   error
}

// Errorf makes an Error whose message is for people.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Invalid makes a CodeInvalid error that names the field.
func Invalid(field, format string, args ...any) *Error {
	return &Error{Code: CodeInvalid, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Because attaches the cause for the log and returns e.
func (e *Error) Because(cause error) *Error {
	e.cause = cause
	return e
}

// Error is for logs: code, field and cause, never more than the caller put in.
func (e *Error) Error() string {
	s := string(e.Code)
	if e.Field != "" {
		s += " " + e.Field
	}
	s += ": " + e.Message
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// CodeOf returns the code of the first *Error in err's tree, CodeInternal for
// any other error and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}
