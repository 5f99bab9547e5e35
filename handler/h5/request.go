package h5

import (
	"fmt"
	"net/http"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
)

// requestView is one request of the graduate's, as its page and the list of all
// show it.
type requestView struct {
	Cells    web.Cells
	Tag      string // class of the state's mark
	State    string
	Withdraw *web.Post // nil when it cannot be taken back
	Link     *web.Link // to the request itself with its proofs
}

// requestPath is the page on which requests of a kind are made and read.
func requestPath(q model.Request) string {
	switch q.Kind {
	case model.RequestChange:
		return "/h5/change"
	case model.RequestDispute:
		return "/h5/dispute"
	default:
		return "/h5/correction?item=" + q.Item
	}
}

// requestName says what a request is about.
func (v *visit) requestName(q model.Request) string {
	if q.Kind == model.RequestCorrection {
		return "更正“" + v.record.Graduate.ItemLabel(q.Item) + "”"
	}
	return q.Kind.Chinese()
}

// requests shows those that match, the newest first.
func (v *visit) requests(match func(model.Request) bool) []requestView {
	var out []requestView
	for i := len(v.record.Requests) - 1; i >= 0; i-- {
		if q := v.record.Requests[i]; match(q) {
			out = append(out, v.requestView(q))
		}
	}
	return out
}

func (v *visit) requestView(q model.Request) requestView {
	r := requestView{State: requestState(q), Tag: map[model.RequestState]string{
		model.RequestGranted: "tag_ok", model.RequestRefused: "tag_error", model.RequestWithdrawn: "",
	}[q.State()]}
	if q.State().Open() {
		r.Tag = "tag_warn"
	}
	r.Cells.Title = v.requestName(q)
	r.Link = &web.Link{Href: fmt.Sprintf("/h5/requests/%d", q.Number), Text: "查看证明材料"}
	if q.State().Open() {
		r.Link.Text = "查看、补充证明材料"
	}
	add := func(label, value, note string) {
		if value != "" {
			r.Cells.Items = append(r.Cells.Items, web.Cell{Label: label, Value: value, Note: note})
		}
	}
	add("提交时间", model.Minute(q.At), "")
	if q.Wanted != "" {
		add("正确的内容", v.inWords(q.Item, q.Wanted), "")
	}
	add("说明", q.Reason, "")
	for _, a := range q.Answers {
		add(a.Level.Chinese()+"答复", answerWord(q, a), model.Minute(a.At))
		add("答复说明", a.Reason, "")
	}
	if !q.WithdrawnAt.IsZero() {
		add("结束时间", model.Minute(q.WithdrawnAt), "")
	}
	if v.record.MayWithdraw(q) {
		r.Withdraw = &web.Post{Action: fmt.Sprintf("/h5/requests/%d/withdraw", q.Number), Text: "撤回", Kind: "default"}
	}
	return r
}

// requestState is the state in words that fit the kind: a dispute is found
// right or wrong, it does not pass.
func requestState(q model.Request) string {
	if q.Kind == model.RequestDispute {
		switch q.State() {
		case model.RequestGranted:
			return "已核实，原登记作废"
		case model.RequestRefused:
			return "已答复，未予作废"
		}
	}
	return q.State().Chinese()
}

func answerWord(q model.Request, a model.Review) string {
	switch {
	case q.Kind == model.RequestDispute:
		return requestState(q)
	case a.Decision == model.DecisionApprove:
		return "通过"
	default:
		return "未通过"
	}
}

// inWords is a wanted value as people read it. An ID number is masked until it
// is asked for on the basics page.
func (v *visit) inWords(item, wanted string) string {
	if table := model.CorrectionTable(item); table != "" {
		if name, ok := v.codes.Name(table, wanted); ok {
			return name
		}
	}
	switch item {
	case "archive_in", "household_in":
		return model.YesNo(wanted).Chinese()
	case "id_number":
		return web.Mask(wanted)
	}
	return wanted
}

// requestPage is what template h5/request draws: one request with what
// proves it.
type requestPage struct {
	Request requestView
	Proofs  *web.Proofs
	Back    web.Link
}

// request shows one request. More proofs can be added while it is open.
func (h *Handler) request(v *visit) error {
	q := v.record.Request(v.requestNumber())
	if q == nil {
		return model.Errorf(model.CodeNotFound, "没有找到这项申请。")
	}
	proofs, err := v.proofBlock(q.Number, "")
	if err != nil {
		return err
	}
	proofs.Empty = "没有上传证明材料。"
	view := v.requestView(*q)
	view.Link = nil
	return v.show(http.StatusOK, "request", q.Kind.Chinese(), requestPage{Request: view, Proofs: proofs, Back: web.Link{Href: backFrom(*q), Text: "返回"}})
}

// backFrom is the page that lists a request among others.
func backFrom(q model.Request) string {
	if q.Kind == model.RequestCorrection {
		return "/h5/basics"
	}
	return requestPath(q)
}

// withProofs adapts a form that can carry files.
func (h *Handler) withProofs(p page) web.Handler {
	return h.visited(func(v *visit) error {
		if err := v.receive(); err != nil {
			return err
		}
		return p(v)
	})
}

// filesField is the form's field for what proves a request.
func filesField() web.Field {
	f := web.ProofField(model.MaxProofs, "")
	f.Label = "证明材料（选填）"
	return f
}

// afterAsking keeps the files that came with the request just made and leads on. What
// is wrong with a file is no reason to ask for everything again.
func (v *visit) afterAsking(to, what string) error {
	number := len(v.record.Requests)
	kept, refused, err := v.keepProofs(number)
	if err != nil {
		return err
	}
	if len(refused) > 0 {
		return v.showProofs(number, kept, refused, web.Banner{Kind: web.BannerOK, Text: done[what]})
	}
	return v.seeDone(to, what)
}

// again is the banner for files that a refused form has lost: browsers do not
// keep them.
func (v *visit) again(banners []web.Banner) []web.Banner {
	if len(v.files) == 0 {
		return banners
	}
	return append(banners, web.Banner{Kind: web.BannerInfo, Text: "证明材料没有保存，请重新选择后再提交。"})
}

// withdraw takes a request back.
func (h *Handler) withdraw(v *visit) error {
	q := v.record.Request(v.requestNumber())
	if q == nil {
		return model.Errorf(model.CodeNotFound, "没有找到这项申请。")
	}
	kind, item := q.Kind, q.Item
	err := v.change(func(r model.Record) (model.Change, error) { return model.WithdrawRequest(r, q.Number, v.now) })
	e, refused := refusal(err)
	switch {
	case refused && kind == model.RequestChange:
		return v.showChange(web.Status(err), "", model.Errorf(e.Code, "%s", e.Message))
	case refused && kind == model.RequestDispute:
		return v.showDispute(web.Status(err), "", model.Errorf(e.Code, "%s", e.Message))
	case refused:
		return v.showCorrection(web.Status(err), item, correctionWish{}, model.Errorf(e.Code, "%s", e.Message))
	case err != nil:
		return err
	case kind == model.RequestCorrection:
		return v.seeDone("/h5/basics", doneWithdrawn)
	default:
		return v.seeDone(requestPath(*q), doneWithdrawn)
	}
}

// requestNumber is that of the address; 0 is no request.
func (v *visit) requestNumber() int {
	n, err := strconv.Atoi(v.c.Param("number"))
	if err != nil {
		return 0
	}
	return n
}

// backToRequest answers the address of a withdrawal that is opened as a page.
func (h *Handler) backToRequest(v *visit) error {
	if q := v.record.Request(v.requestNumber()); q != nil {
		return web.SeeOther(v.c, requestPath(*q))
	}
	return web.SeeOther(v.c, "/h5/home")
}

// news is for how many days an answer is told on the home page.
const news = 7

// answeredBanners tell of requests that were answered lately, on the page that
// the message opens.
func (v *visit) answeredBanners() []web.Banner {
	var banners []web.Banner
	for i := len(v.record.Requests) - 1; i >= 0; i-- {
		q := v.record.Requests[i]
		state := q.State()
		if state != model.RequestGranted && state != model.RequestRefused || v.now.After(q.Since().AddDate(0, 0, news)) {
			continue
		}
		kind := web.BannerOK
		if state == model.RequestRefused {
			kind = web.BannerWarn
		}
		banners = append(banners, web.Banner{
			Kind: kind, Text: "您的申请（" + v.requestName(q) + "）：" + requestState(q) + "。", Link: &web.Link{Href: requestPath(q), Text: "查看答复"},
		})
	}
	return banners
}

// otherWays are what can be done about a registered destination besides
// confirming or mending it.
func (v *visit) otherWays() *web.Links {
	l := web.Links{Title: "情况有变或不属实"}
	if v.record.Latest() == nil {
		return nil
	}
	if change := v.changeLink(); change != nil {
		l.Items = append(l.Items, *change)
	}
	dispute := web.Link{Href: "/h5/dispute", Text: "这不是我登记的", Note: "反映给学校监督人员核实，不经过登记和审核的老师"}
	if v.hasRequest(model.RequestDispute) {
		dispute.Text, dispute.Note = "去向异议", "查看您反映的情况和答复"
	}
	l.Items = append(l.Items, dispute)
	if n := len(v.record.Revisions); n > 1 {
		l.Items = append(l.Items, web.Link{Href: "/h5/destination/history", Text: "历次登记", Note: fmt.Sprintf("共 %d 次，可查看每次的内容和审核意见", n)})
	}
	return &l
}

// changeLink leads to 变更申请 where there is one, or can be; else nil.
func (v *visit) changeLink() *web.Link {
	switch {
	case v.hasRequest(model.RequestChange):
		return &web.Link{Href: "/h5/change", Text: "变更申请", Note: "查看申请和审核意见"}
	case model.MayAskChange(v.record, v.cohort, v.now) == nil:
		return &web.Link{Href: "/h5/change", Text: "申请变更", Note: "已通过审核的去向有变化时使用，需学院、学校同意"}
	default:
		return nil
	}
}

// hasRequest reports whether there is a request of a kind about the latest
// revision.
func (v *visit) hasRequest(kind model.RequestKind) bool {
	for _, q := range v.record.Requests {
		if q.Kind == kind && q.Revision == len(v.record.Revisions) {
			return true
		}
	}
	return false
}
