package h5

import (
	"fmt"
	"net/http"

	"quxiang/handler/web"
	"quxiang/model"
)

// messagesPage is what template h5/messages draws: reminders sent to the
// graduate, and how far each has got.
type messagesPage struct {
	Lines []messageLine
	Shown int // at most this many, newest first
	None  web.Empty
}

type messageLine struct {
	At     string
	Title  string
	Remark string
	State  string
	Tag    string // class of the state's mark
	Reason string
}

// kindWords names the kinds of messages for their reader.
var kindWords = map[model.MessageKind]string{
	model.MessageReturned:        "毕业去向被退回",
	model.MessageCollegeApproved: "学院审核通过",
	model.MessageApproved:        "学校审核通过，请确认",
	model.MessageConfirmed:       "已确认登记去向",
	model.MessageDeadline:        "截止日期提醒",
	model.MessageRebound:         "微信绑定变更",
	model.MessageAnswered:        "申请已答复",
	model.MessageVerified:        "登记信息表被核验",
}

// stateWords says how far a message has got. Accepted is not delivered.
var stateWords = map[model.MessageState]struct{ word, tag string }{
	model.MessageQueued:    {"等待发送", ""},
	model.MessageLeased:    {"正在发送", ""},
	model.MessageAccepted:  {"已交给微信", ""},
	model.MessageDelivered: {"已送达", "tag_ok"},
	model.MessageHeld:      {"未关注公众号，暂未发送", "tag_warn"},
	model.MessageBlocked:   {"您已拒收", "tag_warn"},
	model.MessageFailed:    {"发送失败", "tag_error"},
	model.MessageUnknown:   {"不确定是否送达", "tag_warn"},
	model.MessageCancelled: {"已不需要，未发送", ""},
}

// listed bounds the list: the newest messages are what somebody looks for.
const listed = 50

// messages lists the reminders, so that one that did not arrive is still read.
func (h *Handler) messages(v *visit) error {
	list, err := h.o.Store.Messages(v.ctx(), v.record.Graduate.ID, listed)
	if err != nil {
		return fmt.Errorf("h5: messages: %w", err)
	}
	p := messagesPage{Shown: listed, None: web.Empty{Text: "还没有发给您的提醒。"}}
	for _, m := range list {
		state := stateWords[m.State]
		p.Lines = append(p.Lines, messageLine{
			At: model.Minute(m.CreatedAt), Title: kindWords[m.Notice.Kind], Remark: m.Notice.Vars[model.VarRemark],
			State: state.word, Tag: state.tag, Reason: m.Reason,
		})
	}
	return v.show(http.StatusOK, "messages", "发给我的提醒", p)
}
