package roster

import (
	"fmt"
)

// Fault is one reason to refuse a row. Its texts are for people and never hold a
// whole ID number or phone.
type Fault struct {
	Line    int
	Column  string // as the file calls it; "" when the row as a whole is to blame
	Message string // what is wrong, which limit, what to do
}

// String says row, column and message in a sentence.
func (f Fault) String() string {
	if f.Column == "" {
		return fmt.Sprintf("第 %d 行：%s", f.Line, f.Message)
	}
	return fmt.Sprintf("第 %d 行“%s”：%s", f.Line, f.Column, f.Message)
}

// quote shows a cell's value within a message, cut to what a message can bear.
func quote(s string) string {
	r := []rune(s)
	if len(r) > 20 {
		return "“" + string(r[:20]) + "…”"
	}
	return "“" + s + "”"
}
