package model

import (
	"strings"
	"testing"
	"time"
)

var (
	collegeOp    = Operator{ID: 1, Name: "xueyuan", Role: RoleCollege, SchoolCode: "99001", College: "文学院"}
	schoolOp     = Operator{ID: 2, Name: "xuexiao", Role: RoleSchool, SchoolCode: "99001"}
	counsellorOp = Operator{ID: 3, Name: "fudaoyuan", Role: RoleCounsellor, SchoolCode: "99001", College: "文学院", Classes: []string{"一班"}}
	auditorOp    = Operator{ID: 4, Name: "jiandu", Role: RoleAuditor, SchoolCode: "99001"}
	strangerOp   = Operator{ID: 5, Role: RoleSchool, SchoolCode: "99002"}
	adminOp      = Operator{ID: 6, Role: RoleAdmin}
)

var (
	july   = time.Date(2027, 7, 20, 9, 0, 0, 0, Shanghai)
	autumn = time.Date(2027, 9, 2, 9, 0, 0, 0, Shanghai)
	year27 = NewCohort(2027)
)

// approvedRecord is a graduate whose first revision, entered by nobody here,
// both levels approved.
func approvedRecord(t *testing.T, edit func(*Record)) Record {
	t.Helper()
	r := Record{
		School: School{Code: "99001", Name: "示范大学", Origin: OriginHere, PlatformName: "91job"},
		Graduate: Graduate{
			ID: 7, CohortCode: "2027", SchoolCode: "99001", AccountID: 5, CreatedAt: july, LinkedAt: july,
			Basics: Basics{
				ExamNumber: "27990010000001", Name: "张三", IDNumber: "11010519491231002X", Sex: "1", Level: "31", College: "文学院",
				Class: "一班", Major: "汉语言文学", MajorCode: "050101", OriginCode: "320100", OriginName: "江苏省南京市", Graduates: "202706", Degree: "文学学士",
			},
		},
		Revisions: []Revision{{
			Number: 1, Destination: Destination{Category: "10", Unit: "甲公司"}, Origin: OriginHere, ReportedAt: july, ReportedBy: ByGraduate(7),
			Reviews: []Review{
				{Level: LevelCollege, Decision: DecisionApprove, By: ByOperator(collegeOp), At: july},
				{Level: LevelSchool, Decision: DecisionApprove, By: ByOperator(schoolOp), At: july},
			},
		}},
	}
	r = must(t)(CheckBasics(r, july))
	if edit != nil {
		edit(&r)
	}
	return r
}

// must is the record after a rule that has to be allowed.
func must(t *testing.T) func(Change, error) Record {
	t.Helper()
	return func(c Change, err error) Record {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return c.Record
	}
}

func wantCode(t *testing.T, name string, err error, want Code, says string) {
	t.Helper()
	if CodeOf(err) != want || err != nil && !strings.Contains(err.Error(), says) {
		t.Errorf("%s: %v; want %q saying %q", name, err, want, says)
	}
}

func askChange(r Record) (Change, error) {
	return AskChange(r, year27, len(r.Revisions), "已解约", july)
}

func askDispute(r Record) (Change, error) { return Dispute(r, len(r.Revisions), "没有签约", july) }

// grantChange lets both levels grant request n.
func grantChange(t *testing.T, r Record, n int) Record {
	t.Helper()
	r = must(t)(DecideChange(r, collegeOp, Ruling{Request: n, Level: LevelCollege, Decision: DecisionApprove}, july))
	return must(t)(DecideChange(r, schoolOp, Ruling{Request: n, Level: LevelSchool, Decision: DecisionApprove}, july))
}

func TestWhoMayAskForAChange(t *testing.T) {
	for _, tc := range []struct {
		name string
		edit func(*Record)
		now  time.Time
		want Code
		says string
	}{
		{"approved", nil, july, "", ""},
		{"confirmed", func(r *Record) { r.Confirmations = []Confirmation{{Revision: 1, Answer: AnswerRight, At: july}} }, july, "", ""},
		{"upstream", func(r *Record) { r.School.Origin = OriginUpstream }, july, CodeLocked, "在91job上报和更新"},
		{"nothing reported", func(r *Record) { r.Revisions = nil }, july, CodeLocked, "通过学院、学校审核后才需要"},
		{"in review", func(r *Record) { r.Revisions[0].Reviews = r.Revisions[0].Reviews[:1] }, july, CodeLocked, "通过学院、学校审核后才需要"},
		{"disputed", func(r *Record) { *r = must(t)(askDispute(*r)) }, july, CodeLocked, "答复前不能申请变更"},
		{"asked already", func(r *Record) { *r = must(t)(askChange(*r)) }, july, CodeConflict, "正在审核中"},
		{"granted already", func(r *Record) { *r = grantChange(t, must(t)(askChange(*r)), 1) }, july, CodeConflict, "已可更新"},
		{"granted, basics to be checked", func(r *Record) {
			*r = grantChange(t, must(t)(askChange(*r)), 1)
			r.Graduate.Basics.Degree = "理学学士"
		}, july, CodeConflict, "已可更新"},
		{"said to be wrong", func(r *Record) {
			r.Confirmations = []Confirmation{{Revision: 1, Answer: AnswerWrong, Note: "x", At: july}}
		}, july, CodeConflict, "已可更新"},
		{"void", func(r *Record) {
			*r = must(t)(AnswerDispute(must(t)(askDispute(*r)), auditorOp, Ruling{Request: 1, Decision: DecisionApprove}, july))
		}, july, CodeConflict, "已可更新"},
		{"basics to be checked", func(r *Record) { r.Graduate.Basics.Degree = "理学学士" }, july, CodeLocked, "请先核对基本信息"},
		{"after the deadline", nil, autumn, CodeClosed, "2027年8月31日截止"},
		{"reopened", func(r *Record) { r.Graduate.ReopenedUntil = "2027-09-05" }, autumn, "", ""},
		{"too often", func(r *Record) { r.Requests = make([]Request, maxRequests) }, july, CodeTooMany, "60 项"},
	} {
		r := approvedRecord(t, tc.edit)
		_, err := AskChange(r, year27, len(r.Revisions), "已解约", tc.now)
		wantCode(t, tc.name, err, tc.want, tc.says)
	}
	r := approvedRecord(t, nil)
	for reason, says := range map[string]string{"": "写明变更原因", " \n": "写明变更原因", strings.Repeat("长", 201): "最多 200 字", "\xff": "不能识别", "a\x00": "不能识别"} {
		_, err := AskChange(r, year27, 1, reason, july)
		wantCode(t, "reason "+reason, err, CodeInvalid, says)
	}
	_, err := AskChange(r, year27, 2, "已解约", july)
	wantCode(t, "a revision to come", err, CodeChanged, "已有变化")
}

func TestDecideChange(t *testing.T) {
	open := must(t)(askChange(approvedRecord(t, nil)))
	atSchool := must(t)(DecideChange(open, counsellorOp, Ruling{Request: 1, Level: LevelCollege, Decision: DecisionApprove}, july))
	yes, no := DecisionApprove, DecisionReturn
	for _, tc := range []struct {
		name string
		r    Record
		op   Operator
		v    Ruling
		want Code
		step Step
	}{
		{"college", open, collegeOp, Ruling{1, LevelCollege, yes, "", false}, "", StepChangeSchool},
		{"counsellor", open, counsellorOp, Ruling{1, LevelCollege, yes, "", false}, "", StepChangeSchool},
		{"college refuses", open, collegeOp, Ruling{1, LevelCollege, no, "请提供解约证明", false}, "", StepConfirm},
		{"school", atSchool, schoolOp, Ruling{1, LevelSchool, yes, "", false}, "", StepUpdate},
		{"school refuses", atSchool, schoolOp, Ruling{1, LevelSchool, no, "请提供解约证明", false}, "", StepConfirm},
		{"school too early", open, schoolOp, Ruling{1, LevelSchool, yes, "", false}, CodeChanged, ""},
		{"college twice", atSchool, collegeOp, Ruling{1, LevelCollege, yes, "", false}, CodeChanged, ""},
		{"the other level", open, collegeOp, Ruling{1, LevelSchool, yes, "", false}, CodeForbidden, ""},
		{"no level", open, adminOp, Ruling{1, "", yes, "", false}, CodeForbidden, ""},
		{"auditor", open, auditorOp, Ruling{1, LevelCollege, yes, "", false}, CodeForbidden, ""},
		{"another school", atSchool, strangerOp, Ruling{1, LevelSchool, yes, "", false}, CodeForbidden, ""},
		{"no reason", open, collegeOp, Ruling{1, LevelCollege, no, " ", false}, CodeInvalid, ""},
		{"no decision", open, collegeOp, Ruling{1, LevelCollege, "", "", false}, CodeInvalid, ""},
		{"no such request", open, collegeOp, Ruling{2, LevelCollege, yes, "", false}, CodeNotFound, ""},
		{"number zero", open, collegeOp, Ruling{0, LevelCollege, yes, "", false}, CodeNotFound, ""},
		{"a dispute", must(t)(askDispute(approvedRecord(t, nil))), collegeOp, Ruling{1, LevelCollege, yes, "", false}, CodeNotFound, ""},
		{"withdrawn", must(t)(WithdrawRequest(open, 1, july)), collegeOp, Ruling{1, LevelCollege, yes, "", false}, CodeChanged, ""},
	} {
		ch, err := DecideChange(tc.r, tc.op, tc.v, autumn) // reviews go on after the deadline
		wantCode(t, tc.name, err, tc.want, "")
		if err != nil {
			continue
		}
		if step, _ := ch.Record.Step(); step != tc.step {
			t.Errorf("%s: step %s, want %s", tc.name, step, tc.step)
		}
		if told := len(ch.Owe) == 1; told == ch.Record.Requests[0].State().Open() {
			t.Errorf("%s: messages %v", tc.name, ch.Owe)
		}
		if len(tc.r.Requests[0].Answers) > 1 || tc.r.Requests[0].State() == ch.Record.Requests[0].State() {
			t.Errorf("%s: the rule wrote into the record that it was given", tc.name)
		}
	}
}

func TestWithdraw(t *testing.T) {
	r := must(t)(askChange(approvedRecord(t, nil)))
	granted := grantChange(t, r, 1)
	refused := must(t)(DecideChange(r, collegeOp, Ruling{Request: 1, Level: LevelCollege, Decision: DecisionReturn, Reason: "x"}, july))
	second := grantChange(t, must(t)(askChange(refused)), 2)
	replaced := must(t)(Report(granted, year27, 1, Destination{Category: "10", Unit: "乙公司"}, fakeCodes{}, july))
	disputed := must(t)(askDispute(approvedRecord(t, nil)))
	answered := must(t)(AnswerDispute(disputed, auditorOp, Ruling{Request: 1, Decision: DecisionReturn, Reason: "x"}, july))
	drafted := must(t)(SaveDraft(granted, year27, Destination{Category: "10", Unit: "乙"}, july))
	for _, tc := range []struct {
		name   string
		r      Record
		number int
		want   Code
	}{
		{"open", r, 1, ""},
		{"granted and unused", granted, 1, ""},
		{"granted, with a draft", drafted, 1, ""},
		{"refused", refused, 1, CodeConflict},
		{"the refused one of two", second, 1, CodeConflict},
		{"the granted one of two", second, 2, ""},
		{"granted and used", replaced, 1, CodeConflict},
		{"withdrawn", must(t)(WithdrawRequest(r, 1, july)), 1, CodeConflict},
		{"dispute", disputed, 1, ""},
		{"answered dispute", answered, 1, CodeConflict},
		{"no such", r, 2, CodeNotFound},
		{"number zero", r, 0, CodeNotFound},
	} {
		ch, err := WithdrawRequest(tc.r, tc.number, july)
		wantCode(t, tc.name, err, tc.want, "")
		if err == nil && (ch.Record.Request(tc.number).State() != RequestWithdrawn || ch.Record.Draft != nil || MayConfirm(ch.Record) != nil) {
			t.Errorf("%s: %+v", tc.name, ch.Record.Requests)
		}
	}
}

func TestAskCorrection(t *testing.T) {
	for _, tc := range []struct {
		item, wanted, reason string
		want                 Code
		says                 string
	}{
		{"name", "张叁", "", "", ""},
		{"name", "张三", "", CodeInvalid, "相同"},
		{"name", " ", "", CodeInvalid, "填写正确的内容"},
		{"name", "张\n三", "", CodeInvalid, "不能识别"},
		{"name", strings.Repeat("张", 121), "", CodeInvalid, "最多 120 个字"},
		{"name", "张叁", strings.Repeat("长", 201), CodeInvalid, "最多 200 字"},
		{"phone", "13800000000", "", CodeLocked, "学信网"},
		{"email", "a@b", "", CodeLocked, "学信网"},
		{"moon", "x", "", CodeNotFound, ""},
		{"sex", "2", "", "", ""},
		{"sex", "", "", CodeInvalid, "填写正确的内容"},
		{"id_number", "11010519491231002X", "", CodeInvalid, "相同"},
		{"id_number", "110105194912310021", "", CodeInvalid, "校验码"},
		{"id_number", "H0123(4)", "", "", ""},
		{"id_number", "12", "", CodeInvalid, "5–30"},
		{"id_number", "号码一二三", "", CodeInvalid, "5–30"},
		{"exam_number", "27990010000009", "", "", ""},
		{"exam_number", "二七", "", CodeInvalid, "只能是数字"},
		{"graduates", "202707", "", "", ""},
		{"graduates", "202713", "", CodeInvalid, "6 位年月"},
		{"entered", "2023年9月", "", CodeInvalid, "6 位年月"},
		{"years", "2.5", "", "", ""},
		{"years", "四年", "", CodeInvalid, "学制应为数字"},
		{"household_in", "yes", "", "", ""},
		{"household_in", "maybe", "", CodeInvalid, "是或否"},
		{"major", "汉语言文学", "", CodeInvalid, "相同"},
		{"major", "历史学", "", "", ""},
		{"origin", "江苏省南京市", "", CodeInvalid, "相同"},
		{"origin", "江苏省苏州市", "", "", ""},
		{"college", "理学院", "", "", ""},
		{"school", "", "", CodeInvalid, "正确的毕业院校"},
		{"school", "", "我毕业于示范学院", "", ""},
	} {
		r := approvedRecord(t, nil)
		ch, err := AskCorrection(r, tc.item, tc.wanted, tc.reason, fakeCodes{}, autumn)
		wantCode(t, tc.item+" "+tc.wanted, err, tc.want, tc.says)
		if err != nil {
			continue
		}
		if ch.Record.Graduate.Basics != r.Graduate.Basics || ch.Audit.Detail["item"] != tc.item || len(ch.Audit.Detail) != 1 {
			t.Errorf("%s: %+v, audit %v", tc.item, ch.Record.Graduate.Basics, ch.Audit.Detail)
		}
		_, err = AskCorrection(ch.Record, tc.item, tc.wanted, tc.reason, fakeCodes{}, autumn)
		wantCode(t, tc.item+" again", err, CodeConflict, "正在处理")
	}
}

func TestAnswerCorrection(t *testing.T) {
	asked := func(item, wanted string) Record {
		return must(t)(AskCorrection(approvedRecord(t, nil), item, wanted, "见证明", fakeCodes{}, july))
	}
	yes := Ruling{Request: 1, Decision: DecisionApprove, Sure: true}
	for _, tc := range []struct {
		name string
		r    Record
		op   Operator
		v    Ruling
		want Code
		says string
	}{
		{"degree by counsellor", asked("degree", "理学学士"), counsellorOp, yes, "", ""},
		{"degree by college", asked("degree", "理学学士"), collegeOp, yes, "", ""},
		{"name by school", asked("name", "张叁"), schoolOp, yes, "", ""},
		{"name by college", asked("name", "张叁"), collegeOp, yes, CodeForbidden, ""},
		{"college by college", asked("college", "理学院"), collegeOp, yes, CodeForbidden, ""},
		{"name without a second word", asked("name", "张叁"), schoolOp, Ruling{Request: 1, Decision: DecisionApprove}, CodeInvalid, "对照证件"},
		{"ID number without a second word", asked("id_number", "H0123(4)"), adminOp, Ruling{Request: 1, Decision: DecisionApprove}, CodeInvalid, "对照证件"},
		{"name refused without a second word", asked("name", "张叁"), schoolOp, Ruling{Request: 1, Decision: DecisionReturn, Reason: "证件是张三"}, "", ""},
		{"school granted", asked("school", "示范学院"), schoolOp, yes, CodeInvalid, "重新导入名单"},
		{"school refused", asked("school", "示范学院"), schoolOp, Ruling{Request: 1, Decision: DecisionReturn, Reason: "已转告"}, "", ""},
		{"refused without a reason", asked("degree", "理学学士"), schoolOp, Ruling{Request: 1, Decision: DecisionReturn}, CodeInvalid, "写明原因"},
		{"auditor", asked("degree", "理学学士"), auditorOp, yes, CodeForbidden, ""},
		{"another school", asked("degree", "理学学士"), strangerOp, yes, CodeForbidden, ""},
		{"answered already", must(t)(AnswerCorrection(asked("degree", "理学学士"), schoolOp, yes, fakeCodes{}, july)), schoolOp, yes, CodeChanged, ""},
		{"a change", must(t)(askChange(approvedRecord(t, nil))), schoolOp, yes, CodeNotFound, ""},
	} {
		ch, err := AnswerCorrection(tc.r, tc.op, tc.v, fakeCodes{}, july)
		wantCode(t, tc.name, err, tc.want, tc.says)
		if err != nil {
			continue
		}
		changed := ch.Record.Graduate.Basics != tc.r.Graduate.Basics
		if changed != (tc.v.Decision == DecisionApprove) || changed != ch.Record.Graduate.NeedsCheck() || len(ch.Owe) != 1 {
			t.Errorf("%s: changed %v, to be checked %v, messages %v", tc.name, changed, ch.Record.Graduate.NeedsCheck(), ch.Owe)
		}
		for _, v := range ch.Audit.Detail {
			if strings.Contains(v, "张") || strings.Contains(v, "学士") {
				t.Errorf("%s: the audit tells %q", tc.name, v)
			}
		}
	}
}

// The form waits for what stands on it, and for nothing else.
func TestFormWaitsForCorrection(t *testing.T) {
	confirmed := func(r *Record) { r.Confirmations = []Confirmation{{Revision: 1, Answer: AnswerRight, At: july}} }
	for item, waits := range map[string]bool{"name": true, "major": true, "origin": true, "degree": false, "id_number": false} {
		r := must(t)(AskCorrection(approvedRecord(t, confirmed), item, "H0123(4)", "", fakeCodes{}, july))
		if err := MayAuthorize(r, july); (CodeOf(err) == CodeLocked) != waits {
			t.Errorf("%s: %v", item, err)
		}
		r = must(t)(WithdrawRequest(r, 1, july))
		if err := MayAuthorize(r, july); err != nil {
			t.Errorf("%s withdrawn: %v", item, err)
		}
	}
}

func TestDispute(t *testing.T) {
	open := must(t)(askDispute(approvedRecord(t, nil)))
	if err := MayConfirm(open); CodeOf(err) != CodeLocked {
		t.Errorf("confirming while disputed: %v", err)
	}
	yes := Ruling{Request: 1, Decision: DecisionApprove}
	for _, tc := range []struct {
		name string
		op   Operator
		v    Ruling
		want Code
	}{
		{"auditor", auditorOp, yes, ""},
		{"administrator", adminOp, yes, ""},
		{"an administrator who reviewed it", Operator{ID: collegeOp.ID, Role: RoleAdmin}, yes, CodeForbidden},
		{"counsellor", counsellorOp, yes, CodeForbidden},
		{"college", collegeOp, yes, CodeForbidden},
		{"school", schoolOp, yes, CodeForbidden},
		{"another school's auditor", Operator{ID: 9, Role: RoleAuditor, SchoolCode: "99002"}, yes, CodeForbidden},
		{"refused without a reason", auditorOp, Ruling{Request: 1, Decision: DecisionReturn}, CodeInvalid},
		{"no such", auditorOp, Ruling{Request: 2, Decision: DecisionApprove}, CodeForbidden},
	} {
		_, err := AnswerDispute(open, tc.op, tc.v, july)
		wantCode(t, tc.name, err, tc.want, "")
	}
	entered := open.clone()
	entered.Revisions[0].ReportedBy = ByOperator(auditorOp)
	_, err := AnswerDispute(entered, auditorOp, yes, july)
	wantCode(t, "by whoever entered it", err, CodeForbidden, "")

	// Upheld: void for everything that was built on it.
	r := approvedRecord(t, func(r *Record) { r.Confirmations = []Confirmation{{Revision: 1, Answer: AnswerRight, At: july}} })
	r = must(t)(Authorize(r, AuthorizationRequest{Kind: FormArchive, ValidUntil: "2027-12-01", Consent: true, Number: "N"}, july))
	r = must(t)(askChange(r))
	r = must(t)(askDispute(r))
	r = must(t)(AnswerDispute(r, auditorOp, Ruling{Request: 2, Decision: DecisionApprove}, july))
	step, _ := r.Step()
	if step != StepUpdate || r.UpdateCause() != UpdateVoid || r.Authorizations[0].State(r, july) != AuthorizationRevoked || r.Settled() != nil ||
		r.Requests[0].State() != RequestWithdrawn || MayReport(r, year27, july) != nil {
		t.Errorf("void: step %s, %+v", step, r.Requests)
	}
	wantCode(t, "again", MayDispute(r), CodeConflict, "已于2027年7月20日答复")

	// Found wrong: on as before, and it is not opened again.
	r = must(t)(AnswerDispute(open, auditorOp, Ruling{Request: 1, Decision: DecisionReturn, Reason: "有您签名的协议"}, july))
	if MayConfirm(r) != nil || CodeOf(MayDispute(r)) != CodeConflict {
		t.Errorf("found wrong: %v, %v", MayConfirm(r), MayDispute(r))
	}
	_, err = Dispute(open, 1, "没有签约", july)
	wantCode(t, "twice", err, CodeConflict, "正在核实")
	_, err = Dispute(approvedRecord(t, nil), 1, " ", july)
	wantCode(t, "no reason", err, CodeInvalid, "写明情况")
	_, err = Dispute(approvedRecord(t, nil), 2, "x", july)
	wantCode(t, "a revision to come", err, CodeChanged, "")
	wantCode(t, "nothing reported", MayDispute(Record{}), CodeLocked, "没有以您的名义")
}

// What an operator's pages show of a dispute: nothing, whoever does not answer it.
func TestSeenBy(t *testing.T) {
	open := must(t)(askDispute(must(t)(AskCorrection(approvedRecord(t, nil), "degree", "理学学士", "", fakeCodes{}, july))))
	void := must(t)(AnswerDispute(open, auditorOp, Ruling{Request: 2, Decision: DecisionApprove}, july))
	answer := Message{Notice: noticeAnswered(void, void.Requests[1], july), State: MessageDelivered}
	other := Message{Notice: noticeAnswered(void, void.Requests[0], july)}
	for _, tc := range []struct {
		op   Operator
		sees bool
	}{
		{auditorOp, true}, {adminOp, true}, {schoolOp, false}, {collegeOp, false}, {counsellorOp, false}, {Operator{ID: schoolOp.ID, Role: RoleAdmin}, false},
	} {
		if tc.op.SeesDisputes(open) != tc.sees || open.SeenBy(tc.op).Disputed() != tc.sees || (len(open.SeenBy(tc.op).Requests) == 2) != tc.sees {
			t.Errorf("%s %d: sees an open one: %v", tc.op.Role, tc.op.ID, open.SeenBy(tc.op).Requests)
		}
		seen := void.SeenBy(tc.op)
		if !seen.void(1) || seen.UpdateCause() != UpdateVoid || seen.Request(1) == nil || (seen.Request(2) != nil) != tc.sees {
			t.Errorf("%s: the void revision: %+v", tc.op.Role, seen)
		}
	}
	if !void.Betrays(answer) || void.Betrays(other) {
		t.Error("messages that tell of a dispute are not told apart")
	}
}
