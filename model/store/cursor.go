package store

import (
	"strconv"
	"strings"
	"time"

	"quxiang/model"
)

// maxCategory is the longest code that the column takes.
const maxCategory = 16

// Cursor is a place in a list ordered by how long graduates have waited, or by
// what they are settled as. The zero Cursor is the beginning, and what a list
// returns after its last page.
type Cursor struct {
	since, id int64
	settled   string // a category's code
}

// IsZero reports whether c is the beginning, or behind the end.
func (c Cursor) IsZero() bool { return c == Cursor{} }

// String writes the cursor for an address; "" for the zero Cursor.
func (c Cursor) String() string {
	if c.IsZero() {
		return ""
	}
	text := strconv.FormatInt(c.since, 36) + "." + strconv.FormatInt(c.id, 36)
	if c.settled != "" {
		text += "." + c.settled
	}
	return text
}

// ParseCursor reads what String wrote; anything else is CodeInvalid.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	since, id, ok := strings.Cut(s, ".")
	if !ok {
		return Cursor{}, model.Invalid("after", "页码不正确，请从第一页开始。")
	}
	var c Cursor
	id, c.settled, _ = strings.Cut(id, ".")
	var errs [2]error
	c.since, errs[0] = strconv.ParseInt(since, 36, 64)
	c.id, errs[1] = strconv.ParseInt(id, 36, 64)
	if errs[0] != nil || errs[1] != nil || c.since < 0 || c.id <= 0 || !isCode(c.settled) || len(c.settled) > maxCategory {
		return Cursor{}, model.Invalid("after", "页码不正确，请从第一页开始。")
	}
	return c, nil
}

// CursorAt is the place of a graduate who has waited since an instant.
func CursorAt(since time.Time, id model.GraduateID) Cursor {
	return Cursor{since: toMillis(since), id: int64(id)}
}
