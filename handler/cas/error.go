package cas

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// The kinds of failure, for errors.Is.
var (
	// ErrInvalidTicket says that the ticket is unknown, used, expired or no
	// ticket at all: the person logs in again.
	ErrInvalidTicket = errors.New("cas: ticket refused")
	// ErrInvalidService says that the ticket was made for another service, or
	// that the server does not know ours: a forgery or a wrong configuration.
	ErrInvalidService = errors.New("cas: service refused")
	// ErrUnavailable says that there was no answer, or none that can be
	// understood. The ticket may be used up: the person logs in again, later.
	ErrUnavailable = errors.New("cas: server unavailable")
)

// Codes of our own, beside those of CAS 3.0 §2.5.3.
const (
	codeTicketSpec  = "INVALID_TICKET_SPEC" // also the server's
	codeUnreachable = "UNREACHABLE"
	codeHTTPStatus  = "HTTP_STATUS"
	codeBadAnswer   = "BAD_ANSWER"
	codeUnknown     = "UNKNOWN"
)

// Error is a ticket that could not be validated. Its text is for logs: it has
// no ticket, no address and nothing of a person.
type Error struct {
	// Code is the server's (INVALID_TICKET, INVALID_SERVICE, INTERNAL_ERROR,
	// …), or UNREACHABLE, HTTP_STATUS, BAD_ANSWER, or UNKNOWN for a code that
	// the server made up out of other than capital letters and underscores.
	Code string
	// Status is the HTTP status, 0 without an answer.
	Status int
	// Elapsed is how long the server took; 0 if it was not asked.
	Elapsed time.Duration

	kind, cause error
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "cas: validate ticket: %s", e.Code)
	if e.Status != 0 {
		fmt.Fprintf(&b, ", HTTP %d", e.Status)
	}
	if e.Elapsed != 0 {
		fmt.Fprintf(&b, ", after %s", e.Elapsed.Round(time.Millisecond))
	}
	if e.cause != nil {
		fmt.Fprintf(&b, ": %s", e.cause)
	}
	return b.String()
}

// Unwrap returns the kind and, where there is one, the cause.
func (e *Error) Unwrap() []error {
	if e.cause == nil {
		return []error{e.kind}
	}
	return []error{e.kind, e.cause}
}

// kindOf maps the server's code. INVALID_REQUEST would be our own mistake and
// INTERNAL_ERROR is the server's: neither is the graduate's.
func kindOf(code string) error {
	switch code {
	case "INVALID_TICKET", codeTicketSpec:
		return ErrInvalidTicket
	case "INVALID_SERVICE", "UNAUTHORIZED_SERVICE":
		return ErrInvalidService
	}
	return ErrUnavailable
}

// discreet takes the address out of an HTTP client's error, since its query
// holds the ticket, and hides any other text that names the ticket.
func discreet(err error, ticket string) error {
	var withAddress *url.Error
	for errors.As(err, &withAddress) && withAddress.Err != nil {
		err = withAddress.Err
	}
	if s := err.Error(); strings.Contains(s, ticket) || strings.Contains(s, url.QueryEscape(ticket)) {
		return errors.New("cause withheld, it names the ticket")
	}
	return err
}
