package h5

import (
	"fmt"
	"net/http"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
)

// verificationsPage is what template h5/verifications draws: 谁核验过.
type verificationsPage struct {
	Lines []verificationLine
	Older string // address of the next page; "" on the last
	Later bool   // not the first page
	None  web.Empty
}

// verificationLine is one look at a form.
type verificationLine struct {
	model.Verification
	Number model.VerificationNumber // "" when the form is not this record's any more
	For    string
	Who    string
	How    string
	Where  string
	Ended  string // what the form is now; "" while it is in force
	Revoke string // address at which its number can be revoked; "" when there is nothing to revoke
}

// ledgerPage is how many verifications a page shows.
const ledgerPage = 50

// wayWords say how somebody verified.
var wayWords = map[model.VerificationWay]string{
	model.WayNumber: "输入姓名和核验编号",
	model.WayQR:     "扫描二维码",
	model.WayDesk:   "部门账号核验",
	model.WaySheet:  "部门批量核验",
	model.WayAPI:    "部门系统核验",
}

// verifications tells the graduate who looked at the forms, the newest first.
// Who verified without an account is not known: only when, how, and coarsely
// from where.
func (h *Handler) verifications(v *visit) error {
	before, err := strconv.ParseInt(v.c.Query("before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	list, err := h.o.Store.Verifications(v.ctx(), v.record.Graduate.ID, before, ledgerPage+1)
	if err != nil {
		return fmt.Errorf("h5: verifications: %w", err)
	}
	p := verificationsPage{Later: before > 0, None: web.Empty{
		Text: "还没有人核验过您的登记信息表。", Link: &web.Link{Href: "/h5/authorization", Text: "核验授权"},
	}}
	if p.Later {
		p.None = web.Empty{Text: "没有更早的核验记录。", Link: &web.Link{Href: "/h5/verifications", Text: "最新的核验记录"}}
	}
	if len(list) > ledgerPage {
		list = list[:ledgerPage]
		p.Older = fmt.Sprintf("/h5/verifications?before=%d", list[ledgerPage-1].ID)
	}
	forms := map[int64]model.Authorization{}
	for _, a := range v.record.Authorizations {
		forms[a.ID] = a
	}
	for _, one := range list {
		a, known := forms[one.AuthorizationID]
		p.Lines = append(p.Lines, v.verificationLine(one, a, known))
	}
	return v.show(http.StatusOK, "verifications", "谁核验过", p)
}

func (v *visit) verificationLine(one model.Verification, a model.Authorization, known bool) verificationLine {
	l := verificationLine{Verification: one, Number: a.Number, For: a.For, How: wayWords[one.Way], Where: one.Place}
	switch {
	case one.Own:
		l.Who = "您本人"
	case one.Department != "":
		l.Who = one.Department
	default:
		l.Who = "未登录的核验方"
	}
	if one.Network != "" {
		network := "网络 " + one.Network
		if l.Where != "" {
			network = l.Where + "（" + network + "）"
		}
		l.Where = network
	}
	if !known {
		return l
	}
	switch state := a.State(v.record, v.now); {
	case state != model.AuthorizationActive:
		l.Ended = "这个编号现" + state.Chinese()
	case !one.Own:
		l.Revoke = fmt.Sprintf("/h5/authorization?revoke=%d#form-%d", a.ID, a.ID)
	}
	return l
}
