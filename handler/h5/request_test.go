package h5_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/demo"
)

var auditor = model.Operator{ID: 3, Name: "jiandu", Role: model.RoleAuditor, SchoolCode: "99001"}

// rule answers request n at a level.
func (s *site) rules(id model.GraduateID, n int, level model.Level, decision model.Decision, reason string) {
	s.t.Helper()
	v := model.Ruling{Request: n, Level: level, Decision: decision, Reason: reason, Sure: true}
	s.rule(id, func(r model.Record) (model.Change, error) {
		switch r.Request(n).Kind {
		case model.RequestDispute:
			return model.AnswerDispute(r, auditor, v, s.now)
		case model.RequestCorrection:
			return model.AnswerCorrection(r, school, v, s.table, s.now)
		}
		op := school
		if level == model.LevelCollege {
			op = college
			op.College = r.Graduate.Basics.College
		}
		return model.DecideChange(r, op, v, s.now)
	})
}

// TestChange walks a change from the application to the new confirmation; the
// old destination stays readable.
func TestChange(t *testing.T) {
	s := newSite(t)
	id := s.confirmed().Graduate.ID
	b := s.login(s.record(id))
	page{raw: []string{`href="/h5/change"`}, has: []string{"申请变更"}}.check(t, b.get("/h5/home"))
	page{raw: []string{`href="/h5/change"`, `href="/h5/dispute"`}, has: []string{"这不是我登记的"}}.check(t, b.get("/h5/confirmation"))
	w := b.get("/h5/change")
	page{has: []string{"变更申请", "现登记的毕业去向", "学信咨询服务有限公司", "在此之前原登记仍然有效", "提交变更申请"}}.check(t, w)
	if hidden(t, w, "revision") != "1" {
		t.Error("the page does not name the revision")
	}
	for reason, says := range map[string]string{"": "请写明变更原因", strings.Repeat("长", 201): "最多 200 字"} {
		page{status: 422, has: []string{says}}.check(t, b.post("/h5/change", url.Values{"revision": {"1"}, "reason": {reason}}))
	}
	for _, revision := range []string{"", "x", "0", "2"} {
		page{status: 409, has: []string{"信息已有变化"}, raw: []string{"解约</textarea>"}}.check(t, b.post("/h5/change", url.Values{"revision": {revision}, "reason": {"解约"}}))
	}
	ask := url.Values{"revision": {"1"}, "reason": {"已与原单位解约"}}
	page{to: "/h5/change?done=asked"}.check(t, b.post("/h5/change", ask))
	page{status: 409, has: []string{"您已提交变更申请"}, not: []string{`name="reason"`}}.check(t, b.post("/h5/change", ask))
	if n := len(s.record(id).Requests); n != 1 {
		t.Fatalf("%d requests", n)
	}
	page{has: []string{"变更申请已提交", "学院审核中", "已与原单位解约", "撤回"}}.check(t, b.get("/h5/change?done=asked"))
	page{
		has: []string{"变更申请学院审核中", "原登记在此期间仍然有效", "您申请变更的原因：已与原单位解约", "当前办理方：学院", "变更申请学院审核中，通过后重新上报"},
		raw: []string{`<a class="weui-btn weui-btn_primary" href="/h5/change">查看变更申请</a>`, `<a class="weui-cell link" href="/h5/authorization">`},
	}.check(t, b.get("/h5/home"))
	page{has: []string{"您的变更申请正在审核中", "学信咨询服务有限公司"}, not: []string{`name="answer"`}}.check(t, b.get("/h5/confirmation"))
	page{has: []string{"您的变更申请正在审核中"}, not: []string{`name="category"`}}.check(t, b.get("/h5/destination"))
	// What is confirmed stays in force meanwhile.
	page{has: []string{"核验授权"}, raw: []string{`name="consent"`}}.check(t, b.get("/h5/authorization"))

	// Taken back, asked again, refused, asked again, granted.
	page{to: "/h5/change?done=withdrawn"}.check(t, b.post("/h5/requests/1/withdraw", nil))
	page{status: 409, has: []string{"这项申请已撤回"}}.check(t, b.post("/h5/requests/1/withdraw", nil))
	page{to: "/h5/change?done=asked"}.check(t, b.post("/h5/change", ask))
	s.rules(id, 2, model.LevelCollege, model.DecisionReturn, "请提供解约证明")
	page{has: []string{"变更申请）：未通过", "查看答复"}, raw: []string{`href="/h5/change"`}}.check(t, b.get("/h5/home"))
	page{has: []string{"未通过", "请提供解约证明", "提交变更申请"}}.check(t, b.get("/h5/change"))
	page{status: 409, has: []string{"已处理完毕，不能撤回"}}.check(t, b.post("/h5/requests/2/withdraw", nil))
	page{to: "/h5/change?done=asked"}.check(t, b.post("/h5/change", ask))
	s.rules(id, 3, model.LevelCollege, model.DecisionApprove, "")
	page{has: []string{"变更申请学校审核中", "学校就业指导中心"}}.check(t, b.get("/h5/home"))
	s.rules(id, 3, model.LevelSchool, model.DecisionApprove, "")
	page{
		has: []string{"信息有误，请更新", "您申请变更的原因：已与原单位解约", "变更申请已通过，等待更新"},
		raw: []string{`href="/h5/destination">更新毕业去向</a>`},
	}.check(t, b.get("/h5/home"))
	page{has: []string{"变更申请已通过", "已与原单位解约"}, not: []string{`name="answer"`, "您指出的问题"}}.check(t, b.get("/h5/confirmation"))
	// The form begins with what was registered.
	page{has: []string{"变更申请已通过"}, raw: []string{`value="学信咨询服务有限公司"`}}.check(t, b.get("/h5/destination"))
	page{raw: []string{`action="/h5/requests/3/withdraw"`, `href="/h5/destination">更新毕业去向</a>`}, not: []string{`action="/h5/requests/2/withdraw"`}}.check(t, b.get("/h5/change"))

	s.report(id, func(d *model.Destination) { d.Unit = "新单位有限公司" })
	s.review(id, model.LevelCollege, model.DecisionApprove, "")
	s.review(id, model.LevelSchool, model.DecisionApprove, "")
	page{to: "/h5/home?done=confirmed"}.check(t, b.post("/h5/confirmation", url.Values{"revision": {"2"}, "answer": {"right"}}))
	page{
		has: []string{"第 2 次登记 已确认，有效", "第 1 次登记 已被新的登记取代", "新单位有限公司", "原为：学信咨询服务有限公司", "请提供解约证明", "提交变更申请"},
		raw: []string{`id="revision-1"`, `id="revision-2"`},
	}.check(t, b.get("/h5/destination/history"))
	page{has: []string{"历次登记", "共 2 次"}}.check(t, b.get("/h5/confirmation"))

	// After the deadline there is nothing to ask for.
	s.now = time.Date(2027, 9, 1, 0, 0, 0, 0, model.Shanghai)
	b = s.login(s.record(id))
	page{has: []string{"登记信息的更新已于2027年8月31日截止"}, not: []string{`name="reason"`}}.check(t, b.get("/h5/change"))
	page{status: 409, has: []string{"登记信息的更新已于2027年8月31日截止"}}.check(t, b.post("/h5/change", url.Values{"revision": {"2"}, "reason": {"太晚"}}))
}

func TestChangeWhereNoneIsNeeded(t *testing.T) {
	s := newSite(t)
	r := s.person(demo.StateNew, nil)
	s.check(r.Graduate.ID)
	b := s.login(r)
	page{has: []string{"通过学院、学校审核后才需要申请变更"}, not: []string{`name="reason"`}}.check(t, b.get("/h5/change"))
	page{not: []string{`href="/h5/change"`}}.check(t, b.get("/h5/home"))
	page{has: []string{"还没有登记过毕业去向"}}.check(t, b.get("/h5/destination/history"))
	up := s.person(demo.StateUpstream, nil)
	s.check(up.Graduate.ID)
	page{has: []string{"变更也请在那里申请"}}.check(t, s.login(up).get("/h5/change"))
}

func TestCorrection(t *testing.T) {
	s := newSite(t)
	r := s.person(demo.StateApproved, nil)
	id, number := r.Graduate.ID, r.Graduate.Basics.IDNumber
	b := s.login(r)
	for item, raw := range map[string][]string{
		"sex": {`<select id="f-wanted"`, `<option value="2">女</option>`}, "household_in": {`<option value="no">否</option>`},
		"graduates": {`inputmode="numeric"`, `maxlength="6"`}, "name": {`<input class="weui-input" id="f-wanted"`},
		"school": {`<textarea class="weui-textarea" id="f-reason"`}, "id_number": {`maxlength="30"`},
	} {
		page{raw: raw, has: []string{"现有信息", "提交更正申请"}, not: []string{number}}.check(t, b.get("/h5/correction?item="+item))
	}
	page{not: []string{`name="wanted"`}, has: []string{"正确的毕业院校和情况说明"}}.check(t, b.get("/h5/correction?item=school"))
	for _, item := range []string{"phone", "email"} {
		page{has: []string{"由您本人在学信网修改"}, raw: []string{`href="https://chsi.example/account"`}, not: []string{"<textarea"}}.check(t, b.get("/h5/correction?item="+item))
		page{status: 409}.check(t, b.post("/h5/correction", url.Values{"item": {item}, "wanted": {"13800000000"}}))
	}
	page{status: 404}.check(t, b.get("/h5/correction?item=moon"))
	page{status: 404}.check(t, b.post("/h5/correction", url.Values{"item": {"moon"}, "wanted": {"x"}}))
	page{to: "/h5/basics"}.check(t, b.get("/h5/correction"))
	for wanted, says := range map[string]string{"": "请填写正确的内容", "99": "请从列表中选择", "1": "与现有信息相同"} {
		page{status: 422, has: []string{says}}.check(t, b.post("/h5/correction", url.Values{"item": {"sex"}, "wanted": {wanted}}))
	}
	page{raw: []string{`<option value="` + r.Graduate.Basics.College + `">`}}.check(t, b.get("/h5/correction?item=college"))
	page{status: 422, has: []string{"请从列表中选择院系"}}.check(t, b.post("/h5/correction", url.Values{"item": {"college"}, "wanted": {"不存在的学院"}}))
	page{status: 422, has: []string{"校验码不符"}, raw: []string{`value="110105194912310021"`}}.check(t, b.post("/h5/correction", url.Values{"item": {"id_number"}, "wanted": {"110105194912310021"}}))

	ask := url.Values{"item": {"name"}, "wanted": {"周明喆"}, "reason": {"名字错了一个字"}}
	page{to: "/h5/basics?done=correcting"}.check(t, b.post("/h5/correction", ask))
	page{status: 409, has: []string{"正在处理中"}, not: []string{`name="wanted"`}}.check(t, b.post("/h5/correction", ask))
	page{to: "/h5/basics?done=correcting"}.check(t, b.post("/h5/correction", url.Values{"item": {"id_number"}, "wanted": {"11010519491231002X"}}))
	// The graduate goes on: the other items are right.
	w := b.get("/h5/basics?done=correcting")
	page{
		has:  []string{"更正申请已提交", "更正处理中", "已申请更正的项目除外", "信息确认无误，进入系统", "周明喆", "名字错了一个字", "学校处理中", "110***********002X"},
		not:  []string{"11010519491231002X"},
		once: []string{">信息确认无误，进入系统</button>"},
	}.check(t, w)
	page{to: "/h5/home"}.check(t, b.post("/h5/basics", url.Values{"seen": {hidden(t, w, "seen")}}))
	s.report(id, nil)
	s.review(id, model.LevelCollege, model.DecisionApprove, "")
	s.review(id, model.LevelSchool, model.DecisionApprove, "")
	page{to: "/h5/home?done=confirmed"}.check(t, b.post("/h5/confirmation", url.Values{"revision": {"1"}, "answer": {"right"}}))

	// The form waits for the name, and says so.
	page{
		has: []string{"已确认，等待信息更正", "“姓名”的更正申请还在处理中", "当前办理方：学校就业指导中心"},
		raw: []string{`<a class="weui-btn weui-btn_primary" href="/h5/correction?item=name">查看更正申请</a>`}, not: []string{`<a class="weui-cell link" href="/h5/authorization">`},
	}.check(t, b.get("/h5/home"))
	page{has: []string{"“姓名”的更正申请还在处理中"}, not: []string{`name="consent"`}}.check(t, b.get("/h5/authorization"))
	page{status: 409}.check(t, b.post("/h5/authorization", wishes("valid", "7")))

	// Refused: on with it. Granted: checked again.
	s.rules(id, 1, "", model.DecisionReturn, "证件上是周明哲")
	page{raw: []string{`name="consent"`}}.check(t, b.get("/h5/authorization"))
	page{has: []string{"更正“姓名”）：未通过"}}.check(t, b.get("/h5/home"))
	page{has: []string{"未通过", "证件上是周明哲"}, not: []string{`action="/h5/requests/1/withdraw"`}}.check(t, b.get("/h5/basics"))
	page{has: []string{"证件上是周明哲", "提交更正申请"}}.check(t, b.get("/h5/correction?item=name"))
	page{to: "/h5/basics?done=withdrawn"}.check(t, b.post("/h5/requests/2/withdraw", nil))
	page{to: "/h5/basics?done=correcting"}.check(t, b.post("/h5/correction", url.Values{"item": {"degree"}, "wanted": {"理学学士"}}))
	s.rules(id, 3, "", model.DecisionApprove, "")
	page{to: "/h5/basics"}.check(t, b.get("/h5/home"))
	page{has: []string{"部分信息已更新", "理学学士 已更新", "更正“学位” 已通过"}}.check(t, b.get("/h5/basics"))
}

func TestDispute(t *testing.T) {
	s := newSite(t)
	r := s.approved()
	id := r.Graduate.ID
	b := s.login(r)
	w := b.get("/h5/dispute")
	page{
		has: []string{"这不是我登记的", "以您的名义登记的毕业去向", "学信咨询服务有限公司", "登记、审核这条去向的人看不到", "请联系就业指导中心"},
		not: []string{"王老师", "辅导员"},
	}.check(t, w)
	page{status: 422, has: []string{"请写明情况"}}.check(t, b.post("/h5/dispute", url.Values{"revision": {"1"}, "reason": {" "}}))
	page{status: 409, has: []string{"信息已有变化"}}.check(t, b.post("/h5/dispute", url.Values{"revision": {"7"}, "reason": {"没有签约"}}))
	ask := url.Values{"revision": {hidden(t, w, "revision")}, "reason": {"我没有与该单位签约"}}
	page{to: "/h5/dispute?done=disputed"}.check(t, b.post("/h5/dispute", ask))
	page{status: 409, has: []string{"学校监督人员正在核实"}, not: []string{`name="reason"`}}.check(t, b.post("/h5/dispute", ask))
	s.now = s.now.AddDate(0, 0, 2)
	b = s.login(r)
	page{
		has: []string{"您反映的情况正在核实", "当前办理方：学校监督人员 · 2027年6月10日起，已等待 2 天", "暂停办理"},
		raw: []string{`<a class="weui-btn weui-btn_primary" href="/h5/dispute">`}, not: []string{`<a class="weui-cell link" href="/h5/confirmation">`},
	}.check(t, b.get("/h5/home"))
	page{has: []string{"答复前不能确认"}, not: []string{`name="answer"`}}.check(t, b.get("/h5/confirmation"))
	page{status: 409, not: []string{`name="answer"`}}.check(t, b.post("/h5/confirmation", url.Values{"revision": {"1"}, "answer": {"right"}}))
	page{has: []string{"答复前不能修改"}}.check(t, b.get("/h5/destination"))
	page{has: []string{"我没有与该单位签约", "学校监督人员处理中"}, raw: []string{`action="/h5/requests/1/withdraw"`}}.check(t, b.get("/h5/dispute"))
	page{to: "/h5/dispute"}.check(t, b.get("/h5/requests/1/withdraw"))
	page{to: "/h5/home"}.check(t, b.get("/h5/requests/9/withdraw"))
	for _, n := range []string{"2", "0", "-1", "x"} {
		page{status: http.StatusNotFound}.check(t, b.post("/h5/requests/"+n+"/withdraw", nil))
	}
	// Near the deadline nobody urges whoever waits for the auditor.
	s.now = time.Date(2027, 8, 30, 9, 0, 0, 0, model.Shanghai)
	b = s.login(r)
	page{not: []string{"请尽快办理"}}.check(t, b.get("/h5/home"))

	s.rules(id, 1, "", model.DecisionApprove, "已核实，单位未录用")
	page{has: []string{"信息有误，请更新", "更新原因：原登记已作废", "去向异议）：已核实，原登记作废"}, raw: []string{`href="/h5/destination">更新毕业去向</a>`}}.check(t, b.get("/h5/home"))
	page{has: []string{"原登记已作废", "已作废。请重新上报"}}.check(t, b.get("/h5/confirmation"))
	page{has: []string{"原登记已作废"}, raw: []string{`name="category"`}}.check(t, b.get("/h5/destination"))
	page{has: []string{"已核实，单位未录用", "已核实，原登记作废"}, not: []string{`name="reason"`}}.check(t, b.get("/h5/dispute"))
	page{has: []string{"第 1 次登记 已作废"}}.check(t, b.get("/h5/destination/history"))
	w = b.get("/h5/timeline")
	page{
		has: []string{"办理记录", "反映“这不是我登记的”", "我没有与该单位签约", "核实并非本人登记，原登记作废", "已核实，单位未录用", "学校监督人员", "审核通过", "上报毕业去向（第 1 次）", "绑定学信网账号"},
		not: []string{"jiandu", "xueyuan", "xuexiao"},
	}.check(t, w)
	if body := w.Body.String(); strings.Index(body, "核实并非本人登记") > strings.Index(body, "绑定学信网账号") {
		t.Error("the newest is not first")
	}
}

func TestDisputeFoundWrong(t *testing.T) {
	s := newSite(t)
	r := s.confirmed()
	b := s.login(r)
	page{to: "/h5/dispute?done=disputed"}.check(t, b.post("/h5/dispute", url.Values{"revision": {"1"}, "reason": {"没有签约"}}))
	page{has: []string{"学校答复前不能进行核验授权"}, not: []string{`name="consent"`}}.check(t, b.get("/h5/authorization"))
	s.rules(r.Graduate.ID, 1, "", model.DecisionReturn, "有您签名的协议")
	page{has: []string{"有您签名的协议", "已答复，未予作废", "联系学校就业指导中心"}, not: []string{`name="reason"`}}.check(t, b.get("/h5/dispute"))
	page{has: []string{"已确认，可核验授权"}}.check(t, b.get("/h5/home"))
	page{raw: []string{`name="consent"`}}.check(t, b.get("/h5/authorization"))
}

// TestAnothersRequest: a number of somebody else's request reaches nothing.
func TestAnothersRequest(t *testing.T) {
	s := newSite(t)
	other := s.approved()
	s.rule(other.Graduate.ID, func(r model.Record) (model.Change, error) { return model.Dispute(r, 1, "没有签约", s.now) })
	mine := s.person(demo.StateNew, nil)
	page{status: http.StatusNotFound}.check(t, s.login(mine).post("/h5/requests/1/withdraw", nil))
	if !s.record(other.Graduate.ID).Disputed() {
		t.Error("another's dispute was withdrawn")
	}
}

// TestRequestProofs: files travel with the request; what is wrong with one costs
// neither the request nor the others.
func TestRequestProofs(t *testing.T) {
	s := newSite(t)
	r := s.approved()
	id := r.Graduate.ID
	b := s.login(r)
	page{raw: []string{`enctype="multipart/form-data"`, `name="proof" type="file"`}, has: []string{"证明材料（选填）"}}.check(t, b.get("/h5/dispute"))
	// A form that is refused keeps nothing, and says so.
	page{status: 422, has: []string{"请写明情况", "请重新选择后再提交"}}.check(t, b.upload("/h5/dispute", url.Values{"revision": {"1"}, "reason": {""}}, file{"说明.jpg", photo(t, 1)}))
	page{to: "/h5/dispute?done=disputed"}.check(t, b.upload("/h5/dispute", url.Values{"revision": {"1"}, "reason": {"没有签约"}}, file{"说明.jpg", photo(t, 1)}, file{"聊天.pdf", []byte(onePage)}))
	w := b.get("/h5/requests/1")
	page{has: []string{"没有签约", "说明.jpg", "聊天.pdf", "还可上传 3 个", "撤回"}, not: []string{"查看、补充证明材料"}}.check(t, w)
	if len(shownProofs(w)) != 2 {
		t.Errorf("proofs %v", shownProofs(w))
	}
	page{has: []string{"查看、补充证明材料"}, raw: []string{`href="/h5/requests/1"`}}.check(t, b.get("/h5/dispute"))

	w = b.upload("/h5/correction", url.Values{"item": {"degree"}, "wanted": {"理学学士"}}, file{"假.jpg", []byte("<html><script>alert(1)</script>")}, file{"证书.jpg", photo(t, 2)})
	page{status: 422, has: []string{"更正申请已提交", "已上传 1 个文件", "第 1 个文件（假.jpg）", "证书.jpg"}}.check(t, w)
	if n := len(s.record(id).Requests); n != 2 {
		t.Fatalf("%d requests", n)
	}
	page{has: []string{"证书.jpg"}, not: []string{"聊天.pdf", "假.jpg"}}.check(t, b.get("/h5/requests/2"))
	s.rules(id, 2, "", model.DecisionApprove, "")
	page{has: []string{"证书.jpg", "已通过"}, not: []string{`type="file"`, "删除"}}.check(t, b.get("/h5/requests/2"))
	for _, n := range []string{"0", "3", "x"} {
		page{status: http.StatusNotFound}.check(t, b.get("/h5/requests/"+n))
	}
	stranger := s.login(s.person(demo.StateNew, nil))
	page{status: http.StatusNotFound}.check(t, stranger.get("/h5/requests/1"))
	page{status: http.StatusNotFound}.check(t, stranger.get(shownProofs(b.get("/h5/requests/1"))[0]))
}
