package config

import (
	"fmt"
	"io"
	"log/slog"
)

const hidden = "<secret>"

// Secret is a text that must not be seen. Printing it, logging it and encoding it
// as JSON, YAML or XML give <secret>; Reveal gives the text. It protects
// exported fields only: package fmt reads an unexported field without asking
// the type. It is not meant for gob, which carries the text.
type Secret string

// Reveal returns the text itself, for the one call that needs it.
func (s Secret) Reveal() string { return string(s) }

// String returns <secret>.
func (s Secret) String() string { return hidden }

// GoString returns <secret>, for %#v.
func (s Secret) GoString() string { return hidden }

// Format writes <secret> whatever the verb: without it %x or %d would print
// the text's bytes.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// MarshalText returns <secret>, for JSON, YAML and XML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue returns <secret>, for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }
