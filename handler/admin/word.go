package admin

import "quxiang/model"

// messageWords names the kinds of messages.
var messageWords = map[model.MessageKind]string{
	model.MessageReturned:        "退回通知",
	model.MessageCollegeApproved: "学院通过",
	model.MessageApproved:        "学校通过，请确认",
	model.MessageConfirmed:       "已确认",
	model.MessageDeadline:        "截止提醒",
	model.MessageRebound:         "微信换绑",
	model.MessageAnswered:        "申请答复",
	model.MessageVerified:        "登记信息表被核验",
}

// stateWords says how far a message has got.
var stateWords = map[model.MessageState]string{
	model.MessageQueued:    "待发送",
	model.MessageLeased:    "发送中",
	model.MessageAccepted:  "微信已受理",
	model.MessageDelivered: "已送达",
	model.MessageHeld:      "未关注，等待关注",
	model.MessageBlocked:   "对方拒收",
	model.MessageFailed:    "发送失败",
	model.MessageUnknown:   "结果不明，未重发",
	model.MessageCancelled: "已取消",
}

// messageStates are all states in the order of the overview.
var messageStates = []model.MessageState{
	model.MessageQueued, model.MessageLeased, model.MessageAccepted, model.MessageDelivered, model.MessageHeld,
	model.MessageBlocked, model.MessageFailed, model.MessageUnknown, model.MessageCancelled,
}

// taskWords says how far a task has got.
var taskWords = map[model.TaskState]string{
	model.TaskWaiting: "等待处理",
	model.TaskRunning: "处理中",
	model.TaskDone:    "已完成",
	model.TaskFailed:  "未完成",
}

// actor names who did something.
func actor(a model.Actor) string {
	switch a.Kind {
	case model.ActorGraduate, model.ActorAccount:
		return "毕业生本人"
	case model.ActorOperator:
		return "管理员 " + a.Name
	case model.ActorUpstream:
		return a.Name
	case model.ActorSystem:
		if a.Name == "cli" {
			return "命令行"
		}
	}
	return "系统"
}

// actionWords says an audited action in words; one that is not known here is
// shown as it is.
func actionWords(action string) string {
	words := map[string]string{
		"account.bind":   "绑定微信",
		"account.rebind": "换绑微信",
		"account.unbind": "解除微信绑定",

		"account.unbind.unfollowed": "取消关注满期，解除微信绑定",
		"answer.save":               "保存自动回复",
		"answer.remove":             "删除自动回复",
		"graduate.link":             "绑定学信网账号",
		"graduate.reopen":           "重新开放更新",
		"graduate.denied":           "越权访问，已拒绝",
		"unreached.view":            "查看未触达名单（含手机号码）",
		"change.ask":                "申请变更毕业去向",
		"change.approve":            "同意变更申请",
		"change.return":             "未同意变更申请",
		"change.withdraw":           "撤回变更申请",
		"basics.check":              "核对基本信息无误",
		"basics.update":             "名单更新基本信息",
		"basics.refresh_contact":    "学信网更新联系方式",
		"destination.draft":         "保存去向草稿",
		"destination.report":        "上报毕业去向",
		"destination.receive":       "接收毕业去向",
		"proof.add":                 "上传证明材料",
		"proof.remove":              "删除证明材料",
		"proof.view":                "查看证明材料",
		"change.proof_add":          "上传变更申请的证明材料",
		"change.proof_remove":       "删除变更申请的证明材料",
		"change.proof_view":         "查看变更申请的证明材料",
		"correction.proof_add":      "上传信息更正的证明材料",
		"correction.proof_remove":   "删除信息更正的证明材料",
		"correction.proof_view":     "查看信息更正的证明材料",
		"dispute.proof_add":         "上传去向异议的证明材料",
		"dispute.proof_remove":      "删除去向异议的证明材料",
		"dispute.proof_view":        "查看去向异议的证明材料",
		"import.undo":               "撤销导入",
		"conflict.open":             "上级数据与本系统不一致，待学校处理",
		"conflict.outdated":         "上级数据已更新，冲突不再存在",
		"conflict.take":             "采用上级数据",
		"conflict.keep":             "保留本地数据",
		"review.approve":            "审核通过",
		"review.return":             "审核退回",
		"confirmation.right":        "信息无误，确认登记去向",
		"confirmation.wrong":        "信息有误，需更新后确认",
		"authorization.create":      "核验授权",
		"authorization.extend":      "核验授权延期",
		"authorization.revoke":      "撤销核验授权",
		"correction.ask":            "申请更正",
		"correction.approve":        "同意更正",
		"correction.return":         "未更正",
		"correction.withdraw":       "撤回更正申请",
		"correction.view_id":        "为处理更正查看证件号码",
		"dispute.ask":               "反映“这不是我登记的”",
		"dispute.approve":           "核实异议属实，作废登记",
		"dispute.return":            "核实异议，未予作废",
		"dispute.withdraw":          "撤回去向异议",
		"desk_note.write":           "接收部门反映",
		"desk_note.answer":          "答复接收部门反映",
	}
	if w, ok := words[action]; ok {
		return w
	}
	return action
}
