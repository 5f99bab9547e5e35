package codes

import (
	"fmt"
	"slices"
	"strings"

	"quxiang/model"
)

// applies reports whether a line of a data file holds for this version.
func (t *Table) applies(row map[string]string) bool {
	return t.version >= row["from"] && (row["to"] == "" || t.version <= row["to"])
}

// eachCategory changes the categories that a line names.
func (t *Table) eachCategory(row map[string]string, change func(*model.Category) error) error {
	if !t.applies(row) {
		return nil
	}
	for code := range strings.FieldsSeq(row["categories"]) {
		c, ok := t.byCode[code]
		if !ok {
			return fmt.Errorf("no category %q", code)
		}
		if err := change(&c); err != nil {
			return err
		}
		t.byCode[code] = c
	}
	return nil
}

func (t *Table) addAsk(row map[string]string) error {
	a := model.Ask{
		Field: row["field"], Label: row["label"], Need: model.Need(row["need"]), Reason: row["reason"], Excused: strings.Fields(row["excused"]),
	}
	switch {
	case !slices.Contains(model.AskableFields(), a.Field):
		return fmt.Errorf("no field %q", a.Field)
	case !slices.Contains([]model.Need{model.NeedAlways, model.NeedHere, model.NeedOptional}, a.Need):
		return fmt.Errorf("no need %q", a.Need)
	case a.Label == "", a.Reason == "" && a.Need != model.NeedOptional:
		return fmt.Errorf("%s says neither what it is nor why", a.Field)
	}
	return t.eachCategory(row, func(c *model.Category) error {
		if _, again := c.Ask(a.Field); again {
			return fmt.Errorf("category %s asks twice for %s", c.Code, a.Field)
		}
		c.Asks = append(c.Asks, a)
		if a.Field == "unit" {
			c.UnitLabel = a.Label
		}
		return nil
	})
}

func (t *Table) addTransfer(row map[string]string) error {
	for table, code := range map[model.CodeTable]string{model.TableArchive: row["archive"], model.TableHousehold: row["household"]} {
		if _, ok := t.Name(table, code); !ok {
			return fmt.Errorf("no %s %q", table, code)
		}
	}
	return t.eachCategory(row, func(c *model.Category) error {
		if c.Transfer.ArchiveType != "" {
			return fmt.Errorf("category %s has two proposals", c.Code)
		}
		c.Transfer = model.Transfer{
			ArchiveType: row["archive"], ArchiveOtherwise: row["archive_otherwise"],
			HouseholdType: row["household"], HouseholdOtherwise: row["household_otherwise"],
		}
		return nil
	})
}

func (t *Table) addReceiver(row map[string]string) error {
	r := model.Receiver{Table: model.CodeTable(row["table"]), Code: row["code"], Unit: row["unit"], Place: row["place"]}
	if _, ok := t.Name(r.Table, r.Code); !ok {
		return fmt.Errorf("no %s %q", r.Table, r.Code)
	}
	for code, c := range t.byCode {
		c.Transfer.Receivers = append(c.Transfer.Receivers, r)
		t.byCode[code] = c
	}
	return nil
}
