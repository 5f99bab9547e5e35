package admin

import (
	"strings"

	"quxiang/model"
	"quxiang/model/form"
)

// rowAnswer is what is known of one row of a department's sheet.
type rowAnswer struct {
	asked   bool   // else why says what kept it from being asked
	odd     bool   // its number can be none
	found   bool   // name and number are of a form
	why     string // see asked
	verdict form.Verdict
	issued  model.Issued
	codes   model.Codes // nil unless the form is in force: only then its content is told
	sample  bool        // of the sandbox: no form at all
	at      string
	request string
}

// answerColumn is one that is added to a sheet.
type answerColumn struct {
	name  string
	value func(r *rowAnswer) string
}

func namesOf(columns []answerColumn) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return names
}

// answerColumns are those that a department's sheet gets: the verdict, and of
// the content what its counter acts on. The others of the form are on the page
// of a single check.
func answerColumns(d model.Desk) []answerColumn {
	columns := []answerColumn{
		{"核验结果", func(r *rowAnswer) string {
			switch {
			case !r.asked:
				return "未核验"
			case !r.found:
				return "未匹配"
			}
			return "真实"
		}},
		{"是否有效", func(r *rowAnswer) string {
			if !r.found {
				return ""
			}
			return r.verdict.State.Chinese()
		}},
		{"有效期至", func(r *rowAnswer) string {
			if !r.found {
				return ""
			}
			return string(r.verdict.Form.ValidUntil)
		}},
		{"说明", (*rowAnswer).explain},
		content("毕业院校", func(r *rowAnswer, _ model.Destination) string { return r.issued.Record.School.Name }),
		content("专业", func(r *rowAnswer, _ model.Destination) string { return r.issued.Record.Graduate.Basics.Major }),
		content("学历", func(r *rowAnswer, _ model.Destination) string {
			return r.named(model.TableLevel, r.issued.Record.Graduate.Basics.Level)
		}),
		content("毕业去向", func(r *rowAnswer, d model.Destination) string { return form.DestinationName(d, r.codes) }),
		content("单位名称", func(_ *rowAnswer, d model.Destination) string { return d.Unit }),
		content("单位所在地", func(_ *rowAnswer, d model.Destination) string { return d.UnitPlace }),
	}
	if d.Checks(model.FormArchive) {
		columns = append(
			columns,
			archiveColumn("档案转递类型", func(r *rowAnswer, a model.ArchiveTransfer) string { return r.named(model.TableArchive, a.Type) }),
			archiveColumn("档案转递单位", func(_ *rowAnswer, a model.ArchiveTransfer) string { return a.Unit }),
			archiveColumn("档案转递单位所在地", func(_ *rowAnswer, a model.ArchiveTransfer) string { return a.Place }),
			archiveColumn("档案转递单位地址", func(_ *rowAnswer, a model.ArchiveTransfer) string { return a.Address }),
			archiveColumn("档案转递单位邮编", func(_ *rowAnswer, a model.ArchiveTransfer) string { return a.Postcode }),
			archiveColumn("档案转递联系人", func(_ *rowAnswer, a model.ArchiveTransfer) string { return a.Contact }),
			archiveColumn("档案转递联系电话", func(_ *rowAnswer, a model.ArchiveTransfer) string { return a.Phone }),
		)
	}
	if d.Checks(model.FormHousehold) {
		columns = append(
			columns,
			householdColumn("户口迁移类型", func(r *rowAnswer, m model.HouseholdTransfer) string { return r.named(model.TableHousehold, m.Type) }),
			householdColumn("户口迁移地", func(_ *rowAnswer, m model.HouseholdTransfer) string { return m.Place }),
		)
	}
	return append(
		columns,
		answerColumn{"核验时间", func(r *rowAnswer) string { return r.at }},
		answerColumn{"请求编号", func(r *rowAnswer) string { return r.request }},
	)
}

// content makes a column of the form's content, which is told only while the
// form is in force.
func content(name string, value func(r *rowAnswer, d model.Destination) string) answerColumn {
	return answerColumn{name, func(r *rowAnswer) string {
		if !r.found || r.codes == nil {
			return ""
		}
		rev := r.issued.Record.Revision(r.issued.Authorization.Revision)
		if rev == nil {
			return ""
		}
		return value(r, rev.Destination)
	}}
}

// archiveColumn is content of an archive form, as form.Content has it.
func archiveColumn(name string, value func(r *rowAnswer, a model.ArchiveTransfer) string) answerColumn {
	return content(name, func(r *rowAnswer, d model.Destination) string {
		if r.verdict.Form.Kind != model.FormArchive || !d.HasArchive() {
			return ""
		}
		return value(r, d.Archive)
	})
}

// householdColumn is content of a household form.
func householdColumn(name string, value func(r *rowAnswer, m model.HouseholdTransfer) string) answerColumn {
	return content(name, func(r *rowAnswer, d model.Destination) string {
		if r.verdict.Form.Kind != model.FormHousehold || !d.HasHousehold() {
			return ""
		}
		return value(r, d.Household)
	})
}

// named is the Chinese name of a code, or the code where no table knows it.
func (r *rowAnswer) named(table model.CodeTable, code string) string {
	if n, ok := r.codes.Name(table, code); ok {
		return n
	}
	return code
}

// explain says in words what a clerk does with the row.
func (r *rowAnswer) explain() string {
	switch {
	case !r.asked:
		return r.why
	case !r.found && r.odd:
		return "核验编号应为 15 位：前 7 位是数字，后 8 位没有数字 0、1 和字母 I、O。请对照登记信息表更正后再核验。"
	case !r.found:
		return "没有姓名、核验编号和登记信息表都相符的登记信息。无匹配不代表材料虚假，请逐项核对，或联系毕业生、毕业院校。"
	}
	words := []string{"在有效期内。"}
	if !r.verdict.InForce() {
		words = append(r.verdict.Valid().Notes, r.verdict.Advice()...)
	}
	if r.sample {
		words = append([]string{"演示样张：仅供演示，不具有任何效力。"}, words...)
	}
	return strings.Join(words, "")
}
