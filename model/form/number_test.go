package form_test

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"quxiang/model/form"
)

// The year turns in Shanghai, eight hours before UTC.
var newYear = time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC)

func TestNewNumber(t *testing.T) {
	n, err := form.NewNumber("10001", newYear, bytes.NewReader([]byte{0, 1, 31, 32, 255, 8, 9, 100}))
	if err != nil || n != "271000123Z2ZAB6" {
		t.Fatalf("NewNumber = %q, %v", n, err)
	}
	if n, err = form.NewNumber("10001", newYear.Add(-time.Second), rand.Reader); err != nil || !strings.HasPrefix(string(n), "2610001") {
		t.Fatalf("NewNumber = %q, %v", n, err)
	}
	for _, school := range []string{"", "1000", "100011", "1000A", "１0001"} {
		if n, err := form.NewNumber(school, newYear, rand.Reader); err == nil {
			t.Errorf("NewNumber(%q) = %q", school, n)
		}
	}
	if n, err := form.NewNumber("10001", newYear, strings.NewReader("short")); err == nil {
		t.Errorf("NewNumber without randomness = %q", n)
	}
}

// Every byte leads to a character, and each character to eight bytes.
func TestNewNumberIsUnbiased(t *testing.T) {
	count := map[rune]int{}
	for i := range 32 {
		block := make([]byte, 8)
		for j := range block {
			block[j] = byte(i*8 + j)
		}
		n, err := form.NewNumber("10001", newYear, bytes.NewReader(block))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range string(n[7:]) {
			count[c]++
		}
	}
	if len(count) != 32 {
		t.Fatalf("%d characters", len(count))
	}
	for c, n := range count {
		if n != 8 || strings.ContainsRune("01IO", c) {
			t.Errorf("%c comes %d times", c, n)
		}
	}
}

func TestParseNumber(t *testing.T) {
	for _, s := range []string{
		"2310001EQ86V47B", "2310001eq86v47b", "23 10001 EQ86 V47B", " 23-10001-EQ86-V47B\n", "２３１０００１ＥＱ８６Ｖ４７Ｂ",
		"23–10001—EQ86V47B", "231OOO1EQ86V47B", "23loOo1 eq86v47b", "23I000lEQ86V47B", "２３ＩＯＯＯＬＥＱ８６Ｖ４７Ｂ", "2310001\u200bEQ86V47B", "２３　１０００１　ｅｑ８６　ｖ４７ｂ",
	} {
		if n, ok := form.ParseNumber(s); !ok || n != "2310001EQ86V47B" {
			t.Errorf("ParseNumber(%q) = %q, %v", s, n, ok)
		}
	}
	for _, s := range []string{
		"", "2310001EQ86V47", "2310001EQ86V47BB", "2310001EQ86V47I", "2310001EQ86V470", "23A0001EQ86V47B", "2310001EQ86V4O7", "2310001IQ86V47B", "2310001EQ86V47;",
		"毕业去向登记", "2310001EQ86V4é", strings.Repeat(" ", 500) + "2310001EQ86V47B", "\xff2310001EQ86V47B",
	} {
		if n, ok := form.ParseNumber(s); ok || n != "" {
			t.Errorf("ParseNumber(%q) = %q, %v", s, n, ok)
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"2310001EQ86V47B", "23 10001 eq86-v47b", "２３１０００１ＥＱ８６Ｖ４７Ｂ", "2310001EQ86V47I", "ﬀ", "①"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := form.ParseNumber(s)
		if !ok {
			if n != "" {
				t.Fatalf("ParseNumber(%q) gives %q and refuses it", s, n)
			}
			return
		}
		again, ok := form.ParseNumber(strings.ToLower(string(n)))
		if !ok || again != n || len(n) != 15 {
			t.Fatalf("ParseNumber(%q) = %q, which reads as %q, %v", s, n, again, ok)
		}
		made, err := form.NewNumber(string(n[2:7]), newYear, bytes.NewReader(make([]byte, 8)))
		if err != nil || made[2:7] != n[2:7] {
			t.Fatalf("school of %q: %v", n, err)
		}
	})
}
