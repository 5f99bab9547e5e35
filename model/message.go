package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// MessageKind is what a message tells.
type MessageKind string

// The kinds that are sent.
const (
	MessageReturned        MessageKind = "returned"
	MessageCollegeApproved MessageKind = "college_approved"
	MessageApproved        MessageKind = "approved" // both levels: please confirm
	MessageConfirmed       MessageKind = "confirmed"
	MessageDeadline        MessageKind = "deadline" // the ladder
	MessageRebound         MessageKind = "rebound"  // bound to another phone
	MessageAnswered        MessageKind = "answered" // a request was granted or refused
	MessageVerified        MessageKind = "verified" // somebody verified a form
)

// MessageKinds lists every kind.
func MessageKinds() []MessageKind {
	return []MessageKind{
		MessageReturned, MessageCollegeApproved, MessageApproved, MessageConfirmed, MessageDeadline, MessageRebound, MessageAnswered,
		MessageVerified,
	}
}

// Priority orders what is sent first: 0 security and returned, 1 progress,
// 2 ladder (design §5, issue reminders).
func (k MessageKind) Priority() int {
	switch k {
	case MessageRebound, MessageReturned:
		return 0
	case MessageDeadline:
		return 2
	default:
		return 1
	}
}

// Vars of a notice: the names that a template's keywords are mapped to.
const (
	VarItem     = "item"     // what it is about, ≤20 characters
	VarStatus   = "status"   // ≤5 汉字
	VarTime     = "time"     // when it happened, 2027年8月31日 15:01
	VarDeadline = "deadline" // 2027年8月31日
	VarRemark   = "remark"   // what to do now, ≤20 characters
	VarSchool   = "school"
)

// Notice is a message owed. It holds no ID number, phone or name: a template
// message is seen on a locked screen.
type Notice struct {
	Kind      MessageKind
	Key       string            // unique for ever: a second notice with it is dropped
	Vars      map[string]string // by the Var names
	Path      string            // page that it opens, beginning with /
	NotBefore time.Time
	NotAfter  time.Time // later than this it is pointless
}

// MessageState is how far a message has got. Accepted is not delivered: the
// receipt settles that.
type MessageState string

// The states of design §5.
const (
	MessageQueued    MessageState = "queued"
	MessageLeased    MessageState = "leased"
	MessageAccepted  MessageState = "accepted"
	MessageDelivered MessageState = "delivered"
	MessageHeld      MessageState = "held"    // not following: waits for a follow
	MessageBlocked   MessageState = "blocked" // refused by the recipient
	MessageFailed    MessageState = "failed"
	MessageUnknown   MessageState = "unknown" // may have been sent; never sent again blindly
	MessageCancelled MessageState = "cancelled"
)

// Settled reports whether the sender is done with a message in this state.
func (s MessageState) Settled() bool {
	return s != MessageQueued && s != MessageLeased && s != MessageHeld
}

// Message is a Notice in the outbox.
type Message struct {
	ID             int64
	GraduateID     GraduateID // 0 for a message about an account
	OpenID         string
	Notice         Notice
	State          MessageState
	Attempts       int
	FirstAttemptAt time.Time // zero until the first try was committed
	MsgID          int64     // WeChat's, after acceptance
	Reason         string    // why it is held, blocked, failed or unknown, in Chinese
	CreatedAt      time.Time
	SettledAt      time.Time
}

// Template maps a kind of message to one of the account's templates.
type Template struct {
	Kind       MessageKind
	TemplateID string
	Fields     map[string]string // keyword such as thing1 → Var name
	Stopped    string            // why the kind is stopped; "" while it is in use
}

// CheckTemplate validates a mapping: a known kind, an id, and for each keyword
// one of the Var names.
func CheckTemplate(t Template) error {
	vars := []string{VarItem, VarStatus, VarTime, VarDeadline, VarRemark, VarSchool}
	switch {
	case !slices.Contains(MessageKinds(), t.Kind):
		return Invalid("kind", "没有“%s”这类消息；可用：%s。", t.Kind, joinKinds())
	case t.TemplateID == "":
		return Invalid("template_id", "请填写公众号后台的模板 ID。")
	case len(t.Fields) == 0:
		return Invalid("fields", "请说明模板的每个关键词填什么。")
	}
	for keyword, v := range t.Fields {
		if !slices.Contains(vars, v) {
			return Invalid("fields", "%s 不能填“%s”；可用：%s。", keyword, v, strings.Join(vars, "、"))
		}
	}
	return nil
}

func joinKinds() string {
	var names []string
	for _, k := range MessageKinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, "、")
}

const progressLife = 14 * 24 * time.Hour // a progress message older than this only confuses

// homePath is where messages about the flow lead: the home page knows the next
// step.
const homePath = "/h5/home"

func progress(r Record, kind MessageKind, status, remark string, now time.Time) Notice {
	return Notice{
		Kind: kind,
		Key:  fmt.Sprintf("%s:%d:%d", kind, r.Graduate.ID, len(r.Revisions)),
		Vars: map[string]string{
			VarItem: "毕业去向登记", VarStatus: status, VarTime: Minute(now), VarRemark: Shorten(remark, 20), VarSchool: r.School.Name,
		},
		Path: homePath, NotBefore: now, NotAfter: now.Add(progressLife),
	}
}

func noticeReturned(r Record, c Cohort, now time.Time) Notice {
	rv := r.Latest().LastReview()
	n := progress(r, MessageReturned, rv.Level.Chinese()+"退回", rv.Reason, now)
	n.Vars[VarDeadline] = c.Deadline.Chinese()
	return n
}

func noticeCollegeApproved(r Record, now time.Time) Notice {
	return progress(r, MessageCollegeApproved, "学院通过", "已送学校审核，请留意进度", now)
}

func noticeApproved(r Record, c Cohort, now time.Time) Notice {
	n := progress(r, MessageApproved, "学校通过", "请点开核对并确认登记去向", now)
	n.Vars[VarDeadline] = c.Deadline.Chinese()
	return n
}

func noticeConfirmed(r Record, now time.Time) Notice {
	return progress(r, MessageConfirmed, "已确认", "可进行核验授权，生成登记信息表", now)
}

// noticeAnswered tells that a request has ended. It names no item and no value.
func noticeAnswered(r Record, q Request, now time.Time) Notice {
	remark := "请点开查看答复和下一步"
	if q.Kind == RequestChange && q.State() == RequestGranted {
		remark = "请点开更新毕业去向，重新提交审核"
	}
	n := progress(r, MessageAnswered, q.State().Chinese(), remark, now)
	n.Key = answeredKey(r, q)
	n.Vars[VarItem] = q.Kind.Chinese()
	return n
}

func answeredKey(r Record, q Request) string {
	return fmt.Sprintf("%s:%d:%d", MessageAnswered, r.Graduate.ID, q.Number)
}

func noticeRebound(a Account, now time.Time) Notice {
	return Notice{
		Kind: MessageRebound,
		Key:  fmt.Sprintf("%s:account:%d:%d", MessageRebound, a.ID, now.UnixMilli()),
		Vars: map[string]string{
			VarItem: "微信绑定变更", VarStatus: "已换绑", VarTime: Minute(now), VarRemark: "如非本人操作请尽快联系学校",
		},
		Path: "/", NotBefore: now, NotAfter: now.Add(progressLife),
	}
}

// Minute writes an instant for people, 2027年8月31日 15:01.
func Minute(t time.Time) string {
	t = t.In(Shanghai)
	return fmt.Sprintf("%s %s", DateOf(t).Chinese(), t.Format("15:04"))
}

// Shorten cuts s to max characters, the last one an ellipsis when it was
// longer, and makes it one line.
func Shorten(s string, limit int) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + "…"
}
