package model

import "strings"

const (
	maskHead, maskTail = 3, 4
	// maskLeast keeps the hidden middle longer than what is shown at either end,
	// so that a passport number is hidden whole.
	maskLeast = maskHead + 2*maskTail
	// maskStars bounds the middle: what a sheet has for a number can be any text.
	maskStars = 20
)

// Mask hides the middle of an ID or phone number: 110***********0021. Short ones
// are hidden whole.
func Mask(s string) string {
	r := []rune(s)
	if len(r) < maskLeast {
		return strings.Repeat("*", len(r))
	}
	return string(r[:maskHead]) + strings.Repeat("*", min(len(r)-maskHead-maskTail, maskStars)) + string(r[len(r)-maskTail:])
}
