package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
)

// checkLine is one check in a department's history. It names nobody: a batch
// keeps counts, and a verification no name.
type checkLine struct {
	Href, At, Way, Kind           string
	Asked, Found, InForce, Missed int
}

// beforeOf reads where a list that pages backwards goes on; 0 is its beginning.
func beforeOf(v visit) (int64, error) {
	word := v.Query("before")
	if word == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil || n <= 0 {
		return 0, model.Invalid("before", "页码不正确，请从第一页开始。").Because(err)
	}
	return n, nil
}

// before is the address of the page that goes on behind a row.
func before(path string, id int64) string {
	return path + "?" + url.Values{"before": {strconv.FormatInt(id, 10)}}.Encode()
}

var deskWays = map[model.VerificationWay]string{model.WayDesk: "逐份", model.WaySheet: "表格", model.WayAPI: "接口"}

func checkLineOf(b model.DeskBatch) checkLine {
	kind := "档案和户口"
	if b.Kind.Valid() {
		kind = b.Kind.Chinese()
	}
	return checkLine{
		Href: deskHistory + "/" + url.PathEscape(b.Batch), At: model.Minute(b.At), Way: deskWays[b.Way], Kind: kind,
		Asked: b.Asked, Found: b.Found, InForce: b.InForce, Missed: b.Asked - b.Found,
	}
}

// deskChecks lists what the account checked, the newest first.
func (h *Handler) deskChecks(v visit, d model.Desk) error {
	at, err := beforeOf(v)
	if err != nil {
		return err
	}
	found, err := h.o.Store.DeskBatches(v.Request.Context(), d.OperatorID, at, pageSize+1)
	if err != nil {
		return fmt.Errorf("admin: history: %w", err)
	}
	pager := web.Pager{Text: "每页 50 次，最近的在前"}
	if len(found) > pageSize {
		found = found[:pageSize]
		pager.Next = before(deskHistory, found[pageSize-1].ID)
	}
	lines := make([]checkLine, len(found))
	for i, b := range found {
		lines[i] = checkLineOf(b)
	}
	return h.show(v, http.StatusOK, "desk_checks", web.Page{Title: "核验记录", Next: deskHistory, Data: map[string]any{
		"Lines": lines, "Pager": pager, "Empty": web.Empty{Text: "本账号还没有核验过。", Link: &web.Link{Href: deskHome, Text: "去核验"}},
	}})
}

// foundLine is a form that a check found, by the end of its number.
type foundLine struct{ Tail, Kind, Note string }

// deskOneCheck shows one check: its counts and the forms that it found.
func (h *Handler) deskOneCheck(v visit, d model.Desk) error {
	ctx := v.Request.Context()
	b, err := h.o.Store.DeskBatch(ctx, d.OperatorID, v.Param("batch"))
	if err != nil {
		return fmt.Errorf("admin: check: %w", err)
	}
	found, err := h.o.Store.DeskVerifications(ctx, d.OperatorID, b.Batch)
	if err != nil {
		return fmt.Errorf("admin: check: %w", err)
	}
	l := checkLineOf(b)
	lines := make([]foundLine, len(found))
	for i, f := range found {
		lines[i] = foundLine{Tail: f.Tail, Kind: f.Kind.Chinese(), Note: notePath(f.ID)}
	}
	return h.show(v, http.StatusOK, "desk_check", web.Page{Title: "核验记录：" + l.At, Next: l.Href, Data: map[string]any{
		"Lines": lines, "Back": deskHistory,
		"Facts": web.Cells{Items: []web.Cell{
			{Label: "时间", Value: l.At},
			{Label: "方式", Value: l.Way},
			{Label: "登记信息表", Value: l.Kind},
			{Label: "核验", Value: fmt.Sprintf("%d 行", l.Asked)},
			{Label: "真实", Value: fmt.Sprintf("%d 行，其中有效 %d 行", l.Found, l.InForce)},
			{Label: "未匹配", Value: fmt.Sprintf("%d 行", l.Missed)},
			{Label: "请求编号", Value: b.RequestID},
		}},
	}})
}
