package h5

import (
	"fmt"
	"strings"

	"quxiang/model"
)

// unitMatches are the units that were found for what was typed.
type unitMatches struct {
	Units []unitMatch
	None  string // why there are none, and what to do
}

type unitMatch struct{ Action, Name, Facts string }

// findUnits looks the unit of d up by its name, and by its code where no unit is
// called so.
func (v *visit) findUnits(d model.Destination) ([]model.Unit, error) {
	found, err := v.h.o.Store.FindUnits(v.ctx(), d.Unit)
	if code := model.NormalUnitCode(d.UnitCode); err == nil && len(found) == 0 && model.ValidUnitCode(code) {
		found, err = v.h.o.Store.FindUnits(v.ctx(), code)
	}
	if err != nil {
		return nil, fmt.Errorf("h5: find units: %w", err)
	}
	return found, nil
}

// matches shows what was found for d.
func (v *visit) matches(d model.Destination) (*unitMatches, error) {
	found, err := v.findUnits(d)
	if err != nil {
		return nil, err
	}
	m := &unitMatches{}
	for _, u := range found {
		facts := []string{u.Code}
		if kind, ok := v.codes.Name(model.TableUnitKind, u.Kind); ok {
			facts = append(facts, kind)
		}
		if u.Place != "" {
			facts = append(facts, u.Place)
		}
		m.Units = append(m.Units, unitMatch{actionUnit + u.Code, u.Name, strings.Join(facts, " · ")})
	}
	switch {
	case len(found) > 0:
	case strings.TrimSpace(d.Unit+d.UnitCode) == "":
		m.None = "请先填写单位名称的开头（至少两个字），或 18 位统一社会信用代码，再查找。"
	default:
		m.None = "没有找到这样开头的单位。请核对名称或代码；也可以不查找，直接填写。"
	}
	return m, nil
}

// takeUnit fills d with what is known of the unit with a code. What is not known
// stays as it was typed.
func (v *visit) takeUnit(d model.Destination, code string) (model.Destination, error) {
	found, err := v.h.o.Store.FindUnits(v.ctx(), code)
	if err != nil {
		return d, fmt.Errorf("h5: find units: %w", err)
	}
	for _, u := range found {
		if u.Code != code {
			continue
		}
		for field, value := range map[string]string{
			"unit": u.Name, "unit_code": u.Code, "unit_kind": u.Kind, "industry": u.Industry, "unit_place": u.Place,
		} {
			if value != "" {
				d = d.With(field, value)
			}
		}
		return d, nil
	}
	return d, model.Invalid("unit", "没有找到这家单位，请重新查找，或直接填写。")
}
