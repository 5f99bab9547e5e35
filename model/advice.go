package model

import "fmt"

// Advice says in a sentence or two what the graduate does now, or whom the
// record waits for (screens, 首页). The home page and the chat's answer to
// 办理进度 show it beside Countdown and Reason, which it does not repeat.
func (n NextStep) Advice(s School) string {
	if n.Disputed {
		return "您反映“这不是我登记的”，学校监督人员正在核实，答复前暂停确认。现在无需操作。"
	}
	switch n.Step {
	case StepLink:
		return "请点击“去向登记”，用学信网账号登录并绑定，之后即可在微信中直接办理。"
	case StepCheck:
		return "请先核对基本信息，信息无误即可进入系统。"
	case StepCollegeReview:
		return "您的毕业去向已提交，学院正在审核，通过后送学校审核。现在无需操作。"
	case StepSchoolReview:
		return "学院已审核通过，学校正在审核。学校通过后请您确认登记去向。现在无需操作。"
	case StepChangeCollege:
		return "您的变更申请已提交，学院正在审核，通过后送学校审核。原登记在此期间仍然有效，现在无需操作。"
	case StepChangeSchool:
		return "学院已同意您的变更申请，学校正在审核。原登记在此期间仍然有效，现在无需操作。"
	case StepConfirm:
		return "您的毕业去向已通过学院、学校审核，请核对并确认。"
	case StepAuthorize:
		return "您已完成去向登记确认。转档、落户前，请进行核验授权，生成去向登记信息表。"
	case StepDone:
		return "您已完成去向登记确认和核验授权。办理转档、落户时，请出示去向登记信息表。"
	}
	return n.adviceOnChange(s)
}

// adviceOnChange is the advice of the steps at which a destination must be
// handed in or mended: where that is done depends on the school's origin, and
// whether it still can be on the deadline.
func (n NextStep) adviceOnChange(s School) string {
	if !n.Open {
		missing := "您的毕业去向还需要更新"
		if n.Step == StepReport {
			missing = "您还没有上报毕业去向"
		}
		return missing + "，但更新已截止。请联系学校就业指导中心，由学校为您重新开放。"
	}
	if s.Origin == OriginUpstream {
		what := "更新毕业去向，更新后的信息传到本系统后"
		if n.Step == StepReport {
			what = "上报毕业去向，通过学院、学校审核后"
		}
		return fmt.Sprintf("请在%s%s，再到这里确认。", s.PlatformName, what)
	}
	switch n.Step {
	case StepRevise:
		return "您的毕业去向已被退回，请按退回原因修改后重新提交审核。"
	case StepUpdate:
		return "请更新毕业去向并重新提交审核，通过后再来确认。"
	default:
		return "请上报毕业去向，提交后由学院、学校依次审核。"
	}
}

// Oddities are combinations in d that are probably a slip. They warn and never
// block: the guide's own figure 6 shows 求职中 with 签约单位接收.
func (d Destination) Oddities(codes Codes) []string {
	cat, ok := codes.Category(d.Category)
	if !ok {
		return nil
	}
	const employer, study = "employer", "study" // of TableArchive and TableHousehold alike
	var odd []string
	add := func(label string, table CodeTable, code string) {
		name, ok := codes.Name(table, code)
		if !ok {
			return
		}
		waiting := cat.Group == "待就业" || cat.Group == "暂不就业"
		studying := cat.Group == "升学"
		if (code == employer && (waiting || studying)) || (code == study && !studying) {
			odd = append(odd, fmt.Sprintf("毕业去向为“%s”，%s却是“%s”。如有误，请先更正。", cat.Name, label, name))
		}
	}
	add("档案转递类型", TableArchive, d.Archive.Type)
	add("户口迁移类型", TableHousehold, d.Household.Type)
	return odd
}
