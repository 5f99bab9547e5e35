package h5

import (
	"fmt"
	"slices"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
)

// authorizationForm asks for new forms. At first both kinds are chosen, but not
// the household's for one whose household never moved to the school, and the
// longest validity: forms that end early are the commoner trouble.
func (v *visit) authorizationForm(w wish) *authorizationForm {
	limit := model.VerificationCap(v.record.Graduate)
	today := model.DateOf(v.now)
	if !w.sent {
		w.kinds, w.valid = v.usualKinds(), validCap
	}
	faults := map[string]string{}
	if w.fault != nil {
		faults[w.fault.Field] = w.fault.Message
	}
	f := &authorizationForm{
		Refused: w.sent,
		Kinds:   web.Choices{Name: "kind", Label: "登记信息表", Required: true, Error: faults["kind"], Items: v.kindChoices(w.kinds)},
		Valid: web.Choices{
			Name: "valid", Label: "有效期", Required: true,
			Hint: "最晚到" + limit.Chinese() + "（毕业时间加六个月），此后不再提供核验。到期前可随时延期或撤销。",
		},
		Until: web.Field{
			Name: "valid_until", Label: "自选日期", Type: "date", Min: string(today), Max: string(limit), Error: faults["valid_until"],
			Hint: "选择“自选日期”时填写。",
		},
		For: web.Field{
			Name: "for", Label: "提供给谁", Value: w.whom, MaxLength: 40, Error: faults["for"], Hint: "例如“海淀区人才中心”。仅您自己可见，不会出现在登记信息表上；同一种表做第二个编号时必填。",
		},
		Consent: web.Choices{
			Name: "consent", Label: "授权", Required: true, Error: faults["consent"],
			Items: []web.Choice{{
				Value: "yes", Text: "我同意授权核验", Chosen: w.consent,
				Note: "有效期内，持有我的姓名和核验编号（或二维码）的部门可以查看表中信息。我可以随时撤销编号或撤回同意，并查看谁核验过。",
			}},
		},
	}
	if w.valid == validDate {
		f.Until.Value = string(w.until)
	}
	for _, days := range presets {
		if until := today.AddDays(days); until < limit {
			f.Valid.Items = append(f.Valid.Items, web.Choice{
				Value: strconv.Itoa(days), Text: fmt.Sprintf("%d 天", days), Note: "到" + until.Chinese(), Chosen: w.valid == strconv.Itoa(days),
			})
		}
	}
	f.Valid.Items = append(
		f.Valid.Items,
		web.Choice{Value: validCap, Text: "到最晚日期", Note: "到" + limit.Chinese(), Chosen: w.valid == validCap},
		web.Choice{Value: validDate, Text: "自选日期", Chosen: w.valid == validDate},
	)
	return f
}

// confirmed is the destination that a new form shows.
func (v *visit) confirmed() model.Destination {
	if c := v.record.Confirmed(); c != nil {
		if rev := v.record.Revision(c.Revision); rev != nil {
			return rev.Destination
		}
	}
	return model.Destination{}
}

// usualKinds are the forms that most will want now: those without a number in
// force.
func (v *visit) usualKinds() []model.FormKind {
	active := v.activeOf()
	return slices.DeleteFunc(model.FormKinds(), func(k model.FormKind) bool {
		noHousehold := v.confirmed().AnsweredHousehold(v.record.Graduate.Basics.HouseholdIn) == model.No
		return active[k] > 0 || k == model.FormHousehold && noHousehold
	})
}

// activeOf counts the numbers in force of each kind.
func (v *visit) activeOf() map[model.FormKind]int {
	active := map[model.FormKind]int{}
	for _, a := range v.record.Authorizations {
		if a.State(v.record, v.now) == model.AuthorizationActive {
			active[a.Kind]++
		}
	}
	return active
}

// kindChoices names both forms and says what may be in the way: numbers that
// there are already, a block that the form will lack.
func (v *visit) kindChoices(chosen []model.FormKind) []web.Choice {
	d, active := v.confirmed(), v.activeOf()
	var items []web.Choice
	for _, k := range model.FormKinds() {
		c := web.Choice{Value: string(k), Text: k.Chinese(), Chosen: slices.Contains(chosen, k)}
		switch {
		case k == model.FormArchive && !d.HasArchive():
			c.Note = "您尚未登记档案转递信息，表中将不含这一部分。"
		case k == model.FormHousehold && !d.HasHousehold():
			c.Note = "您尚未登记户口迁移信息，表中将不含这一部分。"
		}
		switch n := active[k]; {
		case n >= model.MaxActive:
			c.Note += fmt.Sprintf("已有 %d 个有效编号，不能再做，请先撤销不用的编号。", n)
		case n > 0:
			c.Note += fmt.Sprintf("已有 %d 个有效编号（最多 %d 个），再做请写明提供给谁。", n, model.MaxActive)
		}
		items = append(items, c)
	}
	return items
}
