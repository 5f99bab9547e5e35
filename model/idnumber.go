package model

import (
	"strings"
	"time"
)

// idWeights are those of GB 11643-1999 for the first 17 digits.
var idWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

// IDCheckDigit is the 18th character of a 公民身份号码 whose first 17 digits are
// given: 0–9 or X. It is 0 when they are not 17 digits.
func IDCheckDigit(first17 string) byte {
	if !digits(first17, 17) {
		return 0
	}
	sum := 0
	for i, w := range idWeights {
		sum += int(first17[i]-'0') * w
	}
	return "10X98765432"[sum%11]
}

// ValidIDNumber reports whether s is a 公民身份号码 of 18 characters, X in upper
// case: a birth date that exists and the right check digit. The region is not
// looked at: abolished regions live on in numbers.
func ValidIDNumber(s string) bool {
	if len(s) != 18 || IDCheckDigit(s[:17]) != s[17] {
		return false
	}
	_, err := time.Parse("20060102", s[6:14])
	return err == nil && !strings.HasPrefix(s[6:14], "0")
}

// IDNumberSex is the sex that a valid 公民身份号码 tells, as a code of TableSex:
// an odd 17th digit is 1 (男), an even one 2 (女).
func IDNumberSex(s string) string {
	if (s[16]-'0')%2 == 1 {
		return "1"
	}
	return "2"
}
