package model

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// DeskNote (接收部门反映) is what a department tells a school about a form that it
// found: what on paper, in the dossier or at the counter does not fit.
type DeskNote struct {
	ID             int64
	OperatorID     OperatorID // the department's account
	Department     string     // its name then
	VerificationID int64      // that showed the form
	Authorization  int64      // the form, by its id
	GraduateID     GraduateID
	Kind           FormKind
	Item           NoteItem
	Text           string
	At             time.Time

	// Of the school; zero while it has not answered.
	Answer     string
	AnsweredBy Actor
	AnsweredAt time.Time
}

// Open reports whether the school has not answered.
func (n DeskNote) Open() bool { return n.AnsweredAt.IsZero() }

// InboxNotes is under which notes that wait are counted beside the requests of
// graduates; they are no RequestKind.
const InboxNotes = "desk.note"

// Bounds of notes.
const (
	maxNoteText = 500
	// MaxNotesPerDay is how many notes an account writes in a day: a counter meets
	// a few, and a stolen account must not flood a school.
	MaxNotesPerDay = 30
)

// NoteItem is what a note is about.
type NoteItem string

// The items, by the words in which graduates and schools read them too: none
// names a third person.
const (
	NoteName        NoteItem = "name"
	NoteUnit        NoteItem = "unit"
	NoteDestination NoteItem = "destination"
	NoteMissing     NoteItem = "archive_missing"
	NoteIncomplete  NoteItem = "archive_incomplete"
	NoteAddress     NoteItem = "address"
	NotePlace       NoteItem = "place"
	NotePaper       NoteItem = "paper"
	NoteOther       NoteItem = "other"
)

// NoteItems are those that fit a form.
func NoteItems(k FormKind) []NoteItem {
	if k == FormArchive {
		return []NoteItem{NoteName, NoteUnit, NoteDestination, NoteMissing, NoteIncomplete, NoteAddress, NotePaper, NoteOther}
	}
	return []NoteItem{NoteName, NoteUnit, NoteDestination, NotePlace, NotePaper, NoteOther}
}

// Chinese says what does not fit.
func (i NoteItem) Chinese() string {
	return map[NoteItem]string{
		NoteName:        "证件上的姓名与登记不一致",
		NoteUnit:        "单位名称与材料不符",
		NoteDestination: "毕业去向与材料不符",
		NoteMissing:     "档案未收到",
		NoteIncomplete:  "档案材料不全",
		NoteAddress:     "不是应接收档案的单位，或地址有误",
		NotePlace:       "户口迁移地与迁移证不符",
		NotePaper:       "纸质登记信息表与核验结果不符",
		NoteOther:       "其他",
	}[i]
}

// WriteNote is the note that a department writes about a form which it found.
func WriteNote(d Desk, v Verification, item NoteItem, text string, now time.Time) (DeskNote, error) {
	text = readable(text)
	switch {
	case v.OperatorID != d.OperatorID:
		return DeskNote{}, Errorf(CodeNotFound, "没有找到这次核验。")
	case !slices.Contains(NoteItems(v.Kind), item):
		return DeskNote{}, Invalid("item", "请选择哪里不符。")
	}
	if err := MayCheck(d, v.Kind, now); err != nil {
		return DeskNote{}, err
	}
	if err := checkNoteText("text", text); err != nil {
		return DeskNote{}, err
	}
	return DeskNote{
		OperatorID: d.OperatorID, Department: d.Department, VerificationID: v.ID, Authorization: v.AuthorizationID,
		GraduateID: v.GraduateID, Kind: v.Kind, Item: item, Text: text, At: now,
	}, nil
}

// AnswerNote closes a note with the school's words.
func AnswerNote(n DeskNote, op Operator, g Graduate, text string, now time.Time) (DeskNote, error) {
	text = readable(text)
	switch {
	case !op.May(ActionNote) || !op.Scope().Covers(g) || g.ID != n.GraduateID:
		return n, Errorf(CodeNotFound, "没有找到这条反映，或不在您的管理范围内。")
	case !n.Open():
		return n, Errorf(CodeChanged, "这条反映已于%s答复。", Minute(n.AnsweredAt))
	}
	if err := checkNoteText("answer", text); err != nil {
		return n, err
	}
	n.Answer, n.AnsweredBy, n.AnsweredAt = text, ByOperator(op), now
	return n, nil
}

// WithNotes adds to a timeline what departments told the school and that it
// answered: which of the listed items, and never what either wrote, which can
// name third persons.
func WithNotes(t []TimelineEntry, notes []DeskNote) []TimelineEntry {
	if len(notes) == 0 {
		return t
	}
	t = slices.Clone(t)
	for _, n := range notes {
		about := "“" + n.Item.Chinese() + "”（" + n.Kind.Chinese() + "）"
		t = append(t, TimelineEntry{At: n.At, Who: n.Department, What: "向学校反映" + about})
		if !n.Open() {
			t = append(t, TimelineEntry{At: n.AnsweredAt, Who: whoSchool, What: "答复" + n.Department + "反映的" + about})
		}
	}
	slices.SortStableFunc(t, func(a, b TimelineEntry) int { return b.At.Compare(a.At) })
	return t
}

func checkNoteText(field, text string) error {
	switch {
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return Invalid(field, "内容中有无法显示的字符。")
	case text == "":
		return Invalid(field, "请写明情况。")
	case utf8.RuneCountInString(text) > maxNoteText:
		return Invalid(field, "最多 %d 字。", maxNoteText)
	}
	return nil
}

// NumberTail is as much of a verification number as a history shows: its last
// four characters tell a clerk which form it was, and open nothing.
func NumberTail(n VerificationNumber) string {
	if len(n) < 4 {
		return ""
	}
	return string(n[len(n)-4:])
}
